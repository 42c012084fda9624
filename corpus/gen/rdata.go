package main

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// An R package keeps its data in one file: for each object its length in four bytes, and the object compressed by zlib.
// A book is a vector of strings, one a line, in R's binary form: "X\n", version 3, two versions of R, the name of the
// encoding, then flags, length and strings. Integers have four bytes, the highest first.

const (
	maxObject    = 16 << 20
	stringVector = 16
	oneString    = 9
)

var errRdata = errors.New("not R's data as it was expected")

// books returns the vectors of strings in a data file, each with its lines joined.
func books(file []byte) ([][]byte, error) {
	var list [][]byte
	for r := bytes.NewReader(file); r.Len() > 0; {
		var size uint32
		if err := binary.Read(r, binary.BigEndian, &size); err != nil {
			return nil, fmt.Errorf("%w: %w", errRdata, err)
		}
		z, err := zlib.NewReader(r)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", errRdata, err)
		}
		object, err := io.ReadAll(io.LimitReader(z, maxObject))
		if err != nil || len(object) != int(size) {
			return nil, fmt.Errorf("%w: object of %d bytes, want %d: %v", errRdata, len(object), size, err)
		}
		text, err := lines(object)
		if err != nil {
			return nil, err
		}
		list = append(list, text)
	}
	return list, nil
}

// rReader goes through an object. Past its end everything is zero, and short is set.
type rReader struct {
	rest  []byte
	short bool
}

func (r *rReader) take(n int) []byte {
	if n < 0 || n > len(r.rest) {
		r.short, r.rest = true, nil
		return nil
	}
	taken := r.rest[:n]
	r.rest = r.rest[n:]
	return taken
}

func (r *rReader) number() int {
	b := r.take(4)
	if b == nil {
		return 0
	}
	return int(binary.BigEndian.Uint32(b))
}

func lines(object []byte) ([]byte, error) {
	r := &rReader{rest: object}
	mark, version := string(r.take(2)), r.number()
	r.take(8) // versions of R
	r.take(r.number())
	kind, count := r.number()&0xff, r.number()
	if mark != "X\n" || version != 3 || kind != stringVector {
		return nil, fmt.Errorf("%w: mark %q, version %d, kind %d", errRdata, mark, version, kind)
	}
	var text []byte
	for range count {
		if flags := r.number(); flags&0xff != oneString || r.short {
			return nil, fmt.Errorf("%w: %d bytes before the end is no string", errRdata, len(r.rest))
		}
		text = append(append(text, r.take(r.number())...), '\n')
	}
	if r.short || len(r.rest) > 0 {
		return nil, fmt.Errorf("%w: cut short, or %d bytes too long", errRdata, len(r.rest))
	}
	return text, nil
}
