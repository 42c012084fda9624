package cli

import (
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"slices"
	"strconv"

	"github.com/cosmos/gogoproto/proto"
	"github.com/spf13/cobra"

	"github.com/dendra-net/dendra/chainclient"
	"github.com/dendra-net/dendra/internal/term"
	"github.com/dendra-net/dendra/neuron"
	"github.com/dendra-net/dendra/x/emission"
	"github.com/dendra-net/dendra/x/guard"
)

// lawsView is what "chain laws" prints.
type lawsView struct {
	Height int64     `json:"height"`
	Laws   []lawView `json:"laws"`
}

type lawView struct {
	Name   string `json:"name"`
	Holds  bool   `json:"holds"`
	Detail string `json:"detail,omitempty"`
}

func readLaws(ctx context.Context, at view) (lawsView, error) {
	res, err := at.Guard().Invariants(ctx, &guard.QueryInvariantsRequest{})
	if err != nil {
		return lawsView{}, err
	}
	v := lawsView{Height: res.Height, Laws: []lawView{}}
	for _, law := range res.Invariants {
		v.Laws = append(v.Laws, lawView{law.Name, law.Holds, law.Detail})
	}
	return v, nil
}

func brokenLaws(laws []lawView) []lawView {
	return slices.DeleteFunc(slices.Clone(laws), func(l lawView) bool { return l.Holds })
}

func (a *app) chainLaws() *cobra.Command {
	c := &cobra.Command{Use: "laws", Short: "Check every law of the books; fails when one is broken", Args: args(0, 0)}
	chainAt := a.heightFlag(c)
	c.RunE = func(c *cobra.Command, _ []string) error {
		at, err := chainAt(c.Context())
		if err != nil {
			return err
		}
		v, err := readLaws(c.Context(), at)
		if err != nil {
			return err
		}
		if err := a.emit(v, v.print); err != nil {
			return err
		}
		return v.verdict()
	}
	return c
}

// verdict is an error when a law is broken, or when the node answered none: nothing was checked then.
func (v lawsView) verdict() error {
	broken := brokenLaws(v.Laws)
	switch {
	case len(v.Laws) == 0:
		return failf("laws_unchecked", "the node named no law at height %d", v.Height)
	case len(broken) > 0:
		return failf("books_wrong", "%d of %d laws are broken at height %d; the first is %s: %s",
			len(broken), len(v.Laws), v.Height, broken[0].Name, broken[0].Detail)
	}
	return nil
}

func (v lawsView) print(w io.Writer) error {
	t := term.Table{Columns: []term.Column{{Title: "LAW"}, {Title: "HOLDS"}, {Title: "DETAIL"}}}
	for _, l := range v.Laws {
		t.Add(l.Name, yesNo(l.Holds), l.Detail)
	}
	return t.Write(w)
}

// producerView is a line of "chain producers".
type producerView struct {
	Name     string         `json:"name"`
	Operator neuron.Address `json:"operator"`
	Key      string         `json:"consensus_pubkey"` // hex
	Power    int64          `json:"power"`
}

func (a *app) chainProducers() *cobra.Command {
	c := &cobra.Command{Use: "producers", Short: "List the nodes that make blocks", Args: args(0, 0)}
	chainAt := a.heightFlag(c)
	c.RunE = func(c *cobra.Command, _ []string) error {
		at, err := chainAt(c.Context())
		if err != nil {
			return err
		}
		list, err := at.Producers(c.Context())
		if err != nil {
			return err
		}
		views := []producerView{}
		for _, p := range list {
			views = append(views, producerView{p.Name, neuron.Address(p.Operator), hex.EncodeToString(p.ConsensusPubkey), p.Power})
		}
		return a.emit(map[string]any{"height": at.height, "producers": views}, func(w io.Writer) error { return printProducers(w, views, a.names()) })
	}
	return c
}

func printProducers(w io.Writer, views []producerView, names map[neuron.Address]string) error {
	t := term.Table{Columns: []term.Column{{Title: "PRODUCER"}, {Title: "POWER", Right: true}, {Title: "FEES GO TO"}, {Title: "CONSENSUS KEY"}}}
	for _, p := range views {
		t.Add(p.Name, strconv.FormatInt(p.Power, 10), nameOf(p.Operator, names), p.Key)
	}
	return t.Write(w)
}

func (a *app) chainBurn() *cobra.Command {
	return &cobra.Command{Use: "burn AMOUNT", Short: "Put TAO where nobody can ever move it again", Args: args(1, 1),
		RunE: func(c *cobra.Command, given []string) error {
			rao, err := parseAmount(given[0])
			if err != nil {
				return err
			}
			if rao == 0 {
				return usagef("bad_amount", "nothing to burn: the amount is 0")
			}
			info, err := a.actingWallet()
			if err != nil {
				return err
			}
			p := a.coldPlan(info, plan{
				action: fmt.Sprintf("burn %s of %s", formatTAO(rao), info.Name), verb: "burnt", costRao: rao,
				changes: []string{"nobody can ever move it again; it stays issued and is never issued anew"},
				msgs:    []proto.Message{&emission.MsgBurn{Coldkey: string(info.Address), Rao: rao}},
			})
			return a.transact(c.Context(), p, func(res chainclient.TxResult) (any, string, error) {
				result := struct {
					BurntRao uint64 `json:"burnt_rao,string"`
					receipt
				}{rao, receiptOf(res)}
				return result, fmt.Sprintf("burnt %s of %s", formatTAO(rao), info.Name), nil
			})
		}}
}
