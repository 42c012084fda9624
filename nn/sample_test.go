package nn

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

func logitsOf(chances ...float64) []float32 {
	out := make([]float32, len(chances))
	for i, c := range chances {
		out[i] = float32(math.Log(c))
	}
	return out
}

func TestSampler(t *testing.T) {
	logits := logitsOf(0.1, 0.4, 0.2, 0.3)
	for _, c := range []struct {
		name string
		s    Sampler
		draw float64
		want byte
	}{
		{"greedy", Sampler{}, 0, 1},
		{"likeliest first", Sampler{Temperature: 1}, 0.39, 1},
		{"then the next", Sampler{Temperature: 1}, 0.41, 3},
		{"the rarest last", Sampler{Temperature: 1}, 0.95, 0},
		{"the end", Sampler{Temperature: 1}, 1, 0},
		{"top 1", Sampler{Temperature: 1, TopK: 1}, 0.95, 1},
		{"top 2", Sampler{Temperature: 1, TopK: 2}, 0.95, 3},
		{"top 60 %", Sampler{Temperature: 1, TopP: 0.6}, 0.95, 3},
		{"top 100 %", Sampler{Temperature: 1, TopP: 1, TopK: 10}, 0.95, 0},
		{"cold", Sampler{Temperature: 0.01}, 0.95, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.s.Draw = func() float64 { return c.draw }
			got, err := c.s.Pick(logits)
			require.NoError(t, err)
			require.Equal(t, c.want, got)
		})
	}
	b, err := Sampler{}.Pick([]float32{1, 3, 3})
	require.NoError(t, err)
	require.Equal(t, byte(1), b)
	_, err = Sampler{}.Pick([]float32{1, float32(math.NaN())})
	require.ErrorIs(t, err, ErrNotFinite)
}

func TestGenerate(t *testing.T) {
	m := shaken(t, tiny, 10)
	var text []byte
	keep := func(b byte) error { text = append(text, b); return nil }
	require.NoError(t, m.Generate(context.Background(), randomText(1, 20), 40, Sampler{}, keep))
	require.Len(t, text, 40)
	first := text
	text = nil
	require.NoError(t, m.Generate(context.Background(), randomText(1, 20), 40, Sampler{}, keep))
	require.Equal(t, first, text)
	text = nil
	draw := rand.New(rand.NewPCG(1, 2)).Float64
	require.NoError(t, m.Generate(context.Background(), nil, 40, Sampler{Temperature: 2, Draw: draw}, keep))
	require.NotEqual(t, first, text)
	broken := errors.New("pipe")
	require.ErrorIs(t, m.Generate(context.Background(), nil, 1, Sampler{}, func(byte) error { return broken }), broken)
	stopped, stop := context.WithCancel(context.Background())
	stop()
	require.ErrorIs(t, m.Generate(stopped, nil, 1, Sampler{}, keep), context.Canceled)
}
