package cli

import (
	"cmp"
	"fmt"
	"io"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"github.com/cosmos/gogoproto/proto"
	"github.com/spf13/cobra"

	"github.com/dendra-net/dendra/chainclient"
	"github.com/dendra-net/dendra/internal/term"
	"github.com/dendra-net/dendra/neuron"
	"github.com/dendra-net/dendra/x/stake"
)

// takeWhole is all of a validator's income in the chain's 16 bits.
const takeWhole = 65535

// parseTake reads "18%" or "0.18" and rounds down, so that the largest take there is can be written as people say it.
func parseTake(s string) (uint32, error) {
	number, percent := strings.CutSuffix(strings.TrimSpace(s), "%")
	part, ok := new(big.Rat).SetString(number)
	if !ok || len(number) > 20 || strings.Trim(number, "0123456789.") != "" {
		return 0, usagef("bad_take", "%q is no take: it is a part of 1 such as 0.18, or a percentage such as 18%%", s)
	}
	if percent {
		part.Quo(part, big.NewRat(100, 1))
	}
	if part.Cmp(big.NewRat(1, 1)) > 0 {
		return 0, usagef("bad_take", "%q is more than all", s)
	}
	part.Mul(part, big.NewRat(takeWhole, 1))
	return uint32(new(big.Int).Quo(part.Num(), part.Denom()).Uint64()), nil
}

// percentOf prints a take.
func percentOf(takeU16 uint32) string {
	return strconv.FormatFloat(100*float64(takeU16)/takeWhole, 'f', 2, 64)
}

func (a *app) stakeTake() *cobra.Command {
	var of string
	c := &cobra.Command{Use: "take TAKE", Short: "Set what a hotkey of yours keeps of its delegators' dividends: 18% or 0.18", Args: args(1, 1)}
	c.Flags().StringVar(&of, "of", "", "hotkey: an address, WALLET or WALLET/HOTKEY; your own when empty")
	c.RunE = func(c *cobra.Command, given []string) error {
		take, err := parseTake(given[0])
		if err != nil {
			return err
		}
		info, err := a.actingWallet()
		if err != nil {
			return err
		}
		hotkey, err := a.stakeTarget(info, of)
		if err != nil {
			return err
		}
		at, err := a.viewAt(c.Context(), 0)
		if err != nil {
			return err
		}
		now, err := at.Stake().Hotkey(c.Context(), &stake.QueryHotkeyRequest{Hotkey: string(hotkey)})
		if err != nil {
			return err
		}
		p := a.coldPlan(info, plan{
			action:  fmt.Sprintf("set the take of %s to %s %%", hotkey, percentOf(take)),
			changes: []string{fmt.Sprintf("%s %% becomes %s %%", percentOf(now.Hotkey.TakeU16), percentOf(take)), "raising it again takes the waiting time of dendra chain params stake"},
			msgs:    []proto.Message{&stake.MsgSetTake{Coldkey: string(info.Address), Hotkey: string(hotkey), TakeU16: take}},
		})
		return a.transact(c.Context(), p, func(res chainclient.TxResult) (any, string, error) {
			result := struct {
				Hotkey  neuron.Address `json:"hotkey"`
				TakeU16 uint32         `json:"take_u16"`
				receipt
			}{hotkey, take, receiptOf(res)}
			return result, fmt.Sprintf("%s keeps %s %% of its delegators' dividends", hotkey, percentOf(take)), nil
		})
	}
	return c
}

// poolView is a hotkey that can be staked to.
type poolView struct {
	Hotkey  neuron.Address `json:"hotkey"`
	Coldkey neuron.Address `json:"coldkey"`
	TakeU16 uint32         `json:"take_u16"`
	Take    float64        `json:"take"` // of 1
	PoolRao uint64         `json:"pool_rao,string"`
}

func viewPool(h stake.Hotkey) poolView {
	return poolView{neuron.Address(h.Hotkey), neuron.Address(h.Coldkey), h.TakeU16, float64(h.TakeU16) / takeWhole, h.PoolRao}
}

func (a *app) stakeHotkeys() *cobra.Command {
	c := &cobra.Command{Use: "hotkeys", Short: "List the hotkeys one can stake behind, largest pool first", Args: args(0, 0)}
	chainAt := a.heightFlag(c)
	c.RunE = func(c *cobra.Command, _ []string) error {
		at, err := chainAt(c.Context())
		if err != nil {
			return err
		}
		list, err := at.Hotkeys(c.Context())
		if err != nil {
			return err
		}
		pools := []poolView{}
		for _, h := range list {
			pools = append(pools, viewPool(h))
		}
		slices.SortStableFunc(pools, func(p, q poolView) int { return cmp.Compare(q.PoolRao, p.PoolRao) })
		return a.emit(map[string]any{"height": at.height, "hotkeys": pools}, func(w io.Writer) error { return printPools(w, pools, a.names()) })
	}
	return c
}

func printPools(w io.Writer, pools []poolView, names map[neuron.Address]string) error {
	t := term.Table{Columns: []term.Column{{Title: "HOTKEY"}, {Title: "NAME"}, {Title: "OWNER"}, {Title: "TAKE (%)", Right: true}, {Title: "POOL (TAO)", Right: true}}}
	for _, p := range pools {
		t.Add(string(p.Hotkey), names[p.Hotkey], nameOf(p.Coldkey, names), percentOf(p.TakeU16), decimalTAO(p.PoolRao))
	}
	return t.Write(w)
}

// delegatorView is a line of "stake delegators".
type delegatorView struct {
	Coldkey  neuron.Address `json:"coldkey"`
	StakeRao uint64         `json:"stake_rao,string"`
	Share    float64        `json:"share"` // of the pool
}

func (a *app) stakeDelegators() *cobra.Command {
	c := &cobra.Command{Use: "delegators [HOTKEY]", Short: "List who stakes behind a hotkey", Args: args(0, 1)}
	chainAt := a.heightFlag(c)
	c.RunE = func(c *cobra.Command, given []string) error {
		hotkey, err := a.statusHotkey(given)
		if err != nil {
			return err
		}
		at, err := chainAt(c.Context())
		if err != nil {
			return err
		}
		res, err := at.Stake().Hotkey(c.Context(), &stake.QueryHotkeyRequest{Hotkey: string(hotkey)})
		if err != nil {
			return err
		}
		holdings, err := at.Delegators(c.Context(), hotkey)
		if err != nil {
			return err
		}
		pool, list := viewPool(res.Hotkey), []delegatorView{}
		for _, h := range holdings {
			list = append(list, delegatorView{neuron.Address(h.Coldkey), h.StakeRao, float64(h.StakeRao) / float64(max(pool.PoolRao, 1))})
		}
		result := struct {
			Height int64 `json:"height"`
			poolView
			Delegators []delegatorView `json:"delegators"`
		}{at.height, pool, list}
		return a.emit(result, func(w io.Writer) error { return printDelegators(w, pool, list, a.names()) })
	}
	return c
}

func printDelegators(w io.Writer, pool poolView, list []delegatorView, names map[neuron.Address]string) error {
	if _, err := fmt.Fprintf(w, "hotkey %s   owner %s   take %s %%   pool %s\n\n", pool.Hotkey, nameOf(pool.Coldkey, names), percentOf(pool.TakeU16), formatTAO(pool.PoolRao)); err != nil {
		return err
	}
	t := term.Table{Columns: []term.Column{{Title: "COLDKEY"}, {Title: "NAME"}, {Title: "STAKE (TAO)", Right: true}, {Title: "SHARE (%)", Right: true}}}
	for _, d := range list {
		t.Add(string(d.Coldkey), names[d.Coldkey], decimalTAO(d.StakeRao), strconv.FormatFloat(100*d.Share, 'f', 2, 64))
	}
	return t.Write(w)
}
