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

// DENDRA_RACE=OUT.tsv go test -run TestTable ./subnets/pretrain writes the table of docs/intelligence-pretrain.md.
// DENDRA_RACE_SECONDS is what each trainer gets of a core in an epoch, 10 unless given; DENDRA_RACE_KINDS who takes part.
func TestTable(t *testing.T) {
	out := os.Getenv("DENDRA_RACE")
	if out == "" {
		t.Skip("set DENDRA_RACE to a file for the table; it takes minutes")
	}
	seconds, err := strconv.ParseFloat(or(os.Getenv("DENDRA_RACE_SECONDS"), "10"), 64)
	require.NoError(t, err)
	kinds := strings.Fields(or(os.Getenv("DENDRA_RACE_KINDS"), strings.Join(Kinds(), " ")))
	var table bytes.Buffer
	fmt.Fprintln(&table, "epoch\tminer\tbits\tshare\tshare_se\tmarginal\tmarginal_se\tpruning\tmixture\tgain\tgain_se\tpublic\texam_seconds")
	race := Race{Entrants: entrants(t, kinds...), Epochs: 10, Work: time.Duration(seconds * float64(time.Second)), Seed: 1, Now: cpuClock}
	race.Report = func(r Round) {
		for i, m := range r.Marks {
			fmt.Fprintln(&table, row(r, kinds[i], m))
		}
		require.NoError(t, durable.Replace(out, table.Bytes(), 0o644))
	}
	_, err = race.Run(context.Background())
	require.NoError(t, err)
}

func row(r Round, name string, m neuron.Mark) string {
	cells := []string{strconv.FormatUint(r.Epoch, 10), name}
	put := func(v float64) { cells = append(cells, strconv.FormatFloat(v, 'f', 4, 64)) }
	figure := func(list []neuron.Fact, name string) neuron.Fact { f, _ := factOf(list, name); return f }
	bits, marginal := figure(m.Facts, "bits_per_byte"), figure(m.Facts, "marginal")
	mixture, gain, public := figure(r.Facts, "mixture"), figure(r.Facts, "gain"), figure(r.Facts, "public")
	for _, v := range []float64{bits.Value, m.Share, m.StdErr, marginal.Value, marginal.StdErr, m.Pruning, mixture.Value, gain.Value, gain.StdErr, public.Value, r.Cost.Seconds()} {
		put(v)
	}
	return strings.Join(cells, "\t")
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}
