package mix

import (
	"fmt"
	"slices"
)

// NGramConfig says how much a count model may remember.
type NGramConfig struct {
	Order    int // longest context in bytes, 1 to MaxOrder; 0 means 5
	MaxBytes int // memory for its tables, in bytes; 0 means 32 MiB. While a table grows the old one is there too
}

const (
	defaultOrder    = 5
	defaultMaxBytes = 32 << 20
	leastBytes      = 64 << 10
)

// NGram is a count model of bytes. It blends the counts of every context from the longest down, each discounted by what
// counts of counts say that unseen bytes deserve (Kneser and Ney's method as Chen and Goodman refined it). Contexts are
// exact, never hashed together. Any number of goroutines may Predict; to learn, one must be alone.
type NGram struct {
	order   int
	unit    [256]uint32 // the context of no bytes
	total   uint32      // sum of unit
	tables  *table
	tallies [MaxOrder + 1]tally
}

// NewNGram returns a model that knows nothing yet. It refuses an order outside 1 to MaxOrder and less than 64 KiB.
func NewNGram(c NGramConfig) (*NGram, error) {
	if c.Order == 0 {
		c.Order = defaultOrder
	}
	if c.MaxBytes == 0 {
		c.MaxBytes = defaultMaxBytes
	}
	if c.Order < 1 || c.Order > MaxOrder {
		return nil, fmt.Errorf("make n-gram model: order %d, want 1 to %d", c.Order, MaxOrder)
	}
	if c.MaxBytes < leastBytes {
		return nil, fmt.Errorf("make n-gram model: %d bytes of memory, want %d at least", c.MaxBytes, leastBytes)
	}
	return &NGram{order: c.Order, tables: newTable(c.MaxBytes)}, nil
}

// Order is the length of the longest context, in bytes.
func (m *NGram) Order() int { return m.order }

// Contexts is how many contexts the model remembers, that of no bytes aside.
func (m *NGram) Contexts() int { return m.tables.used }

// Bytes is what the model's tables take in memory.
func (m *NGram) Bytes() int { return m.tables.bytes() }

// Train learns a text from its first byte to its last. Nothing before the text is context of it.
func (m *NGram) Train(text []byte) {
	history := uint64(0)
	for i, b := range text {
		m.learn(history, min(i, m.order), b)
		history = history<<8 | uint64(b)
	}
}

// Learn counts one byte that followed a context.
func (m *NGram) Learn(context []byte, next byte) {
	history, length := m.history(context)
	m.learn(history, length, next)
}

// history packs the end of a context.
func (m *NGram) history(context []byte) (packed uint64, length int) {
	length = min(len(context), m.order)
	for _, b := range context[len(context)-length:] {
		packed = packed<<8 | uint64(b)
	}
	return packed, length
}

// learn counts next in the longest context, and in shorter ones as long as it is new to the longer: a short context
// then counts in how many ways a byte came about and not how often, which is what it is asked when the long ones fail.
func (m *NGram) learn(history uint64, length int, next byte) {
	for n := length; n > 0; n-- {
		if m.count(n, keyOf(history, n), next) {
			return
		}
	}
	m.countUnit(next)
}

// count says whether next had been seen in the context before.
func (m *NGram) count(length int, key uint64, next byte) bool {
	t := m.tables
	n := t.add(key)
	if n == nil {
		return false
	}
	before := (*follower)(nil)
	for i := n.head; i != 0; {
		f := &t.pool[i]
		if f.symbol() == next {
			m.tallies[length].rise(f.count())
			f.packed += 1 << 8
			n.total++
			if f.count() == countMax {
				m.halve(length, n)
			}
			if before != nil && f.count() > before.count() {
				f.packed, before.packed = before.packed, f.packed // what is met often is soon found
			}
			return true
		}
		before, i = f, f.next
	}
	if t.follow(n, next, 1) {
		m.tallies[length].rise(0)
	}
	return false
}

// halve makes room in a context whose counts have become too large for their field, and forgets the old a little.
func (m *NGram) halve(length int, n *node) {
	n.total = 0
	for i := n.head; i != 0; i = m.tables.pool[i].next {
		f := &m.tables.pool[i]
		half := (f.count() + 1) / 2
		m.tallies[length].move(f.count(), half)
		f.packed = half<<8 | uint32(f.symbol())
		n.total += half
	}
}

func (m *NGram) countUnit(next byte) {
	m.tallies[0].rise(m.unit[next])
	m.unit[next]++
	m.total++
	if m.unit[next] < countMax {
		return
	}
	m.total = 0
	for b, c := range m.unit {
		m.tallies[0].move(c, (c+1)/2)
		m.unit[b] = (c + 1) / 2
		m.total += m.unit[b]
	}
}

// contexts lists what the model knows in the order of keys.
func (m *NGram) contexts() []node {
	list := make([]node, 0, m.tables.used)
	for _, n := range m.tables.slots {
		if n.head != 0 {
			list = append(list, n)
		}
	}
	slices.SortFunc(list, byKey)
	return list
}

// followers appends a context's followers in the order of symbols.
func (t *table) followers(into []follower, n node) []follower {
	for i := n.head; i != 0; i = t.pool[i].next {
		into = append(into, t.pool[i])
	}
	slices.SortFunc(into, func(a, b follower) int { return int(a.symbol()) - int(b.symbol()) })
	return into
}
