package weights_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/dendra-net/dendra/x/weights"
)

// R-WEIGHTS-1
func TestVoteCheck(t *testing.T) {
	good := func() weights.Vote {
		return weights.Vote{UIDs: []uint32{0, 2, 5}, Generations: []uint32{0, 1, 0}, Weights: []uint32{1, 65535, 0}, Version: 3}
	}
	for _, c := range []struct {
		name   string
		change func(*weights.Vote)
		size   uint32
		least  uint32
		key    uint64
		want   error
	}{
		{"fits", func(*weights.Vote) {}, 6, 3, 3, nil},
		{"no version asked", func(v *weights.Vote) { v.Version = 0 }, 6, 1, 0, nil},
		{"fewer than asked in a small subnet", func(v *weights.Vote) {}, 6, 100, 0, weights.ErrTooFewWeights},
		{"missing weight", func(v *weights.Vote) { v.Weights = v.Weights[:2] }, 6, 1, 0, weights.ErrUnequalLengths},
		{"missing generation", func(v *weights.Vote) { v.Generations = nil }, 6, 1, 0, weights.ErrUnequalLengths},
		{"more than neurons", func(*weights.Vote) {}, 2, 1, 0, weights.ErrTooManyWeights},
		{"unknown uid", func(*weights.Vote) {}, 5, 1, 0, weights.ErrBadUID},
		{"twice", func(v *weights.Vote) { v.UIDs[1] = 0 }, 6, 1, 0, weights.ErrUnsortedUIDs},
		{"out of order", func(v *weights.Vote) { v.UIDs[0] = 4 }, 6, 1, 0, weights.ErrUnsortedUIDs},
		{"too heavy", func(v *weights.Vote) { v.Weights[0] = 65536 }, 6, 1, 0, weights.ErrBadWeight},
		{"old software", func(*weights.Vote) {}, 6, 1, 4, weights.ErrOldVersion},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := good()
			c.change(&v)
			require.ErrorIs(t, v.Check(c.size, c.least, c.key), c.want)
		})
	}
}

// R-WEIGHTS-2: the largest becomes 65535, order and proportions stay within the rounding.
func TestUpscale(t *testing.T) {
	require.Equal(t, []uint32{65535, 32768, 0}, weights.Upscale([]uint32{2, 1, 0}))
	require.Equal(t, []uint32{0, 0}, weights.Upscale([]uint32{0, 0}))
	rapid.Check(t, func(t *rapid.T) {
		in := rapid.SliceOfN(rapid.Uint32Range(0, 65535), 1, 50).Draw(t, "weights")
		in[0] = max(in[0], 1)
		top := uint64(0)
		for _, w := range in {
			top = max(top, uint64(w))
		}
		for i, out := range weights.Upscale(in) {
			exact := uint64(in[i]) * 65535
			require.LessOrEqual(t, max(uint64(out)*top, exact)-min(uint64(out)*top, exact), (top+1)/2)
		}
	})
}

// R-WEIGHTS-3, R-WEIGHTS-4: windows at their edges.
func TestWindows(t *testing.T) {
	require.NoError(t, weights.CheckRate(5, 0, 100))
	require.ErrorIs(t, weights.CheckRate(104, 5, 100), weights.ErrTooSoon)
	require.NoError(t, weights.CheckRate(105, 5, 100))
	require.ErrorIs(t, weights.CheckRate(5, 5, 0), weights.ErrTooSoon)

	require.ErrorIs(t, weights.CheckReveal(3, 3, 1, 40, 10), weights.ErrRevealTooEarly)
	require.NoError(t, weights.CheckReveal(3, 4, 1, 40, 10))
	require.ErrorIs(t, weights.CheckReveal(3, 5, 1, 40, 10), weights.ErrRevealTooLate)
	require.ErrorContains(t, weights.CheckReveal(3, 3, 2, 40, 10), "from about height 51")
}
