package weights_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/x/neuron"
	"github.com/dendra-net/dendra/x/subnet"
	"github.com/dendra-net/dendra/x/weights"
	"github.com/dendra-net/dendra/yuma"
)

// A subnet's defaults are the profile that the laboratory measures.
func TestDefaultsAreTheChainsProfile(t *testing.T) {
	s := subnet.Subnet{Hyperparameters: subnet.DefaultHyperparameters()}
	require.Equal(t, yuma.ChainParams(), weights.Facts{Subnet: s}.Input().Params)
	require.EqualValues(t, yuma.ChainInflowPPM, s.Hyperparameters.StakeInflowPpm)
}

// R-WEIGHTS-8, R-WEIGHTS-12: a neuron that is new in its slot inherits neither what counted nor what was known.
func TestNewcomerInheritsNothing(t *testing.T) {
	f := weights.Facts{
		Subnet:   subnet.Subnet{Hyperparameters: subnet.DefaultHyperparameters()},
		Neurons:  []neuron.Neuron{{Uid: 0}, {Uid: 1, Generation: 1}},
		StakeRao: []uint64{1_000_000, 1_000_000},
		Memory: weights.Memory{
			Generations: []uint32{0, 0}, CountedRao: []uint64{1_000_000, 1_000_000}, Median: []uint64{7, 7}, Consensus: []uint64{7, 7},
			Fast: []uint64{7, 7}, Slow: []uint64{7, 7}, Slowest: []uint64{7, 7}, Before: []uint64{7, 7}, Correlation: []int64{5, 5},
		},
		Averages: []weights.AverageRow{{Uid: 0, Uids: []uint32{1}, Weights: []uint64{9}}, {Uid: 1, Uids: []uint32{0}, Weights: []uint64{9}}},
	}
	require.Equal(t, uint64(1_000_000), f.CountedRao()[0])
	require.InDelta(t, yuma.ChainInflowPPM, f.CountedRao()[1], 2)
	m := f.Input().Memory
	require.Len(t, m.Votes[0], 1)
	require.Empty(t, m.Votes[1])
	require.Equal(t, []int64{5, 0}, m.Correlation)
	require.Zero(t, m.Median[1])
	require.NoError(t, f.Memory.Validate())
	f.Memory.Slow = nil
	require.ErrorIs(t, f.Memory.Validate(), weights.ErrBadGenesis)
}
