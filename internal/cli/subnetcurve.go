package cli

import (
	"context"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/dendra-net/dendra/chainclient"
	"github.com/dendra-net/dendra/evidence"
	"github.com/dendra-net/dendra/internal/curve"
	"github.com/dendra-net/dendra/internal/plot"
	"github.com/dendra-net/dendra/internal/term"
	"github.com/dendra-net/dendra/neuron"
)

// curveRows is how many of the newest epochs are printed.
const curveRows = 20

func (a *app) subnetCurve() *cobra.Command {
	var validator, picture string
	c := &cobra.Command{Use: "curve N", Short: "Show how a subnet's miners did, epoch by epoch, as a validator measured them", Args: args(1, 1)}
	c.Flags().StringVar(&validator, "validator", "", "uid, hotkey address or wallet of the validator (default the largest that shows evidence)")
	c.Flags().StringVar(&picture, "plot", "", "draw the curves into this file, .svg or .png")
	c.RunE = func(c *cobra.Command, given []string) error {
		netuid, err := parseNetuid(given[0])
		if err != nil {
			return err
		}
		if err := checkPicture(picture); err != nil {
			return err
		}
		return a.curve(c.Context(), netuid, validator, picture)
	}
	return c
}

func (a *app) curve(ctx context.Context, netuid uint16, validator, picture string) error {
	client, err := a.chain(ctx)
	if err != nil {
		return err
	}
	market, err := client.Subnet(ctx, netuid)
	if err != nil {
		return err
	}
	note, err := a.newestNote(ctx, client, market, validator)
	if err != nil {
		return err
	}
	base, err := evidence.BaseOf(note.URL, netuid, note.Epoch)
	if err != nil {
		return err
	}
	history, err := evidence.Fetcher{Base: base, Netuid: netuid}.Curve(ctx)
	if err != nil {
		return err
	}
	chart := curve.Chart(history, curve.Options{Title: market.Name, Names: a.names(), Together: curve.Collective()})
	if picture != "" {
		if err := chart.Write(picture); err != nil {
			return err
		}
		a.say("drawn into %s", picture)
	}
	return a.emit(history, func(w io.Writer) error {
		if _, err := fmt.Fprintf(w, "subnet %d %s   as validator %s measured it   %s\n\n", netuid, term.Clean(market.Name), nameOf(note.Hotkey, a.names()), chart.Y.Label); err != nil {
			return err
		}
		return printCurve(w, chart)
	})
}

// newestNote returns the newest note of the validator that was named, or of the one with most stake.
func (a *app) newestNote(ctx context.Context, client *chainclient.Client, market neuron.Subnet, validator string) (chainclient.Published, error) {
	if validator != "" {
		hotkey, err := a.findValidator(ctx, client, market.Netuid, validator)
		if err != nil {
			return chainclient.Published{}, err
		}
		return client.Evidence(ctx, market.Netuid, hotkey)
	}
	notes, err := client.SubnetEvidence(ctx, market.Netuid)
	if err != nil {
		return chainclient.Published{}, err
	}
	stake := func(p chainclient.Published) uint64 {
		i := slices.IndexFunc(market.Neurons, func(n neuron.Neuron) bool { return n.Hotkey == p.Hotkey })
		if i < 0 {
			return 0
		}
		return market.Neurons[i].StakeRao
	}
	if len(notes) == 0 {
		return chainclient.Published{}, failf("no_evidence", "no validator of subnet %d has published evidence yet", market.Netuid)
	}
	return slices.MaxFunc(notes, func(x, y chainclient.Published) int {
		switch {
		case stake(x) < stake(y):
			return -1
		case stake(x) > stake(y):
			return 1
		}
		return int(y.UID) - int(x.UID)
	}), nil
}

// printCurve writes the newest points of every series, an epoch a row.
func printCurve(w io.Writer, chart plot.Chart) error {
	t := term.Table{Columns: []term.Column{{Title: "EPOCH", Right: true}}}
	var epochs []float64
	for _, s := range chart.Series {
		t.Columns = append(t.Columns, term.Column{Title: s.Name, Right: true})
		for _, p := range s.Points {
			epochs = append(epochs, p.X)
		}
	}
	slices.Sort(epochs)
	epochs = slices.Compact(epochs)
	for _, epoch := range epochs[max(0, len(epochs)-curveRows):] {
		row := []string{strconv.FormatFloat(epoch, 'f', 0, 64)}
		for _, s := range chart.Series {
			i := slices.IndexFunc(s.Points, func(p plot.Point) bool { return p.X == epoch })
			if i < 0 || math.IsNaN(s.Points[i].Y) {
				row = append(row, "-")
				continue
			}
			row = append(row, strconv.FormatFloat(s.Points[i].Y, 'f', 3, 64))
		}
		t.Add(row...)
	}
	return t.Write(w)
}
