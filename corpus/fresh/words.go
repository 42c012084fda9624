package fresh

import (
	"cmp"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
)

// token is a run of bytes that belong together: a word, an identifier or a number. What lies between tokens is never
// changed.
type token struct {
	begin, end int
	class      class // none when it is not to be replaced
}

// class is what a word and its replacement have in common. The zero value is of no class. Whoever
// has found the source knows the class too, which is worth 0.4 bits per byte of prose; with a class of length, 0.6.
type class struct {
	shape  shape
	ending uint8 // index into endings, the last for none of them
}

type shape uint8

const (
	odd    shape = iota // a mixture that is left alone
	number              // digits
	lower               // word
	title               // Word
	upper               // WORD
	camel               // someWord, some_word or SomeWord, in code
	camelTitle
)

// endings tell grammar well enough. The first that fits counts.
var endings = []string{"ing", "ed", "ly", "tion", "ness", "es", "s", "er", "est"}

// Words of fewer bytes are left alone.
const shortest = 3

func letter(b byte) bool { return b|0x20 >= 'a' && b|0x20 <= 'z' }
func digit(b byte) bool  { return b >= '0' && b <= '9' }

// part says whether a byte belongs to a token: a letter, a digit, an underscore, or a byte of a letter beyond ASCII.
func part(b byte) bool { return letter(b) || digit(b) || b == '_' || b >= 0x80 }

// next finds the token at or after a place in text. At the end it returns one that is empty.
func next(text []byte, at int) token {
	for at < len(text) && !part(text[at]) {
		at++
	}
	t := token{begin: at, end: at}
	for t.end < len(text) && (part(text[t.end]) || apostrophe(text, t.end)) {
		t.end++
	}
	if !fixed(text, t) {
		t.class = classOf(text[t.begin:t.end])
	}
	return t
}

// apostrophe says whether the byte stands within a word as in "don't".
func apostrophe(text []byte, at int) bool {
	return text[at] == '\'' && at > 0 && at+1 < len(text) && letter(text[at-1]) && letter(text[at+1])
}

// fixed says whether a token must stay for the text around it to make sense: after a backslash it is part of an escape,
// and between colons it is markup.
func fixed(text []byte, t token) bool {
	if t.begin > 0 && text[t.begin-1] == '\\' {
		return true
	}
	rest := text[t.end:]
	return len(rest) > 1 && rest[0] == ':' && (rest[1] == '`' || rest[1] == ':')
}

func classOf(word []byte) class {
	s := shapeOf(word)
	switch {
	case s == number:
		return class{shape: number}
	case s == odd || len(word) < shortest:
		return class{}
	}
	c := class{shape: s, ending: uint8(len(endings))}
	for i, e := range endings {
		if len(word) > len(e)+2 && strings.EqualFold(string(word[len(word)-len(e):]), e) {
			c.ending = uint8(i)
			break
		}
	}
	return c
}

func shapeOf(word []byte) shape {
	var small, capital, digits, others int
	for i, b := range word {
		switch {
		case digit(b):
			digits++
		case b == '_' && i > 0:
			others++
		case !letter(b):
			return odd
		case b >= 'a':
			small++
		default:
			capital++
		}
	}
	first := len(word) > 0 && word[0] < 'a'
	switch {
	case digits == len(word):
		return number
	case digits > 0:
		return odd
	case others == 0 && capital == 0:
		return lower
	case others == 0 && small == 0:
		return upper
	case others == 0 && capital == 1 && first:
		return title
	case first:
		return camelTitle
	}
	return camel
}

// Words of a kind that are so frequent that they hold its sentences together are never replaced, and replace none. A
// class of few words is left alone too: a replacement would be easy to guess.
const (
	keptWords  = 64
	leastWords = 12
)

// vocabulary is the words of a kind by class, to be drawn by frequency.
type vocabulary struct {
	kept    map[string]bool
	classes map[class]*urn
}

// urn holds words with running sums of how often they occur.
type urn struct {
	words []string
	sums  []int
}

func (u *urn) draw(r *rand.Rand) string {
	at := r.IntN(u.sums[len(u.sums)-1])
	i, found := slices.BinarySearch(u.sums, at)
	if found {
		i++ // a sum is where the next word begins
	}
	return u.words[i]
}

// learn counts the words of a text. Words for which keep holds stay as they are.
func learn(text []byte, keep func(word string) bool) *vocabulary {
	counts := map[string]int{}
	for t := next(text, 0); t.begin < t.end; t = next(text, t.end) {
		if t.class.shape > number {
			counts[string(text[t.begin:t.end])]++
		}
	}
	words := slices.SortedFunc(maps.Keys(counts), func(a, b string) int {
		return cmp.Or(counts[b]-counts[a], strings.Compare(a, b))
	})
	v := &vocabulary{kept: map[string]bool{}, classes: map[class]*urn{}}
	for i, w := range words {
		if i < keptWords || keep(w) {
			v.kept[w] = true
			continue
		}
		c := classOf([]byte(w))
		u := v.classes[c]
		if u == nil {
			u = &urn{}
			v.classes[c] = u
		}
		before := 0
		if len(u.sums) > 0 {
			before = u.sums[len(u.sums)-1]
		}
		u.words, u.sums = append(u.words, w), append(u.sums, before+counts[w])
	}
	maps.DeleteFunc(v.classes, func(_ class, u *urn) bool { return len(u.words) < leastWords })
	return v
}
