package gateway

import (
	"unicode"
	"unicode/utf8"
)

// wordBytes is how many bytes of a word make one token.
const wordBytes = 6

// CountTokens counts the tokens of text by the rule the network bills by, the same for every model:
//
//   - a word, that is a run of letters, digits and combining marks, counts one token for every 6 bytes of its UTF-8,
//     rounded up;
//   - any other character that is not white space counts one token;
//   - a byte that is no UTF-8 counts as one such character.
//
// The rule needs nothing but the text, gives about the numbers usual tokenizers give for prose, and does not depend
// on how an answer was cut into chunks.
func CountTokens(text string) uint64 {
	var c tokenCounter
	c.add([]byte(text))
	return c.total
}

// tokenCounter counts a text that comes in pieces. Pieces end between characters.
type tokenCounter struct {
	total uint64
	word  int // bytes of the word that is running
}

func (c *tokenCounter) add(text []byte) {
	for i := 0; i < len(text); {
		b := text[i]
		if b < utf8.RuneSelf {
			c.put(asciiClass(b), 1)
			i++
			continue
		}
		r, size := utf8.DecodeRune(text[i:])
		c.put(classOf(r), size)
		i += size
	}
}

type class byte

const (
	space class = iota
	symbol
	letter
)

func asciiClass(b byte) class {
	switch {
	case 'a' <= b && b <= 'z', 'A' <= b && b <= 'Z', '0' <= b && b <= '9':
		return letter
	case b == ' ', '\t' <= b && b <= '\r':
		return space
	}
	return symbol
}

func classOf(r rune) class {
	switch {
	case unicode.IsLetter(r), unicode.IsDigit(r), unicode.IsMark(r):
		return letter
	case unicode.IsSpace(r):
		return space
	}
	return symbol
}

func (c *tokenCounter) put(k class, size int) {
	if k != letter {
		c.word = 0
		c.total += uint64(k) // symbol is 1, space is 0
		return
	}
	before := (c.word + wordBytes - 1) / wordBytes
	c.word += size
	c.total += uint64((c.word+wordBytes-1)/wordBytes - before)
}
