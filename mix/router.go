package mix

import (
	"errors"
	"fmt"
	"math"
)

// ErrExperts marks a call whose number of experts is not the one the learner was made for.
var ErrExperts = errors.New("wrong number of experts")

// MaxExperts bounds a pool: a learner holds 32 KiB per expert.
const MaxExperts = 1024

// defaultRate is the length of a learner's first steps.
const defaultRate = 0.3

// Router learns whom of several experts to believe where: a softmax over hashed features of the context gives each
// expert a weight, and the blend is the weighted mean of what they say. It needs only what each gave the byte that
// came. Use one from one goroutine at a time while it learns.
type Router struct{ linear }

// NewRouter returns a router that believes all experts alike. A rate of 0 means the usual one.
func NewRouter(experts int, rate float64) (*Router, error) {
	l, err := checkedLinear(experts, rate)
	return &Router{l}, err
}

func checkedLinear(experts int, rate float64) (linear, error) {
	if experts < 1 || experts > MaxExperts {
		return linear{}, fmt.Errorf("%w: %d, want 1 to %d", ErrExperts, experts, MaxExperts)
	}
	if rate == 0 {
		rate = defaultRate
	}
	if !(rate > 0 && rate <= 10) {
		return linear{}, fmt.Errorf("learning rate %v, want more than 0 and at most 10", rate)
	}
	return newLinear(experts, rate), nil
}

// Experts is how many experts the router weighs.
func (r *Router) Experts() int { return r.experts }

// Weights is how far the router believes each expert after context. They are positive and sum to one.
func (r *Router) Weights(context []byte) []float64 {
	f := featuresOf(context)
	return r.weightsAt(&f)
}

func (r *Router) weightsAt(f *features) []float64 {
	w := make([]float64, r.experts)
	r.apply(f, w)
	softmax(w)
	return w
}

func softmax(z []float64) {
	top, sum := math.Inf(-1), 0.0
	for _, v := range z {
		top = max(top, v)
	}
	for i, v := range z {
		z[i] = exp(v - top)
		sum += z[i]
	}
	for i := range z {
		z[i] /= sum
	}
}

// Learn tells the router what probability each expert had given the byte that came after context. It returns the
// blend's surprise in bits as it was before the lesson.
func (r *Router) Learn(context []byte, likelihoods []float64) (bits float64, err error) {
	if err := r.checkLikelihoods(likelihoods); err != nil {
		return 0, err
	}
	f := featuresOf(context)
	bits, slopes := r.slopes(&f, likelihoods)
	r.descend(&f, slopes)
	return bits, nil
}

// Loss is the blend's surprise in bits at a byte to which the experts gave likelihoods, without learning from it.
func (r *Router) Loss(context []byte, likelihoods []float64) (bits float64, err error) {
	if err := r.checkLikelihoods(likelihoods); err != nil {
		return 0, err
	}
	f := featuresOf(context)
	bits, _ = r.slopes(&f, likelihoods)
	return bits, nil
}

func (r *Router) checkLikelihoods(likelihoods []float64) error {
	if len(likelihoods) != r.experts {
		return fmt.Errorf("%w: %d likelihoods for %d experts", ErrExperts, len(likelihoods), r.experts)
	}
	for i, p := range likelihoods {
		if !(p >= 0 && p <= 1) {
			return fmt.Errorf("%w: expert %d gave probability %v", ErrDist, i, p)
		}
	}
	return nil
}

// slopes is the loss and its derivative in nats by each expert's score: the weight before less the weight after the
// byte is known.
func (r *Router) slopes(f *features, likelihoods []float64) (bits float64, slopes []float64) {
	slopes = r.weightsAt(f)
	mixed := 0.0
	for i, p := range likelihoods {
		mixed += float64(slopes[i] * max(p, Floor))
	}
	for i, p := range likelihoods {
		slopes[i] -= slopes[i] * max(p, Floor) / mixed
	}
	return -log2(mixed), slopes
}

// Blend fills d with the mean of the experts' distributions as the router weighs them after context.
func (r *Router) Blend(context []byte, experts []Dist, d *Dist) error {
	if len(experts) != r.experts {
		return fmt.Errorf("%w: %d distributions for %d experts", ErrExperts, len(experts), r.experts)
	}
	return Linear(experts, r.Weights(context), d)
}

// Linear fills d with the weighted mean of distributions. Weights must not be negative and not all be zero; they need
// not sum to one.
func Linear(experts []Dist, weights []float64, d *Dist) error {
	if len(experts) != len(weights) {
		return fmt.Errorf("%w: %d distributions, %d weights", ErrExperts, len(experts), len(weights))
	}
	sum := 0.0
	for i, w := range weights {
		if !(w >= 0 && w <= math.MaxFloat32) {
			return fmt.Errorf("weight %d is %v, want a number that is not negative", i, w)
		}
		sum += w
	}
	if sum == 0 {
		return fmt.Errorf("%w: no expert has a weight", ErrExperts)
	}
	var mixed [256]float64
	for i := range experts {
		if err := experts[i].Check(); err != nil {
			return fmt.Errorf("expert %d: %w", i, err)
		}
		share := weights[i] / sum
		for b, p := range experts[i] {
			mixed[b] += float64(share * float64(p))
		}
	}
	d.set(&mixed)
	return nil
}
