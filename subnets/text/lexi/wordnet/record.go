package wordnet

import (
	"encoding/binary"
	"strings"
	"unicode"
)

// A record is: part of speech; number of words; per word uvarint(lemma<<2 | spelling) and, for spelling spellOther,
// a length and the bytes as written; number of links; per link uvarint(zigzag(target-own)<<4 | kind<<1 |
// lexical) and, when lexical, the two word positions.

// How a word is written compared with its lemma.
const (
	spellLower = iota
	spellTitle // each part starts with a capital
	spellUpper
	spellOther
)

func spelling(word, lemma string) int {
	switch word {
	case lemma:
		return spellLower
	case titled(lemma):
		return spellTitle
	case strings.ToUpper(lemma):
		return spellUpper
	}
	return spellOther
}

func titled(s string) string {
	start := true
	return strings.Map(func(r rune) rune {
		was := start
		start = r == ' ' || r == '-'
		if was {
			return unicode.ToUpper(r)
		}
		return r
	}, s)
}

func appendRecord(b []byte, s Synset, lemmaOf func(string) int) []byte {
	b = append(b, byte(s.POS))
	b = binary.AppendUvarint(b, uint64(len(s.Words)))
	for _, w := range s.Words {
		lemma := strings.ToLower(w)
		how := spelling(w, lemma)
		b = binary.AppendUvarint(b, uint64(lemmaOf(lemma))<<2|uint64(how))
		if how == spellOther {
			b = binary.AppendUvarint(b, uint64(len(w)))
			b = append(b, w...)
		}
	}
	b = binary.AppendUvarint(b, uint64(len(s.Links)))
	for _, l := range s.Links {
		lexical := uint64(0)
		if l.From > 0 {
			lexical = 1
		}
		b = binary.AppendUvarint(b, zigzag(int64(l.Target)-int64(s.ID))<<4|uint64(l.Kind)<<1|lexical)
		if lexical == 1 {
			b = append(b, byte(l.From), byte(l.To))
		}
	}
	return b
}

func zigzag(v int64) uint64 { return uint64(v<<1 ^ v>>63) }

func unzigzag(v uint64) int64 { return int64(v>>1) ^ -int64(v&1) }

// cursor reads a record. The file is checked by its frame's checksum, so a short read is a broken invariant; it
// yields zeros rather than a panic.
type cursor struct{ b []byte }

func (c *cursor) byte() byte {
	if len(c.b) == 0 {
		return 0
	}
	v := c.b[0]
	c.b = c.b[1:]
	return v
}

func (c *cursor) uvarint() uint64 {
	v, n := binary.Uvarint(c.b)
	if n <= 0 {
		c.b = nil
		return 0
	}
	c.b = c.b[n:]
	return v
}

func (c *cursor) text() string {
	n := min(c.uvarint(), uint64(len(c.b)))
	s := string(c.b[:n])
	c.b = c.b[n:]
	return s
}

func (db *DB) readWords(c *cursor) []string {
	n := min(int(c.uvarint()), len(c.b))
	words := make([]string, n)
	for i := range words {
		v := c.uvarint()
		lemma := db.lemmas.text(int(v >> 2))
		switch v & 3 {
		case spellLower:
			words[i] = lemma
		case spellTitle:
			words[i] = titled(lemma)
		case spellUpper:
			words[i] = strings.ToUpper(lemma)
		default:
			words[i] = c.text()
		}
	}
	return words
}

// skipWords passes over the words of a record.
func skipWords(c *cursor) {
	for n := c.uvarint(); n > 0 && len(c.b) > 0; n-- {
		if c.uvarint()&3 == spellOther {
			c.b = c.b[min(c.uvarint(), uint64(len(c.b))):]
		}
	}
}

func readLinks(c *cursor, own ID) []Link {
	n := min(int(c.uvarint()), len(c.b))
	links := make([]Link, n)
	for i := range links {
		v := c.uvarint()
		l := Link{Kind: LinkKind(v >> 1 & 7), Target: ID(int64(own) + unzigzag(v>>4))}
		if v&1 == 1 {
			l.From, l.To = int(c.byte()), int(c.byte())
		}
		links[i] = l
	}
	return links
}
