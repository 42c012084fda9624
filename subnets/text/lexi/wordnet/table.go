package wordnet

import (
	"encoding/binary"
	"errors"
	"math"
	"sort"
)

var errShortTable = errors.New("lengths and entries of a table disagree")

// table is a list of byte strings: the end of each in one slice, their bytes end to end in another.
type table struct {
	ends []uint32
	data []byte
}

func newTable(lengths, data []byte) (table, error) {
	t := table{ends: make([]uint32, 0, countUvarints(lengths)), data: data}
	end := uint64(0)
	for len(lengths) > 0 {
		v, n := binary.Uvarint(lengths)
		if n <= 0 || v > math.MaxUint32 {
			return table{}, errShortTable
		}
		lengths, end = lengths[n:], end+v
		if end > uint64(len(data)) {
			return table{}, errShortTable
		}
		t.ends = append(t.ends, uint32(end))
	}
	if end != uint64(len(data)) {
		return table{}, errShortTable
	}
	return t, nil
}

func countUvarints(b []byte) int {
	n := 0
	for _, c := range b {
		if c < 0x80 {
			n++
		}
	}
	return n
}

func (t table) len() int { return len(t.ends) }

func (t table) bytes(i int) []byte {
	if i < 0 || i >= len(t.ends) {
		return nil
	}
	start := uint32(0)
	if i > 0 {
		start = t.ends[i-1]
	}
	return t.data[start:t.ends[i]]
}

func (t table) text(i int) string { return string(t.bytes(i)) }

// find returns the position of s in a sorted table.
func (t table) find(s string) (int, bool) {
	i := t.lowerBound(s)
	return i, i < t.len() && string(t.bytes(i)) == s
}

// lowerBound returns the first position whose entry is not less than s.
func (t table) lowerBound(s string) int {
	return sort.Search(t.len(), func(i int) bool { return string(t.bytes(i)) >= s })
}

// tableBuilder writes the two sections of a table.
type tableBuilder struct{ lengths, data []byte }

func (b *tableBuilder) add(entry []byte) {
	b.lengths = binary.AppendUvarint(b.lengths, uint64(len(entry)))
	b.data = append(b.data, entry...)
}
