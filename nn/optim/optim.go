// Package optim moves parameters along their gradients: AdamW, the bound on a gradient's length and the schedule of rates.
//
// Its one invariant: a step is a function of its arguments and of the state in plain sight, so training goes on after a
// stop as if there had been none.
package optim

import (
	"math"

	"github.com/dendra-net/dendra/nn/kernel"
)

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
func (a *AdamW) Step(k kernel.Kernel, params, grads []float32, rate float32) {
	a.Steps++
	s := kernel.AdamStep{
		Beta1: a.Beta1, Fresh1: 1 - a.Beta1, Beta2: a.Beta2, Fresh2: 1 - a.Beta2,
		Rate: rate / float32(1-math.Pow(float64(a.Beta1), float64(a.Steps))),
		Root: float32(1 / math.Sqrt(1-math.Pow(float64(a.Beta2), float64(a.Steps)))),
		Keep: 1 - float32(rate*a.Decay), Epsilon: a.Epsilon,
	}
	n := a.Decayed
	k.Adam(params[:n], grads[:n], a.Mean[:n], a.Square[:n], s)
	s.Keep = 1
	k.Adam(params[n:], grads[n:], a.Mean[n:], a.Square[n:], s)
}

// Clip shortens grads to a length of at most most, and returns the length they had. A gradient whose square is infinite or
// no number is not shortened: the caller sees it in the length and must not step.
func Clip(k kernel.Kernel, grads []float32, most float32) float32 {
	const chunk = 4096 // of which float32 adds up the squares well enough
	var sum float64
	for from := 0; from < len(grads); from += chunk {
		part := grads[from:min(from+chunk, len(grads))]
		sum += float64(k.Dot(part, part))
	}
	length := float32(math.Sqrt(sum))
	if length > most && length <= math.MaxFloat32 {
		k.Scale(most/length, grads)
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
