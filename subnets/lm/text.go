package lm

import (
	"bytes"
	"errors"
	"unicode/utf8"
)

// errStop ends a generation at a text the caller named.
var errStop = errors.New("stop text reached")

// cutter passes bytes on until one of the stops has come, which it keeps back whole.
type cutter struct {
	stops  []string
	held   []byte // what may yet turn out to be the start of a stop
	longer int    // length of the longest stop
	next   func([]byte) error
}

func newCutter(stops []string, next func([]byte) error) *cutter {
	c := &cutter{next: next}
	for _, s := range stops {
		if s != "" {
			c.stops, c.longer = append(c.stops, s), max(c.longer, len(s))
		}
	}
	return c
}

func (c *cutter) add(b byte) error {
	c.held = append(c.held, b)
	for _, s := range c.stops {
		if bytes.HasSuffix(c.held, []byte(s)) {
			if err := c.release(len(s)); err != nil {
				return err
			}
			c.held = nil
			return errStop
		}
	}
	return c.release(max(0, c.longer-1))
}

// release passes on all but the last keep bytes.
func (c *cutter) release(keep int) error {
	n := len(c.held) - keep
	if n <= 0 {
		return nil
	}
	err := c.next(c.held[:n])
	c.held = append(c.held[:0], c.held[n:]...)
	return err
}

// repair turns bytes into UTF-8: a byte that belongs to no character becomes U+FFFD.
type repair struct {
	open []byte // a character that is not whole yet
	next func(string) error
}

func (r *repair) add(piece []byte) error {
	r.open = append(r.open, piece...)
	var out []byte
	for len(r.open) > 0 && utf8.FullRune(r.open) {
		c, size := utf8.DecodeRune(r.open)
		out = utf8.AppendRune(out, c) // RuneError is U+FFFD
		r.open = r.open[size:]
	}
	if len(out) == 0 {
		return nil
	}
	return r.next(string(out))
}

// end passes on what is left of a character that was never completed.
func (r *repair) end() error {
	if len(r.open) == 0 {
		return nil
	}
	r.open = nil
	return r.next(string(utf8.RuneError))
}
