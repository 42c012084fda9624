package mix

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"io"
	"math/bits"
	"slices"
	"sort"
)

// A file of a count model is, with every number a uvarint in its shortest form:
//
//	"DNGRAM" 1                        magic and version, 7 bytes
//	order                             1 byte, 1 to 7
//	256 counts                        how often each byte followed no context
//	tallies                           for each length 0 to order: how many counts were 1, 2, 3, 4
//	contexts                          how many follow
//	contexts times:
//	  step                            key less the key before it, at least 1; the first less 0
//	  followers less one              1 byte
//	  followers times: symbol, count  symbols rise; 1 byte and 1 to 2^24-1
//
// There are no floats in it and nothing after it, and equal models have equal files. Tallies may exceed what the counts
// below give: they are of the model before it was cut to a size.
const (
	magic       = "DNGRAM\x01"
	leastRecord = 4 // bytes of a context: step, followers, symbol, count
)

// WriteTo writes the model as a file. The same model gives the same bytes.
func (m *NGram) WriteTo(w io.Writer) (int64, error) {
	n, err := w.Write(m.encode(m.contexts()))
	if err != nil {
		return int64(n), fmt.Errorf("write n-gram model: %w", err)
	}
	return int64(n), nil
}

// encode writes the model with those of its contexts that are listed, in the order of keys.
func (m *NGram) encode(list []node) []byte {
	b := append([]byte(magic), byte(m.order))
	for _, c := range m.unit {
		b = binary.AppendUvarint(b, uint64(c))
	}
	for _, t := range m.tallies[:m.order+1] {
		for _, n := range t {
			b = binary.AppendUvarint(b, uint64(n))
		}
	}
	b = binary.AppendUvarint(b, uint64(len(list)))
	last, scratch := uint64(0), make([]follower, 0, 256)
	for _, n := range list {
		b = binary.AppendUvarint(b, n.key-last)
		last = n.key
		scratch = m.tables.followers(scratch[:0], n)
		b = append(b, byte(len(scratch)-1))
		for _, f := range scratch {
			b = append(b, f.symbol())
			b = binary.AppendUvarint(b, uint64(f.count()))
		}
	}
	return b
}

// Fit writes the model into at most size bytes: contexts seen seldom are left out, of equals the longer, as many as
// must be. It refuses a size that not even the bytes' own frequencies fit in.
func (m *NGram) Fit(size int) ([]byte, error) {
	list := m.contexts()
	if b := m.encode(list); len(b) <= size {
		return b, nil
	}
	base := len(m.encode(nil)) + binary.MaxVarintLen32
	if base > size {
		return nil, fmt.Errorf("fit n-gram model into %d bytes: it needs %d without any context", size, base)
	}
	return m.encode(m.within(list, size-base)), nil
}

// byWorth puts contexts first that were met often, and of those the short, and of those the ones with lower keys.
func byWorth(a, b node) int {
	return cmp.Or(cmp.Compare(b.total, a.total), cmp.Compare(a.key, b.key)) // a key begins with its length
}

func byKey(a, b node) int { return cmp.Compare(a.key, b.key) }

// within is what of list, which is in the order of keys, has most worth and takes at most room bytes.
func (m *NGram) within(list []node, room int) []node {
	ranked := slices.Clone(list)
	slices.SortFunc(ranked, byWorth)
	best := func(n int) []node {
		return slices.DeleteFunc(slices.Clone(list), func(c node) bool { return n == 0 || byWorth(c, ranked[n-1]) > 0 })
	}
	tooMany := sort.Search(len(list)+1, func(n int) bool { return m.recordBytes(best(n)) > room })
	return best(tooMany - 1)
}

// recordBytes is what the records of contexts in the order of keys take in a file.
func (m *NGram) recordBytes(list []node) (size int) {
	last := uint64(0)
	for _, n := range list {
		size += 1 + uvarintBytes(n.key-last)
		last = n.key
		for i := n.head; i != 0; i = m.tables.pool[i].next {
			size += 1 + uvarintBytes(uint64(m.tables.pool[i].count()))
		}
	}
	return size
}

func uvarintBytes(v uint64) int { return (bits.Len64(v|1) + 6) / 7 }
