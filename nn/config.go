// Package nn is a language model over bytes that can be trained and run on one core: the llama architecture (RMSNorm,
// rotary positions, SwiGLU, one matrix for embedding and output) with 256 tokens, one for each byte.
//
// Its one invariant: what a model computes depends on its parameters, its input and the kernel alone. Feeding bytes one by
// one and all at once give the same distribution up to rounding, and training with the same seed gives the same bits.
//
//	m, _ := nn.New(nn.Config{Dim: 128, Layers: 4, Heads: 4, Hidden: 352, Context: 128}, 1)
//	t, _ := nn.NewTrainer(m, text, nn.Plan{Steps: 2000})
//	_ = t.Run(ctx, func(p nn.Progress) { fmt.Println(p.Step, p.Bits) })
//	score, _ := m.Evaluate(ctx, heldOut)
package nn

import (
	"errors"
	"fmt"
)

// Vocabulary is the number of tokens: the bytes themselves.
const Vocabulary = 256

// First is fed before a text's first byte, so that it too can be predicted: a text begins like a line.
const First = '\n'

// Bounds of a Config. They keep a file that lies about its shape from asking for memory or time without end.
const (
	MaxDim     = 1024
	MaxLayers  = 64
	MaxHeads   = 64
	MaxHidden  = 4096
	MaxContext = 1024
)

// ErrConfig says that a Config describes no model.
var ErrConfig = errors.New("no such model")

// Config is the shape of a model.
type Config struct {
	Dim     int // numbers that stand for a byte in its context
	Layers  int
	Heads   int // they divide Dim into even parts
	Hidden  int // width between the two halves of a layer's second part
	Context int // bytes the model looks back on, itself included
}

// Validate tells whether c describes a model.
func (c Config) Validate() error {
	for _, b := range []struct {
		name      string
		have, max int
	}{{"dim", c.Dim, MaxDim}, {"layers", c.Layers, MaxLayers}, {"heads", c.Heads, MaxHeads}, {"hidden", c.Hidden, MaxHidden}, {"context", c.Context, MaxContext}} {
		if b.have < 1 || b.have > b.max {
			return fmt.Errorf("%w: %s is %d, it must be 1 to %d", ErrConfig, b.name, b.have, b.max)
		}
	}
	if c.Dim%(2*c.Heads) != 0 {
		return fmt.Errorf("%w: %d heads do not divide a dim of %d into even parts", ErrConfig, c.Heads, c.Dim)
	}
	return nil
}

// HeadSize is the part of Dim that one head looks at.
func (c Config) HeadSize() int { return c.Dim / c.Heads }

// Parameters is how many numbers a model of this shape learns.
func (c Config) Parameters() int { return c.matrices() + c.gains() }

func (c Config) matrices() int {
	return Vocabulary*c.Dim + c.Layers*(4*c.Dim*c.Dim+3*c.Hidden*c.Dim)
}

func (c Config) gains() int { return (2*c.Layers + 1) * c.Dim }
