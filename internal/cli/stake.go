package cli

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/cosmos/gogoproto/proto"
	"github.com/spf13/cobra"

	"github.com/dendra-net/dendra/chainclient"
	"github.com/dendra-net/dendra/internal/term"
	"github.com/dendra-net/dendra/neuron"
	"github.com/dendra-net/dendra/wallet"
	"github.com/dendra-net/dendra/x/stake"
)

func (a *app) stakeCommand() *cobra.Command {
	return a.noun("stake", "TAO behind hotkeys: add, remove, list, hotkeys, delegators, take",
		a.stakeAdd(), a.stakeRemove(), a.stakeList(), a.stakeHotkeys(), a.stakeDelegators(), a.stakeTake())
}

// stakeTarget finds the hotkey to stake to: the one that is named, or the wallet's own.
func (a *app) stakeTarget(info wallet.Info, named string) (neuron.Address, error) {
	if named != "" {
		return a.findHotkey(named)
	}
	return a.findHotkey(info.Name + "/" + a.hotkeyName(info))
}

func (a *app) stakeAdd() *cobra.Command {
	var to string
	c := &cobra.Command{Use: "add AMOUNT", Short: "Stake TAO behind a hotkey", Args: args(1, 1),
		RunE: func(c *cobra.Command, given []string) error {
			rao, err := parseAmount(given[0])
			if err != nil {
				return err
			}
			info, err := a.actingWallet()
			if err != nil {
				return err
			}
			hotkey, err := a.stakeTarget(info, to)
			if err != nil {
				return err
			}
			p := a.coldPlan(info, plan{
				action: fmt.Sprintf("stake %s behind %s", formatTAO(rao), hotkey), verb: "staked", costRao: rao,
				changes: []string{fmt.Sprintf("%s stakes %s more", info.Name, formatTAO(rao)), "unstaking takes the unbonding time"},
				msgs:    []proto.Message{&stake.MsgAddStake{Coldkey: string(info.Address), Hotkey: string(hotkey), Rao: rao}},
			})
			return a.transact(c.Context(), p, func(res chainclient.TxResult) (any, string, error) {
				return receiptOf(res), fmt.Sprintf("staked %s behind %s", formatTAO(rao), hotkey), nil
			})
		}}
	c.Flags().StringVar(&to, "to", "", "hotkey: an address, WALLET or WALLET/HOTKEY; your own when empty")
	return c
}

// unstaked is what "stake remove" prints.
type unstaked struct {
	Rao           uint64 `json:"rao,string"`
	ReleaseHeight int64  `json:"release_height"`
	receipt
}

func (a *app) stakeRemove() *cobra.Command {
	var from string
	c := &cobra.Command{Use: "remove AMOUNT|all", Short: "Take TAO back from behind a hotkey", Args: args(1, 1),
		RunE: func(c *cobra.Command, given []string) error {
			p, err := a.unstakePlan(given[0], from)
			if err != nil {
				return err
			}
			return a.transact(c.Context(), p, func(res chainclient.TxResult) (any, string, error) {
				var answer stake.MsgRemoveStakeResponse
				if err := res.Answer(0, &answer); err != nil {
					return nil, "", err
				}
				u := unstaked{Rao: answer.Rao, ReleaseHeight: answer.ReleaseHeight, receipt: receiptOf(res)}
				return u, fmt.Sprintf("unstaked %s, free at height %d", formatTAO(u.Rao), u.ReleaseHeight), nil
			})
		}}
	c.Flags().StringVar(&from, "from", "", "hotkey: an address, WALLET or WALLET/HOTKEY; your own when empty")
	return c
}

func (a *app) unstakePlan(amount, from string) (plan, error) {
	var rao uint64 // 0 takes all
	what := "all"
	if !strings.EqualFold(amount, what) {
		var err error
		if rao, err = parseAmount(amount); err != nil {
			return plan{}, err
		}
		if rao == 0 {
			return plan{}, usagef("bad_amount", "nothing to unstake: the amount is 0").withFix("name an amount, or all")
		}
		what = formatTAO(rao)
	}
	info, err := a.actingWallet()
	if err != nil {
		return plan{}, err
	}
	hotkey, err := a.stakeTarget(info, from)
	if err != nil {
		return plan{}, err
	}
	return a.coldPlan(info, plan{
		action:  fmt.Sprintf("unstake %s from behind %s", what, hotkey),
		changes: []string{"the TAO is free after the unbonding time"},
		msgs:    []proto.Message{&stake.MsgRemoveStake{Coldkey: string(info.Address), Hotkey: string(hotkey), Rao: rao}},
	}), nil
}

// holdingView is a line of "stake list".
type holdingView struct {
	Hotkey        neuron.Address `json:"hotkey"`
	Rao           uint64         `json:"rao,string"`
	ReleaseHeight int64          `json:"release_height,omitempty"` // of what is on its way back
}

func (a *app) stakeList() *cobra.Command {
	c := &cobra.Command{Use: "list [WALLET|ADDRESS]", Short: "List what a coldkey stakes and what is on its way back", Args: args(0, 1)}
	chainAt := a.heightFlag(c)
	c.RunE = func(c *cobra.Command, given []string) error {
		address, err := a.coldkeyAsked(given)
		if err != nil {
			return err
		}
		at, err := chainAt(c.Context())
		if err != nil {
			return err
		}
		return a.listStake(c.Context(), at, address)
	}
	return c
}

// coldkeyAsked is the coldkey that a question is about: the one that is named, or the acting wallet's.
func (a *app) coldkeyAsked(given []string) (neuron.Address, error) {
	if len(given) == 1 {
		return a.findColdkey(given[0])
	}
	info, err := a.actingWallet()
	return info.Address, err
}

func (a *app) listStake(ctx context.Context, at view, address neuron.Address) error {
	holdings, err := at.Holdings(ctx, address)
	if err != nil {
		return err
	}
	unbondings, err := at.Unbondings(ctx, address)
	if err != nil {
		return err
	}
	staked, waiting := []holdingView{}, []holdingView{}
	for _, h := range holdings {
		staked = append(staked, holdingView{Hotkey: neuron.Address(h.Hotkey), Rao: h.StakeRao})
	}
	for _, u := range unbondings {
		waiting = append(waiting, holdingView{neuron.Address(u.Hotkey), u.Rao, u.ReleaseHeight})
	}
	return a.emit(map[string]any{"address": address, "stake": staked, "unbonding": waiting}, func(w io.Writer) error {
		return printStake(w, staked, waiting, a.names())
	})
}

func printStake(w io.Writer, staked, waiting []holdingView, names map[neuron.Address]string) error {
	t := term.Table{Columns: []term.Column{{Title: "HOTKEY"}, {Title: "NAME"}, {Title: "AMOUNT (TAO)", Right: true}, {Title: "STATE"}}}
	for _, h := range staked {
		t.Add(string(h.Hotkey), names[h.Hotkey], decimalTAO(h.Rao), "staked")
	}
	for _, h := range waiting {
		t.Add(string(h.Hotkey), names[h.Hotkey], decimalTAO(h.Rao), fmt.Sprintf("free at height %d", h.ReleaseHeight))
	}
	return t.Write(w)
}
