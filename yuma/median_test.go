package yuma_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/fixed"
	"github.com/dendra-net/dendra/yuma"
)

// Weights that crowd together ever closer leave most ballots in one step of every range, round after round.
func TestMedianOfCrowdedWeights(t *testing.T) {
	r := rng(5)
	for _, n := range []int{13, 64, 500} {
		for _, crowd := range []fixed.Frac{0, 1, 1 << 40, fixed.FracOne - 1<<61} {
			stake, score := make([]uint64, n), make([]fixed.Frac, n)
			var total uint64
			for i := range n {
				stake[i] = 1 + r.next()%1_000
				total += stake[i]
				score[i] = crowd
				if i%4 == 0 {
					score[i] += fixed.Frac(1) << (r.next() % 62)
				}
			}
			for need := uint64(1); need <= total+1; need += 1 + total/97 {
				require.Equal(t, sortedMedian(stake, score, need), yuma.Median(stake, score, need), "n %d crowd %s need %d", n, crowd, need)
			}
		}
	}
}
