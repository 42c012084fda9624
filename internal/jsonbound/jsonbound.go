// Package jsonbound bounds what reading JSON can cost before it is read: two bytes of text ("{}") can become hundreds in
// memory, so that a limit of the text alone limits little.
//
// Its one invariant: text within the limits has at most so many objects and elements of arrays, whatever its names say, and
// counting them takes no memory to speak of.
package jsonbound

import (
	"errors"
	"fmt"
)

// Limits is how much a text may hold.
type Limits struct {
	Bytes    int
	Objects  int
	Elements int // values in arrays; an array counts as one even when it is empty
}

// ErrTooMuch marks text above its limits.
var ErrTooMuch = errors.New("too much JSON")

// maxDepth is how deep encoding/json follows.
const maxDepth = 10_000

// Check refuses text above the limits. Whether it is JSON at all it does not say.
func (l Limits) Check(text []byte) error {
	if len(text) > l.Bytes {
		return fmt.Errorf("%w: %d bytes, at most %d are allowed", ErrTooMuch, len(text), l.Bytes)
	}
	c := counter{}
	for i := 0; i < len(text); i++ {
		if c.quoted && text[i] == '\\' {
			i++
			continue
		}
		c.see(text[i])
		if c.objects > l.Objects || c.elements > l.Elements || len(c.open) > maxDepth {
			return fmt.Errorf("%w: in the first %d of %d bytes are %d objects and %d elements, %d deep; at most %d, %d and %d are allowed",
				ErrTooMuch, i+1, len(text), c.objects, c.elements, len(c.open), l.Objects, l.Elements, maxDepth)
		}
	}
	return nil
}

// counter goes through a text.
type counter struct {
	quoted            bool
	open              []byte // brackets and braces
	objects, elements int
}

func (c *counter) see(b byte) {
	switch {
	case b == '"':
		c.quoted = !c.quoted
	case c.quoted:
	case b == '{':
		c.objects++
		c.open = append(c.open, b)
	case b == '[':
		c.elements++
		c.open = append(c.open, b)
	case (b == '}' || b == ']') && len(c.open) > 0:
		c.open = c.open[:len(c.open)-1]
	case b == ',' && len(c.open) > 0 && c.open[len(c.open)-1] == '[':
		c.elements++
	}
}
