package mixture

import (
	"errors"
	"fmt"
	"math"
	"sync"

	"github.com/dendra-net/dendra/mix"
)

// ErrAnswer marks a miner's answer that is no list of distributions.
var ErrAnswer = errors.New("not an answer with distributions")

// DistBytes is the length of a distribution on the wire, a level for each byte value.
//
// Level q stands for the probability 2^(-5q/64): 0 is certainty, and each step up is 5/64 of a bit less likely, down to
// 19.92 bits at 255. A probability p is written as the level nearest to -log2(p) 64/5. Whoever reads divides the levels'
// probabilities by their sum, which must lie between 31/32 and 33/32; none is then below mix.Floor. A byte's cost thus
// changes by at most 0.08 bits, or 0.12 near the floor, and on average by less than two thousandths.
const DistBytes = 256

const (
	levelsPerBit = 64.0 / 5
	leastSum     = 31.0 / 32
	mostSum      = 33.0 / 32
)

// levels are rounded to 24 bits, so that every machine has the same ones.
var levels = func() (l [256]float64) {
	for q := range l {
		l[q] = float64(float32(math.Exp2(-float64(q) / levelsPerBit)))
	}
	return l
}()

// nearest holds the level for float32s by their exponent and the first ten bits of their fraction, from mix.Floor on.
var nearest = sync.OnceValue(func() []byte {
	table := make([]byte, math.Float32bits(1)>>fraction-lowest+1)
	for i := range table {
		middle := math.Float32frombits((uint32(i)+lowest)<<fraction | 1<<(fraction-1))
		table[i] = levelOf(float64(middle))
	}
	return table
})

const (
	fraction = 13        // bits of a float32 that do not matter
	lowest   = 107 << 10 // mix.Floor without them
)

func levelOf(p float64) byte {
	return byte(min(255, max(0, math.Round(-mix.Log2(max(p, mix.Floor))*levelsPerBit))))
}

// Quantise writes d, which must be a distribution, into the first DistBytes bytes of out.
func Quantise(d *mix.Dist, out []byte) {
	table := nearest()
	for b, p := range d {
		out[b] = table[math.Float32bits(min(max(p, mix.Floor), 1))>>fraction-lowest]
	}
}

// Restore reads a distribution of DistBytes levels, or says why it is none.
func Restore(raw []byte, d *mix.Dist) error {
	if len(raw) != DistBytes {
		return fmt.Errorf("%w: %d bytes, want %d", ErrAnswer, len(raw), DistBytes)
	}
	sum := 0.0
	for _, q := range raw {
		sum += levels[q]
	}
	if sum < leastSum || sum > mostSum {
		return fmt.Errorf("%w: probabilities sum to %.4f, want %.4f to %.4f", ErrAnswer, sum, leastSum, mostSum)
	}
	for b, q := range raw {
		d[b] = float32(levels[q] / sum)
	}
	return nil
}
