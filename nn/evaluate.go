package nn

import (
	"context"
	"errors"
	"fmt"
	"math"
)

// ErrText says that a text is too short for what is asked.
var ErrText = errors.New("the text is too short")

// Score is how well a model predicts a text.
type Score struct {
	Bits  float64 // per byte, on average
	Bytes int
}

// Evaluate scores the model on text.
func (m *Model) Evaluate(ctx context.Context, text []byte) (Score, error) {
	bits, err := m.Bits(ctx, text)
	if err != nil {
		return Score{}, err
	}
	var sum float64
	for _, b := range bits {
		sum += float64(b)
	}
	return Score{Bits: sum / float64(len(bits)), Bytes: len(bits)}, nil
}

// evaluated is how many windows are computed at once.
const evaluated = 4

// Bits is what each byte of text costs: the negative binary logarithm of the chance that the model gave it. Every byte is
// predicted from the bytes before it, at least half a context of them where the text has as many.
func (m *Model) Bits(ctx context.Context, text []byte) ([]float32, error) {
	if len(text) == 0 {
		return nil, fmt.Errorf("%w: it is empty", ErrText)
	}
	length := min(m.config.Context, len(text))
	bits := make([]float32, len(text))
	starts := windows(len(text), length)
	p := m.newPass(min(evaluated, len(starts)), length, false)
	input := make([]byte, p.windows*length)
	fed := append([]byte{First}, text...)
	for done := 0; len(starts) > 0; {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		now := starts[:min(p.windows, len(starts))]
		starts = starts[len(now):]
		for i, start := range now {
			copy(input[i*length:], fed[start:start+length])
		}
		p.forward(input)
		for i, start := range now {
			if err := p.price(bits, text, i, start, done); err != nil {
				return nil, err
			}
			done = start + length
		}
	}
	return bits, nil
}

// windows are the starts of overlapping windows that cover n bytes.
func windows(n, length int) []int {
	var starts []int
	for start := 0; start+length < n; start += (length + 1) / 2 {
		starts = append(starts, start)
	}
	return append(starts, n-length)
}

// price sets the bits of a window's bytes from the one at done.
func (p *pass) price(bits []float32, text []byte, window, start, done int) error {
	for at := done; at < start+p.length; at++ {
		row := p.logits[(window*p.length+at-start)*Vocabulary:][:Vocabulary]
		cost := surprise(p.kernel, row, text[at]) / math.Ln2
		if math.IsNaN(cost) || math.IsInf(cost, 0) {
			return fmt.Errorf("%w: byte %d costs %v bits", ErrNotFinite, at, cost)
		}
		bits[at] = float32(cost)
	}
	return nil
}

// Predict gives the chance of each byte to come after prefix, of which the model sees the last Context bytes.
func (m *Model) Predict(prefix []byte) ([]float32, error) {
	if len(prefix) == 0 {
		prefix = []byte{First}
	}
	prefix = prefix[max(0, len(prefix)-m.config.Context):]
	p := m.newPass(1, len(prefix), false)
	p.forward(prefix)
	row := p.logits[(len(prefix)-1)*Vocabulary:]
	if cost := surprise(m.kernel, row, 0); math.IsNaN(cost) || math.IsInf(cost, 0) {
		return nil, fmt.Errorf("%w after %d bytes", ErrNotFinite, len(prefix))
	}
	return append([]float32(nil), row...), nil
}
