package mix

import (
	"errors"
	"fmt"
	"math"
)

// Floor is the least probability of a byte: 20 bits of surprise at most, so that one byte never decides a score.
const Floor = 1.0 / (1 << 20)

// Slack is how far from one the 256 probabilities of a distribution may sum: what rounding to float32 can do.
const Slack = 1e-4

// ErrDist marks a distribution that is none.
var ErrDist = errors.New("not a distribution")

// Dist holds the probability of each byte to come next, as float32. Sums are taken in float64 in the order of the bytes,
// every product is rounded before it is added, and exp and log are the package's own: experts, routers and products make
// the same Dist to the last bit on every machine, so what was paid by them can be computed again.
type Dist [256]float32

// Predictor is an expert: it tells what follows a context. Predict must fill all of d and may be called by several
// goroutines at once.
type Predictor interface {
	Predict(context []byte, d *Dist)
}

// Check says why d is no distribution: an entry that is NaN, negative, zero or over one, or a sum off by more than
// Slack. What came from a stranger is checked before it is mixed.
func (d *Dist) Check() error {
	sum := 0.0
	for b, p := range d {
		if !(p > 0 && p <= 1) { // NaN compares false
			return fmt.Errorf("%w: byte %d has probability %v, want more than 0 and at most 1", ErrDist, b, p)
		}
		sum += float64(p)
	}
	if math.Abs(sum-1) > Slack {
		return fmt.Errorf("%w: probabilities sum to %.6f, want 1 within %g", ErrDist, sum, Slack)
	}
	return nil
}

// Bits is the surprise at byte b in bits: minus the logarithm of its probability to base two.
func (d *Dist) Bits(b byte) float64 { return -log2(float64(d[b])) }

// Uniform gives each byte the same probability: what one knows who knows nothing.
func Uniform() (d Dist) {
	for b := range d {
		d[b] = 1.0 / 256
	}
	return d
}

// set fills d with weights made to sum to one, none below Floor. Weights must be finite, not negative, and not all 0.
func (d *Dist) set(weights *[256]float64) {
	sum := 0.0
	for _, w := range weights {
		sum += w
	}
	scale := (1 - 256*Floor) / sum
	for b, w := range weights {
		d[b] = float32(Floor + float64(w*scale))
	}
}

// setChecked is set for weights that were made of what others said.
func (d *Dist) setChecked(weights *[256]float64) error {
	sum := 0.0
	for b, w := range weights {
		if !(w >= 0) {
			return fmt.Errorf("%w: byte %d would have weight %v", ErrDist, b, w)
		}
		sum += w
	}
	if !(sum > 0 && sum <= math.MaxFloat64) {
		return fmt.Errorf("%w: weights sum to %v", ErrDist, sum)
	}
	d.set(weights)
	return nil
}

// Bits is the mean surprise of p at the bytes of text, in bits per byte, each predicted from all that precedes it. It
// is 0 for an empty text.
func Bits(p Predictor, text []byte) float64 {
	if len(text) == 0 {
		return 0
	}
	var d Dist
	sum := 0.0
	for i, b := range text {
		p.Predict(text[:i], &d)
		sum += d.Bits(b)
	}
	return sum / float64(len(text))
}
