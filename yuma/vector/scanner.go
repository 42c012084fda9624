package vector

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// Error says what is wrong with a vector file and where.
type Error struct {
	File   string // as given to Parse or Load
	Line   int    // 1-based; 0 when the fault is not in one place
	Path   string // inside the document, like steps[2].weights.3[1]; empty for the whole
	Reason string
}

func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.File)
	if e.Line > 0 {
		fmt.Fprintf(&b, ":%d", e.Line)
	}
	if e.Path != "" {
		b.WriteString(": " + e.Path)
	}
	return b.String() + ": " + e.Reason
}

// scanner walks a JSON document once, strictly, keeping the path for its one error: after the first fault every method
// returns a zero value and every loop ends.
type scanner struct {
	file  string
	data  []byte
	dec   *json.Decoder
	begin int // where in data the decoder began
	path  []segment
	cells int // cells of matrices read so far
	reals int // numbers of any size read so far
	err   error
}

func newScanner(file string, data []byte) *scanner {
	return newScannerAt(file, data, 0, len(data))
}

// segment is one step into a document: a field, or an element of a list.
type segment struct {
	name  string
	index int // inField for a field
}

const inField = -1

func (s *scanner) place() string {
	var b strings.Builder
	for k, at := range s.path {
		switch {
		case at.index != inField:
			b.WriteString("[" + strconv.Itoa(at.index) + "]")
		case k == 0:
			b.WriteString(brief(at.name))
		default:
			b.WriteString("." + brief(at.name))
		}
	}
	return b.String()
}

// newScannerAt reads one value inside a document.
func newScannerAt(file string, data []byte, begin, end int) *scanner {
	s := &scanner{file: file, data: data, begin: begin, dec: json.NewDecoder(bytes.NewReader(data[begin:end]))}
	s.dec.UseNumber()
	return s
}

func (s *scanner) offset() int { return min(s.begin+int(s.dec.InputOffset()), len(s.data)) }

func (s *scanner) fail(format string, args ...any) {
	if s.err != nil {
		return
	}
	s.err = &Error{
		File: s.file, Line: 1 + bytes.Count(s.data[:s.offset()], []byte("\n")), Path: s.place(),
		Reason: fmt.Sprintf(format, args...),
	}
}

func (s *scanner) token() json.Token {
	if s.err != nil {
		return nil
	}
	t, err := s.dec.Token()
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		s.fail("the document ends too early")
	case err != nil:
		s.fail("broken JSON: %v", err)
	}
	return t
}

// end refuses anything after the document.
func (s *scanner) end() {
	if s.err != nil {
		return
	}
	if _, err := s.dec.Token(); !errors.Is(err, io.EOF) {
		s.fail("something follows the document")
	}
}

func (s *scanner) open(delim json.Delim, what string) bool {
	if t := s.token(); t != delim {
		s.fail("want %s, have %s", what, describe(t))
		return false
	}
	return true
}

// object calls field for every key, which must read the value.
func (s *scanner) object(field func(key string)) {
	if s.open('{', "an object") {
		s.fields(field)
	}
}

// fields reads the inside of an object that is open.
func (s *scanner) fields(field func(key string)) {
	seen := map[string]bool{}
	for s.err == nil && s.dec.More() {
		key, _ := s.token().(string)
		if seen[key] {
			s.fail("field %q appears twice", brief(key))
		}
		seen[key] = true
		s.within(segment{key, inField}, func() { field(key) })
	}
	s.token()
}

// array calls item for every element, which must read it.
func (s *scanner) array(item func(i int)) {
	if s.open('[', "a list") {
		s.items(item)
	}
}

// items reads the inside of an array that is open.
func (s *scanner) items(item func(i int)) {
	for i := 0; s.err == nil && s.dec.More(); i++ {
		s.within(segment{index: i}, func() { item(i) })
	}
	s.token()
}

func (s *scanner) within(at segment, read func()) {
	s.path = append(s.path, at)
	read()
	if s.err == nil {
		s.path = s.path[:len(s.path)-1]
	}
}

// postpone passes over a list and returns where it begins and ends, for what can only be read once the rest is known.
func (s *scanner) postpone() (begin, end int) {
	if !s.open('[', "a list") {
		return 0, 0
	}
	begin = s.offset() - 1
	for depth := 1; s.err == nil && depth > 0; {
		switch s.token() {
		case json.Delim('{'), json.Delim('['):
			if depth++; depth > maxDepth {
				s.fail("nested deeper than %d", maxDepth)
			}
		case json.Delim('}'), json.Delim(']'):
			depth--
		}
	}
	return begin, s.offset()
}

func (s *scanner) unknown(key string) { s.fail("unknown field %q", brief(key)) }

func (s *scanner) text() string {
	t := s.token()
	v, ok := t.(string)
	if !ok {
		s.fail("want a string, have %s", describe(t))
	}
	return v
}

func (s *scanner) boolean() bool {
	t := s.token()
	v, ok := t.(bool)
	if !ok {
		s.fail("want true or false, have %s", describe(t))
	}
	return v
}

// brief cuts text that came from the file to what fits an error message.
func brief(text string) string {
	const longest = 40
	if len(text) > longest {
		return text[:longest] + "…"
	}
	return text
}

// describe names a token in an error message.
func describe(t json.Token) string {
	switch v := t.(type) {
	case nil:
		return "null"
	case string:
		return strconv.Quote(brief(v))
	case json.Number:
		return brief(string(v))
	default:
		return fmt.Sprint(v)
	}
}
