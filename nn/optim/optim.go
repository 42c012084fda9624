// Package optim moves parameters along their gradients: AdamW, the bound on a gradient's length and the schedule of rates.
//
// Its one invariant: a step is a function of its arguments and of the state in plain sight, so training goes on after a
// stop as if there had been none.
package optim

import "math"

// AdamW holds the running moments of every parameter's gradient.
type AdamW struct {
	Beta1, Beta2 float32
	Epsilon      float32
	// Decay shrinks the first Decayed parameters by Decay times the rate at each step.
	Decay   float32
	Decayed int

	Steps        int // taken so far
	Mean, Square []float32
}

// New holds moments for n parameters, the first decayed of which shrink by decay.
func New(n, decayed int, decay float32) *AdamW {
	return &AdamW{
		Beta1: 0.9, Beta2: 0.98, Epsilon: 1e-8, Decay: decay, Decayed: decayed,
		Mean: make([]float32, n), Square: make([]float32, n),
	}
}

// Step moves params against grads at the given rate.
func (a *AdamW) Step(params, grads []float32, rate float32) {
	a.Steps++
	correct1 := float32(1 - math.Pow(float64(a.Beta1), float64(a.Steps)))
	correct2 := float32(1 - math.Pow(float64(a.Beta2), float64(a.Steps)))
	a.move(params[:a.Decayed], grads, a.Mean, a.Square, rate, correct1, correct2, float32(rate*a.Decay))
	n := a.Decayed
	a.move(params[n:], grads[n:], a.Mean[n:], a.Square[n:], rate, correct1, correct2, 0)
}

func (a *AdamW) move(params, grads, mean, square []float32, rate, correct1, correct2, decay float32) {
	grads, mean, square = grads[:len(params)], mean[:len(params)], square[:len(params)]
	b1, b2, c1, c2 := a.Beta1, a.Beta2, 1-a.Beta1, 1-a.Beta2
	stepSize, root2, keep := rate/correct1, 1/sqrt(correct2), 1-decay
	for i, g := range grads {
		m := float32(b1*mean[i]) + float32(c1*g)
		v := float32(b2*square[i]) + float32(c2*float32(g*g))
		mean[i], square[i] = m, v
		params[i] = float32(params[i]*keep) - float32(stepSize*m)/(float32(sqrt(v)*root2)+a.Epsilon)
	}
}

func sqrt(x float32) float32 { return float32(math.Sqrt(float64(x))) }

// Clip shortens grads to a length of at most most, and returns the length they had. A gradient that is infinite or no
// number is not shortened: the caller sees it in the length and must not step.
func Clip(grads []float32, most float32) float32 {
	var sum float64
	for _, g := range grads {
		sum += float64(float64(g) * float64(g))
	}
	length := float32(math.Sqrt(sum))
	if length > most && length <= math.MaxFloat32 {
		scale := most / length
		for i := range grads {
			grads[i] *= scale
		}
	}
	return length
}

// Schedule is the rate over time: it rises evenly to Peak over Warmup steps, then falls along half a cosine to Floor at
// the last of Steps.
type Schedule struct {
	Peak, Floor   float32
	Warmup, Steps int
}

// Rate is the rate of a step; the first is 0.
func (s Schedule) Rate(step int) float32 {
	if step < s.Warmup {
		return s.Peak * float32(step+1) / float32(s.Warmup)
	}
	if step >= s.Steps-1 {
		return s.Floor
	}
	done := float64(step-s.Warmup) / float64(s.Steps-1-s.Warmup)
	return s.Floor + float32((s.Peak-s.Floor)*float32(0.5+0.5*math.Cos(math.Pi*done)))
}
