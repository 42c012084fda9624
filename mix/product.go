package mix

import (
	"fmt"
	"math"
)

// Product learns how to multiply experts: each distribution is raised to an exponent that depends on the context, and
// the product is made to sum to one. Where a mean can only be as sharp as its sharpest expert, a product of independent
// hints is sharper. It needs whole distributions to learn, not the likelihoods alone.
type Product struct{ linear }

// productRate is the length of a product's first steps: exponents need smaller ones than a softmax's scores.
const productRate = 0.03

// NewProduct returns a product in which all exponents are 1/experts: the geometric mean. A rate of 0 means the usual one.
func NewProduct(experts int, rate float64) (*Product, error) {
	if rate == 0 {
		rate = productRate
	}
	l, err := checkedLinear(experts, rate)
	if err != nil {
		return nil, err
	}
	for i := range experts {
		l.weights[bias*experts+i] = 1 / float64(experts)
	}
	return &Product{l}, nil
}

// Exponents is the power to which each expert is raised after context. Any may be negative.
func (p *Product) Exponents(context []byte) []float64 {
	f := featuresOf(context)
	return p.exponentsAt(&f)
}

func (p *Product) exponentsAt(f *features) []float64 {
	a := make([]float64, p.experts)
	p.apply(f, a)
	return a
}

// Blend fills d with the product of the experts' distributions after context.
func (p *Product) Blend(context []byte, experts []Dist, d *Dist) error {
	if len(experts) != p.experts {
		return fmt.Errorf("%w: %d distributions for %d experts", ErrExperts, len(experts), p.experts)
	}
	return Geometric(experts, p.Exponents(context), d)
}

// Learn tells the product which byte came after context. It returns its surprise in bits as it was before the lesson.
func (p *Product) Learn(context []byte, experts []Dist, came byte) (bits float64, err error) {
	if len(experts) != p.experts {
		return 0, fmt.Errorf("%w: %d distributions for %d experts", ErrExperts, len(experts), p.experts)
	}
	f := featuresOf(context)
	bits, slopes, err := p.slopes(&f, experts, came)
	if err != nil {
		return 0, err
	}
	p.descend(&f, slopes)
	return bits, nil
}

// slopes is the loss and its derivative in nats by each exponent: what the expert was expected to say of the byte, in
// logarithms, less what it said.
func (p *Product) slopes(f *features, experts []Dist, came byte) (bits float64, slopes []float64, err error) {
	var mixed [256]float64
	if err := multiply(experts, p.exponentsAt(f), &mixed); err != nil {
		return 0, nil, err
	}
	sum := 0.0
	for _, w := range mixed {
		sum += w
	}
	slopes = make([]float64, p.experts)
	for i := range experts {
		for b, q := range experts[i] {
			slopes[i] += float64(mixed[b] / sum * logOf(q))
		}
		slopes[i] -= logOf(experts[i][came])
	}
	return -log2(max(mixed[came]/sum, Floor)), slopes, nil
}

// Geometric fills d with the product of distributions, each raised to its exponent, made to sum to one.
func Geometric(experts []Dist, exponents []float64, d *Dist) error {
	if len(experts) != len(exponents) {
		return fmt.Errorf("%w: %d distributions, %d exponents", ErrExperts, len(experts), len(exponents))
	}
	var mixed [256]float64
	if err := multiply(experts, exponents, &mixed); err != nil {
		return err
	}
	return d.setChecked(&mixed)
}

// multiply fills mixed with the product, scaled so that the likeliest byte has one.
func multiply(experts []Dist, exponents []float64, mixed *[256]float64) error {
	for i := range experts {
		if err := experts[i].Check(); err != nil {
			return fmt.Errorf("expert %d: %w", i, err)
		}
		for b, q := range experts[i] {
			mixed[b] += float64(exponents[i] * logOf(q))
		}
	}
	top := math.Inf(-1)
	for _, z := range mixed {
		top = max(top, z)
	}
	for b, z := range mixed {
		mixed[b] = exp(z - top)
	}
	return nil
}

func logOf(p float32) float64 { return ln(max(float64(p), Floor)) }
