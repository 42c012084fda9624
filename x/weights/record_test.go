package weights_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/x/weights"
)

// A share of 63 bits takes the eight bytes it needs, whatever its size, and comes back.
func TestSharesTakeEightBytes(t *testing.T) {
	for _, share := range []uint64{1, 1 << 40, 1 << 63} {
		bonds := weights.BondRow{Uids: []uint32{5}, Bonds: []uint64{share}}
		average := weights.AverageRow{Uids: []uint32{5}, Weights: []uint64{share}}
		memory := weights.Memory{Median: []uint64{share}, Before: []uint64{share}, Slowest: []uint64{share}}
		require.Equal(t, 3+2+8, bonds.Size())
		require.Equal(t, 3+2+8, average.Size())
		require.Equal(t, 3*(2+8), memory.Size())
		wire, err := bonds.Marshal()
		require.NoError(t, err)
		var back weights.BondRow
		require.NoError(t, back.Unmarshal(wire))
		require.Equal(t, bonds, back)
	}
}
