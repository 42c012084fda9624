package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/chain"
	"github.com/dendra-net/dendra/internal/testchain"
	"github.com/dendra-net/dendra/x/stake"
	"github.com/dendra-net/dendra/x/subnet"
	"github.com/dendra-net/dendra/x/weights"
)

func scoresOf(t *testing.T, c *testchain.Chain) weights.Scores {
	t.Helper()
	s, err := c.App.Weights.Scores.Get(c.Ctx(), 1)
	require.NoError(t, err)
	return s
}

func part48(v uint64) float64 { return float64(v) / (1 << 48) }

// R-WEIGHTS-12: who multiplies its stake just before an epoch is paid for a little of it; what leaves is gone at once.
func TestStakeCountsByAndBy(t *testing.T) {
	g := testchain.Genesis()
	rich := testchain.Cold("rich")
	g.Grants = append(g.Grants, chain.Grant{Address: rich.Address(), Rao: 5_000 * tao})
	testchain.AddSubnet(&g, "text", func(h *subnet.Hyperparameters) { h.Tempo, h.WeightsRateLimit, h.CommitReveal = 10, 1, false },
		testchain.Member{Name: "val-1", StakeRao: 600 * tao}, testchain.Member{Name: "val-2", StakeRao: 400 * tao},
		testchain.Member{Name: "good"}, testchain.Member{Name: "poor"})
	c := testchain.New(t, g)
	c.Block()
	c.Must(testchain.Hot("val-1"), vote(1, "val-1", 300, 100))
	c.Must(testchain.Hot("val-2"), vote(1, "val-2", 3, 1))
	c.To(9)
	before := part48(scoresOf(t, c).StakeWeight[1])
	c.Must(rich, &stake.MsgAddStake{Coldkey: rich.Address().String(), Hotkey: testchain.Hot("val-2").Address().String(), Rao: 3_600 * tao})
	c.To(11)
	s := scoresOf(t, c)
	require.Greater(t, s.StakeRao[1], 4*s.StakeRao[0], "it has by far the most stake")
	require.Less(t, part48(s.StakeWeight[1]), before+0.015, "and next to no more to say")
	require.Less(t, part48(s.Dividend[1]), before+0.015)

	m, err := c.App.Weights.Memories.Get(c.Ctx(), 1)
	require.NoError(t, err)
	require.Less(t, m.CountedRao[1], s.StakeRao[1]/8)
	c.To(61)
	require.Greater(t, part48(scoresOf(t, c).StakeWeight[1]), before+0.02, "stake that stays comes to count")
}

// R-WEIGHTS-13: a vote that changes is followed over epochs.
func TestVotesAreAveraged(t *testing.T) {
	c := market(t, func(h *subnet.Hyperparameters) { h.CommitReveal, h.VoteMemoryPpm = false, 750_000 })
	c.Block()
	for _, name := range []string{"val-1", "val-2"} {
		c.Must(testchain.Hot(name), vote(1, name, 1, 1))
	}
	c.To(11)
	require.InDelta(t, 0.5, part48(scoresOf(t, c).Incentive[2]), 1e-9, "a first row enters whole")
	for _, name := range []string{"val-1", "val-2"} {
		c.Must(testchain.Hot(name), vote(1, name, 1, 0))
	}
	c.To(21)
	require.InDelta(t, 0.625, part48(scoresOf(t, c).Incentive[2]), 1e-9)
	c.To(31)
	require.InDelta(t, 0.71875, part48(scoresOf(t, c).Incentive[2]), 1e-9)
}

// R-WEIGHTS-14: with a memory of what was public, a validator whose rows bring news keeps its share, and one that repeats
// does not.
func TestInformationIsPaid(t *testing.T) {
	g := testchain.Genesis()
	members := []testchain.Member{{Name: "val-1", StakeRao: 500 * tao}, {Name: "val-2", StakeRao: 500 * tao}, {Name: "val-3", StakeRao: 500 * tao}, {Name: "parrot", StakeRao: 500 * tao}}
	const miners = 12
	for i := range miners {
		members = append(members, testchain.Member{Name: string(rune('a' + i))})
	}
	testchain.AddSubnet(&g, "text", func(h *subnet.Hyperparameters) {
		h.Tempo, h.WeightsRateLimit, h.CommitReveal, h.InformationMemoryPpm = 10, 1, false, 800_000
	}, members...)
	c := testchain.New(t, g)
	c.Block()
	for epoch := range 20 {
		for _, m := range members[:3] {
			c.Must(testchain.Hot(m.Name), row(m.Name, miners, uint32(epoch)))
		}
		c.Must(testchain.Hot("parrot"), row("parrot", miners, uint32(max(epoch, 1)-1)))
		c.To(int64(11 + 10*epoch))
	}
	m, err := c.App.Weights.Memories.Get(c.Ctx(), 1)
	require.NoError(t, err)
	s := scoresOf(t, c)
	for uid := range 3 {
		require.Greater(t, m.Correlation[uid], int64(1)<<29, "validator %d brings news", uid)
		require.Less(t, part48(s.Dividend[3])/part48(s.Dividend[uid]), 0.75)
	}
	require.Less(t, m.Correlation[3], int64(1)<<28)
}

// row votes on every miner by numbers that change with each epoch.
func row(name string, miners int, epoch uint32) *weights.MsgSetWeights {
	m := &weights.MsgSetWeights{Hotkey: testchain.Hot(name).Address().String(), Netuid: 1}
	for i := range uint32(miners) {
		x := (epoch + 1) * 2_654_435_761 * (i + 7)
		m.Uids, m.Generations, m.Weights = append(m.Uids, i+4), append(m.Generations, 0), append(m.Weights, 20_000+(x>>16)%20_000)
	}
	return m
}
