package mixture

import (
	"math"

	"github.com/dendra-net/dendra/mix/merit"
)

// derive makes what anyone could make of the answers of some miners without knowing anything: their mean, their
// geometric mean, and the mean made flatter. Whoever tells no more than these has only asked the others.
func derive(paper []position, sheets []sheet, members []merit.Member) [][]float64 {
	flat, product, mean := make([]float64, len(paper)), make([]float64, len(paper)), make([]float64, len(paper))
	for i := range paper {
		var sums, logs [256]float64
		for _, m := range members {
			for b, q := range sheets[m.Index].levelsAt(i) {
				sums[b] += levels[q]
				logs[b] += float64(q)
			}
		}
		came := paper[i].truth
		mean[i] = part(&sums, came, func(v float64) float64 { return v })
		flat[i] = part(&sums, came, func(v float64) float64 { return float64(float32(math.Pow(v, flatter))) })
		n := float64(len(members))
		product[i] = part(&logs, came, func(v float64) float64 { return levels[byte(math.Round(v/n))] })
	}
	if len(members) == 1 {
		return [][]float64{flat}
	}
	return [][]float64{mean, product, flat}
}

// flatter is the power to which probabilities are raised: copies of models that are too sure of themselves gain by it.
const flatter = 0.85

// part is the share that one byte has of all weights.
func part(weights *[256]float64, came byte, of func(float64) float64) float64 {
	sum := 0.0
	for _, v := range weights {
		sum += of(v)
	}
	return of(weights[came]) / sum
}
