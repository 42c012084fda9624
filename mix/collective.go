package mix

import (
	"fmt"
	"math"
)

// Collective is several experts and the router that weighs them, as one expert.
type Collective struct {
	experts []Predictor
	router  *Router
}

// NewCollective joins experts with a router made for as many.
func NewCollective(experts []Predictor, router *Router) (*Collective, error) {
	if len(experts) != router.Experts() {
		return nil, fmt.Errorf("%w: %d with a router for %d", ErrExperts, len(experts), router.Experts())
	}
	return &Collective{experts, router}, nil
}

// Predict fills d with the blend. An expert that answers with what is no distribution counts as knowing nothing.
func (c *Collective) Predict(context []byte, d *Dist) {
	if c.router.Blend(context, c.ask(context), d) != nil {
		*d = Uniform()
	}
}

// Learn tells the router what came after context. It returns the blend's surprise in bits, before the lesson.
func (c *Collective) Learn(context []byte, came byte) (bits float64, err error) {
	likelihoods := make([]float64, len(c.experts))
	for i, d := range c.ask(context) {
		likelihoods[i] = float64(d[came])
	}
	return c.router.Learn(context, likelihoods)
}

func (c *Collective) ask(context []byte) []Dist {
	answers := make([]Dist, len(c.experts))
	for i, e := range c.experts {
		if e.Predict(context, &answers[i]); answers[i].Check() != nil {
			answers[i] = Uniform()
		}
	}
	return answers
}

// Gain is the mean of before less after, and the standard error of that mean. Both are losses on the same queries in the
// same order, so that what is hard for both cancels out. It refuses fewer than two pairs.
func Gain(before, after []float64) (mean, standardError float64, err error) {
	n := len(before)
	if n != len(after) || n < 2 {
		return 0, 0, fmt.Errorf("compare losses: %d and %d of them, want as many, two at least", n, len(after))
	}
	for i := range before {
		mean += (before[i] - after[i]) / float64(n)
	}
	squares := 0.0
	for i := range before {
		off := before[i] - after[i] - mean
		squares += float64(off * off)
	}
	return mean, math.Sqrt(squares / float64(n-1) / float64(n)), nil
}
