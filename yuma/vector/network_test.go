package vector_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/yuma/vector"
)

// document is the network of the published retention plots.
var document = vector.Network{N: 512, Validators: 64, StakeStddevPPM: 300_000, TotalStake: 21e15, Seed: 7}

func TestNetworkDividesStakeAndVotesAsToldByCamp(t *testing.T) {
	camps := vector.Camps{HonestStakePct: 60, HonestSelfPPM: 740_000, CabalSelfPPM: 1_000_000, WeightStddevPPM: 400_000}
	require.NoError(t, document.Check())
	require.NoError(t, camps.Check())
	stake, weights, honest := document.Build(camps)
	var all, ofHonest uint64
	for i, s := range stake {
		all += s
		if honest[i] {
			ofHonest += s
		}
		require.Equal(t, i < document.Validators, s > 0)
		require.Equal(t, i < 38 || i >= 64 && i < 64+268, honest[i], "60 %% of 64 and of 448, rounded down")
	}
	require.InDelta(t, 21e15, all, 64)
	require.InDelta(t, 0.6*21e15, ofHonest, 64)
	for i, row := range weights {
		if i >= document.Validators {
			require.Empty(t, row)
			continue
		}
		var top uint16
		var own, whole float64
		for _, w := range row {
			top, whole = max(top, w.Value), whole+float64(w.Value)
			if honest[w.UID] == honest[i] {
				own += float64(w.Value)
			}
		}
		require.Equal(t, uint16(65_535), top)
		want := 1.0
		if honest[i] {
			want = 0.74
		}
		require.InDelta(t, want, own/whole, 0.001)
	}
}

func TestNetworkFollowsFromItsSeed(t *testing.T) {
	first, again, other := document, document, document
	other.Seed++
	a, b, c := first.Draw(51, 400_000), again.Draw(51, 400_000), other.Draw(51, 400_000)
	require.Equal(t, a, b)
	require.NotEqual(t, a.Stake, c.Stake)
	require.NotEqual(t, a.Weights(500_000, 0), c.Weights(500_000, 0))
}

func TestNetworksThatCannotBeDrawn(t *testing.T) {
	for _, n := range []vector.Network{
		{}, {N: 4, Validators: 1}, {N: 4, Validators: 3}, {N: 4, Validators: -2}, {N: 65_537, Validators: 64}, {N: 4, Validators: 2, StakeStddevPPM: 1_000_001},
		{N: 4, Validators: 2, TotalStake: 1<<57 + 1},
	} {
		require.Error(t, n.Check(), "%+v", n)
	}
	for _, c := range []vector.Camps{
		{}, {HonestStakePct: 100}, {HonestStakePct: 51, HonestSelfPPM: 1_000_001}, {HonestStakePct: 51, CabalSelfPPM: 1_000_001},
		{HonestStakePct: 51, WeightStddevPPM: 1_000_001},
	} {
		require.Error(t, c.Check(), "%+v", c)
	}
}

// The largest values that Check accepts do not overflow: nobody gets more than there is.
func TestLargestNetwork(t *testing.T) {
	n := vector.Network{N: 2_000, Validators: 2, StakeStddevPPM: 1_000_000, TotalStake: vector.MaxTotalStake, Seed: 3}
	stake, weights, _ := n.Build(vector.Camps{HonestStakePct: 99, HonestSelfPPM: 1_000_000, WeightStddevPPM: 1_000_000})
	require.InEpsilon(t, 0.99*vector.MaxTotalStake, stake[0], 1e-9)
	require.InEpsilon(t, 0.01*vector.MaxTotalStake, stake[1], 1e-9)
	require.Len(t, weights[0], 1_998)
}

func TestLeastUtility(t *testing.T) {
	for _, want := range []uint64{1, 499_512, 500_000, 733_398, 999_512, 1_000_000, 2_000_000} {
		calls := 0
		have := vector.LeastUtility(func(ppm uint64) bool { calls++; return ppm >= want })
		require.LessOrEqual(t, calls, 11)
		require.GreaterOrEqual(t, have, min(want, 1_000_000))
		require.Less(t, have, want+489)
	}
}
