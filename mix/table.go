package mix

// A context's key is exact: its length in the top byte, its bytes below, the latest lowest. Zero is no context.
const lengthShift = 56

// MaxOrder is the longest context in bytes, given by the width of a key.
const MaxOrder = 7

func keyOf(history uint64, length int) uint64 {
	return uint64(length)<<lengthShift | history&(1<<(8*length)-1)
}

// node is a context: what followed it is a list in the pool, in which symbols met often move forward.
type node struct {
	key   uint64
	head  uint32 // index into the pool, or 0
	total uint32 // sum of the counts in the list
}

// follower is a symbol that followed a context, with its count above the low byte.
type follower struct {
	next   uint32
	packed uint32
}

const (
	nodeBytes, followerBytes = 16, 8
	countMax                 = 1<<24 - 1
)

func (f follower) symbol() byte  { return byte(f.packed) }
func (f follower) count() uint32 { return f.packed >> 8 }

// table finds contexts by open addressing with linear probing, and keeps their followers in one pool. Nothing is ever
// taken out; reaching maxBytes, it takes nothing more in.
type table struct {
	slots    []node // a power of two of them, at most three quarters used
	used     int
	shift    uint // 64 less the logarithm of len(slots)
	pool     []follower
	maxBytes int
}

const firstSlots = 1 << 10

func newTable(maxBytes int) *table {
	return &table{slots: make([]node, firstSlots), shift: 64 - 10, pool: make([]follower, 1, firstSlots), maxBytes: maxBytes}
}

func (t *table) bytes() int { return len(t.slots)*nodeBytes + cap(t.pool)*followerBytes }

func (t *table) slot(key uint64) *node {
	mask := uint64(len(t.slots) - 1)
	for i := key * 0x9E3779B97F4A7C15 >> t.shift; ; i = (i + 1) & mask {
		if n := &t.slots[i]; n.key == key || n.key == 0 {
			return n
		}
	}
}

// find returns a context, or nil.
func (t *table) find(key uint64) *node {
	if n := t.slot(key); n.key == key {
		return n
	}
	return nil
}

// add returns a context, new if need be, or nil when there is no room for it. Earlier nodes' addresses become invalid.
func (t *table) add(key uint64) *node {
	n := t.slot(key)
	if n.key == key {
		return n
	}
	if t.used >= len(t.slots)/4*3 {
		if t.bytes()+len(t.slots)*nodeBytes > t.maxBytes {
			return nil
		}
		t.grow()
		n = t.slot(key)
	}
	t.used++
	n.key = key
	return n
}

func (t *table) grow() {
	old := t.slots
	t.slots = make([]node, 2*len(old))
	t.shift--
	for _, n := range old {
		if n.key != 0 {
			*t.slot(n.key) = n
		}
	}
}

// follow puts a new symbol with a count into a context's list, unless the pool is full.
func (t *table) follow(n *node, symbol byte, count uint32) bool {
	if len(t.pool) == cap(t.pool) && !t.growPool() {
		return false
	}
	t.pool = append(t.pool, follower{next: n.head, packed: count<<8 | uint32(symbol)})
	n.head = uint32(len(t.pool) - 1)
	n.total += count
	return true
}

func (t *table) growPool() bool {
	more := min(cap(t.pool)/2, (t.maxBytes-t.bytes())/followerBytes)
	if more <= 0 {
		return false
	}
	pool := make([]follower, len(t.pool), cap(t.pool)+more)
	copy(pool, t.pool)
	t.pool = pool
	return true
}
