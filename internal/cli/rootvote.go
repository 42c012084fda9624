package cli

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/cosmos/gogoproto/proto"
	"github.com/spf13/cobra"

	"github.com/dendra-net/dendra/chainclient"
	"github.com/dendra-net/dendra/internal/term"
	"github.com/dendra-net/dendra/neuron"
	"github.com/dendra-net/dendra/x/emission"
)

func (a *app) rootCommand() *cobra.Command {
	return a.noun("root", "The vote that divides emission among subnets: show, set", a.rootShow(), a.rootSet())
}

// rootView is what "root show" prints.
type rootView struct {
	NextCount int64          `json:"next_count"` // height
	Shares    []rootShare    `json:"shares"`
	Votes     []rootVoteView `json:"votes"`
}

type rootShare struct {
	Netuid uint32  `json:"netuid"`
	Share  float64 `json:"share"`
}

type rootVoteView struct {
	Hotkey neuron.Address `json:"hotkey"`
	Height int64          `json:"height"`
	Shares []rootShare    `json:"shares"`
}

func (a *app) rootShow() *cobra.Command {
	c := &cobra.Command{Use: "show", Short: "Show each subnet's share of emission and who voted for it", Args: args(0, 0)}
	chainAt := a.heightFlag(c)
	c.RunE = func(c *cobra.Command, _ []string) error {
		at, err := chainAt(c.Context())
		if err != nil {
			return err
		}
		ledgers, next, err := at.Ledgers(c.Context())
		if err != nil {
			return err
		}
		votes, err := at.RootVotes(c.Context())
		if err != nil {
			return err
		}
		v := viewRoot(ledgers, next, votes)
		return a.emit(v, func(w io.Writer) error { return v.print(w, a.names()) })
	}
	return c
}

func viewRoot(ledgers []emission.Ledger, next int64, votes []emission.RootVote) rootView {
	v := rootView{NextCount: next, Shares: []rootShare{}, Votes: []rootVoteView{}}
	for _, l := range ledgers {
		v.Shares = append(v.Shares, rootShare{l.Netuid, float64(l.ShareQ32) / (1 << 32)})
	}
	for _, vote := range votes {
		row := rootVoteView{Hotkey: neuron.Address(vote.Hotkey), Height: vote.Height, Shares: []rootShare{}}
		total := 0.0
		for _, weight := range vote.Weights {
			total += float64(weight)
		}
		for i := range min(len(vote.Netuids), len(vote.Weights)) {
			row.Shares = append(row.Shares, rootShare{vote.Netuids[i], float64(vote.Weights[i]) / max(total, 1)})
		}
		v.Votes = append(v.Votes, row)
	}
	return v
}

func (v rootView) print(w io.Writer, names map[neuron.Address]string) error {
	t := term.Table{Columns: []term.Column{{Title: "SUBNET", Right: true}, {Title: "EMISSION (%)", Right: true}, {Title: ""}}}
	for _, s := range v.Shares {
		t.Add(strconv.Itoa(int(s.Netuid)), strconv.FormatFloat(100*s.Share, 'f', 2, 64), term.Bar(s.Share, barWidth))
	}
	if err := t.Write(w); err != nil {
		return err
	}
	if _, err := fmt.Fprintf(w, "\nnext count at height %d\n\n", v.NextCount); err != nil {
		return err
	}
	t = term.Table{Columns: []term.Column{{Title: "VOTER"}, {Title: "VOTED AT (HEIGHT)", Right: true}, {Title: "VOTE (SUBNET:SHARE)"}}}
	for _, vote := range v.Votes {
		var cells []string
		for _, s := range vote.Shares {
			cells = append(cells, fmt.Sprintf("%d:%.3f", s.Netuid, s.Share))
		}
		t.Add(nameOf(vote.Hotkey, names), strconv.FormatInt(vote.Height, 10), strings.Join(cells, " "))
	}
	return t.Write(w)
}

func (a *app) rootSet() *cobra.Command {
	return &cobra.Command{Use: "set NETUID=WEIGHT...", Short: "Vote with a hotkey's stake on how emission is divided", Args: args(1, -1),
		RunE: func(c *cobra.Command, given []string) error {
			pairs, err := parseShares(given)
			if err != nil {
				return err
			}
			s, err := scale(pairs)
			if err != nil {
				return err
			}
			key, err := a.actingHotkey()
			if err != nil {
				return err
			}
			p := hotPlan(key, plan{
				action:  fmt.Sprintf("vote on the emission of %d subnets", len(s.ids)),
				changes: []string{"the next count of the root vote weighs it with the hotkey's stake"},
				msgs:    []proto.Message{&emission.MsgSetRootWeights{Hotkey: string(key.Address()), Netuids: widen(s.ids), Weights: widen(s.weights)}},
			})
			return a.transact(c.Context(), p, func(res chainclient.TxResult) (any, string, error) {
				return receiptOf(res), fmt.Sprintf("voted on the emission of %d subnets", len(s.ids)), nil
			})
		}}
}
