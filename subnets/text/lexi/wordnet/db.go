package wordnet

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"sort"
	"strings"
	"sync"

	"github.com/klauspost/compress/zstd"
)

// ErrFormat marks bytes that are not a file made by Build.
var ErrFormat = errors.New("not a word file")

const (
	sectionCount = 2 * 5 // lengths and entries of five tables
	headerBytes  = len(magic) + 4*sectionCount
	maxFileBytes = 64 << 20 // of the decompressed file
)

// DB is an open word file. It holds the decompressed bytes and one uint32 per table entry; the two indexes are made
// on first use.
type DB struct {
	lemmas, senses, records, glosses, exceptions table

	definitions func() *index   // from stems to the synsets they define
	inverse     func() *inverse // from a synset to those that link to it
}

// Open decompresses and checks a file. It keeps no reference to compressed.
func Open(compressed []byte) (*DB, error) {
	dec, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(maxFileBytes))
	if err != nil {
		return nil, fmt.Errorf("open word file: %w", err)
	}
	defer dec.Close()
	raw, err := dec.DecodeAll(compressed, nil)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	sections, err := split(raw)
	if err != nil {
		return nil, err
	}
	return fromSections(sections)
}

func split(raw []byte) ([][]byte, error) {
	if len(raw) < headerBytes || string(raw[:len(magic)]) != magic {
		return nil, fmt.Errorf("%w: bad magic or a header under %d bytes", ErrFormat, headerBytes)
	}
	rest := raw[headerBytes:]
	sections := make([][]byte, sectionCount)
	for i := range sections {
		n := uint64(binary.LittleEndian.Uint32(raw[len(magic)+4*i:]))
		if n > uint64(len(rest)) {
			return nil, fmt.Errorf("%w: section %d wants %d bytes, %d are left", ErrFormat, i, n, len(rest))
		}
		sections[i], rest = rest[:n:n], rest[n:]
	}
	return sections, nil
}

func fromSections(s [][]byte) (*DB, error) {
	db := &DB{}
	for i, t := range []*table{&db.lemmas, &db.senses, &db.records, &db.glosses, &db.exceptions} {
		var err error
		if *t, err = newTable(s[2*i], s[2*i+1]); err != nil {
			return nil, fmt.Errorf("%w: table %d: %w", ErrFormat, i, err)
		}
	}
	if db.glosses.len() != db.records.len() || db.lemmas.len() != db.senses.len() {
		return nil, fmt.Errorf("%w: %d records but %d glosses, %d lemmas but %d sense lists", ErrFormat,
			db.records.len(), db.glosses.len(), db.lemmas.len(), db.senses.len())
	}
	db.definitions = sync.OnceValue(db.buildIndex)
	db.inverse = sync.OnceValue(db.buildInverse)
	return db, nil
}

// Len returns the number of synsets.
func (db *DB) Len() int { return db.records.len() }

// Range returns the half-open range of the synsets of one part of speech; a file has them in the order of POS.
func (db *DB) Range(p POS) (from, to ID) {
	first := func(p POS) ID {
		return ID(sort.Search(db.Len(), func(i int) bool { b := db.records.bytes(i); return len(b) > 0 && POS(b[0]) >= p }))
	}
	return first(p), first(p + 1)
}

// Lemmas returns the number of different words and collocations.
func (db *DB) Lemmas() int { return db.lemmas.len() }

// Lemma returns word i of the sorted list, in lower case.
func (db *DB) Lemma(i int) string { return db.lemmas.text(i) }

// LemmasWithPrefix returns the half-open range of words that start with prefix.
func (db *DB) LemmasWithPrefix(prefix string) (from, to int) {
	return db.lemmas.lowerBound(prefix), db.lemmas.lowerBound(prefix + "\xff")
}

// Has reports whether word, in any case, is a lemma.
func (db *DB) Has(word string) bool {
	_, ok := db.lemmas.find(Key(word))
	return ok
}

// Senses returns the meanings of word as written (no inflection is undone), the most frequent first.
func (db *DB) Senses(word string) []Sense {
	i, ok := db.lemmas.find(Key(word))
	if !ok {
		return nil
	}
	return db.SensesAt(i)
}

// SensesAt returns the meanings of word i of the sorted list.
func (db *DB) SensesAt(i int) []Sense {
	c := cursor{db.senses.bytes(i)}
	var out []Sense
	for len(c.b) > 0 {
		id := ID(c.uvarint())
		out = append(out, Sense{ID: id, Count: int(c.uvarint())})
	}
	return out
}

// Frequency returns how often word was seen in a tagged corpus, over all its meanings.
func (db *DB) Frequency(word string) int {
	n := 0
	for _, s := range db.Senses(word) {
		n += s.Count
	}
	return n
}

// Synset returns one meaning. An id that is out of range gives an empty one.
func (db *DB) Synset(id ID) Synset {
	c := cursor{db.records.bytes(int(id))}
	s := Synset{ID: id, Gloss: db.glosses.text(int(id))}
	s.POS = POS(c.byte())
	s.Words = db.readWords(&c)
	s.Links = readLinks(&c, id)
	return s
}

// links returns the links of a synset without reading its words.
func (db *DB) links(id ID) []Link {
	c := cursor{db.records.bytes(int(id))}
	c.byte()
	skipWords(&c)
	return readLinks(&c, id)
}

// Linked returns the synsets that id points to by one of the kinds, in the file's order.
func (db *DB) Linked(id ID, kinds ...LinkKind) []ID {
	var out []ID
	for _, l := range db.links(id) {
		if slices.Contains(kinds, l.Kind) {
			out = append(out, l.Target)
		}
	}
	return out
}

// Ancestors returns the more general meanings of id, nearest first, at most depth steps away.
func (db *DB) Ancestors(id ID, depth int) []ID {
	var out []ID
	level := []ID{id}
	for ; depth > 0 && len(level) > 0; depth-- {
		var next []ID
		for _, at := range level {
			for _, up := range db.Linked(at, Hypernym, Instance) {
				if up != id && !slices.Contains(out, up) {
					out, next = append(out, up), append(next, up)
				}
			}
		}
		level = next
	}
	return out
}

// Antonyms returns the opposites of word in its meaning id, as written.
func (db *DB) Antonyms(id ID, word string) []string {
	s := db.Synset(id)
	var out []string
	for _, l := range s.Links {
		if l.Kind != Antonym || l.From < 1 || l.From > len(s.Words) || Key(s.Words[l.From-1]) != Key(word) {
			continue
		}
		if to := db.Synset(l.Target).Words; l.To >= 1 && l.To <= len(to) {
			out = append(out, to[l.To-1])
		}
	}
	return out
}

// Key returns the form under which a word is stored: lower case, one space between parts.
func Key(word string) string {
	return strings.Join(strings.Fields(strings.ToLower(strings.ReplaceAll(word, "_", " "))), " ")
}
