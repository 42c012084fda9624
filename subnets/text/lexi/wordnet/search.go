package wordnet

import (
	"math"
	"slices"
	"sync"
)

// Hit is a meaning whose definition resembles a query.
type Hit struct {
	ID    ID
	Score float32
}

// BM25's usual constants: how fast repeats of a term saturate has no part here (a term counts once per definition),
// so only the strength of the length correction is left.
const (
	bm25K = 1.2
	bm25B = 0.6
)

// Search returns at most n meanings whose definitions share the most telling words with query, best first. Equal
// scores are ordered by ID. keep, when not nil, says which meanings may be returned. The first search of a process
// builds the index.
func (db *DB) Search(query string, n int, keep func(ID) bool) []Hit {
	x := db.definitions()
	terms := Terms(query)
	slices.Sort(terms)
	scores := scratch.get(db.Len())
	defer scratch.put(scores)
	var touched []ID
	for _, t := range slices.Compact(terms) {
		touched = x.addTerm(scores, touched, t)
	}
	return best(scores, touched, n, keep)
}

func (x *index) addTerm(scores []float32, touched []ID, term string) []ID {
	list := x.find(term)
	n, df := float64(len(scores)), float64(len(list))
	idf := float32(math.Log(1 + (n-df+0.5)/(df+0.5)))
	for _, id := range list {
		if scores[id] == 0 {
			touched = append(touched, id)
		}
		length := float32(x.docs[id]) / x.meanTerms
		scores[id] += idf * (bm25K + 1) / (1 + bm25K*(1-bm25B+bm25B*length))
	}
	return touched
}

// best picks the n highest and wipes what was touched.
func best(scores []float32, touched []ID, n int, keep func(ID) bool) []Hit {
	var hits []Hit
	floor := float32(0)
	for _, id := range touched {
		s := scores[id]
		scores[id] = 0
		if s < floor || keep != nil && !keep(id) {
			continue
		}
		hits = append(hits, Hit{id, s})
		if len(hits) >= 4*n+64 {
			hits = trim(hits, n)
			floor = hits[len(hits)-1].Score
		}
	}
	return trim(hits, n)
}

func trim(hits []Hit, n int) []Hit {
	slices.SortFunc(hits, func(a, b Hit) int {
		switch {
		case a.Score > b.Score:
			return -1
		case a.Score < b.Score:
			return 1
		}
		return int(a.ID) - int(b.ID)
	})
	return hits[:min(n, len(hits))]
}

// scorePool lends score slices that are all zero.
type scorePool struct{ pool sync.Pool }

var scratch scorePool

func (p *scorePool) get(n int) []float32 {
	if s, ok := p.pool.Get().(*[]float32); ok && len(*s) == n {
		return *s
	}
	return make([]float32, n)
}

func (p *scorePool) put(s []float32) { p.pool.Put(&s) }
