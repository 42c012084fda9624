package wordnet

import (
	"bytes"
	"strings"
)

// POS is a part of speech.
type POS uint8

// The four parts of speech that WordNet covers.
const (
	Noun POS = iota
	Verb
	Adjective
	Adverb
)

// posLetters are the one-letter names used in WordNet's own files, by POS.
const posLetters = "nvar"

// String returns the English name of the part of speech.
func (p POS) String() string {
	names := [...]string{"noun", "verb", "adjective", "adverb"}
	if int(p) >= len(names) {
		return "word"
	}
	return names[p]
}

// ID names a synset: a set of words that share one meaning. IDs run from 0 to DB.Len()-1.
type ID uint32

// LinkKind says how one synset relates to another.
type LinkKind uint8

// The relations that are stored. Their inverses are found by DB.Inverse.
const (
	Hypernym LinkKind = iota // a more general meaning
	Instance                 // the class of which this is one instance
	Antonym                  // the opposite, between two words rather than two meanings
	Similar                  // a near meaning, between adjectives
	Part                     // something this consists of
	linkKinds
)

// Link points from one synset to another. From and To are 1-based positions of the words it holds between, or zero
// when it holds between the meanings as wholes.
type Link struct {
	Kind     LinkKind
	Target   ID
	From, To int
}

// Synset is one meaning.
type Synset struct {
	ID    ID
	POS   POS
	Words []string // as written, the most usual first
	Links []Link
	Gloss string // definition, then examples in quotes
}

// Definition returns the gloss without its examples.
func (s Synset) Definition() string { return definition(s.Gloss) }

func definition(gloss string) string { return string(definitionBytes([]byte(gloss))) }

func definitionBytes(gloss []byte) []byte {
	def, _, _ := bytes.Cut(gloss, []byte("; \""))
	return bytes.TrimRight(bytes.TrimSpace(def), "; ")
}

// Examples returns the quoted examples of the gloss, without quotes.
func (s Synset) Examples() []string {
	var out []string
	parts := strings.Split(s.Gloss, "\"")
	for i := 1; i < len(parts); i += 2 {
		out = append(out, parts[i])
	}
	return out
}

// Sense is one meaning of a word.
type Sense struct {
	ID    ID
	Count int // times seen in a tagged corpus, zero for rare ones
}

// Inflection is an irregular form, "oxen" of "ox".
type Inflection struct {
	Form, Base string
	POS        POS
}
