package merit

import "github.com/dendra-net/dendra/mix"

const (
	folds      = 4  // parts of a panel; what is weighed on the others is measured on each
	steps      = 16 // of learning for the whole
	finerSteps = 6  // of learning for each cell
	loyalty    = 24 // positions for which a cell's weights heed those of the cell around it
)

// pools measures mixtures of a panel's columns. Column 0 is the public model, which is in every pool.
type pools struct {
	columns  [][]float64
	passages [][]int32
	fold     []uint8 // by position
	cells    cells
	known    map[string][]float64 // losses by position of pools that were measured
}

func newPools(positions []Position, base []float64) *pools {
	p := &pools{
		columns:  [][]float64{tame(base)},
		passages: passagesOf(positions),
		fold:     make([]uint8, len(positions)),
		cells:    cellsOf(positions),
		known:    map[string][]float64{},
	}
	for k, passage := range p.passages {
		for _, i := range passage {
			p.fold[i] = uint8(k % folds)
		}
	}
	return p
}

// add appends a column and returns its number.
func (p *pools) add(likelihoods []float64) int {
	p.columns = append(p.columns, tame(likelihoods))
	return len(p.columns) - 1
}

// loss is the surprise in bits, by position, of the mixture of the public model with these columns. At each position
// the weights are what fitted the other folds best, for the cell of the position.
func (p *pools) loss(members []int) []float64 {
	key := keyOf(members)
	if l, ok := p.known[key]; ok {
		return l
	}
	pool := p.rows(members)
	bits := make([]float64, len(p.fold))
	for f := range uint8(folds) {
		p.price(pool, f, bits)
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

// price fills bits at the positions of one fold with the loss of the mixture that was fitted on the others.
func (p *pools) price(r rows, fold uint8, bits []float64) {
	whole := make([]float64, r.width)
	for k := range whole {
		whole[k] = 1 / float64(r.width)
	}
	all := make([]uint8, len(p.fold))
	p.fit(r, fold, all, [][]float64{whole}, 1, steps)
	bySort := p.finer(r, fold, p.cells.sort, sorts, func(uint8) []float64 { return whole })
	byFine := p.finer(r, fold, p.cells.fine, sorts*endings, func(c uint8) []float64 { return bySort[c/endings] })
	for i, f := range p.fold {
		if f == fold {
			bits[i] = -mix.Log2(dot(byFine[p.cells.fine[i]], r.row(i)))
		}
	}
}

// finer fits weights for each cell, which begin as those of the cell around it and leave them as far as data warrants.
func (p *pools) finer(r rows, fold uint8, cell []uint8, n int, around func(uint8) []float64) [][]float64 {
	weights := make([][]float64, n)
	for c := range weights {
		weights[c] = append([]float64(nil), around(uint8(c))...)
	}
	p.fit(r, fold, cell, weights, loyalty, finerSteps)
	return weights
}

// fit moves each cell's weights to those that make what came at the positions outside of fold most likely, by
// expectation and maximization. They heed what they begin with as if it were so many positions more.
func (p *pools) fit(r rows, fold uint8, cell []uint8, weights [][]float64, heed float64, steps int) {
	first, sums, counts := make([][]float64, len(weights)), make([][]float64, len(weights)), make([]float64, len(weights))
	for c := range weights {
		first[c] = append([]float64(nil), weights[c]...)
		sums[c] = make([]float64, r.width)
	}
	for range steps {
		for c := range sums {
			for k, w := range first[c] {
				sums[c][k] = float64(heed * w)
			}
			counts[c] = heed
		}
		for i, f := range p.fold {
			if f == fold {
				continue
			}
			c := cell[i]
			credit(sums[c], weights[c], r.row(i))
			counts[c]++
		}
		for c, w := range weights {
			for k := range w {
				w[k] = sums[c][k] / counts[c]
			}
		}
	}
}

// credit divides one position among the members by how far each is to thank for what came.
func credit(sums, weights, row []float64) {
	share := 1 / dot(weights, row)
	for k, w := range weights {
		sums[k] += float64(float64(w*row[k]) * share)
	}
}

func dot(a, b []float64) float64 {
	sum := 0.0
	for k, v := range a {
		sum += float64(v * b[k])
	}
	return sum
}
