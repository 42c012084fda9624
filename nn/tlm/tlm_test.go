package tlm_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"math"
	"strings"
	"testing"

	"github.com/dendra-net/dendra/nn"
	"github.com/dendra-net/dendra/nn/tlm"
	"github.com/stretchr/testify/require"
)

var (
	tiny = nn.Config{Dim: 4, Layers: 1, Heads: 2, Hidden: 3, Context: 5}
	text = []byte(strings.Repeat("one for sorrow, two for joy, three for a girl and four for a boy; ", 30))
)

func file(t testing.TB) *tlm.File {
	m, err := nn.New(tiny, 1)
	require.NoError(t, err)
	f, err := tlm.Quantize(m)
	require.NoError(t, err)
	return f
}

func TestRoundTrip(t *testing.T) {
	f := file(t)
	raw := f.Marshal()
	require.Len(t, raw, int(tlm.Size(tiny)))
	back, err := tlm.Parse(raw)
	require.NoError(t, err)
	require.Equal(t, f, back)
	m, err := back.Model()
	require.NoError(t, err)
	again, err := tlm.Quantize(m)
	require.NoError(t, err)
	require.Equal(t, raw, again.Marshal(), "what eight bits hold, eight bits hold")
	require.LessOrEqual(t, tlm.Size(nn.Config{Dim: 128, Layers: 4, Heads: 4, Hidden: 352, Context: 128}), int64(900_000))
}

func TestWeightsAreWithinHalfAStep(t *testing.T) {
	m, err := nn.New(tiny, 2)
	require.NoError(t, err)
	f, err := tlm.Quantize(m)
	require.NoError(t, err)
	back, err := f.Model()
	require.NoError(t, err)
	for i, want := range m.Tensors() {
		for j, v := range back.Tensors()[i].Data {
			step := 0.0
			if !want.Gain() {
				step = float64(f.Matrices[i].Scales[j/want.Cols].Float())
			}
			require.InDelta(t, want.Data[j], v, step*0.5001)
		}
	}
}

// Rounding costs a trained model next to nothing.
func TestLossOfEightBits(t *testing.T) {
	m, err := nn.New(nn.Config{Dim: 32, Layers: 2, Heads: 2, Hidden: 64, Context: 32}, 1)
	require.NoError(t, err)
	tr, err := nn.NewTrainer(m, text, nn.Plan{Steps: 60, Peak: 0.01})
	require.NoError(t, err)
	require.NoError(t, tr.Run(context.Background(), nil))
	f, err := tlm.Quantize(m)
	require.NoError(t, err)
	rounded, err := f.Model()
	require.NoError(t, err)
	heldOut := []byte("five for silver, six for gold, and one for a secret that two girls for joy sold; ")
	want, err := m.Evaluate(context.Background(), heldOut)
	require.NoError(t, err)
	got, err := rounded.Evaluate(context.Background(), heldOut)
	require.NoError(t, err)
	require.InDelta(t, want.Bits, got.Bits, 0.02)
}

func TestParts(t *testing.T) {
	for _, x := range []float32{1, -1, 0.1, 3.5e-20, 0, math.SmallestNonzeroFloat32, -math.MaxFloat32} {
		n := tlm.Number(math.Float32bits(x))
		mantissa, exponent := n.Parts()
		require.Equal(t, float64(x), math.Ldexp(float64(mantissa), exponent))
		require.Equal(t, x, n.Float())
	}
}

func TestModelsThatNoFileHolds(t *testing.T) {
	for _, bad := range []float32{float32(math.NaN()), float32(math.Inf(1)), float32(math.Inf(-1)), 1e6} {
		for _, tensor := range []int{0, 2, 5} {
			m, err := nn.New(tiny, 1)
			require.NoError(t, err)
			m.Tensors()[tensor].Data[1] = bad
			_, err = tlm.Quantize(m)
			require.ErrorIs(t, err, tlm.ErrRange, "%v in tensor %d", bad, tensor)
		}
	}
}

func TestFilesThatLie(t *testing.T) {
	whole := file(t).Marshal()
	with := func(at int, value uint32) []byte {
		raw := bytes.Clone(whole)
		binary.LittleEndian.PutUint32(raw[at:], value)
		return raw
	}
	const dim, layers, context, scale = 8, 12, 24, 28
	gain := len(whole) - 4
	bits := math.Float32bits
	for _, c := range []struct {
		name string
		raw  []byte
		want error
	}{
		{"nothing", nil, tlm.ErrFormat},
		{"another magic", with(0, 7), tlm.ErrFormat},
		{"another version", with(4, 0x02385449), tlm.ErrFormat},
		{"head only", whole[:28], tlm.ErrFormat},
		{"one byte short", whole[:len(whole)-1], tlm.ErrFormat},
		{"one byte long", append(bytes.Clone(whole), 0), tlm.ErrFormat},
		{"no width", with(dim, 0), tlm.ErrFormat},
		{"a width beyond all bounds", with(dim, math.MaxUint32), tlm.ErrFormat},
		{"a width within them", with(dim, 1024), tlm.ErrFormat},
		{"layers without end", with(layers, 64), tlm.ErrFormat},
		{"a context beyond all bounds", with(context, 1<<20), tlm.ErrFormat},
		{"a scale that is no number", with(scale, bits(float32(math.NaN()))), tlm.ErrRange},
		{"an infinite scale", with(scale, bits(float32(math.Inf(1)))), tlm.ErrRange},
		{"a negative scale", with(scale, bits(-0.1)), tlm.ErrRange},
		{"a large scale", with(scale, bits(1.5)), tlm.ErrRange},
		{"a scale too small", with(scale, bits(1e-30)), tlm.ErrRange},
		{"a scale of minus zero", with(scale, 1<<31), tlm.ErrRange},
		{"a weight of -128", with(scale+4*nn.Vocabulary, 0x80), tlm.ErrRange},
		{"a gain that is no number", with(gain, bits(float32(math.NaN()))), tlm.ErrRange},
		{"a gain without bounds", with(gain, bits(-65)), tlm.ErrRange},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := tlm.Parse(c.raw)
			require.ErrorIs(t, err, c.want)
		})
	}
}

func FuzzParse(f *testing.F) {
	f.Add(file(f).Marshal())
	f.Add([]byte("TLMINT8\x01"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		got, err := tlm.Parse(raw)
		if err != nil {
			return
		}
		require.Equal(t, raw, got.Marshal())
		m, err := got.Model()
		require.NoError(t, err)
		if got.Config.Parameters() < 20_000 {
			_, err = m.Predict([]byte("x"))
			if err != nil {
				require.ErrorIs(t, err, nn.ErrNotFinite)
			}
		}
	})
}
