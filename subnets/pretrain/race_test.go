package pretrain

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/internal/durable"
	"github.com/dendra-net/dendra/internal/plot"
	"github.com/dendra-net/dendra/neuron"
)

func entrants(t testing.TB, kinds ...string) (list []Entrant) {
	t.Helper()
	for _, kind := range kinds {
		trainer, ok := NewTrainer(kind)
		require.True(t, ok, kind)
		list = append(list, Entrant{kind, trainer})
	}
	return list
}

// DENDRA_RACE=../../docs/intelligence-pretrain.tsv go test -run TestTable -timeout 0 ./subnets/pretrain writes the figures of
// docs/intelligence-pretrain.md, a drawing beside them, and prints the page's table. DENDRA_RACE_SECONDS is what each trainer
// gets of a core in an epoch, 6 unless given; DENDRA_RACE_KINDS who takes part.
func TestTable(t *testing.T) {
	out := os.Getenv("DENDRA_RACE")
	if out == "" {
		t.Skip("set DENDRA_RACE to a file for the figures; it takes minutes")
	}
	seconds, err := strconv.ParseFloat(or(os.Getenv("DENDRA_RACE_SECONDS"), "6"), 64)
	require.NoError(t, err)
	kinds := strings.Fields(or(os.Getenv("DENDRA_RACE_KINDS"), strings.Join(Kinds(), " ")))
	race := Race{Entrants: entrants(t, kinds...), Epochs: 10, Work: time.Duration(seconds * float64(time.Second)), Seed: 1, Now: cpuClock}
	var rounds []Round
	race.Report = func(r Round) {
		rounds = append(rounds, r)
		require.NoError(t, durable.Replace(out, figures(rounds, kinds), 0o644))
	}
	_, err = race.Run(context.Background())
	require.NoError(t, err)
	require.NoError(t, drawing(rounds, kinds).Write(strings.TrimSuffix(out, ".tsv")+".svg"))
	fmt.Print(table(rounds, kinds))
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

func figure(list []neuron.Fact, name string) neuron.Fact {
	f, _ := factOf(list, name)
	return f
}

// figures lists everything, a line for each miner of each epoch.
func figures(rounds []Round, kinds []string) []byte {
	var out bytes.Buffer
	fmt.Fprintln(&out, "epoch\tminer\tbits\tshare\tshare_se\tmarginal\tmarginal_se\tpruning\tmixture\tgain\tgain_se\tpublic\texam_seconds")
	for _, r := range rounds {
		for i, m := range r.Marks {
			marginal, gain := figure(m.Facts, "marginal"), figure(r.Facts, "gain")
			fmt.Fprintf(&out, "%d\t%s", r.Epoch, kinds[i])
			for _, v := range []float64{figure(m.Facts, "bits_per_byte").Value, m.Share, m.StdErr, marginal.Value, marginal.StdErr, m.Pruning,
				figure(r.Facts, "mixture").Value, gain.Value, gain.StdErr, figure(r.Facts, "public").Value, r.Cost.Seconds()} {
				fmt.Fprintf(&out, "\t%.4f", v)
			}
			fmt.Fprintln(&out)
		}
	}
	return out.Bytes()
}

// table is the page's: bits per byte and share of the pay.
func table(rounds []Round, kinds []string) string {
	var out strings.Builder
	fmt.Fprintf(&out, "| epoch | public | %s | mixture | gain |\n|---|---|%s---|---|\n", strings.Join(kinds, " | "), strings.Repeat("---|", len(kinds)))
	for _, r := range rounds {
		fmt.Fprintf(&out, "| %d | %.3f ", r.Epoch, figure(r.Facts, "public").Value)
		for _, m := range r.Marks {
			bits, ok := factOf(m.Facts, "bits_per_byte")
			switch {
			case !ok:
				out.WriteString("| - ")
			case m.Share == 0:
				fmt.Fprintf(&out, "| %.3f ", bits.Value)
			default:
				fmt.Fprintf(&out, "| %.3f (%.0f %%) ", bits.Value, 100*m.Share)
			}
		}
		gain := figure(r.Facts, "gain")
		fmt.Fprintf(&out, "| %.3f | %.3f +- %.3f |\n", figure(r.Facts, "mixture").Value, gain.Value, gain.StdErr)
	}
	return out.String()
}

// drawing shows the losses: copies are as good as what they copy, and left out.
func drawing(rounds []Round, kinds []string) plot.Chart {
	chart := plot.Chart{Title: "Loss on text that nobody had seen", X: plot.Axis{Label: "epoch", Ticks: 1}, Y: plot.Axis{Label: "bits per byte"}}
	for i, kind := range kinds {
		if _, copies := trainers[kind]().(*copycat); copies {
			continue
		}
		series := plot.Series{Name: kind}
		for _, r := range rounds {
			if bits, ok := factOf(r.Marks[i].Facts, "bits_per_byte"); ok && bits.Value < 6 {
				series.Points = append(series.Points, plot.Point{X: float64(r.Epoch), Y: bits.Value})
			}
		}
		chart.Series = append(chart.Series, series)
	}
	mixture := plot.Series{Name: "mixture", Style: plot.Dash}
	for _, r := range rounds {
		mixture.Points = append(mixture.Points, plot.Point{X: float64(r.Epoch), Y: figure(r.Facts, "mixture").Value})
	}
	chart.Series = append(chart.Series, mixture)
	return chart
}

// The pay follows what is told, epoch after epoch, and whoever copies earns nothing.
func TestRace(t *testing.T) {
	kinds := []string{"copycat", "perturber", "memoriser", "ngram3", "few"}
	list := entrants(t, kinds[:4]...)
	list = append(list, Entrant{"few", &counter{order: 4, base: 1 << 20}})
	rounds, err := Race{Entrants: list, Epochs: 3, Seed: 5}.Run(context.Background())
	require.NoError(t, err)
	require.Len(t, rounds, 3)
	for _, r := range rounds {
		for i := range 3 {
			require.Zero(t, r.Marks[i].Share, "%s in epoch %d", kinds[i], r.Epoch)
		}
		require.InDelta(t, 1, r.Marks[3].Share+r.Marks[4].Share, 1e-9)
		require.Less(t, figure(r.Facts, "best").Value, figure(r.Facts, "public").Value-0.4)
	}
	require.Contains(t, rounds[1].Marks[0].Reason, "committed this artifact first")
	require.Contains(t, rounds[2].Marks[1].Reason, "prior art")
	require.Contains(t, table(rounds, kinds), "| 3 | ")
	require.Equal(t, 1+3*len(kinds), bytes.Count(figures(rounds, kinds), []byte("\n")))
	_, err = Race{}.Run(context.Background())
	require.Error(t, err)
}
