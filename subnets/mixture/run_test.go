package mixture_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/neuron"
	"github.com/dendra-net/dendra/subnets/mixture"
)

var table = flag.String("table", "", "write the table of ten epochs to this file, for docs/intelligence-mixture.md")

// TestTenEpochs plays the shipped miners, cheats among them, for ten epochs: the collective is better than its best
// member, and who only repeats others earns nothing to speak of.
func TestTenEpochs(t *testing.T) {
	f := newFleet()
	f.recruit(t, 1, "prose", "code", "reference", "dictionary", "general")
	f.recruit(t, 2, "blender", "parrot")
	e := examiner(t, mixture.Options{})
	var memory []byte
	var rows strings.Builder
	clear := 0
	paid := map[neuron.Address]float64{}
	for epoch := uint64(1); epoch <= 10; epoch++ {
		got, err := e.Examine(t.Context(), f.exam(epoch, memory))
		require.NoError(t, err)
		memory = got.Memory
		gain := fact(got.Facts, "gain")
		require.Positive(t, gain.Value, "epoch %d", epoch)
		if gain.Value >= 2*gain.StdErr {
			clear++
		}
		sum := 0.0
		for hotkey, m := range got.Marks {
			paid[hotkey] += m.Share
			sum += m.Share
		}
		require.InDelta(t, 1, sum, 1e-9)
		writeRow(&rows, f, epoch, got)
	}
	t.Logf("\n%s", rows.String())
	require.GreaterOrEqual(t, clear, 9, "epochs in which the gain is at least two standard errors")
	for _, cheat := range []neuron.Address{"hot-blender", "hot-parrot"} {
		require.LessOrEqual(t, paid[cheat]/10, 0.05, "%s", cheat)
	}
	if *table != "" {
		require.NoError(t, os.WriteFile(*table, []byte(rows.String()), 0o644))
	}
}

// writeRow adds an epoch to the table; the first one brings the head.
func writeRow(w *strings.Builder, f *fleet, epoch uint64, got neuron.Findings) {
	if epoch == 1 {
		w.WriteString("| epoch | mixture | best single | gain |")
		for _, m := range f.miners {
			fmt.Fprintf(w, " %s |", strings.TrimPrefix(string(m.Hotkey), "hot-"))
		}
		w.WriteString("\n|" + strings.Repeat("---|", 4+len(f.miners)) + "\n")
	}
	gain := fact(got.Facts, "gain")
	fmt.Fprintf(w, "| %d | %.3f | %.3f | %.3f ± %.3f |", epoch, fact(got.Facts, "mixture").Value, fact(got.Facts, "best_single").Value, gain.Value, gain.StdErr)
	for _, m := range f.miners {
		k := got.Marks[m.Hotkey]
		fmt.Fprintf(w, " %.3f, %.0f ± %.0f %% |", k.Pruning, 100*k.Share, 100*k.StdErr)
	}
	w.WriteString("\n")
}
