package mix

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// ErrFile marks bytes that are no file of a count model: cut short, overlong, out of order, or untrue of themselves.
var ErrFile = errors.New("not an n-gram model file")

// MaxFileBytes is the largest file that Parse reads. What it builds takes at most 24 times the file and 24 KiB, whatever it
// claims: memory is asked for as records are read, never ahead of them.
const MaxFileBytes = 16 << 20

// Parse reads a model's file as WriteTo or Fit wrote it. The file may come from anybody; any byte that the format does
// not demand is refused with its offset. The model learns on within maxBytes of memory as NGramConfig has it; 0 means
// as many as it needs, and 32 MiB at least.
func Parse(file []byte, maxBytes int) (*NGram, error) {
	if len(file) > MaxFileBytes {
		return nil, fmt.Errorf("%w: %d bytes, at most %d are read", ErrFile, len(file), MaxFileBytes)
	}
	if maxBytes < 0 || maxBytes > 0 && maxBytes < leastBytes {
		return nil, fmt.Errorf("read n-gram model: %d bytes of memory, want %d at least", maxBytes, leastBytes)
	}
	if maxBytes == 0 {
		maxBytes = max(defaultMaxBytes, 24*len(file))
	}
	r := reader{file: file}
	m := r.model(maxBytes)
	if r.err == nil && r.at != len(file) {
		r.fail("%d bytes after the end", len(file)-r.at)
	}
	if r.err != nil {
		return nil, r.err
	}
	return m, nil
}

// reader goes through a file. After the first fault everything read is zero.
type reader struct {
	file []byte
	at   int
	err  error
}

func (r *reader) fail(format string, args ...any) {
	if r.err == nil {
		r.err = fmt.Errorf("%w: offset %d: %s", ErrFile, r.at, fmt.Sprintf(format, args...))
	}
}

func (r *reader) byte() byte {
	if r.err != nil || r.at >= len(r.file) {
		r.fail("cut short")
		return 0
	}
	r.at++
	return r.file[r.at-1]
}

// number reads a uvarint of at most limit.
func (r *reader) number(limit uint64) uint64 {
	if r.err != nil {
		return 0
	}
	v, n := binary.Uvarint(r.file[r.at:])
	switch {
	case n == 0:
		r.fail("cut short")
	case n < 0 || n != uvarintBytes(v):
		r.fail("a number not in its shortest form")
	case v > limit:
		r.fail("%d, at most %d makes sense", v, limit)
	default:
		r.at += n
		return v
	}
	return 0
}

func (r *reader) model(maxBytes int) *NGram {
	if len(r.file) < len(magic) || string(r.file[:len(magic)]) != magic {
		r.fail("does not begin with %q", magic)
		return nil
	}
	r.at = len(magic)
	m := &NGram{order: int(r.byte()), tables: newTable(maxBytes)}
	if r.err == nil && (m.order < 1 || m.order > MaxOrder) {
		r.fail("order %d, want 1 to %d", m.order, MaxOrder)
	}
	if r.err != nil {
		return nil
	}
	for b := range m.unit {
		m.unit[b] = uint32(r.number(countMax - 1))
		m.total += m.unit[b]
	}
	claimed := r.tallies(m.order)
	r.contexts(m)
	r.settle(m, claimed)
	return m
}

func (r *reader) tallies(order int) (t [MaxOrder + 1]tally) {
	for n := range order + 1 {
		for c := range t[n] {
			t[n][c] = uint32(r.number(1 << 31))
		}
	}
	return t
}

func (r *reader) contexts(m *NGram) {
	count := r.number(uint64(len(r.file)-r.at) / leastRecord)
	last := uint64(0)
	for range count {
		step := r.number(1<<64 - 1)
		key := last + step
		if r.err == nil && key <= last {
			r.fail("contexts do not rise")
		}
		if r.err == nil && !validKey(key, m.order) {
			r.fail("key %#x is no context of 1 to %d bytes", key, m.order)
		}
		if r.err != nil {
			return
		}
		last = key
		r.context(m, key)
	}
}

// validKey says whether a key's length is within order and no bits are set above its bytes.
func validKey(key uint64, order int) bool {
	length := int(key >> lengthShift)
	return length >= 1 && length <= order && keyOf(key, length) == key
}

func (r *reader) context(m *NGram, key uint64) {
	n := m.tables.add(key)
	if n == nil {
		r.fail("more contexts than %d bytes of memory hold", m.tables.maxBytes)
		return
	}
	followers, last := int(r.byte())+1, -1
	for range followers {
		symbol := int(r.byte())
		if r.err == nil && symbol <= last {
			r.fail("symbols do not rise")
		}
		count := uint32(r.number(countMax - 1))
		if r.err == nil && count == 0 {
			r.fail("a count of zero")
		}
		if r.err != nil {
			return
		}
		if !m.tables.follow(n, byte(symbol), count) {
			r.fail("more counts than %d bytes of memory hold", m.tables.maxBytes)
			return
		}
		last = symbol
		m.tallies[key>>lengthShift].move(0, count)
	}
}

// settle gives the model the tallies its file claims, if they are at least what its counts show.
func (r *reader) settle(m *NGram, claimed [MaxOrder + 1]tally) {
	for _, c := range m.unit {
		m.tallies[0].move(0, c)
	}
	for n := range m.order + 1 {
		for c, seen := range m.tallies[n] {
			if claimed[n][c] < seen {
				r.fail("claims %d counts of %d after %d bytes, has %d", claimed[n][c], c+1, n, seen)
				return
			}
		}
	}
	m.tallies = claimed
}
