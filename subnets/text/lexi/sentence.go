package lexi

import (
	"math/rand/v2"
	"slices"
	"strings"
)

const aWord = `(?:the )?(?:word )?["'“]([A-Za-z]+)["'”]`

var (
	exactWords  = lazy(`(?i)\b(?:in |of |with |has |have |using |be |is |it )?(?:exactly|precisely) (\d+|[a-z]+) words?\b`)
	mustContain = lazy(`(?i)\b(?:contain(?:s|ing)?|includ(?:es?|ing)|us(?:es?|ing)|with|has|mention(?:s|ing)?) (?:both )?(?:the )?(?:words? )?((?:["'“][A-Za-z]+["'”](?:,? and |, )?)+)`)
	mustEnd     = lazy(`(?i)\b(?:end(?:s|ing)?|finish(?:es|ing)?|last word (?:is|must be|should be)) (?:in |with |on )?` + aWord)
	mustStart   = lazy(`(?i)\b(?:start(?:s|ing)?|begin(?:s|ning)?|first word (?:is|must be|should be)) (?:in |with )?` + aWord)
	avoidLetter = lazy(`(?i)\b(?:without(?: using| the)?|avoid(?:s|ing)?(?: using)?|do(?:es)? not use|(?:uses?|using|with|contains?|has) no|not contain(?:ing)?|never us(?:es|ing)) (?:any |the |a )?(?:letters? )["'“]?([a-z])\b`)
	quotedToken = lazy(`["'“]([A-Za-z]+)["'”]`)
	repeatAsked = lazy(`(?i)\b(?:repeat|write|say|print|type|output) (?:out )?(?:the )?(?:word |text |phrase )?["'“]([^"'”\n]{1,60})["'”] (?:exactly )?(\d+|[a-z]+)(?: times)?\b(.*)`)
	sayExactly  = lazy(`(?i)^(?:say|reply with|respond with|answer with|write|repeat after me:?|echo)(?: exactly| only| just)?(?: the (?:word|text|phrase))?(?: exactly)?:? ["“]([^"”\n]{1,200})["”]\W*$`)
)

// plan is what a sentence must be.
type plan struct {
	words      int
	start, end string
	include    []string
	avoid      string // letters, lower case
}

// solveSentence writes a sentence under constraints.
func solveSentence(q *query) (reply, bool) {
	m := exactWords.FindStringSubmatch(q.raw)
	if m == nil {
		return unknown()
	}
	p := plan{words: lettersAsked(m[1])}
	if p.words < 1 || p.words > 60 {
		return unknown()
	}
	if m := mustStart.FindStringSubmatch(q.raw); m != nil {
		p.start = m[1]
	}
	if m := mustEnd.FindStringSubmatch(q.raw); m != nil {
		p.end = m[1]
	}
	if m := mustContain.FindStringSubmatch(q.raw); m != nil {
		for _, w := range quotedToken.FindAllStringSubmatch(m[1], 10) {
			p.include = append(p.include, w[1])
		}
	}
	for _, m := range avoidLetter.FindAllStringSubmatch(q.raw, 5) {
		p.avoid += strings.ToLower(m[1])
	}
	return known(p.write(q.rng("sentence")))
}

// wordClasses are the words a made-up sentence is drawn from, in the order in which they follow each other.
var wordClasses = [][]string{
	strings.Fields("the our his that this a no"),
	strings.Fields("quiet small brown old bright cold happy wild slow young pink big long soft dry grand silly"),
	strings.Fields("river dog cat child boat wind moon farm road train book garden bird king mouth city pilot song"),
	strings.Fields("finds brings shows holds saw took built drinks lost hid wants guards follows paints warms"),
	strings.Fields("a the our his that this no"),
	strings.Fields("warm tiny round sweet blue fresh brown dark fast kind loud new calm thin rich dusty"),
	strings.Fields("stone song tree lamp story fish coin cloud bridge apple wall door hill ring ship plan"),
	strings.Fields("in on by with for from at past without"),
}

func (p plan) write(rng *rand.Rand) string {
	n := p.words
	out := make([]string, n)
	if p.start != "" {
		out[0] = p.start
	}
	if p.end != "" {
		out[n-1] = p.end
	}
	for _, w := range p.include {
		if slices.ContainsFunc(out, func(have string) bool { return strings.EqualFold(have, w) }) {
			continue
		}
		if i := freePlace(out, rng); i >= 0 {
			out[i] = w
		}
	}
	for i := range out {
		if out[i] == "" {
			out[i] = p.draw(rng, wordClasses[i%len(wordClasses)])
		}
	}
	text := strings.Join(out, " ") + "."
	return strings.ToUpper(text[:1]) + text[1:]
}

// freePlace picks an empty place, if possible not the first or last.
func freePlace(out []string, rng *rand.Rand) int {
	var free []int
	for i, w := range out {
		if w == "" {
			free = append(free, i)
		}
	}
	if len(free) == 0 {
		return -1
	}
	return free[rng.IntN(len(free))]
}

func (p plan) draw(rng *rand.Rand, class []string) string {
	fits := slices.DeleteFunc(slices.Clone(class), func(w string) bool { return strings.ContainsAny(w, p.avoid) })
	if len(fits) == 0 {
		fits = slices.DeleteFunc(slices.Concat(wordClasses...), func(w string) bool { return strings.ContainsAny(w, p.avoid) })
	}
	if len(fits) == 0 {
		return "hm"
	}
	return fits[rng.IntN(len(fits))]
}

// solveRepeat writes a given text once or several times.
func solveRepeat(q *query) (reply, bool) {
	if m := sayExactly.FindStringSubmatch(q.raw); m != nil {
		return known(m[1])
	}
	m := repeatAsked.FindStringSubmatch(q.raw)
	if m == nil {
		return unknown()
	}
	n := map[string]int{"once": 1, "twice": 2, "thrice": 3}[strings.ToLower(m[2])]
	if n == 0 {
		n = lettersAsked(m[2])
	}
	if n < 1 || n > 200 {
		return unknown()
	}
	return known(strings.TrimSuffix(strings.Repeat(m[1]+separatorOf(m[3]), n), separatorOf(m[3])))
}

func separatorOf(rest string) string {
	rest = strings.ToLower(rest)
	switch {
	case strings.Contains(rest, "comma"):
		return ", "
	case strings.Contains(rest, "hyphen") || strings.Contains(rest, "dash"):
		return "-"
	case strings.Contains(rest, "line"):
		return "\n"
	case strings.Contains(rest, "semicolon"):
		return "; "
	case strings.Contains(rest, "without") || strings.Contains(rest, "no space"):
		return ""
	}
	return " "
}
