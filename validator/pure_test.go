package validator

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/dendra-net/dendra/neuron"
	"github.com/dendra-net/dendra/validator/scoring"
)

func key(b byte) neuron.Key { return neuron.KeyFromSeed([32]byte{b}) }

func addr(b byte) neuron.Address { return key(b).Address() }

func TestSeedsDependOnEverything(t *testing.T) {
	base := EpochSecret(key(1), "dendra-1", 1, 7)
	require.Equal(t, base, EpochSecret(key(1), "dendra-1", 1, 7))
	require.NotEqual(t, base, EpochSecret(key(2), "dendra-1", 1, 7))
	require.NotEqual(t, base, EpochSecret(key(1), "dendra-2", 1, 7))
	require.NotEqual(t, base, EpochSecret(key(1), "dendra-1", 2, 7))
	require.NotEqual(t, base, EpochSecret(key(1), "dendra-1", 1, 8))
	round := scoring.RoundSeed(base, 7, 100, 0)
	require.NotEqual(t, round, scoring.RoundSeed(base, 8, 100, 0))
	require.NotEqual(t, round, scoring.RoundSeed(base, 7, 101, 0))
	require.NotEqual(t, round, scoring.RoundSeed(base, 7, 100, 1))
	salt := saltOf(key(1), "dendra-1", 1, 7, 100)
	require.NotEqual(t, salt, saltOf(key(1), "dendra-1", 1, 7, 101))
	require.NotEqual(t, salt[:], base[:16], "publishing an epoch's secret must not give its salt away")
}

func TestCampaignKeepsTimeForTheVote(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tempo := rapid.Int64Range(1, 50_000).Draw(t, "tempo")
		end := tempo + rapid.Int64Range(0, 1e9).Draw(t, "end")
		height := rapid.Int64Range(end-tempo, end).Draw(t, "height")
		c := newCampaign([32]byte{1}, neuron.Subnet{Tempo: tempo, NextEpoch: end}, height)
		c.layOut(3)
		require.LessOrEqual(t, c.deadline, end-2)
		if c.over {
			require.GreaterOrEqual(t, height, c.deadline)
			return
		}
		for _, start := range c.starts {
			require.GreaterOrEqual(t, start, end-tempo)
			require.Less(t, start, max(c.deadline, 1))
		}
	})
}

func TestHistoryIsBounded(t *testing.T) {
	h := history{limit: 3}
	round := func(all ...neuron.Asked) *measuredRound {
		r := &measuredRound{}
		for _, a := range all {
			r.exchanges = append(r.exchanges, exchange{Asked: a, shared: true}, exchange{Asked: a})
		}
		return r
	}
	for i := range 10 {
		h.add(round(neuron.Asked{Miner: addr(byte(i))}))
	}
	require.Len(t, h.all(), 3)
	require.Equal(t, addr(9), h.all()[2].Miner)
	big := neuron.Asked{Answer: neuron.Answer{Body: make([]byte, historyBytes/4+1)}}
	h.add(round(big))
	require.Len(t, h.all(), 3, "small ones still fit beside it")
	h.add(round(big))
	require.Len(t, h.all(), 1)
	h.add(round(big, big))
	require.Len(t, h.all(), 2, "the newest round is kept whatever its size")
	h.add(round())
	require.Len(t, h.all(), 2)
}
