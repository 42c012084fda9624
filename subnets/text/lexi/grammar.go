package lexi

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/dendra-net/dendra/subnets/text/lexi/wordnet"
)

var (
	isKindAsked  = lazy(`(?i)^(?:is|are|was|were) (?:an?|the|all)? ?([a-z' -]+?) (?:(?:a |an )?(?:kinds? of|types? of|sorts? of) )?(?:an? )([a-z' -]+?)\W*$|^are (?:all )?([a-z-]+) ([a-z-]+)\W*$`)
	pluralAsked  = lazy(`(?i)\bplural (?:form )?(?:of|for) ` + theWord + `["'“]?([a-z-]+)`)
	spellAsked   = lazy(`(?i)^how (?:do|does|would|can) (?:you|one|i|we) spell (?:the word )?["'“]?([a-z' -]+?)["'”]?\W*$`)
	differAsked  = lazy(`(?i)\bdifference between (?:an? |the )?["'“]?([a-z' -]+?)["'”]? and (?:an? |the )?["'“]?([a-z' -]+?)["'”]?\W*$`)
	wordsCounted = lazy(`(?i)(?:how many|count(?: the)?|number of) words (?:are )?(?:there )?(?:in |of )?(?:the )?(?:sentence |text |phrase |following )*:?\s*["“]?([^"”]+?)["”]?\s*$`)
)

// solveGrammar answers questions about words as words: spelling, plural, counting, telling two apart, "is a whale a
// fish".
func solveGrammar(q *query) (reply, bool) {
	if m := spellAsked.FindStringSubmatch(q.text); m != nil {
		return known(q.only(m[1], m[1]+": "+strings.ToUpper(strings.Join(strings.Split(m[1], ""), "-"))))
	}
	if m := pluralAsked.FindStringSubmatch(q.text); m != nil {
		return known(q.plural(strings.ToLower(m[1])))
	}
	if m := wordsCounted.FindStringSubmatch(q.text); m != nil && strings.Contains(m[1], " ") {
		return known(strconv.Itoa(len(strings.Fields(m[1]))))
	}
	if m := differAsked.FindStringSubmatch(q.text); m != nil {
		return q.tellApart(m[1], m[2])
	}
	if m := isKindAsked.FindStringSubmatch(q.text); m != nil {
		return q.isKind(m[1]+m[3], m[2]+m[4])
	}
	return unknown()
}

func (q *query) plural(word string) string {
	if irregular := q.words.Inflected(word, wordnet.Noun); len(irregular) > 0 {
		return irregular[0]
	}
	n := len(word)
	switch {
	case strings.HasSuffix(word, "s"), strings.HasSuffix(word, "x"), strings.HasSuffix(word, "z"), strings.HasSuffix(word, "ch"), strings.HasSuffix(word, "sh"):
		return word + "es"
	case n > 1 && word[n-1] == 'y' && !strings.ContainsRune("aeiou", rune(word[n-2])):
		return word[:n-1] + "ies"
	}
	return word + "s"
}

func (q *query) tellApart(a, b string) (reply, bool) {
	x, y := q.lookUp(a), q.lookUp(b)
	if x == "" || y == "" {
		return unknown()
	}
	one, two := q.words.Synset(q.words.Senses(x)[0].ID), q.words.Synset(q.words.Senses(y)[0].ID)
	text := fmt.Sprintf("%s (%s): %s.\n%s (%s): %s.", spelled(one, x), one.POS, one.Definition(), spelled(two, y), two.POS, two.Definition())
	if one.ID == two.ID {
		text = fmt.Sprintf("My dictionary has one meaning for both: %s.", one.Definition())
	}
	return reply{text: text, sure: true, chat: true}, true
}

// isKind follows the links from the meanings of one word upward to those of the other.
func (q *query) isKind(thing, class string) (reply, bool) {
	a, b := q.lookUp(thing), q.lookUp(class)
	if a == "" || b == "" || a == b {
		return unknown()
	}
	for _, s := range q.words.Senses(a) {
		for _, up := range append([]wordnet.ID{s.ID}, q.words.Ancestors(s.ID, 20)...) {
			for _, w := range q.words.Synset(up).Words {
				if wordnet.Key(w) == b {
					return known(q.only("Yes", fmt.Sprintf("Yes: %s (%s).", a, q.words.Synset(s.ID).Definition())))
				}
			}
		}
	}
	classes := q.hypernyms(a)
	if len(classes) == 0 {
		return unknown()
	}
	return guess(q.only("No", fmt.Sprintf("Not that I know: my dictionary has %s as a kind of %s.", a, join(classes[:min(3, len(classes))]))))
}
