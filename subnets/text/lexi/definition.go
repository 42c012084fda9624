package lexi

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dendra-net/dendra/subnets/text/lexi/wordnet"
)

// definitionForms are the ways to ask for a meaning; the first group is the word.
var definitionForms = compile(
	`^what (?:does|do|did) (?:the (?:word|term|name|phrase) )?(.+?) (?:mean|stand for|signify|refer to)(?: in english)?\W*$`,
	`^what(?:'s| is| are) (?:the |a )?(?:definition|meaning|sense)s? (?:of|for) (?:the (?:word|term|name|phrase) )?(.+?)\W*$`,
	`^(?:give |give me |write |provide |state |what is )?(?:the |a )?(?:definition|meaning)s? (?:of|for) (?:the (?:word|term|name|phrase) )?(.+?)\W*$`,
	`^(?:please )?(?:define|explain|describe)(?: to me)?:? (?:what )?(?:the (?:word|term|name|phrase) )?(.+?)(?: (?:is|means|are))?\W*$`,
	`^(?:who|what)(?:'s| is| are| was| were) (?:meant by )?(?:the (?:word|term|name) )?(.+?)\W*$`,
	`^(?:tell me |say something |what do you know )?about (.+?)\W*$`,
	`^how (?:would|do) you (?:define|explain|describe) (.+?)\W*$`,
	`^(?:the (?:word|term) )?(\S+(?: \S+){0,2}?)\W*$`,
)

func compile(forms ...string) []pattern {
	out := make([]pattern, len(forms))
	for i, f := range forms {
		out[i] = lazy(`(?is)` + f)
	}
	return out
}

// firstMatch returns the groups of the first form that matches text, without the whole match.
func firstMatch(forms []pattern, text string) []string {
	for _, f := range forms {
		if m := f.FindStringSubmatch(text); m != nil {
			return m[1:]
		}
	}
	return nil
}

var article = lazy(`(?i)^(an?|the|some|any|this|that) `)

func solveDefinition(q *query) (reply, bool) {
	for _, f := range definitionForms {
		m := f.FindStringSubmatch(q.text)
		if m == nil {
			continue
		}
		if word := q.lookUp(m[1]); word != "" {
			return reply{text: q.define(word), sure: true, chat: true}, true
		}
	}
	if m := quotedWord.FindStringSubmatch(q.text); m != nil && q.contains("mean", "meaning", "definition", "define") {
		if word := q.lookUp(m[1]); word != "" {
			return reply{text: q.define(word), sure: true, chat: true}, true
		}
	}
	return unknown()
}

// lookUp returns the entry that a phrase names: as it stands, without article, or in its base form.
func (q *query) lookUp(phrase string) string {
	phrase = inner(phrase)
	if len(phrase) > 80 {
		return ""
	}
	for _, p := range []string{phrase, inner(article.ReplaceAllString(phrase, ""))} {
		if base := q.words.Base(p); len(base) > 0 {
			return base[0]
		}
	}
	return ""
}

// define tells up to three meanings of a word, the commonest first.
func (q *query) define(word string) string {
	senses := q.words.Senses(word)
	first := q.words.Synset(senses[0].ID)
	if q.terse || len(senses) == 1 {
		return fmt.Sprintf("%s (%s): %s.%s", spelled(first, word), first.POS, first.Definition(), alsoCalled(first, word))
	}
	lines := []string{spelled(first, word) + " has these meanings:"}
	for i, s := range senses[:min(3, len(senses))] {
		syn := q.words.Synset(s.ID)
		lines = append(lines, fmt.Sprintf("%d. (%s) %s.", i+1, syn.POS, syn.Definition()))
		if ex := syn.Examples(); len(ex) > 0 && i == 0 {
			lines[len(lines)-1] += fmt.Sprintf(" For example: \"%s\".", strings.TrimRight(ex[0], ".!? "))
		}
	}
	return strings.Join(lines, "\n")
}

// alsoCalled names the other words of a meaning.
func alsoCalled(s wordnet.Synset, word string) string {
	others := slices.DeleteFunc(slices.Clone(s.Words), func(w string) bool { return wordnet.Key(w) == word })
	if len(others) == 0 {
		return ""
	}
	return " Also called: " + strings.Join(others[:min(4, len(others))], ", ") + "."
}

// spelled returns word as the synset writes it, "Einstein" for "einstein".
func spelled(s wordnet.Synset, word string) string {
	for _, w := range s.Words {
		if wordnet.Key(w) == word {
			return w
		}
	}
	return word
}

// fallback is for questions nothing else answers: it says so, and offers what the dictionary has on their words.
func (b *Brain) fallback(q *query) string {
	found := b.keywords(q)
	if !slices.ContainsFunc(b.solvers, func(s solver) bool { return s.skill == Definitions }) || len(found) == 0 {
		return "I do not know."
	}
	lines := []string{"I do not know the answer. What my dictionary says about the words in your question:"}
	for _, w := range found {
		s := q.words.Synset(q.words.Senses(w)[0].ID)
		lines = append(lines, fmt.Sprintf("- %s (%s): %s.", spelled(s, w), s.POS, s.Definition()))
	}
	return strings.Join(lines, "\n")
}

var plainWord = lazy(`[a-z]+(?:-[a-z]+)*`)

// keywords returns up to three of the question's words that carry its meaning, the rarest being the most telling.
func (b *Brain) keywords(q *query) []string {
	var found []string
	for _, w := range plainWord.FindAllString(q.low, 200) {
		if len(w) < 3 || commonWords[w] {
			continue
		}
		base := q.words.Base(w)
		if len(base) > 0 && !slices.Contains(found, base[0]) {
			found = append(found, base[0])
		}
	}
	if len(found) > 3 {
		rarest := slices.Clone(found)
		slices.SortStableFunc(rarest, func(x, y string) int { return q.words.Frequency(x) - q.words.Frequency(y) })
		found = slices.DeleteFunc(found, func(w string) bool { return !slices.Contains(rarest[:3], w) })
	}
	return found
}

// commonWords carry no meaning of their own in a question.
var commonWords = wordSet("the and for are was were does did how why what when where who which whom whose can could would " +
	"should will shall may might must have has had not but with from that this these those you your they them their its our " +
	"about into than then there between someone anyone year old here just any all some please tell give say make let get use one many much more most very " +
	"write explain answer question reply only word number name know think mean his her him she out too also been being be is it " +
	"do an in on of to as at by if or so up me my we us he")

func wordSet(list string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(list) {
		m[w] = true
	}
	return m
}
