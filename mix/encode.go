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

// Fit writes the model into at most size bytes: contexts that were met seldom for the room they take are left out, as
// many as must be. It refuses a size in which not even the bytes' own frequencies fit.
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

// rank is a context and how often it was met for each thing that followed it.
type rank struct {
	key   uint64
	worth float64
}

func (t *table) rank(n node) rank {
	followers := 0
	for i := n.head; i != 0; i = t.pool[i].next {
		followers++
	}
	return rank{n.key, float64(n.total) / float64(followers+1)}
}

// byWorth puts contexts of most worth first, and of those the short, and of those the ones with lower keys.
func byWorth(a, b rank) int {
	return cmp.Or(cmp.Compare(b.worth, a.worth), cmp.Compare(a.key, b.key)) // a key begins with its length
}

func byKey(a, b node) int { return cmp.Compare(a.key, b.key) }

// within is what of list, which is in the order of keys, has most worth and takes at most room bytes.
func (m *NGram) within(list []node, room int) []node {
	ranks := make([]rank, len(list))
	for i, n := range list {
		ranks[i] = m.tables.rank(n)
	}
	order := slices.Clone(ranks)
	slices.SortFunc(order, byWorth)
	best := make([]node, 0, len(list))
	take := func(n int) {
		best = best[:0]
		for i, r := range ranks {
			if n > 0 && byWorth(r, order[n-1]) <= 0 {
				best = append(best, list[i])
			}
		}
	}
	tooMany := sort.Search(len(list)+1, func(n int) bool {
		take(n)
		return m.recordBytes(best) > room
	})
	take(tooMany - 1)
	return best
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
