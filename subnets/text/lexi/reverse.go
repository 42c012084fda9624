package lexi

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/dendra-net/dendra/subnets/text/lexi/wordnet"
)

// reverseForms are the ways to ask for the word behind a description; the first group is the description.
var reverseForms = compile(
	`(?:which|what|name the|give the|find the|guess the|tell me the|the) (?:\w+ )?(?:word|term|noun|verb|adjective|adverb|expression|entry)\b.*?(?:definition|description|gloss|meaning|clue|notes)[^:"“]*[:"“]\s*(.+)$`,
	`(?:which|what|name the|give the|find the|guess the|tell me the|the) (?:\w+ )?(?:word|term|noun|verb|adjective|adverb|expression|entry)\b.*?[:"“]\s*(.+)$`,
	`^(?:what|which) (?:\w+ )?(?:word|term|noun|verb|adjective|adverb|expression) (?:means|is defined as|describes|is used for|names|denotes|refers to|fits|matches|is for) (.+)$`,
	`(?:what|how) (?:do|does|would|is|are) (?:you|we|one|people|someone) call (.+)$`,
	`(?:what is|what's|give me|name|is there) (?:a|the|another)? ?(?:word|term|name) (?:for|that means|meaning|of) (.+)$`,
	`^(?:a )?(?:word|term) (?:for|that means|meaning) (.+)$`,
	`(?:i am|i'm) (?:thinking of|looking for) (?:a|the) (?:word|term|noun|verb|adjective|adverb)[^:"“]*[:"“]\s*(.+)$`,
	`^(?:clue|reverse dictionary|definition|crossword)[^:]*:\s*(.+)$`,
)

var (
	lengthAsked = lazy(`(?i)\b(\d+|[a-z]+)[- ]letters?\b|\bhas (\d+) letters\b`)
	startAsked  = lazy(`(?i)\b(?:starts?|starting|begins?|beginning) with (?:the letters? )?["'“]?([a-z]+)\b`)
	endAsked    = lazy(`(?i)\b(?:ends?|ending) (?:with|in) (?:the letters? )?["'“]?([a-z]+)\b`)
	posAsked    = lazy(`(?i)\b(noun|verb|adjective|adverb)\b`)
)

func solveReverse(q *query) (reply, bool) {
	m := firstMatch(reverseForms, q.text)
	if m == nil {
		return unknown()
	}
	word, syn, sure := q.describe(m[0], q.wanted(strings.TrimSuffix(q.text, m[0])))
	if word == "" {
		return unknown()
	}
	text := q.only(word, fmt.Sprintf("%s (%s): %s.", word, syn.POS, syn.Definition()))
	return reply{text: text, sure: sure}, true
}

// shape limits the words that may be an answer. The zero shape allows all.
type shape struct {
	pos        string
	length     int
	start, end string
}

func (q *query) wanted(text string) shape {
	s := shape{}
	if m := posAsked.FindStringSubmatch(text); m != nil {
		s.pos = strings.ToLower(m[1])
	}
	if m := startAsked.FindStringSubmatch(text); m != nil {
		s.start = strings.ToLower(m[1])
	}
	if m := endAsked.FindStringSubmatch(text); m != nil {
		s.end = strings.ToLower(m[1])
	}
	if m := lengthAsked.FindStringSubmatch(text); m != nil {
		s.length = lettersAsked(m[1] + m[2])
	}
	return s
}

func lettersAsked(s string) int {
	if n, ok := wordNumbers[strings.ToLower(s)]; ok {
		return int(n)
	}
	n, err := strconv.Atoi(s)
	if err != nil {
		return 0
	}
	return n
}

func (s shape) allows(word string) bool {
	return (s.length == 0 || len(word) == s.length) && strings.HasPrefix(word, s.start) && strings.HasSuffix(word, s.end)
}

// describe finds the word whose definition comes closest. Between near equals the commoner word wins.
func (q *query) describe(text string, want shape) (string, wordnet.Synset, bool) {
	hits := q.words.Search(text, 40, nil)
	var best wordnet.Synset
	word, top := "", -1.0
	for _, h := range hits {
		syn := q.words.Synset(h.ID)
		if want.pos != "" && syn.POS.String() != want.pos {
			continue
		}
		for _, w := range syn.Words {
			score := float64(h.Score) * (1 + 0.01*math.Log1p(float64(q.words.Frequency(w))))
			if score > top && want.allows(wordnet.Key(w)) {
				best, word, top = syn, w, score
			}
		}
	}
	return word, best, len(hits) > 0 && top >= 0.5*selfScore(q, best)
}

var describes = compile(
	`^(?:what|which|who)(?:'s| is| are| was| were)(?: called)? (?:the |an? )?(.+?)\W*$`,
	`^(?:who|what|which \w+) ((?:\w+) .+?)\W*$`,
	`^name (?:the|a) (.+?)\W*$`,
	`^(?:the|an?) (.+?)\W*$`,
)

// solveDescription takes a question that nothing else answers for a description, and offers the entry whose definition
// has nearly all its words.
func solveDescription(q *query) (reply, bool) {
	m := firstMatch(describes, q.text)
	if m == nil {
		return unknown()
	}
	want := wordnet.Terms(m[0])
	if len(want) < 2 || len(want) > 12 {
		return unknown()
	}
	for _, h := range q.words.Search(m[0], 5, nil) {
		s := q.words.Synset(h.ID)
		have := wordnet.Terms(s.Definition())
		missing := slices.DeleteFunc(slices.Clone(want), func(t string) bool { return slices.Contains(have, t) })
		if len(missing)*4 <= len(want) {
			return guess(fmt.Sprintf("Perhaps %s (%s): %s.", s.Words[0], s.POS, s.Definition()))
		}
	}
	return unknown()
}

// selfScore is what the definition would score against itself: how good a match could be.
func selfScore(q *query, s wordnet.Synset) float64 {
	hits := q.words.Search(s.Definition(), 1, func(id wordnet.ID) bool { return id == s.ID })
	if len(hits) == 0 {
		return 1
	}
	return float64(hits[0].Score)
}
