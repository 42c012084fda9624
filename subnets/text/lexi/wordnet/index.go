package wordnet

import (
	"slices"
	"strings"
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

// posting is one stem of one definition; while the index is made, stems are numbered as they appear.
type posting struct {
	term uint32
	doc  ID
}

func (db *DB) buildIndex() *index {
	x := &index{docs: make([]uint8, db.Len())}
	numbers := map[string]uint32{}
	all := make([]posting, 0, 8*db.Len())
	for id := range db.Len() {
		start := len(all)
		for _, t := range Terms(definition(db.glosses.text(id))) {
			n, ok := numbers[t]
			if !ok {
				n = uint32(len(numbers))
				numbers[strings.Clone(t)] = n
			}
			all = append(all, posting{n, ID(id)})
		}
		x.docs[id] = uint8(min(len(all)-start, 255))
		all = all[:start+dedupe(all[start:])]
	}
	x.meanTerms = max(1, float32(len(all))/float32(max(1, db.Len())))
	x.sort(numbers, all)
	return x
}

// dedupe moves one posting of each term to the front and returns how many there are.
func dedupe(p []posting) int {
	n := 0
	for _, q := range p {
		if !slices.Contains(p[:n], q) {
			p[n] = q
			n++
		}
	}
	return n
}

// sort turns postings in the order of documents into lists in the order of terms, by counting.
func (x *index) sort(numbers map[string]uint32, all []posting) {
	names := make([]string, 0, len(numbers))
	for t := range numbers {
		names = append(names, t)
	}
	slices.Sort(names)
	rank := make([]uint32, len(names))
	var data []byte
	for i, t := range names {
		rank[numbers[t]] = uint32(i)
		data = append(data, t...)
		x.terms.ends = append(x.terms.ends, uint32(len(data)))
	}
	x.terms.data = data
	keys := make([]uint32, len(all))
	values := make([]ID, len(all))
	for i, p := range all {
		keys[i], values[i] = rank[p.term], p.doc
	}
	x.ends, x.lists = group(len(names), keys, values)
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
		for _, l := range db.Synset(ID(id)).Links {
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
