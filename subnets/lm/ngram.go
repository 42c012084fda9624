package lm

import (
	"context"
	"fmt"
	"math"

	"github.com/dendra-net/dendra/mix"
	"github.com/dendra-net/dendra/nn"
)

// checkEvery is how many bytes are predicted between two looks at a context.
const checkEvery = 1024

type counted struct{ m *mix.NGram }

// FromNGram makes a Model of a count model, which must not learn any more.
func FromNGram(m *mix.NGram) Model { return counted{m} }

func (c counted) Kind() string { return "ngram" }

func (c counted) Predict(prefixes [][]byte, out []mix.Dist) error {
	if len(prefixes) != len(out) {
		return errCounts(len(prefixes), len(out))
	}
	for i, p := range prefixes {
		c.m.Predict(p, &out[i])
	}
	return nil
}

func (c counted) Bits(ctx context.Context, text []byte) ([]float32, error) {
	bits := make([]float32, len(text))
	var d mix.Dist
	for i, b := range text {
		if i%checkEvery == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		c.m.Predict(text[max(0, i-mix.MaxOrder):i], &d)
		bits[i] = float32(d.Bits(b))
	}
	return bits, nil
}

func (c counted) Generate(ctx context.Context, prompt []byte, n int, pick nn.Sampler, emit func(byte) error) error {
	text := append([]byte(nil), prompt[max(0, len(prompt)-mix.MaxOrder):]...)
	var d mix.Dist
	for range n {
		if err := ctx.Err(); err != nil {
			return err
		}
		c.m.Predict(text, &d)
		b, err := Pick(pick, &d)
		if err != nil {
			return err
		}
		if err := emit(b); err != nil {
			return err
		}
		text = append(text[max(0, len(text)-mix.MaxOrder):], b)
	}
	return nil
}

// Pick draws a byte of d, which must be a distribution, as pick would from a model's logits.
func Pick(pick nn.Sampler, d *mix.Dist) (byte, error) {
	var logits [256]float32
	for b, p := range d {
		logits[b] = float32(math.Log(float64(p)))
	}
	b, err := pick.Pick(logits[:])
	if err != nil {
		return 0, fmt.Errorf("pick a byte: %w", err)
	}
	return b, nil
}
