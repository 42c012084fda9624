package text

import (
	"slices"
	"strings"

	"github.com/dendra-net/dendra/subnets/text/lexi/wordnet"
)

// find returns the first synset of a part of speech, from a random place on, that fits. Some synset fits every test
// used here.
func (d *draw) find(pos wordnet.POS, fits func(wordnet.Synset) bool) wordnet.Synset {
	from, to := d.words.Range(pos)
	n := int(to - from)
	at := d.intn(n)
	for i := range n {
		if s := d.words.Synset(from + wordnet.ID((at+i)%n)); fits(s) {
			return s
		}
	}
	panic("no synset of the dictionary fits") // cannot happen: the file is embedded and its tests ask every family
}

// simple reports whether w is one word of lower-case letters, of a length people know.
func simple(w string) bool {
	for i := range len(w) {
		if w[i] < 'a' || w[i] > 'z' {
			return false
		}
	}
	return len(w) >= 3 && len(w) <= 14
}

// usual is how often a word must have been seen in a corpus to be asked at the level: hard questions use rare words.
func (d *draw) usual() int { return max(0, 4-d.level) }

func makeReverse(d *draw) item {
	s := d.find(oneOf(d, wordnet.Noun, wordnet.Noun, wordnet.Verb, wordnet.Adjective), func(s wordnet.Synset) bool {
		return simple(s.Words[0]) && len(wordnet.Terms(s.Definition())) >= 7 && len(s.Definition()) < 220 &&
			d.words.Frequency(s.Words[0]) >= d.usual()-1 && !strings.Contains(s.Definition(), s.Words[0])
	})
	gloss := d.thin(s.Definition(), 10+6*d.level)
	prompt := d.fill([]string{"g", gloss, "p", s.POS.String()},
		"Which {p} fits this definition: {g}", "What word has this definition: \"{g}\"",
		"I am looking for the {p} with this incomplete definition: \"{g}\"", "Reverse dictionary: {g}", "Give the word for this definition: {g}")
	return item{prompt, wordRules, truth{kindWord, strings.Join(s.Words, "|")}}
}

// thin drops percent of the words of a definition, fewer when hardly any would be left.
func (d *draw) thin(definition string, percent int) string {
	for ; ; percent /= 2 {
		var left []string
		for _, w := range strings.Fields(strings.ReplaceAll(definition, "\"", "")) {
			if !d.chance(percent) {
				left = append(left, w)
			}
		}
		text := strings.TrimRight(strings.Join(left, " "), ";,: ")
		if percent == 0 || len(wordnet.Terms(text)) >= 4 {
			return text
		}
	}
}

// makeChoice asks for the right definition among four; the wrong ones are those of words of the same class, at higher
// levels of near relatives.
func makeChoice(d *draw) item {
	s := d.find(wordnet.Noun, func(s wordnet.Synset) bool {
		return simple(s.Words[0]) && d.words.Frequency(s.Words[0]) >= d.usual() && len(s.Definition()) < 160 &&
			d.words.Senses(s.Words[0])[0].ID == s.ID
	})
	choices := []string{s.Definition()}
	for _, id := range d.relatives(s) {
		choices = d.addChoice(choices, s.Words[0], d.words.Synset(id))
	}
	for len(choices) < 4 {
		other := d.find(wordnet.Noun, func(o wordnet.Synset) bool { return simple(o.Words[0]) && len(o.Definition()) < 160 })
		choices = d.addChoice(choices, s.Words[0], other)
	}
	right := choices[0]
	shuffle(d, choices)
	var list []string
	for i, c := range choices {
		list = append(list, string(rune('A'+i))+") "+c)
	}
	at := slices.Index(choices, right)
	prompt := d.fill([]string{"w", s.Words[0], "l", strings.Join(list, "\n")},
		"Which of these is the best definition of \"{w}\"?\n{l}", "What does the word \"{w}\" mean?\n{l}", "Choose the meaning of \"{w}\":\n{l}")
	rules := []string{"Reply with the letter only.", "Just the letter, please.", "Answer with only the letter."}
	return item{prompt, rules, truth{kindChoice, string(rune('A'+at)) + "|" + right}}
}

// relatives returns up to three meanings under the same roof as s, at levels above the third.
func (d *draw) relatives(s wordnet.Synset) []wordnet.ID {
	if d.level <= 3 {
		return nil
	}
	var out []wordnet.ID
	for _, up := range d.words.Linked(s.ID, wordnet.Hypernym) {
		out = append(out, d.words.Inverse(up, wordnet.Hypernym)...)
	}
	return some(d, 3, out)
}

// addChoice adds a definition unless it is one of word's own or already there.
func (d *draw) addChoice(choices []string, word string, s wordnet.Synset) []string {
	own := slices.ContainsFunc(s.Words, func(w string) bool { return wordnet.Key(w) == word })
	if len(choices) >= 4 || own || slices.Contains(choices, s.Definition()) || len(s.Definition()) >= 160 {
		return choices
	}
	return append(choices, s.Definition())
}

func makeRelation(d *draw) item {
	if d.chance(50) {
		return d.antonym()
	}
	return d.hypernym()
}

func (d *draw) antonym() item {
	s := d.find(oneOf(d, wordnet.Noun, wordnet.Verb, wordnet.Adjective, wordnet.Adjective), func(s wordnet.Synset) bool {
		return simple(s.Words[0]) && len(d.words.Antonyms(s.ID, s.Words[0])) > 0 && d.words.Frequency(s.Words[0]) >= d.usual()
	})
	word := s.Words[0]
	var right []string
	for _, sense := range d.words.Senses(word) {
		right = append(right, d.words.Antonyms(sense.ID, word)...)
	}
	prompt := d.fill([]string{"w", word, "p", s.POS.String()},
		"What is the opposite of \"{w}\"?", "Give an antonym of the word \"{w}\".", "Which word means the opposite of \"{w}\"?", "Name an antonym for \"{w}\".")
	return item{prompt, wordRules, truth{kindWord, strings.Join(unique(right), "|")}}
}

func (d *draw) hypernym() item {
	s := d.find(wordnet.Noun, func(s wordnet.Synset) bool {
		return simple(s.Words[0]) && d.words.Frequency(s.Words[0]) >= d.usual() &&
			d.words.Senses(s.Words[0])[0].ID == s.ID && len(d.words.Ancestors(s.ID, 20)) > 5
	})
	word := s.Words[0]
	prompt := d.fill([]string{"w", word},
		"What kind of thing is a \"{w}\"? Name a broader class.", "Give a hypernym of the noun \"{w}\".", "Name a more general term for \"{w}\".", "Which broader term covers \"{w}\"? Give a broader term for \"{w}\".")
	return item{prompt, wordRules, truth{kindWord, strings.Join(d.classes(word), "|")}}
}

// classes returns the names of what word is a kind of, in any meaning, without those that cover nearly everything.
func (d *draw) classes(word string) []string {
	var out []string
	for _, sense := range d.words.Senses(word) {
		for _, up := range d.words.Ancestors(sense.ID, 4) {
			if len(d.words.Ancestors(up, 20)) >= 3 {
				out = append(out, d.words.Synset(up).Words...)
			}
		}
	}
	return unique(out)
}

func unique(words []string) []string {
	var out []string
	for _, w := range words {
		if !slices.Contains(out, w) {
			out = append(out, w)
		}
	}
	return out
}
