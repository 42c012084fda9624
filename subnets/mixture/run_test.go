package mixture_test

import (
	"flag"
	"fmt"
	"math"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/neuron"
	"github.com/dendra-net/dendra/subnets/mixture"
)

var (
	table = flag.String("table", "", "write the table of ten epochs to this file")
	seed  = flag.Int("seed", 7, "of the text of the ten epochs, 0 to 255")
	who   = flag.String("experts", "prose,code,reference,dictionary,general", "the honest miners of the ten epochs")
	size  = flag.Int("positions", 0, "of an exam of the ten epochs, those of the default network if 0")
)

// TestTenEpochs plays the shipped miners, cheats among them, for ten epochs: the collective is better than its best
// member, and who only repeats others earns nothing to speak of.
func TestTenEpochs(t *testing.T) {
	f := newFleet()
	f.recruit(t, 1, strings.Split(*who, ",")...)
	f.recruit(t, 2, "blender", "parrot")
	e := examiner(t, mixture.Options{Positions: *size, BatchTime: time.Minute}) // load elsewhere makes nobody late
	var memory []byte
	var rows strings.Builder
	better, clear, least := 0, 0, math.Inf(1)
	paid := map[neuron.Address]float64{}
	for epoch := uint64(1); epoch <= 10; epoch++ {
		got, err := e.Examine(t.Context(), f.exam(epoch, memory))
		require.NoError(t, err)
		memory = got.Memory
		gain := fact(got.Facts, "gain")
		require.Positive(t, gain.StdErr, "epoch %d", epoch)
		least = min(least, gain.Value/gain.StdErr)
		if gain.Value > 0 {
			better++
		}
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
	fmt.Fprintf(&rows, "\nSeed %d: better in %d of 10 epochs, by two standard errors in %d; the least is %.1f.\n", *seed, better, clear, least)
	t.Logf("\n%s", rows.String())
	if *table != "" {
		require.NoError(t, os.WriteFile(*table, []byte(rows.String()), 0o644))
	}
	require.Equal(t, 10, better, "epochs in which the collective is better than its best member")
	require.GreaterOrEqual(t, clear, 9, "epochs in which the gain is at least two standard errors")
	for _, cheat := range []neuron.Address{"hot-blender", "hot-parrot"} {
		require.LessOrEqual(t, paid[cheat]/10, 0.05, "%s", cheat)
	}
}

// writeRow adds an epoch to the table; the first one brings the head.
func writeRow(w *strings.Builder, f *fleet, epoch uint64, got neuron.Findings) {
	if epoch == 1 {
		w.WriteString("| epoch | mixture | best single | gain | blender alone |")
		for _, m := range f.miners {
			fmt.Fprintf(w, " %s |", strings.TrimPrefix(string(m.Hotkey), "hot-"))
		}
		w.WriteString("\n|" + strings.Repeat("---|", 5+len(f.miners)) + "\n")
	}
	gain := fact(got.Facts, "gain")
	fmt.Fprintf(w, "| %d | %.3f | %.3f | %.3f ± %.3f | %.3f |", epoch, fact(got.Facts, "mixture").Value, fact(got.Facts, "best_single").Value, gain.Value, gain.StdErr,
		fact(got.Marks["hot-blender"].Facts, "bits_per_byte").Value)
	for _, m := range f.miners {
		k := got.Marks[m.Hotkey]
		fmt.Fprintf(w, " %.3f, %.0f ± %.0f %% |", k.Pruning, 100*k.Share, 100*k.StdErr)
	}
	w.WriteString("\n")
}

// TestCheatsTakeNothing lets one victim be copied in three ways, and blended: it keeps what it had.
func TestCheatsTakeNothing(t *testing.T) {
	const victim = "hot-dictionary"
	honest := []string{"prose", "code", "dictionary", "general"}
	alone, beset := newFleet(), newFleet()
	alone.recruit(t, 1, honest...)
	beset.recruit(t, 1, honest...)
	clone := mixture.Serve(beset.market("").Oracle(victim), http.NotFoundHandler())
	parrot, err := mixture.NewParrot("parrot", beset.market("hot-parrot"), victim)
	require.NoError(t, err)
	cheats := []neuron.Address{beset.join("clone", 2, clone), beset.join("parrot", 2, parrot)}
	beset.recruit(t, 2, "blender")
	cheats = append(cheats, "hot-blender")
	before, after := sharesOf(t, alone, 4), sharesOf(t, beset, 4)
	for _, c := range cheats {
		require.LessOrEqual(t, after[c], 0.05*before[victim], "%s", c)
	}
	require.GreaterOrEqual(t, after[victim], 0.95*before[victim])
}

// sharesOf are what miners are paid in some epochs together.
func sharesOf(t *testing.T, f *fleet, epochs uint64) map[neuron.Address]float64 {
	t.Helper()
	e := examiner(t, mixture.Options{})
	paid := map[neuron.Address]float64{}
	var memory []byte
	for epoch := uint64(1); epoch <= epochs; epoch++ {
		got, err := e.Examine(t.Context(), f.exam(epoch, memory))
		require.NoError(t, err)
		memory = got.Memory
		for hotkey, m := range got.Marks {
			paid[hotkey] += m.Share
		}
	}
	return paid
}

// BenchmarkExam is what one validator's exam costs with five miners that count, theirs included.
func BenchmarkExam(b *testing.B) {
	f := newFleet()
	f.recruit(b, 1, "prose", "code", "reference", "dictionary", "general")
	e := examiner(b, mixture.Options{})
	var memory []byte
	epoch := uint64(0)
	for b.Loop() {
		epoch++
		got, err := e.Examine(b.Context(), f.exam(epoch, memory))
		require.NoError(b, err)
		memory = got.Memory
	}
}

// BenchmarkTransformer is what the shipped transformer adds to an exam.
func BenchmarkTransformer(b *testing.B) {
	f := newFleet()
	f.recruit(b, 1, "transformer")
	e := examiner(b, mixture.Options{})
	epoch := uint64(0)
	for b.Loop() {
		epoch++
		_, err := e.Examine(b.Context(), f.exam(epoch, nil))
		require.NoError(b, err)
	}
}
