package keeper_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/internal/testchain"
	"github.com/dendra-net/dendra/x/subnet"
	"github.com/dendra-net/dendra/x/weights"
)

const (
	benchNeurons    = 256
	benchValidators = 64
	benchTempo      = 10
)

// BenchmarkEpoch is an epoch of 256 neurons of which 64 vote for all others and hold bonds in them: in the keeper, from
// reading the state to writing all of it to a branch; as the whole block it comes in, with every law checked and all
// committed; and, to compare, a block without one.
func BenchmarkEpoch(b *testing.B) {
	c := fullMarket(b)
	b.Run("keeper", func(b *testing.B) {
		for b.Loop() {
			ctx, _ := c.Ctx().WithBlockHeight(c.Height + benchTempo).CacheContext()
			require.NoError(b, c.App.Weights.RunDue(ctx))
		}
	})
	b.Run("block", func(b *testing.B) {
		for b.Loop() {
			b.StopTimer()
			c.Blocks(benchTempo - 1)
			b.StartTimer()
			c.Block()
		}
	})
	b.Run("block without", func(b *testing.B) {
		for b.Loop() {
			if c.Height%benchTempo == benchTempo-1 {
				b.StopTimer()
				c.Blocks(2)
				b.StartTimer()
			}
			c.Block()
		}
	})
	s, err := c.App.Weights.Scores.Get(c.Ctx(), 1)
	require.NoError(b, err)
	require.Zero(b, s.CarriedRao, "the epochs paid")
}

// fullMarket is a chain on which the last epoch of such a subnet has just closed.
func fullMarket(b *testing.B) *testchain.Chain {
	g := testchain.Genesis()
	var members []testchain.Member
	for i := range benchNeurons {
		m := testchain.Member{Name: fmt.Sprintf("n%d", i)}
		if i < benchValidators {
			m.StakeRao = uint64(1000+i) * tao
		}
		members = append(members, m)
	}
	testchain.AddSubnet(&g, "text", func(h *subnet.Hyperparameters) { h.Tempo, h.CommitReveal = benchTempo, false }, members...)
	c := testchain.New(b, g)
	c.Block()
	var votes [][]byte
	for i := range benchValidators {
		votes = append(votes, c.Sign(testchain.Hot(members[i].Name), voteForAll(i, members)))
	}
	for _, r := range c.Block(votes...).TxResults {
		require.Zero(b, r.Code, r.Log)
	}
	c.To(1 + 2*benchTempo) // the second epoch has bonds to start from
	return c
}

func voteForAll(uid int, members []testchain.Member) *weights.MsgSetWeights {
	m := &weights.MsgSetWeights{Hotkey: testchain.Hot(members[uid].Name).Address().String(), Netuid: 1}
	for i := range members {
		if i != uid {
			m.Uids, m.Generations, m.Weights = append(m.Uids, uint32(i)), append(m.Generations, 0), append(m.Weights, uint32(20_000+37*i+i*uid%8_000))
		}
	}
	return m
}
