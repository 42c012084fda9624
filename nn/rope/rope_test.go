package rope_test

import (
	"math"
	"testing"

	"github.com/dendra-net/dendra/nn/rope"
	"github.com/stretchr/testify/require"
)

func TestTable(t *testing.T) {
	for _, size := range []int{2, 6, 32, 128} {
		table := rope.New(size, 1000)
		require.Equal(t, size/2, table.Pairs)
		for p := range 1000 {
			for i := range table.Pairs {
				sin, cos := math.Sincos(float64(p) * math.Pow(10000, -2*float64(i)/float64(size)))
				require.InDelta(t, cos, float64(table.Cos[p*table.Pairs+i])/(1<<rope.Bits), 2e-9)
				require.InDelta(t, sin, float64(table.Sin[p*table.Pairs+i])/(1<<rope.Bits), 2e-9)
			}
		}
	}
	require.Empty(t, rope.New(8, 0).Cos)
}
