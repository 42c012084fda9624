package collective_test

import (
	"bytes"
	"context"
	"flag"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/sim/collective"
)

var worlds = flag.Int("worlds", 0, "play so many worlds at 2,500 positions an epoch and print the table: half a minute of a core each")

func TestWholeTable(t *testing.T) {
	if *worlds == 0 {
		t.Skip("needs -worlds")
	}
	table, err := collective.Run(t.Context(), collective.Options{Seeds: *worlds, Epochs: 4, Report: func(done, of int) { t.Log(done, "of", of) }})
	require.NoError(t, err)
	require.NoError(t, table.Markdown(os.Stdout))
}

// legitimate are rows whose "thief" adds something of its own; what it earns is shown, not bounded.
var legitimate = map[string]bool{"copy tuned for long": true}

// leastKept is what a victim keeps in the worst game where that is less than the 0.95 asked for: two panels of 960
// positions before a turncoat moves and one after say little of one game. With 2,500 positions all of them hold it, or
// docs/intelligence-cheats.md says which does not.
var leastKept = map[string]float64{"weak first, then relays late": 0.9}

// Every cheat is played against every text of five seeds. None earns a twentieth of its victim's pay, and no victim
// loses a twentieth on average; whoever tells something is let in; the collective is better than its best member.
func TestCheatsDoNotPay(t *testing.T) {
	table, err := collective.Run(t.Context(), collective.Options{Epochs: 3, Passages: 40})
	require.NoError(t, err)
	var text bytes.Buffer
	require.NoError(t, table.Markdown(&text))
	t.Log(text.String())
	for _, r := range table.Cheats {
		if legitimate[r.Cheat] {
			continue
		}
		require.LessOrEqual(t, r.Thief, 0.05, r.Cheat)
		require.GreaterOrEqual(t, r.Kept, 0.95, r.Cheat)
		if r.Cheat == "weak first, drifts to late" {
			continue // while it drifts a part of its answers is its own, and is paid
		}
		require.LessOrEqual(t, r.ThiefWorst, 0.05, r.Cheat)
		least, short := leastKept[r.Cheat]
		if !short {
			least = 0.95
		}
		require.GreaterOrEqual(t, r.KeptWorst, least, r.Cheat)
	}
	for _, n := range table.Newcomers {
		if n.Error > 0 && n.Marginal >= 3.5*n.Error && n.Marginal >= 0.02 { // two panels of a thousand positions tell little
			require.GreaterOrEqual(t, n.Admitted, 0.95, n.Name)
		}
	}
	require.Equal(t, table.Whole.Epochs, table.Whole.Better)
	require.GreaterOrEqual(t, 10*table.Whole.Surely, 9*table.Whole.Epochs)
}

func TestRunEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := collective.Run(ctx, collective.Options{Seeds: 1, Epochs: 3, Passages: 40})
	require.ErrorIs(t, err, context.Canceled)
}

func TestRunRefusesBadOptions(t *testing.T) {
	for _, o := range []collective.Options{{Seeds: -1}, {Seeds: 1001}, {Epochs: 2}, {Epochs: 21}, {Passages: 39}, {Passages: 1001}} {
		_, err := collective.Run(t.Context(), o)
		require.ErrorIs(t, err, collective.ErrOptions)
	}
}
