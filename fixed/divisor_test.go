package fixed_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/fixed"
)

// The cheap divisors give the floors that a division gives, for the dividends next to every step too.
func TestDivisorsAreExact(t *testing.T) {
	for _, d := range divisors() {
		small, share := fixed.NewDivisor32(uint32(d)), fixed.NewFracDivisor(fixed.Frac(d))
		for _, x := range dividends(d) {
			want := fixed.FracOf(x, d)
			if d <= math.MaxUint32 && x <= math.MaxUint32 {
				require.Equal(t, want, small.Frac(uint32(x)), "%d / %d", x, d)
			}
			if d <= uint64(fixed.FracOne) {
				require.Equal(t, want, share.Frac(fixed.Frac(x)), "%d / %d", x, d)
			}
			require.Equal(t, want, fixed.NewDivisor(d).Frac(x), "%d / %d", x, d)
		}
	}
}

// divisors are small numbers, powers of two with their neighbours, and numbers from all over.
func divisors() []uint64 {
	var out []uint64
	for d := range uint64(300) {
		out = append(out, d)
	}
	state := uint64(7)
	for bit := range 64 {
		for off := range uint64(7) {
			out = append(out, uint64(1)<<bit+off-3)
		}
		for range 20 {
			state = state*6364136223846793005 + 1442695040888963407
			out = append(out, state>>bit)
		}
	}
	return out
}

func dividends(d uint64) []uint64 {
	out := []uint64{0, 1, d / 3, d / 2, d - d/5, d - 2, d - 1, d, d + 1, math.MaxUint32, math.MaxUint64}
	state := d
	for range 30 {
		state = state*6364136223846793005 + 1442695040888963407
		if d > 0 {
			out = append(out, state%d)
		}
	}
	return out
}
