package fresh

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
)

// Passages as bytes, lengths and counts as unsigned varints:
//
//	"dendra passages 1\n"
//	passages
//	  bytes of the kind, kind, bytes of the text, text, new spans
//	    bytes since the end of the span before, or the begin of the text; bytes of the span
const passagesMagic = "dendra passages 1\n"

// maxKind bounds the name of a kind.
const maxKind = 32

// ErrEncoded marks passages that cannot be encoded, and bytes that do not encode any.
var ErrEncoded = errors.New("no encoded passages")

// Encode writes passages as bytes, equal ones as equal bytes. The error is ErrEncoded when they are not as Draw returns
// them.
func Encode(list []Passage) ([]byte, error) {
	if len(list) < 1 || len(list) > MaxPassages {
		return nil, fmt.Errorf("%w: %d of them, it must be 1 to %d", ErrEncoded, len(list), MaxPassages)
	}
	total := 0
	out := binary.AppendUvarint([]byte(passagesMagic), uint64(len(list)))
	for i, p := range list {
		if err := p.check(); err != nil {
			return nil, fmt.Errorf("%w: passage %d has %w", ErrEncoded, i, err)
		}
		if total += len(p.Text); total > maxDrawBytes {
			return nil, fmt.Errorf("%w: more than %d bytes together", ErrEncoded, maxDrawBytes)
		}
		out = p.append(out)
	}
	return out, nil
}

func (p Passage) append(out []byte) []byte {
	out = append(binary.AppendUvarint(out, uint64(len(p.Kind))), p.Kind...)
	out = append(binary.AppendUvarint(out, uint64(len(p.Text))), p.Text...)
	out = binary.AppendUvarint(out, uint64(len(p.New)))
	end := 0
	for _, s := range p.New {
		out = binary.AppendUvarint(out, uint64(s.Begin-end))
		out = binary.AppendUvarint(out, uint64(s.End-s.Begin))
		end = s.End
	}
	return out
}

// check words what the passage has that none may have.
func (p Passage) check() error {
	if len(p.Kind) < 1 || len(p.Kind) > maxKind {
		return fmt.Errorf("a kind of %d bytes, it must be 1 to %d", len(p.Kind), maxKind)
	}
	for _, b := range []byte(p.Kind) {
		if b < 'a' || b > 'z' {
			return fmt.Errorf("kind %q, it must be of small letters", p.Kind)
		}
	}
	if len(p.Text) < MinBytes || len(p.Text) > MaxBytes {
		return fmt.Errorf("%d bytes, it must be %d to %d", len(p.Text), MinBytes, MaxBytes)
	}
	end := -1
	for _, s := range p.New {
		if s.Begin <= end || s.End <= s.Begin || s.End > len(p.Text) {
			return fmt.Errorf("new bytes from %d to %d of %d after others up to %d", s.Begin, s.End, len(p.Text), end)
		}
		end = s.End
	}
	return nil
}

// Decode reads what Encode wrote and nothing else, from whoever it may come. The error is ErrEncoded.
func Decode(encoded []byte) ([]Passage, error) {
	rest, ok := bytes.CutPrefix(encoded, []byte(passagesMagic))
	if !ok {
		return nil, fmt.Errorf("%w: the beginning is another", ErrEncoded)
	}
	c := cursor{rest: rest}
	n := c.number(MaxPassages)
	list := make([]Passage, 0, n)
	for len(list) < n && !c.broken {
		list = append(list, c.passage())
	}
	if c.broken {
		return nil, fmt.Errorf("%w: cut off or out of bounds in passage %d", ErrEncoded, len(list))
	}
	again, err := Encode(list)
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(again, encoded) { // a long form of a number, or bytes that follow
		return nil, fmt.Errorf("%w: %d bytes that are %d in their only form", ErrEncoded, len(encoded), len(again))
	}
	return list, nil
}

// cursor reads encoded passages. Once broken, it reads zeros.
type cursor struct {
	rest   []byte
	broken bool
}

func (c *cursor) number(most int) int {
	v, size := binary.Uvarint(c.rest)
	if size <= 0 || v > uint64(most) {
		c.broken, c.rest = true, nil
		return 0
	}
	c.rest = c.rest[size:]
	return int(v)
}

func (c *cursor) bytes(most int) []byte {
	n := c.number(most)
	if n > len(c.rest) {
		c.broken, c.rest = true, nil
		return nil
	}
	taken := c.rest[:n:n]
	c.rest = c.rest[n:]
	return bytes.Clone(taken)
}

func (c *cursor) passage() Passage {
	p := Passage{Kind: string(c.bytes(maxKind)), Text: c.bytes(MaxBytes)}
	end := 0
	for left := c.number(len(p.Text)); left > 0 && !c.broken; left-- {
		s := Span{Begin: end + c.number(len(p.Text))}
		s.End = s.Begin + c.number(len(p.Text))
		p.New, end = append(p.New, s), s.End
	}
	return p
}

// DrawOwn draws from a validator's own texts by way of keep, which keeps the passages for auditors; it is the Own of an
// exam. Without own texts, where the source is nil, it returns the passages that the validator kept, or nil when it kept
// none and its text was the shipped one. Without keep nothing is kept. It fails as Draw or keep does, and with ErrEncoded
// when what was kept is not so many passages of so many bytes each.
func DrawOwn(keep func(draw func() ([]byte, error)) ([]byte, error), own Source, seed [32]byte, passages, bytes int) ([]Passage, error) {
	var draw func() ([]byte, error)
	switch {
	case keep == nil && own == nil:
		return nil, nil
	case keep == nil:
		return own.Draw(seed, passages, bytes)
	case own != nil:
		draw = func() ([]byte, error) {
			list, err := own.Draw(seed, passages, bytes)
			if err != nil {
				return nil, err
			}
			return Encode(list)
		}
	}
	kept, err := keep(draw)
	if err != nil || kept == nil {
		return nil, err
	}
	list, err := Decode(kept)
	if err == nil {
		err = asAsked(list, passages, bytes)
	}
	if err != nil {
		return nil, err
	}
	return list, nil
}

func asAsked(list []Passage, passages, bytes int) error {
	if len(list) != passages {
		return fmt.Errorf("%w: %d were kept, the exam draws %d", ErrEncoded, len(list), passages)
	}
	for i, p := range list {
		if len(p.Text) != bytes {
			return fmt.Errorf("%w: passage %d has %d bytes, the exam draws %d", ErrEncoded, i, len(p.Text), bytes)
		}
	}
	return nil
}
