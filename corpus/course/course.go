// Package course is how the model that is shipped with the program was trained: on what, for how long, at which rates,
// and how it is measured.
//
// Its one invariant: the course depends on the corpus and on the constants below alone, however often it was stopped. The
// same course on the same kernel gives the same file.
package course

import (
	"context"
	"fmt"

	"github.com/dendra-net/dendra/corpus"
	"github.com/dendra-net/dendra/nn"
)

// Course is a course of training in two parts: the rate is held until the model has seen enough, and then falls. So how
// long to hold can be decided late, and what a stop leaves behind is always worth finishing.
type Course struct {
	Shape nn.Config
	Hold  int // steps
	Fall  int // steps in which the rate would fall to a hundredth
	Steps int // taken in all: the end of the fall, where the rate is next to nothing, may be left out
	Every int // steps after which it is written down and kept
}

// Shipped is the course of the shipped model. It has 836,736 parameters, so that its file stays below a mebibyte.
var Shipped = Course{
	Shape: nn.Config{Dim: 128, Layers: 4, Heads: 4, Hidden: 352, Context: 128},
	Hold:  17_500, Fall: 10_000, Steps: 27_500, Every: 500,
}

const (
	rate   = 0.002
	batch  = 4 // windows a step
	warmup = 200
	seed   = 1
)

// Bytes is how many bytes so many steps are trained on.
func (c Course) Bytes(steps int) int64 { return int64(steps) * int64(batch*c.Shape.Context) }

// hold has no end: it is stopped, so a state of it does not depend on how long it was meant to be.
func (c Course) hold() nn.Plan {
	return nn.Plan{Steps: nn.MaxSteps, Batch: batch, Warmup: warmup, Peak: rate, Floor: rate, Seed: seed}
}

func (c Course) fall() nn.Plan {
	return nn.Plan{Steps: c.Fall, Batch: batch, Warmup: 1, Peak: rate, Floor: rate / 100, Seed: seed + 1}
}

// Text is what the model is trained on: all kinds of the corpus, each repeated until it is as long as the longest, so
// that a window is as likely to be of one kind as of another.
func Text() ([]byte, error) {
	var texts [][]byte
	longest := 0
	for _, kind := range corpus.Kinds() {
		text, err := corpus.Text(kind, corpus.Training)
		if err != nil {
			return nil, err
		}
		texts, longest = append(texts, text), max(longest, len(text))
	}
	all := make([]byte, 0, longest*len(texts))
	for _, text := range texts {
		for n := longest; n > 0; n -= len(text) {
			all = append(all, text[:min(n, len(text))]...)
		}
	}
	return all, nil
}

// pieceBytes is how much of the held-out text is measured at a stretch when not all of it is.
const pieceBytes = 2048

// HeldOut is text of a kind that the model was not trained on: all of it when bytes is 0, or pieces spread evenly over it
// of about that many bytes together.
func HeldOut(kind corpus.Kind, bytes int) ([][]byte, error) {
	text, err := corpus.Text(kind, corpus.HeldOut)
	if err != nil {
		return nil, err
	}
	pieces := bytes / pieceBytes
	if pieces == 0 || len(text) < bytes {
		return [][]byte{text}, nil
	}
	list := make([][]byte, pieces)
	for i := range list {
		list[i] = text[i*(len(text)/pieces):][:pieceBytes]
	}
	return list, nil
}

// Measure tells what a byte of each kind costs the model, in bits, on held-out text as HeldOut gives it.
func Measure(ctx context.Context, m *nn.Model, bytes int) (map[corpus.Kind]float64, error) {
	costs := map[corpus.Kind]float64{}
	for _, kind := range corpus.Kinds() {
		pieces, err := HeldOut(kind, bytes)
		if err != nil {
			return nil, err
		}
		var bits, count float64
		for _, piece := range pieces {
			score, err := m.Evaluate(ctx, piece)
			if err != nil {
				return nil, fmt.Errorf("measure on %s: %w", kind, err)
			}
			bits, count = bits+score.Bits*float64(score.Bytes), count+float64(score.Bytes)
		}
		costs[kind] = bits / count
	}
	return costs, nil
}

// Mean is the mean over the kinds, each counting the same.
func Mean(costs map[corpus.Kind]float64) float64 {
	var sum float64
	for _, kind := range corpus.Kinds() {
		sum += costs[kind]
	}
	return sum / float64(len(corpus.Kinds()))
}
