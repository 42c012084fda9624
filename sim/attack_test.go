package sim_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/sim"
)

// attack plays an attack in a few worlds and returns its findings.
func attack(t *testing.T, name, only string, rules ...sim.Rules) []sim.Finding {
	t.Helper()
	a, ok := sim.AttackByName(name)
	require.True(t, ok)
	lab := sim.Lab{Seeds: 3, Screen: 1, Finals: 1, Epochs: 160, Case: only}
	r, err := lab.Run(t.Context(), a, rules)
	require.NoError(t, err)
	require.NotEmpty(t, r.Findings)
	return r.Findings
}

// The chain's rules keep what docs/incentives.md says they keep; what the original pays is beside it, so that a
// laboratory in which nobody can cheat does not pass.
func TestAttacksPayLittle(t *testing.T) {
	tests := []struct {
		name, only      string
		original        sim.Rules
		atLeast, atMost float64 // of the original's worst finding, and of each of ours
	}{
		{"nobody", "", sim.Original(), 1.95, 1},
		{"flash", "works", sim.OriginalYuma3(), 0.79, 0.12},
		{"flash", "friends", sim.OriginalYuma3(), 0.9, 0.12},
		{"bond-snipe", "0.67", sim.Original(), 0.58, 0.06},
		{"uid-snipe", "", sim.OriginalReveal(), 0.3, 0},
	}
	for _, test := range tests {
		t.Run(test.name+" "+test.only, func(t *testing.T) {
			worst := 0.0
			for _, f := range attack(t, test.name, test.only, test.original) {
				worst = max(worst, f.Value)
			}
			require.GreaterOrEqual(t, worst, test.atLeast)
			for _, f := range attack(t, test.name, test.only, sim.Ours()) {
				require.LessOrEqual(t, f.Value, test.atMost, f.Case)
				require.True(t, f.Met)
			}
		})
	}
}

func TestWhoNeverRevealsHurtsNobody(t *testing.T) {
	for _, f := range attack(t, "never-reveal", "", sim.Ours()) {
		require.LessOrEqual(t, f.Value, 0.01, f.Case)
	}
}

func TestSmallValidatorsEarnAsLargeOnes(t *testing.T) {
	for _, world := range []string{"static", "medium", "fast"} { // in noisy ones it takes more worlds to see
		for _, f := range attack(t, "small", world+", 10", sim.Ours()) {
			require.InDelta(t, 1, f.Value, 0.03, f.Case)
		}
	}
}

// net plays a copier and returns its income after queries against that of the honest, mean of some worlds.
func net(t *testing.T, rules sim.Rules, world string, c sim.Copy, worlds int) float64 {
	t.Helper()
	mean := 0.0
	for seed := range worlds {
		g := copying(rules, world, c, uint64(seed)+1)
		g.Epochs, g.BurnIn = 100+60*min(worlds, 3), 60
		r, err := g.Run(t.Context())
		require.NoError(t, err)
		mean += r.Population("copier").Net(0.1) / float64(worlds)
	}
	return mean
}

// With receipts copying does not pay in any world, whatever part of the work is done; without, where quality moves.
func TestCopyingDoesNotPay(t *testing.T) {
	const target = 0.82
	smoothed := sim.Smoothed("", 0.85)
	for _, w := range sim.Environments() {
		for _, c := range []sim.Copy{
			{From: sim.Average("", 60), Receipts: 0.5}, {From: smoothed, Fraction: 0.5, Part: sim.SomeMiners}, {From: smoothed, Fraction: 0.75, Part: sim.Blended},
		} {
			require.LessOrEqual(t, net(t, sim.OursWithReceipts(), w.Name, c, 1), target, "%s, %v of the work", w.Name, c.Fraction)
		}
		if w.Drift == 0 {
			continue
		}
		worlds := 1
		if w.Name == "slow-noisy" { // there one world says little
			worlds = 4
		}
		for _, s := range []sim.Source{sim.Older("median before last", 1), sim.Follow} {
			require.LessOrEqual(t, net(t, sim.Ours(), w.Name, sim.Copy{From: s}, worlds), target, "%s, %s", w.Name, s.Name)
		}
	}
	require.Greater(t, net(t, sim.Original(), "static", sim.Copy{From: sim.LastConsensus}, 1), 1.1)
}

func TestLabStopsWhenToldTo(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	a, _ := sim.AttackByName("copy")
	lab := sim.Lab{Seeds: 2, Progress: func(played, _ int64) {
		if played == 1 {
			stop()
		}
	}}
	_, err := lab.Run(ctx, a, []sim.Rules{sim.Ours()})
	require.ErrorIs(t, err, context.Canceled)
	_, err = (&sim.Lab{Cost: 1}).Run(t.Context(), a, nil)
	require.ErrorContains(t, err, "a cost of 1")
}
