package wordnet

import (
	"slices"
	"strings"
)

// endings are the regular inflections of English, by part of speech: an ending and what replaces it.
var endings = [...][][2]string{
	Noun:      {{"s", ""}, {"ses", "s"}, {"xes", "x"}, {"zes", "z"}, {"ches", "ch"}, {"shes", "sh"}, {"men", "man"}, {"ies", "y"}},
	Verb:      {{"s", ""}, {"ies", "y"}, {"es", "e"}, {"es", ""}, {"ed", "e"}, {"ed", ""}, {"ing", "e"}, {"ing", ""}},
	Adjective: {{"er", ""}, {"est", ""}, {"er", "e"}, {"est", "e"}},
	Adverb:    {},
}

// Base returns the known words that word may be a form of: itself first, then irregular and regular base forms.
func (db *DB) Base(word string) []string {
	word = Key(word)
	var out []string
	add := func(w string) {
		if w != "" && db.Has(w) && !slices.Contains(out, w) {
			out = append(out, w)
		}
	}
	add(word)
	for pos := range endings {
		for _, base := range db.irregular(word, POS(pos)) {
			add(base)
		}
	}
	for _, rules := range endings {
		for _, r := range rules {
			if stem, ok := strings.CutSuffix(word, r[0]); ok && len(stem) > 1 {
				add(stem + r[1])
				add(undouble(stem) + r[1])
			}
		}
	}
	return out
}

// undouble turns "stopp" into "stop".
func undouble(s string) string {
	if n := len(s); n > 2 && s[n-1] == s[n-2] {
		return s[:n-1]
	}
	return s
}

func (db *DB) irregular(word string, pos POS) []string {
	key := exceptionKey(word, pos)
	var out []string
	for i := db.exceptions.lowerBound(key); i < db.exceptions.len(); i++ {
		base, ok := strings.CutPrefix(db.exceptions.text(i), key)
		if !ok {
			break
		}
		out = append(out, base)
	}
	return out
}

// Inflected returns the irregular forms of base as one part of speech, "oxen" for the noun "ox".
func (db *DB) Inflected(base string, pos POS) []string {
	tail := "\t" + posLetters[pos:pos+1] + "\t" + Key(base)
	var out []string
	for i := range db.exceptions.len() {
		if form, ok := strings.CutSuffix(db.exceptions.text(i), tail); ok {
			out = append(out, form)
		}
	}
	return out
}
