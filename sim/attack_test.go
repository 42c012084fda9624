package sim_test

import (
	"context"
	"strings"
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
	for _, f := range attack(t, "small", "fast, 10", sim.Ours()) {
		require.InDelta(t, 1, f.Value, 0.03, f.Case)
	}
	for _, f := range attack(t, "small", "medium, 10", sim.Ours()) {
		require.InDelta(t, 1, f.Value, 0.03, f.Case)
	}
}

// net plays a copier and returns its income after queries against that of the honest.
func net(t *testing.T, rules sim.Rules, world string, c sim.Copy) float64 {
	t.Helper()
	g := copying(rules, world, c, 1)
	g.Epochs, g.BurnIn = 180, 80
	r, err := g.Run(t.Context())
	require.NoError(t, err)
	return r.Population("copier").Net(0.1)
}

// With receipts copying does not pay in any world, whatever part of the work is done; without, where quality moves.
func TestCopyingDoesNotPay(t *testing.T) {
	const target = 0.82
	smoothed := sim.Smoothed("", 0.85)
	for _, w := range sim.Environments() {
		for _, c := range []sim.Copy{
			{From: sim.LastConsensus}, {From: sim.Average("", 60), Receipts: 0.5},
			{From: smoothed, Fraction: 0.5, Part: sim.SomeMiners}, {From: smoothed, Fraction: 0.75, Part: sim.Blended},
		} {
			require.LessOrEqual(t, net(t, sim.OursWithReceipts(), w.Name, c), target, "%s, %v of the work", w.Name, c.Fraction)
		}
		if !strings.Contains(w.Name, "static") {
			require.LessOrEqual(t, net(t, sim.Ours(), w.Name, sim.Copy{From: sim.LastConsensus}), target, w.Name)
		}
	}
	require.Greater(t, net(t, sim.Original(), "static", sim.Copy{From: sim.LastConsensus}), 1.1, "without queries to pay")
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
