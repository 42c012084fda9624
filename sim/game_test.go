package sim_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/sim"
)

// copying is the game in which copying is measured: 16 honest validators and one with 5 % of stake.
func copying(rules sim.Rules, world string, by sim.Copy, seed uint64) sim.Game {
	w, _ := sim.WorldByName(world)
	return sim.Game{Rules: rules, World: w, Epochs: 360, BurnIn: 60, Seed: seed, Groups: []sim.Group{
		{Name: "honest", Count: 16, Stake: 0.95, Spread: 0.5, Actor: sim.Honest},
		{Name: "copier", Count: 1, Stake: 0.05, Actor: by.Actor, Late: by.From.Late},
		{Name: "miners", Count: 64, Quality: 1},
	}}
}

// The worlds are calibrated: there the original pays a copier of the last consensus what was measured on it.
func TestTheOriginalPaysItsCopier(t *testing.T) {
	want := map[string]float64{"static": 1.05, "slow": 1.04, "medium": 1.01, "fast": 0.91, "slow-noisy": 1.17, "medium-noisy": 1.15}
	for _, w := range sim.Environments() {
		const seeds = 4
		mean := 0.0
		for seed := range uint64(seeds) {
			g := copying(sim.Original(), w.Name, sim.Copy{From: sim.LastConsensus}, seed)
			g.Epochs = 160
			r, err := g.Run(t.Context())
			require.NoError(t, err)
			mean += r.Population("copier").AgainstHonest / seeds
		}
		require.InDelta(t, want[w.Name], mean, 0.03, w.Name)
	}
}

func TestTheSameGameHasTheSameResult(t *testing.T) {
	g := copying(sim.OursWithReceipts(), "medium", sim.Copy{From: sim.LastMedian, Fraction: 0.5}, 3)
	g.Epochs, g.BurnIn, g.Churn = 40, 10, 0.01
	first, err := g.Run(t.Context())
	require.NoError(t, err)
	again, err := g.Run(t.Context())
	require.NoError(t, err)
	require.Equal(t, first, again)
	g.Seed++
	other, err := g.Run(t.Context())
	require.NoError(t, err)
	require.NotEqual(t, first, other)
}

func BenchmarkEpoch(b *testing.B) {
	for _, rules := range []sim.Rules{sim.Original(), sim.Ours()} {
		b.Run(rules.Name, func(b *testing.B) {
			w, _ := sim.WorldByName("medium")
			g := sim.Game{Rules: rules, World: w, Epochs: b.N, Groups: []sim.Group{
				{Name: "honest", Count: 15, Stake: 0.95, Spread: 0.5, Actor: sim.Honest},
				{Name: "copier", Count: 1, Stake: 0.05, Actor: sim.Copy{From: sim.LastConsensus}.Actor},
				{Name: "miners", Count: 48, Quality: 1},
			}}
			_, err := g.Run(b.Context())
			require.NoError(b, err)
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "epochs/s")
		})
	}
}
