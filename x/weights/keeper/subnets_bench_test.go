package keeper_test

import (
	"fmt"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/internal/testchain"
	"github.com/dendra-net/dendra/x/subnet"
	"github.com/dendra-net/dendra/x/weights"
)

// BenchmarkSubnets is one tempo of 360 blocks on a chain with 128 subnets of 256 neurons, 64 of which vote for all others:
// every subnet has one epoch in it. "%core" is the part of one core that takes at one block a second, collector and
// storage included; "%core-idle" the same of 360 blocks in which no epoch closes.
func BenchmarkSubnets(b *testing.B) {
	const subnets, tempo = 128, 360
	c := manySubnets(b, subnets, tempo)
	for b.Loop() {
		before := cpu(b)
		c.Blocks(tempo)
		b.ReportMetric(percent(cpu(b)-before, tempo), "%core")
	}
	for netuid := uint32(1); netuid <= subnets; netuid++ {
		s, err := c.App.Weights.Scores.Get(c.Ctx(), netuid)
		require.NoError(b, err)
		require.NotZero(b, s.Epoch, "subnet %d had epochs", netuid)
		require.Zero(b, s.CarriedRao, "and they paid")
	}
	idle := manySubnets(b, subnets, 50_000)
	before := cpu(b)
	idle.Blocks(tempo)
	b.ReportMetric(percent(cpu(b)-before, tempo), "%core-idle")
}

// manySubnets is a chain whose subnets have had the epoch that hands out permits and the one that first pays.
func manySubnets(b *testing.B, subnets int, tempo int64) *testchain.Chain {
	g := testchain.Genesis()
	g.Subnet.Params.Slots = uint32(subnets)
	var members []testchain.Member
	for i := range benchNeurons {
		m := testchain.Member{Name: fmt.Sprintf("n%d", i)}
		if i < benchValidators {
			m.StakeRao = uint64(1000+i) * tao
		}
		members = append(members, m)
	}
	for i := range subnets {
		netuid := testchain.AddSubnet(&g, fmt.Sprint("net-", i), func(h *subnet.Hyperparameters) {
			h.Tempo, h.ActivityCutoff, h.CommitReveal = tempo, 1_000_000, false
		}, members...)
		for uid := range benchValidators {
			g.Weights.Rows = append(g.Weights.Rows, rowForAll(netuid, uid, members))
			g.Weights.Activity = append(g.Weights.Activity, weights.Activity{Netuid: netuid, Uid: uint32(uid), Height: 1})
		}
	}
	c := testchain.Lawless(b, g)
	c.Blocks(subnets) // the first epochs, two a block
	if tempo <= 1000 {
		c.Blocks(int(tempo))
	}
	return c
}

func rowForAll(netuid uint32, uid int, members []testchain.Member) weights.Row {
	v := voteForAll(uid, members)
	return weights.Row{
		Netuid: netuid, Uid: uint32(uid), Uids: v.Uids, Generations: v.Generations, Weights: weights.Upscale(v.Weights), SetAt: 1, InForceAt: 1,
	}
}

func cpu(b *testing.B) time.Duration {
	var use syscall.Rusage
	require.NoError(b, syscall.Getrusage(syscall.RUSAGE_SELF, &use))
	return time.Duration(use.Utime.Nano() + use.Stime.Nano())
}

func percent(used time.Duration, blocks int) float64 {
	return 100 * used.Seconds() / float64(blocks)
}
