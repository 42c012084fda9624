package lexi

import (
	"slices"

	"github.com/dendra-net/dendra/subnets/text/lexi/wordnet"
)

// relationForm is a way to ask how words relate; the first group is the word.
type relationForm struct {
	form pattern
	find func(q *query, word string) []string
	tell string // how the answer reads in a sentence: word, tell, answers
}

const theWord = `(?:the (?:word|term|adjective|noun|verb|adverb) )?`

var relationForms = []relationForm{
	{lazy(`(?i)(?:antonym|opposite)s?(?: word| term)?(?: (?:of|for|to))? ` + theWord + `([^?.,:;]+)`), (*query).antonyms, "the opposite is"},
	{lazy(`(?i)(?:what|which|name|give).*? (?:is|means|that means|meaning) the (?:exact |direct )?(?:opposite|reverse|contrary) of ` + theWord + `([^?.,:;]+)`), (*query).antonyms, "the opposite is"},
	{lazy(`(?i)opposite in meaning (?:to|of) ` + theWord + `([^?.,:;]+)`), (*query).antonyms, "the opposite is"},
	{lazy(`(?i)(?:synonym|other word|another word|similar word|alternative)s?(?: word| term)? (?:of|for|to) ` + theWord + `([^?.,:;]+)`), (*query).synonyms, "means nearly the same as"},
	{lazy(`(?i)(?:words? that means?|what means) the same (?:thing )?as ` + theWord + `([^?.,:;]+)`), (*query).synonyms, "means nearly the same as"},
	{lazy(`(?i)(?:hypernym|superordinate|broader (?:term|word|class)|general (?:term|class|category)|category|parent (?:term|concept))s?(?: word| term)? (?:of|for|that covers|that includes|above|than) ` + theWord + `([^?.,:;]+)`), (*query).hypernyms, "is a kind of"},
	{lazy(`(?i)what (?:kind|sort|type|class|category)s? of (?:thing|entity|object|concept|being)s? (?:is|are|would you call) ` + theWord + `([^?.,:;]+)`), (*query).hypernyms, "is a kind of"},
	{lazy(`(?i)(?:every|each|any|an?|the) ` + theWord + `([^?.,:;]+?) is (?:a|an|one) (?:kind|sort|type|form|example) of (?:what|which|_+|\.\.\.)`), (*query).hypernyms, "is a kind of"},
	{lazy(`(?i)(?:name|list|give|what are|tell me|which are)(?: me)?(?: some| a few| any| the)? (?:kind|sort|type|example|hyponym|form)s? of ` + theWord + `([^?.,:;]+)`), (*query).hyponyms, "kinds are"},
	{lazy(`(?i)(?:what|which|name|list)(?: are)?(?: the| some)? (?:parts|components) (?:of|make up|does) ` + theWord + `([^?.,:;]+)`), (*query).parts, "has the parts"},
}

func solveRelation(q *query) (reply, bool) {
	for _, f := range relationForms {
		m := f.form.FindStringSubmatch(q.text)
		if m == nil {
			continue
		}
		word := q.lookUp(m[1])
		if word == "" {
			continue
		}
		if found := f.find(q, word); len(found) > 0 {
			return known(q.only(found[0], word+": "+f.tell+" "+join(found[:min(q.howMany(), len(found))])))
		}
	}
	return unknown()
}

var amountAsked = lazy(`\b(\d{1,2}|two|three|four|five|six|seven|eight|nine|ten) (?:\w+ )?(?:synonym|antonym|opposite|kind|type|example|hyponym|hypernym|part|word)s\b`)

// howMany returns how many answers are asked for, twelve when the question does not say.
func (q *query) howMany() int {
	if m := amountAsked.FindStringSubmatch(q.low); m != nil {
		return max(1, lettersAsked(m[1]))
	}
	return 12
}

// collect returns the words that from finds for each meaning of word, the commonest meaning first, without repeats
// and without the word itself.
func (q *query) collect(word string, from func(wordnet.Sense) []string) []string {
	var out []string
	for _, s := range q.words.Senses(word) {
		for _, w := range from(s) {
			if wordnet.Key(w) != word && !slices.Contains(out, w) {
				out = append(out, w)
			}
		}
	}
	return out
}

func (q *query) antonyms(word string) []string {
	direct := q.collect(word, func(s wordnet.Sense) []string { return q.words.Antonyms(s.ID, word) })
	if len(direct) > 0 {
		return direct
	}
	return q.collect(word, func(s wordnet.Sense) []string {
		var out []string
		for _, near := range q.words.Linked(s.ID, wordnet.Similar) {
			for _, w := range q.words.Synset(near).Words {
				out = append(out, q.words.Antonyms(near, w)...)
			}
		}
		return out
	})
}

func (q *query) synonyms(word string) []string {
	same := q.collect(word, func(s wordnet.Sense) []string { return q.words.Synset(s.ID).Words })
	if len(same) > 0 {
		return same
	}
	return q.collect(word, func(s wordnet.Sense) []string { return q.wordsOf(q.words.Linked(s.ID, wordnet.Similar)) })
}

func (q *query) hypernyms(word string) []string {
	return q.collect(word, func(s wordnet.Sense) []string {
		return q.wordsOf(q.words.Linked(s.ID, wordnet.Hypernym, wordnet.Instance))
	})
}

func (q *query) hyponyms(word string) []string {
	return q.collect(word, func(s wordnet.Sense) []string {
		return q.wordsOf(append(q.words.Inverse(s.ID, wordnet.Hypernym), q.words.Inverse(s.ID, wordnet.Instance)...))
	})
}

func (q *query) parts(word string) []string {
	return q.collect(word, func(s wordnet.Sense) []string { return q.wordsOf(q.words.Linked(s.ID, wordnet.Part)) })
}

// wordsOf returns the first word of each synset.
func (q *query) wordsOf(ids []wordnet.ID) []string {
	var out []string
	for _, id := range ids {
		if w := q.words.Synset(id).Words; len(w) > 0 {
			out = append(out, w[0])
		}
	}
	return out
}
