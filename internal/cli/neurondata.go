package cli

import (
	"context"
	"encoding/hex"
	"io"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/dendra-net/dendra/internal/term"
	"github.com/dendra-net/dendra/neuron"
)

// dataView is what a neuron committed, with who committed the same bytes first.
type dataView struct {
	Hotkey      neuron.Address `json:"hotkey"`
	Data        string         `json:"data"` // hex
	Height      int64          `json:"height"`
	First       neuron.Address `json:"first"`
	FirstHeight int64          `json:"first_height"`
	data        []byte
}

func (a *app) neuronData() *cobra.Command {
	return a.aboutSubnet("data", "Show what neurons committed, and who committed the same bytes first", func(ctx context.Context, at view, market neuron.Subnet) (any, func(io.Writer) error, error) {
		all, err := at.client.Committed(ctx, market.Netuid, at.height)
		if err != nil {
			return nil, nil, err
		}
		views := []dataView{}
		for _, d := range all {
			views = append(views, dataView{d.Hotkey, hex.EncodeToString(d.Data), d.Height, d.First, d.FirstHeight, d.Data})
		}
		result := map[string]any{"netuid": market.Netuid, "height": at.height, "data": views}
		return result, func(w io.Writer) error { return printData(w, views, a.names()) }, nil
	})
}

func printData(w io.Writer, views []dataView, names map[neuron.Address]string) error {
	t := term.Table{Columns: []term.Column{{Title: "NEURON"}, {Title: "AT (HEIGHT)", Right: true}, {Title: "FIRST BY"}, {Title: "FIRST AT (HEIGHT)", Right: true}, {Title: "DATA"}}}
	for _, v := range views {
		first := nameOf(v.First, names)
		if v.First == v.Hotkey {
			first = "itself"
		}
		t.Add(nameOf(v.Hotkey, names), strconv.FormatInt(v.Height, 10), first, strconv.FormatInt(v.FirstHeight, 10), readable(v.data))
	}
	return t.Write(w)
}
