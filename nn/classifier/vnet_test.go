package classifier

import (
	"bytes"
	"encoding/binary"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

// A file holds the classifier to within half a step of each weight, and is read as it was written.
func TestFiles(t *testing.T) {
	for _, s := range shapes() {
		c, err := New(s, 3)
		require.NoError(t, err)
		raw, err := c.Marshal()
		require.NoError(t, err)
		require.EqualValues(t, s.vnetSize(), len(raw))
		got, err := Parse(raw)
		require.NoError(t, err)
		require.Equal(t, s, got.Shape())
		for i, p := range c.Parameters() {
			require.InDelta(t, p, got.Parameters()[i], 0.02, "parameter %d", i)
		}
		again, err := got.Marshal()
		require.NoError(t, err)
		require.Equal(t, raw, again)
		pixels, _ := strokes(s, 4)(20)
		want, err := c.Chances(pixels)
		require.NoError(t, err)
		have, err := got.Chances(pixels)
		require.NoError(t, err)
		require.InDeltaSlice(t, want, have, 0.05)
	}
}

func TestFilesThatLie(t *testing.T) {
	c, err := New(Shape{Kind: MLP, Width: 3, Height: 2, Classes: 2, Hidden: 4}, 1)
	require.NoError(t, err)
	good, err := c.Marshal()
	require.NoError(t, err)
	put := func(at int, b ...byte) []byte {
		raw := bytes.Clone(good)
		copy(raw[at:], b)
		return raw
	}
	number := func(at int, v float64) []byte {
		return put(at, binary.LittleEndian.AppendUint32(nil, math.Float32bits(float32(v)))...)
	}
	const scale, weight, bias = vnetHead, vnetHead + 4*4, vnetHead + 4*4 + 6*4
	for name, x := range map[string]struct {
		raw  []byte
		want error
	}{
		"nothing":         {nil, ErrFormat},
		"a head alone":    {good[:vnetHead], ErrFormat},
		"one byte less":   {good[:len(good)-1], ErrFormat},
		"one byte more":   {append(bytes.Clone(good), 0), ErrFormat},
		"other magic":     {put(0, 'X'), ErrFormat},
		"other version":   {put(7, 2), ErrFormat},
		"kind 0":          {put(8, 0), ErrFormat},
		"kind 4":          {put(8, 4), ErrFormat},
		"linear, hidden":  {put(8, 1), ErrFormat},
		"huge":            {put(9, 128, 0, 128, 0, 0, 4, 0, 8), ErrFormat},
		"too wide":        {put(9, 129, 0), ErrShape},
		"no classes":      {put(13, 0, 0), ErrShape},
		"scale infinite":  {number(scale, math.Inf(1)), ErrRange},
		"scale no number": {number(scale, math.NaN()), ErrRange},
		"scale negative":  {number(scale, -0.5), ErrRange},
		"scale large":     {number(scale, 1.5), ErrRange},
		"scale tiny":      {number(scale, 0x1p-61), ErrRange},
		"weight -128":     {put(weight, 0x80), ErrRange},
		"bias no number":  {number(bias, math.NaN()), ErrRange},
		"bias large":      {number(bias, -2000), ErrRange},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Parse(x.raw)
			require.ErrorIs(t, err, x.want)
		})
	}
}

func TestFilesOfWhatNoFileHolds(t *testing.T) {
	for _, bad := range []float32{float32(math.NaN()), float32(math.Inf(1)), 1e6} {
		for _, at := range []int{0, 9*8*4 + 1} { // a weight and a bias
			c, err := New(shapes()[0], 1)
			require.NoError(t, err)
			c.Parameters()[at] = bad
			_, err = c.Marshal()
			require.ErrorIs(t, err, ErrRange)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []Shape{
		{Kind: Linear, Width: 2, Height: 1, Classes: 2}, {Kind: MLP, Width: 2, Height: 2, Classes: 2, Hidden: 3},
		{Kind: CNN, Width: 4, Height: 4, Classes: 2, Hidden: 2},
	} {
		c, err := New(s, 1)
		require.NoError(f, err)
		raw, err := c.Marshal()
		require.NoError(f, err)
		f.Add(raw)
		f.Add(raw[:len(raw)/2])
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		c, err := Parse(raw)
		if err != nil {
			return
		}
		if len(c.Parameters()) > len(raw) {
			t.Fatalf("%d bytes became %d parameters", len(raw), len(c.Parameters()))
		}
		if _, err := c.Chances(make([]float32, c.Shape().Pixels())); err != nil && len(raw) < 1<<12 {
			t.Fatalf("a file within bounds cannot be run: %v", err)
		}
	})
}

func benchmarkChances(b *testing.B, s Shape) {
	c, err := New(s, 1)
	require.NoError(b, err)
	image := make([]float32, 32*s.Pixels())
	for b.Loop() {
		if _, err := c.Chances(image); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(32*b.N), "µs/image")
}

func BenchmarkLinear(b *testing.B) {
	benchmarkChances(b, Shape{Kind: Linear, Width: 24, Height: 24, Classes: 35})
}

func BenchmarkMLP(b *testing.B) {
	benchmarkChances(b, Shape{Kind: MLP, Width: 24, Height: 24, Classes: 35, Hidden: 256})
}

func BenchmarkCNN(b *testing.B) {
	benchmarkChances(b, Shape{Kind: CNN, Width: 24, Height: 24, Classes: 35, Hidden: 128})
}

func BenchmarkTrainCNN(b *testing.B) {
	s := Shape{Kind: CNN, Width: 24, Height: 24, Classes: 35, Hidden: 128}
	c, err := New(s, 1)
	require.NoError(b, err)
	pixels, classes := strokes(s, 1)(32)
	for b.Loop() {
		if _, _, err := c.gradient(pixels, classes); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(32*b.N), "µs/image")
}
