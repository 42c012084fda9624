package lexi

import (
	"slices"
	"strings"

	"github.com/dendra-net/dendra/subnets/text/lexi/wordnet"
)

var optionForm = lazy(`(?m)(?:^|\s)\(?([A-Ha-h1-8])[).:][ \t]+(\S[^\n]*?)[ \t]*(?:$|\n|(?:\s\(?[B-Hb-h2-8][).:][ \t]))`)

// option is one lettered answer.
type option struct{ letter, text string }

// options reads "A) first" or "(a) first" lines, or several on one line.
func options(text string) (head string, list []option) {
	at := 0
	for {
		m := optionForm.FindStringSubmatchIndex(text[at:])
		if m == nil {
			return head, list
		}
		letter := text[at+m[2] : at+m[3]]
		if len(list) == 0 {
			head = text[:at+m[2]]
		}
		list = append(list, option{letter, inner(text[at+m[4] : at+m[5]])})
		at += m[5]
	}
}

// solveChoice picks the option that the dictionary supports best.
func solveChoice(q *query) (reply, bool) {
	head, list := options(q.text)
	if len(list) < 2 || !q.consecutive(list) {
		return unknown()
	}
	word := q.subject(head)
	if word == "" {
		return unknown()
	}
	if hasPhrase(strings.ToLower(head), "opposite") || hasPhrase(strings.ToLower(head), "antonym") {
		return q.choose(list, q.antonyms(word))
	}
	if hasPhrase(strings.ToLower(head), "synonym") || hasPhrase(strings.ToLower(head), "same as") {
		return q.choose(list, q.synonyms(word))
	}
	return q.chooseDefinition(list, word)
}

func (q *query) consecutive(list []option) bool {
	for i, o := range list {
		if i > 0 && o.letter[0] != list[i-1].letter[0]+1 {
			return false
		}
	}
	return true
}

var quotedWord = lazy(`["“'‘]([^"”'’\n]{1,60})["”'’]`)

// subject is the word a question with options is about: in quotes, or the last one that is in the dictionary.
func (q *query) subject(head string) string {
	if m := quotedWord.FindStringSubmatch(head); m != nil {
		return q.lookUp(m[1])
	}
	if m := firstMatch(definitionForms[:5], strings.TrimRight(head, " \n(:?")); m != nil {
		if w := q.lookUp(m[0]); w != "" {
			return w
		}
	}
	words := plainWord.FindAllString(strings.ToLower(head), -1)
	for _, w := range slices.Backward(words) {
		if !commonWords[w] && q.words.Has(w) {
			return w
		}
	}
	return ""
}

func (q *query) choose(list []option, right []string) (reply, bool) {
	for _, o := range list {
		if slices.ContainsFunc(right, func(r string) bool { return wordnet.Key(r) == wordnet.Key(o.text) }) {
			return known(q.only(o.letter, o.letter+") "+o.text))
		}
	}
	return unknown()
}

// chooseDefinition compares every option with the definitions and the relatives of word.
func (q *query) chooseDefinition(list []option, word string) (reply, bool) {
	best, top := list[0], 0.0
	for _, o := range list {
		if s := q.affinity(word, o.text); s > top {
			best, top = o, s
		}
	}
	if top == 0 {
		best = list[q.rng("choice").IntN(len(list))]
	}
	r, ok := known(q.only(best.letter, best.letter+") "+best.text))
	r.sure = top > 0.5
	return r, ok
}

// affinity is the share of the terms of text that one definition of word has, over both lengths.
func (q *query) affinity(word, text string) float64 {
	want := wordnet.Terms(text)
	top := 0.0
	for _, s := range q.words.Senses(word) {
		syn := q.words.Synset(s.ID)
		have := append(wordnet.Terms(syn.Definition()), wordnet.Terms(strings.Join(syn.Words, " "))...)
		common := 0
		for _, t := range want {
			if slices.Contains(have, t) {
				common++
			}
		}
		top = max(top, 2*float64(common)/float64(len(want)+len(have)+1))
	}
	return top
}
