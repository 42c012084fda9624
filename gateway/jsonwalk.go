package gateway

import (
	"bytes"
	"encoding/json"
	"iter"
	"slices"
)

// The walkers of this file read JSON without building values, so that edits leave all other bytes as they are. They
// need a document that json.Valid accepts.

// member is one name and value of an object; offsets are into the document.
type member struct {
	name       []byte // decoded
	start      int    // of the name's opening quote
	valueStart int
	end        int // of the value
}

func (m member) value(doc []byte) []byte { return doc[m.valueStart:m.end] }

// members yields the members of the object doc in order; nothing when doc is no object.
func members(doc []byte) iter.Seq[member] {
	return func(yield func(member) bool) {
		i := skipSpace(doc, 0)
		if i == len(doc) || doc[i] != '{' {
			return
		}
		for i = skipSpace(doc, i+1); doc[i] != '}'; i = skipSpace(doc, i) {
			if doc[i] == ',' {
				i = skipSpace(doc, i+1)
			}
			m := member{start: i}
			i = skipString(doc, i)
			m.name = decodeName(doc[m.start:i])
			i = skipSpace(doc, i) + 1 // the colon
			m.valueStart = skipSpace(doc, i)
			i = skipValue(doc, m.valueStart)
			m.end = i
			if !yield(m) {
				return
			}
		}
	}
}

// elements yields the raw elements of the array doc in order; nothing when doc is no array.
func elements(doc []byte) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		i := skipSpace(doc, 0)
		if i == len(doc) || doc[i] != '[' {
			return
		}
		for i = skipSpace(doc, i+1); doc[i] != ']'; i = skipSpace(doc, i) {
			if doc[i] == ',' {
				i = skipSpace(doc, i+1)
			}
			start := i
			i = skipValue(doc, i)
			if !yield(doc[start:i]) {
				return
			}
		}
	}
}

// kindOf returns the first character of a value: one of { [ " t f n - or a digit; zero for nothing.
func kindOf(value []byte) byte {
	i := skipSpace(value, 0)
	if i == len(value) {
		return 0
	}
	return value[i]
}

// isSet reports whether a member was there and not null.
func isSet(value []byte) bool { return len(value) > 0 && kindOf(value) != 'n' }

// text returns the bytes a JSON string stands for, without a copy where it has no escapes; nil when it is no string.
func text(value []byte) []byte {
	if len(value) < 2 || value[0] != '"' {
		return nil
	}
	if bytes.IndexByte(value, '\\') < 0 {
		return value[1 : len(value)-1]
	}
	var s string
	if json.Unmarshal(value, &s) != nil {
		return nil
	}
	return []byte(s)
}

func decodeName(quoted []byte) []byte { return text(quoted) }

// find returns the value of the first member called name, or nil.
func find(doc []byte, name string) []byte {
	for m := range members(doc) {
		if string(m.name) == name {
			return m.value(doc)
		}
	}
	return nil
}

// without returns the object doc less its first member called name, all other bytes as they are.
func without(doc []byte, name string) []byte {
	prevEnd, from, to := -1, -1, -1
	for m := range members(doc) {
		switch {
		case from < 0 && string(m.name) == name:
			from, to = m.start, m.end
		case from < 0:
			prevEnd = m.end
			continue
		default: // the first member behind the one to remove
			return cut(doc, from, m.start)
		}
	}
	if from < 0 {
		return doc
	}
	if prevEnd >= 0 {
		from = prevEnd // takes the comma along
	}
	return cut(doc, from, to)
}

func cut(doc []byte, from, to int) []byte { return slices.Concat(doc[:from], doc[to:]) }

// with returns the object doc with its member name set to the raw value, all other bytes as they are. A new member
// comes last.
func with(doc []byte, name, value string) []byte {
	last := -1
	for m := range members(doc) {
		if string(m.name) == name {
			return slices.Concat(doc[:m.valueStart], []byte(value), doc[m.end:])
		}
		last = m.end
	}
	field := `"` + name + `":` + value
	if last < 0 {
		last = bytes.IndexByte(doc, '{') + 1
	} else {
		field = "," + field
	}
	return slices.Concat(doc[:last], []byte(field), doc[last:])
}

func skipSpace(b []byte, i int) int {
	for i < len(b) && (b[i] == ' ' || b[i] == '\n' || b[i] == '\t' || b[i] == '\r') {
		i++
	}
	return i
}

// skipString returns the offset behind the string that begins at i.
func skipString(b []byte, i int) int {
	for i++; b[i] != '"'; i++ {
		if b[i] == '\\' {
			i++
		}
	}
	return i + 1
}

// skipValue returns the offset behind the value that begins at i.
func skipValue(b []byte, i int) int {
	depth := 0
	for i < len(b) {
		switch b[i] {
		case '"':
			i = skipString(b, i)
		case '{', '[':
			depth++
			i++
			continue
		case '}', ']':
			depth--
			i++
		case ',', ':', ' ', '\n', '\t', '\r':
			i++
			continue
		default:
			i = skipScalar(b, i)
		}
		if depth == 0 {
			return i
		}
	}
	return i
}

// skipScalar returns the offset behind the number, true, false or null that begins at i.
func skipScalar(b []byte, i int) int {
	for i < len(b) {
		switch b[i] {
		case ',', '}', ']', ' ', '\n', '\t', '\r':
			return i
		}
		i++
	}
	return i
}
