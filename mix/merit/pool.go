package merit

import "github.com/dendra-net/dendra/mix"

// folds is into how many parts a panel is cut: how much to believe whom is learnt on the others, and measured on each.
const folds = 4

// pools measures mixtures of a panel's columns. Column 0 is the public model, which is in every pool.
type pools struct {
	columns  [][]float64
	passages [][]int32
	fold     []uint8     // by position
	contexts [][]feature // by position
	known    map[string][]float64
}

func newPools(positions []Position, base []float64) *pools {
	p := &pools{
		columns:  [][]float64{tame(base)},
		passages: passagesOf(positions),
		fold:     make([]uint8, len(positions)),
		contexts: make([][]feature, len(positions)),
		known:    map[string][]float64{},
	}
	for k, passage := range p.passages {
		for _, i := range passage {
			p.fold[i] = uint8(foldOf(k))
			p.contexts[i] = featuresOf(positions[i].Context)
		}
	}
	return p
}

// foldOf spreads passages over folds so that no period of the exam's, as of kinds that come by turns, falls together
// with theirs.
func foldOf(passage int) int { return (passage*7 + passage/folds*3 + passage/16) % folds }

// add appends a column and returns its number.
func (p *pools) add(likelihoods []float64) int {
	p.columns = append(p.columns, tame(likelihoods))
	return len(p.columns) - 1
}

// loss is the surprise in bits, by position, of the mixture of the public model with these columns. What is believed at
// a position was learnt from other passages alone, and anew for these columns.
func (p *pools) loss(members []int) []float64 {
	key := keyOf(members)
	if l, ok := p.known[key]; ok {
		return l
	}
	var bits []float64
	if len(members) == 0 {
		bits = p.alone(0)
	} else {
		bits = p.fit(p.rows(members))
	}
	p.known[key] = bits
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

// keyOf names a set of columns. The order is that of the caller, who keeps it.
func keyOf(members []int) string {
	key := make([]byte, 0, 2*len(members))
	for _, m := range members {
		key = append(key, byte(m), byte(m>>8))
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
