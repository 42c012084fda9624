package gguf

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// Every float16 comes back, and every number between two neighbours goes to the nearer, or to the even one.
func TestHalf(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for h := range uint16(halfInfinite) {
		low, high := single(h), single(h+1)
		require.Equal(t, h, half(low))
		require.Equal(t, h|0x8000, half(-low))
		require.Greater(t, high, low)
		if h+1 == halfInfinite {
			break
		}
		middle := (float64(low) + float64(high)) / 2
		require.Equal(t, h+h&1, half(float32(middle)), "%v", middle)
		x := low + float32(r.Float64()*float64(high-low))
		want := h
		if float64(x) > middle {
			want++
		}
		if float64(x) != middle {
			require.Equal(t, want, half(x), "%v", x)
		}
	}
	for x, want := range map[float32]uint16{1: 0x3c00, -2: 0xc000, 65504: 0x7bff, 65519: 0x7bff, 65520: 0x7c00, 1e30: 0x7c00, 1.0 / (1 << 24): 1, 1e-30: 0, float32(math.Inf(-1)): 0xfc00} {
		require.Equal(t, want, half(x), x)
	}
	require.True(t, math.IsNaN(float64(single(half(float32(math.NaN()))))))
	require.True(t, math.IsInf(float64(single(0xfc00)), -1))
}
