package wordnet

import (
	"maps"
	"slices"
)

// index leads from a stem to the synsets whose definition has it. Lists lie end to end in rising order.
type index struct {
	terms     table // sorted
	ends      []uint32
	lists     []ID
	docs      []uint8 // terms of each definition, at most 255
	meanTerms float32
}

func (x *index) find(term string) []ID {
	i, ok := x.terms.find(term)
	if !ok {
		return nil
	}
	start := uint32(0)
	if i > 0 {
		start = x.ends[i-1]
	}
	return x.lists[start:x.ends[i]]
}

// indexBuilder numbers stems as they appear and notes, for each definition, the stems it has.
type indexBuilder struct {
	numbers map[string]uint32
	stems   []uint32 // of every posting, in the order of definitions
	docs    []ID
}

func (db *DB) buildIndex() *index {
	x := &index{docs: make([]uint8, db.Len())}
	b := &indexBuilder{numbers: map[string]uint32{}, stems: make([]uint32, 0, 6*db.Len()), docs: make([]ID, 0, 6*db.Len())}
	var lower []byte
	for id := range db.Len() {
		start, count := len(b.stems), 0
		lower = appendLower(lower[:0], definitionBytes(db.glosses.bytes(id)))
		eachTerm(lower, func(stem []byte) {
			count++
			b.add(start, ID(id), stem)
		})
		x.docs[id] = uint8(min(count, 255))
	}
	x.meanTerms = max(1, float32(len(b.stems))/float32(max(1, db.Len())))
	x.sort(b)
	return x
}

// add notes a stem unless the definition, whose postings begin at start, has it already.
func (b *indexBuilder) add(start int, id ID, stem []byte) {
	n, ok := b.numbers[string(stem)]
	if !ok {
		n = uint32(len(b.numbers))
		b.numbers[string(stem)] = n
	}
	if !slices.Contains(b.stems[start:], n) {
		b.stems, b.docs = append(b.stems, n), append(b.docs, id)
	}
}

// sort turns postings in the order of definitions into lists in the order of stems, by counting.
func (x *index) sort(b *indexBuilder) {
	names := slices.Sorted(maps.Keys(b.numbers))
	rank := make([]uint32, len(names))
	for i, t := range names {
		rank[b.numbers[t]] = uint32(i)
		x.terms.data = append(x.terms.data, t...)
		x.terms.ends = append(x.terms.ends, uint32(len(x.terms.data)))
	}
	for i, n := range b.stems {
		b.stems[i] = rank[n]
	}
	x.ends, x.lists = group(len(names), b.stems, b.docs)
}

// group returns the values of each key end to end, in their order, and where each key's run ends.
func group(n int, keys []uint32, values []ID) (ends []uint32, lists []ID) {
	ends = make([]uint32, n)
	for _, k := range keys {
		ends[k]++
	}
	next := make([]uint32, n)
	sum := uint32(0)
	for i, c := range ends {
		next[i] = sum
		sum += c
		ends[i] = sum
	}
	lists = make([]ID, len(values))
	for i, k := range keys {
		lists[next[k]] = values[i]
		next[k]++
	}
	return ends, lists
}

// inverse leads from a synset to those that link to it, one set of lists per kind of link.
type inverse struct {
	ends  [linkKinds][]uint32
	lists [linkKinds][]ID
}

func (db *DB) buildInverse() *inverse {
	var keys [linkKinds][]uint32
	var values [linkKinds][]ID
	for id := range db.Len() {
		for _, l := range db.links(ID(id)) {
			if l.Kind < linkKinds && int(l.Target) < db.Len() {
				keys[l.Kind] = append(keys[l.Kind], uint32(l.Target))
				values[l.Kind] = append(values[l.Kind], ID(id))
			}
		}
	}
	var inv inverse
	for k := range keys {
		inv.ends[k], inv.lists[k] = group(db.Len(), keys[k], values[k])
	}
	return &inv
}

// Inverse returns the synsets that link to id by kind, in rising order: with Hypernym the more special meanings.
func (db *DB) Inverse(id ID, kind LinkKind) []ID {
	if kind >= linkKinds || int(id) >= db.Len() {
		return nil
	}
	inv := db.inverse()
	start := uint32(0)
	if id > 0 {
		start = inv.ends[kind][id-1]
	}
	return inv.lists[kind][start:inv.ends[kind][id]]
}
