package merit

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/mix"
)

func TestTablesAreNear(t *testing.T) {
	for x := 1e-6; x < 1; x *= 1.07 {
		require.InDelta(t, math.Log2(x), tables.log2(x), 5e-4)
		require.InEpsilon(t, x, tables.exp2(math.Log2(x)), 5e-4)
	}
	require.InDelta(t, 0, tables.log2(1), 5e-4)
	require.InDelta(t, 1, tables.exp2(0), 5e-4)
	require.Equal(t, tables.log2(mix.Floor), tables.log2(0))
	require.Equal(t, tables.log2(mix.Floor), tables.log2(math.NaN()))
}

// peaked gives one byte most.
func peaked(at byte, p float64) *mix.Dist {
	var d mix.Dist
	for b := range d {
		d[b] = float32((1 - p) / 255)
	}
	d[at] = float32(p)
	return &d
}

func TestDerivationsAreDistributions(t *testing.T) {
	answers := []*mix.Dist{peaked('a', 0.5), peaked('b', 0.3), nil}
	members := []Member{{Index: 0}, {Index: 1}, {Index: 2}}
	sums := make([]float64, 6)
	for b := range 256 {
		derive := Derivations(func(m Member, _ int) *mix.Dist { return answers[m.Index] }, []byte{byte(b)})
		for k, column := range derive(members, [][]float64{{0.5, 0.3, 0.2}}) {
			sums[k] += column[0]
		}
	}
	for k, sum := range sums {
		require.InDelta(t, 1, sum, 1e-9, "derivation %d", k)
	}
}

func TestDerivationsAreSurer(t *testing.T) {
	derive := Derivations(func(Member, int) *mix.Dist { return peaked('a', 0.5) }, []byte("a"))
	made := derive([]Member{{}}, nil)
	require.Len(t, made, 1)
	require.Greater(t, made[0][0], 0.9)
	for _, column := range Derivations(func(Member, int) *mix.Dist { return nil }, []byte("a"))([]Member{{}, {}}, [][]float64{{0.5, 0.5}}) {
		require.Zero(t, column[0])
	}
}
