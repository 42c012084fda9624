package keeper_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/chain"
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
// reading the state to writing all of it to a branch; as the whole block it comes in, committed; the same with every law
// checked; and, to compare, blocks without one.
func BenchmarkEpoch(b *testing.B) {
	c := fullMarket(b, testchain.Lawless)
	b.Run("keeper", func(b *testing.B) {
		due := nextEpoch(b, c)
		c.To(due - 1) // there is something to pay
		for b.Loop() {
			ctx, _ := c.Ctx().WithBlockHeight(due).CacheContext()
			require.NoError(b, c.App.Weights.RunDue(ctx))
		}
	})
	b.Run("block", func(b *testing.B) { epochBlocks(b, c) })
	b.Run("block without", func(b *testing.B) { otherBlocks(b, c) })
	checked := fullMarket(b, testchain.New)
	b.Run("block with laws", func(b *testing.B) { epochBlocks(b, checked) })
	b.Run("block without, with laws", func(b *testing.B) { otherBlocks(b, checked) })
	for _, c := range []*testchain.Chain{c, checked} {
		s, err := c.App.Weights.Scores.Get(c.Ctx(), 1)
		require.NoError(b, err)
		require.Zero(b, s.CarriedRao, "the epochs paid")
	}
}

// epochBlocks measures the blocks in which an epoch closes.
func epochBlocks(b *testing.B, c *testchain.Chain) {
	for b.Loop() {
		b.StopTimer()
		c.To(nextEpoch(b, c) - 1)
		b.StartTimer()
		c.Block()
	}
}

// otherBlocks measures the blocks in which none does.
func otherBlocks(b *testing.B, c *testchain.Chain) {
	for b.Loop() {
		if c.Height+1 == nextEpoch(b, c) {
			b.StopTimer()
			c.Block()
			b.StartTimer()
		}
		c.Block()
	}
}

func nextEpoch(b *testing.B, c *testchain.Chain) int64 {
	due, err := c.App.Weights.NextEpoch(c.Ctx(), 1)
	require.NoError(b, err)
	return due
}

// BenchmarkBlock is an empty block of a chain with 1 and with 32 subnets between their epochs: the two should cost the
// same.
func BenchmarkBlock(b *testing.B) {
	for _, subnets := range []int{1, 32} {
		b.Run(fmt.Sprint("subnets=", subnets), func(b *testing.B) {
			g := testchain.Genesis()
			for i := range subnets {
				testchain.AddSubnet(&g, fmt.Sprint("net-", i), func(h *subnet.Hyperparameters) { h.Tempo = 50_000 },
					testchain.Member{Name: "val", StakeRao: 100 * tao}, testchain.Member{Name: fmt.Sprint("miner-", i)})
			}
			c := testchain.Lawless(b, g)
			c.Blocks(subnets) // the first epochs
			for b.Loop() {
				c.Block()
			}
		})
	}
}

// fullMarket is a chain on which the last epoch of such a subnet has just closed.
func fullMarket(b *testing.B, begin func(testing.TB, chain.Genesis) *testchain.Chain) *testchain.Chain {
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
	c := begin(b, g)
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
