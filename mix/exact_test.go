package mix

import (
	"encoding/binary"
	"hash/fnv"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestExpAndLnAreTheLibrarys(t *testing.T) {
	for x := -699.0; x < 699; x += 0.37 {
		require.InEpsilon(t, math.Exp(x), exp(x), 1e-15, "exp %v", x)
	}
	for x := 1e-300; x < 1e300; x *= 1.37 {
		if want := math.Log(x); math.Abs(want) > 1e-3 {
			require.InEpsilon(t, want, ln(x), 1e-15, "ln %v", x)
		}
	}
	require.Zero(t, ln(1))
	require.Equal(t, 1.0, exp(0))
	require.Zero(t, exp(math.Inf(-1)))
	require.False(t, math.IsInf(exp(math.Inf(1)), 0))
	require.True(t, math.IsNaN(exp(math.NaN())))
}

// What a pool, a router and a product answer after lessons is pinned: a machine that gets another sum would score
// otherwise than the rest.
func TestEveryMachineAgrees(t *testing.T) {
	experts := pool(t)
	r, err := NewRouter(2, 0)
	require.NoError(t, err)
	p, err := NewProduct(2, 0)
	require.NoError(t, err)
	sum := fnv.New64a()
	var blend, product Dist
	for _, q := range passages(300, babble(1, 2, 20_000), babble(2, 2, 20_000)) {
		said := answers(experts, q.context)
		require.NoError(t, r.Blend(q.context, said, &blend))
		require.NoError(t, p.Blend(q.context, said, &product))
		for _, d := range append(said, blend, product) {
			require.NoError(t, binary.Write(sum, binary.LittleEndian, d[:]))
		}
		_, err := r.Learn(q.context, []float64{float64(said[0][q.came]), float64(said[1][q.came])})
		require.NoError(t, err)
		_, err = p.Learn(q.context, said, q.came)
		require.NoError(t, err)
	}
	require.Equal(t, uint64(0x72b237d9170a4685), sum.Sum64())
}
