package merit

import (
	"encoding/binary"

	"github.com/dendra-net/dendra/mix"
)

// folds is into how many parts a panel is cut: how much to believe whom is learnt on the others, and measured on each.
const folds = 4

// pools measures mixtures of a panel's columns. Column 0 is the public model, which is in every pool.
type pools struct {
	columns  [][]float64
	passages [][]int32
	fold     []uint8     // by position
	contexts [][]feature // by position
	names    []uint64    // of columns
	cache    *Cache
}

// newPools begins with the public model. A nil cache is one of its own.
func newPools(positions []Position, base []float64, cache *Cache) *pools {
	if cache == nil {
		cache = NewCache()
	}
	p := &pools{passages: passagesOf(positions), fold: make([]uint8, len(positions)), cache: cache}
	if cache.contexts == nil {
		cache.contexts = make([][]feature, len(positions))
		for i := range positions {
			cache.contexts[i] = featuresOf(positions[i].Context)
		}
	}
	p.contexts = cache.contexts
	for k, passage := range p.passages {
		for _, i := range passage {
			p.fold[i] = uint8(foldOf(k))
		}
	}
	p.add(base)
	return p
}

// foldOf spreads passages over folds so that no period of the exam's, as of kinds that come by turns, falls together
// with theirs.
func foldOf(passage int) int { return (passage*7 + passage/folds*3 + passage/16) % folds }

// add appends a column and returns its number.
func (p *pools) add(likelihoods []float64) int {
	column := tame(likelihoods)
	p.columns, p.names = append(p.columns, column), append(p.names, nameOf(column))
	return len(p.columns) - 1
}

// addCapped appends a column as it would be if it nowhere gave more than could be known from what these columns give, or
// the public model.
func (p *pools) addCapped(column int, others []int) int {
	capped := append([]float64(nil), p.columns[column]...)
	for i, q := range capped {
		most := p.columns[0][i]
		for _, o := range others {
			most = max(most, p.columns[o][i])
		}
		capped[i] = min(q, max(most, doubled(most)))
	}
	p.columns, p.names = append(p.columns, capped), append(p.names, nameOf(capped))
	return len(p.columns) - 1
}

// doubled is a probability whose odds are squared: what is likely becomes likelier. To be surer of what another holds for
// likely is no knowledge.
func doubled(p float64) float64 {
	q := 1 - p
	return p * p / (float64(p*p) + float64(q*q))
}

// loss is the surprise in bits, by position, of the mixture of the public model with these columns. What is believed at
// a position was learnt from other passages alone, and anew for these columns.
func (p *pools) loss(members []int) []float64 {
	key := p.keyOf(members)
	if l, ok := p.cache.losses[key]; ok {
		return l
	}
	var bits []float64
	if len(members) == 0 {
		bits = p.alone(0)
	} else {
		bits = p.fit(p.rows(members))
	}
	p.cache.losses[key] = bits
	return bits
}

// alone is the surprise of one column.
func (p *pools) alone(column int) []float64 {
	bits := make([]float64, len(p.columns[column]))
	for i, q := range p.columns[column] {
		bits[i] = -mix.Log2(q)
	}
	return bits
}

// keyOf names what columns hold, the public model's first. The order is that of the caller, who keeps it.
func (p *pools) keyOf(members []int) string {
	key := binary.LittleEndian.AppendUint64(make([]byte, 0, 8*len(members)+8), p.names[0])
	for _, m := range members {
		key = binary.LittleEndian.AppendUint64(key, p.names[m])
	}
	return string(key)
}

// rows holds what each member gave, position after position.
type rows struct {
	width int
	at    []float64
}

func (r rows) row(i int) []float64 { return r.at[i*r.width:][:r.width] }

func (p *pools) rows(members []int) rows {
	r := rows{width: len(members) + 1}
	r.at = make([]float64, len(p.fold)*r.width)
	for i := range p.fold {
		row := r.row(i)
		row[0] = p.columns[0][i]
		for k, m := range members {
			row[k+1] = p.columns[m][i]
		}
	}
	return r
}

// fit learns a gate for every fold and measures with it.
func (p *pools) fit(r rows) []float64 {
	bits := make([]float64, len(p.fold))
	g := newGate(r.width)
	for f := range uint8(folds) {
		g.forget()
		for i, own := range p.fold {
			if own != f {
				g.learn(p.contexts[i], r.row(i))
			}
		}
		for i, own := range p.fold {
			if own == f {
				bits[i] = -mix.Log2(g.mixed(p.contexts[i], r.row(i)))
			}
		}
	}
	return bits
}
