// Package fresh is text that nobody has seen, to measure models on: passages of the shipped text rewritten from a seed, or
// a validator's own files.
//
// Its one invariant: the same seed draws the same passages, and every byte that a passage calls new belongs to a word that
// the text it was made of does not have there. So whoever has the shipped text by heart knows no more about new bytes than
// what is worth paying for: what words there are, and which go together.
//
//	source, err := fresh.Corpus()
//	passages, err := source.Draw(seed, 16, 2048)
package fresh

import (
	"errors"
	"fmt"
)

// Passage is a piece of text.
type Passage struct {
	Kind string // of a kind of the corpus, or Own
	Text []byte
	New  []Span // in order, not touching each other
}

// Span is a half-open range of bytes of a passage.
type Span struct{ Begin, End int }

// NewBytes is how many bytes of the passage are new.
func (p Passage) NewBytes() (n int) {
	for _, s := range p.New {
		n += s.End - s.Begin
	}
	return n
}

// Source draws passages. What it draws depends on the arguments alone, and any number of goroutines may draw at once.
type Source interface {
	// Draw returns so many passages of exactly so many bytes each. It fails with ErrAsked when that is out of bounds and
	// with ErrTexts when the texts do not suffice.
	Draw(seed [32]byte, passages, bytes int) ([]Passage, error)
}

// Bounds of what can be drawn at once.
const (
	MaxPassages  = 4096
	MinBytes     = 64 // of a passage
	MaxBytes     = 64 << 10
	maxDrawBytes = 4 << 20 // all passages together
)

// Errors of this package.
var (
	ErrAsked = errors.New("no such passages")
	ErrTexts = errors.New("these texts cannot be used")
)

func checkAsked(passages, bytes int) error {
	switch {
	case passages < 1 || passages > MaxPassages:
		return fmt.Errorf("%w: %d of them, it must be 1 to %d", ErrAsked, passages, MaxPassages)
	case bytes < MinBytes || bytes > MaxBytes:
		return fmt.Errorf("%w: %d bytes each, it must be %d to %d", ErrAsked, bytes, MinBytes, MaxBytes)
	case passages*bytes > maxDrawBytes:
		return fmt.Errorf("%w: %d bytes together, the most is %d", ErrAsked, passages*bytes, maxDrawBytes)
	}
	return nil
}
