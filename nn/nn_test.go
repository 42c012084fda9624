package nn

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/dendra-net/dendra/nn/kernel"
	"github.com/stretchr/testify/require"
)

var tiny = Config{Dim: 8, Layers: 2, Heads: 2, Hidden: 6, Context: 7}

// shaken is a model whose gains too are no round numbers.
func shaken(t *testing.T, c Config, seed uint64) *Model {
	t.Helper()
	m, err := New(c, seed)
	require.NoError(t, err)
	r := rand.New(rand.NewPCG(seed, 99))
	for i := range m.params {
		m.params[i] += float32(r.NormFloat64() * 0.1)
	}
	return m
}

func randomText(seed uint64, n int) []byte {
	r, text := rand.New(rand.NewPCG(seed, 5)), make([]byte, n)
	for i := range text {
		text[i] = byte(r.IntN(256))
	}
	return text
}

func onEveryKernel(t *testing.T, f func(t *testing.T, k kernel.Kernel)) {
	for _, k := range kernel.All() {
		t.Run(k.Name(), func(t *testing.T) { f(t, k) })
	}
}

func TestConfig(t *testing.T) {
	require.Equal(t, 836_736, Config{Dim: 128, Layers: 4, Heads: 4, Hidden: 352, Context: 128}.Parameters())
	for _, c := range []Config{
		{}, {Dim: 8, Layers: 1, Heads: 8, Hidden: 1, Context: 1}, {Dim: 8, Layers: 1, Heads: 3, Hidden: 1, Context: 1},
		{Dim: 8, Layers: 1, Heads: 1, Hidden: 1, Context: MaxContext + 1}, {Dim: -8, Layers: 1, Heads: 1, Hidden: 1, Context: 1},
		{Dim: 1 << 40, Layers: 1 << 40, Heads: 1, Hidden: 1, Context: 1},
	} {
		require.ErrorIs(t, c.Validate(), ErrConfig, "%+v", c)
		_, err := New(c, 1)
		require.ErrorIs(t, err, ErrConfig)
	}
	_, err := FromParameters(tiny, make([]float32, 3))
	require.ErrorContains(t, err, "3 are given")
}

func TestLogitsAreThoseOfTheReference(t *testing.T) {
	for _, c := range []Config{tiny, {Dim: 20, Layers: 3, Heads: 5, Hidden: 33, Context: 19}, {Dim: 2, Layers: 1, Heads: 1, Hidden: 1, Context: 1}} {
		m := shaken(t, c, 3)
		text := randomText(1, 2*c.Context)
		onEveryKernel(t, func(t *testing.T, k kernel.Kernel) {
			m.Use(k)
			p := m.newPass(2, c.Context, false)
			p.forward(text)
			for window := range 2 {
				for i, row := range newReference(m).logits(text[window*c.Context:][:c.Context]) {
					for j, want := range row {
						require.InDelta(t, want, p.logits[(window*c.Context+i)*Vocabulary+j], 1e-4)
					}
				}
			}
		})
	}
}

// Every parameter's gradient is the slope of the loss that the reference has there.
func TestGradients(t *testing.T) {
	m := shaken(t, tiny, 4)
	input, targets := randomText(2, 2*tiny.Context), randomText(3, 2*tiny.Context)
	onEveryKernel(t, func(t *testing.T, k kernel.Kernel) {
		m.Use(k)
		p := m.newPass(2, tiny.Context, true)
		p.forward(input)
		ref := newReference(m)
		require.InDelta(t, ref.loss(input, targets, tiny.Context), p.loss(targets), 1e-5)
		p.backward()
		r := rand.New(rand.NewPCG(1, 1))
		for _, g := range tiny.tensors(p.back.params) {
			for range min(len(g.Data), 120) {
				i := r.IntN(len(g.Data))
				require.InDelta(t, slope(ref, g.Name, i, input, targets), g.Data[i], 2e-6, "%s[%d]", g.Name, i)
			}
		}
	})
}

// slope is a central finite difference.
func slope(r reference, name string, i int, input, targets []byte) float64 {
	const step = 1e-5
	at := &r.p[name][i]
	was := *at
	*at = was + step
	up := r.loss(input, targets, r.c.Context)
	*at = was - step
	down := r.loss(input, targets, r.c.Context)
	*at = was
	return (up - down) / (2 * step)
}

// A window longer than a stripe looks back over the stripe before, forwards and backwards in the same way.
func TestStripes(t *testing.T) {
	c := Config{Dim: 4, Layers: 1, Heads: 1, Hidden: 3, Context: stripe + 9}
	m := shaken(t, c, 5)
	input, targets := randomText(4, c.Context), randomText(5, c.Context)
	p := m.newPass(1, c.Context, true)
	p.forward(input)
	ref := newReference(m)
	require.InDelta(t, ref.loss(input, targets, c.Context), p.loss(targets), 1e-5)
	p.backward()
	for _, g := range c.tensors(p.back.params)[1:] {
		for i := 0; i < len(g.Data); i += 5 {
			require.InDelta(t, slope(ref, g.Name, i, input, targets), g.Data[i], 1e-6, "%s[%d]", g.Name, i)
		}
	}
}

func TestSessionFeedsAsAPassDoes(t *testing.T) {
	c := Config{Dim: 24, Layers: 2, Heads: 3, Hidden: 17, Context: 21}
	m := shaken(t, c, 6)
	text := randomText(6, c.Context)
	onEveryKernel(t, func(t *testing.T, k kernel.Kernel) {
		m.Use(k)
		p := m.newPass(1, c.Context, false)
		p.forward(text)
		s := m.Session()
		for range 2 {
			for i, b := range text {
				logits, err := s.Feed(b)
				require.NoError(t, err)
				require.InDeltaSlice(t, p.logits[i*Vocabulary:][:Vocabulary], logits, 1e-4)
				require.Equal(t, i+1, s.Len())
			}
			_, err := s.Feed(0)
			require.ErrorIs(t, err, ErrFull)
			s.Reset()
		}
	})
}

func TestPredict(t *testing.T) {
	m := shaken(t, tiny, 6)
	text := randomText(6, 30)
	chances, err := m.Predict(text)
	require.NoError(t, err)
	logits := newReference(m).logits(text[len(text)-tiny.Context:])
	var sum float64
	for i, want := range shares(logits[len(logits)-1]) {
		require.InDelta(t, want, chances[i], 1e-5)
		sum += float64(chances[i])
	}
	require.InDelta(t, 1, sum, 1e-5)
	_, err = m.Predict(nil)
	require.NoError(t, err)
}

// Each byte is priced once, from at least half a context where there is one, and the first from a line's start.
func TestBits(t *testing.T) {
	m := shaken(t, tiny, 7)
	ref := newReference(m)
	for n := 1; n < 40; n++ {
		text := randomText(uint64(n), n)
		bits, err := m.Bits(context.Background(), text)
		require.NoError(t, err)
		require.Len(t, bits, n)
		require.InDelta(t, -math.Log2(shares(ref.logits([]byte{First})[0])[text[0]]), bits[0], 1e-4)
		last := append([]byte{First}, text...)
		last = last[max(0, n-tiny.Context):n]
		rows := ref.logits(last)
		require.InDelta(t, -math.Log2(shares(rows[len(rows)-1])[text[n-1]]), bits[n-1], 1e-4)
	}
	_, err := m.Bits(context.Background(), nil)
	require.ErrorIs(t, err, ErrText)
	stopped, stop := context.WithCancel(context.Background())
	stop()
	_, err = m.Evaluate(stopped, randomText(1, 50))
	require.ErrorIs(t, err, context.Canceled)
}

func TestBrokenModelsAreToldOf(t *testing.T) {
	m := shaken(t, tiny, 8)
	m.params[0] = float32(math.Inf(1))
	_, err := m.Evaluate(context.Background(), []byte{0, 0, 1})
	require.ErrorIs(t, err, ErrNotFinite)
	_, err = m.Predict([]byte{0})
	require.ErrorIs(t, err, ErrNotFinite)
	require.ErrorIs(t, m.Generate(context.Background(), []byte{0}, 1, Sampler{}, nil), ErrNotFinite)
}

func TestClone(t *testing.T) {
	m := shaken(t, tiny, 9)
	c := m.Clone()
	c.Tensors()[0].Data[0]++
	require.NotEqual(t, m.params[0], c.params[0])
	require.Equal(t, m.Config(), c.Config())
}
