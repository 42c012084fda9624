package keeper

import (
	"fmt"
	"runtime/debug"

	"cosmossdk.io/collections"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/dendra-net/dendra/x/stake"
	"github.com/dendra-net/dendra/x/weights"
	"github.com/dendra-net/dendra/yuma"
)

// RunDue runs the epochs whose time has come, oldest first, at most epochs_per_block of them; the rest stay in the
// queue (R-WEIGHTS-5).
func (k *Keeper) RunDue(ctx sdk.Context) error {
	p, err := k.Params.Get(ctx)
	if err != nil {
		return err
	}
	due, err := k.due(ctx, int(p.EpochsPerBlock))
	if err != nil {
		return err
	}
	for _, netuid := range due {
		if err := k.runIsolated(ctx, netuid); err != nil {
			return err
		}
	}
	return nil
}

func (k *Keeper) due(ctx sdk.Context, most int) ([]uint32, error) {
	it, err := k.Queue.Iterate(ctx, collections.NewPrefixUntilPairRange[int64, uint32](ctx.BlockHeight()))
	if err != nil {
		return nil, err
	}
	defer it.Close()
	var due []uint32
	for ; it.Valid() && len(due) < most; it.Next() {
		key, err := it.Key()
		if err != nil {
			return nil, err
		}
		due = append(due, key.K2())
	}
	return due, nil
}

// runIsolated runs one epoch on a copy of the state. An error or a panic throws the copy away: nothing is paid, the
// pay waits, and only this subnet is the worse for it (R-WEIGHTS-7).
func (k *Keeper) runIsolated(ctx sdk.Context, netuid uint32) error {
	e, err := k.epoch(ctx, netuid)
	if err != nil {
		return err
	}
	s, err := k.subnets.Get(ctx, netuid)
	if err != nil {
		return err
	}
	branch, write := ctx.CacheContext()
	failure := k.recovered(branch, e)
	e.Failures++
	if failure == nil {
		write()
		e.Failures = 0
	}
	e.Index, e.Last, e.Due = e.Index+1, ctx.BlockHeight(), ctx.BlockHeight()+s.Hyperparameters.Tempo
	if err := k.setEpoch(ctx, e); err != nil {
		return err
	}
	if failure == nil {
		return nil
	}
	ctx.Logger().Error("epoch failed", "netuid", netuid, "epoch", e.Index-1, "reason", failure)
	return ctx.EventManager().EmitTypedEvent(&weights.EventEpochFailed{Netuid: netuid, Epoch: e.Index - 1, Reason: reasonOf(failure)})
}

// reasonOf bounds what goes on chain. Only errors of registered codes are the same on every machine, so anything else
// is named by its kind alone.
func reasonOf(err error) string {
	if _, ok := err.(panicked); ok {
		return "panic"
	}
	return "error"
}

type panicked struct{ error }

func (k *Keeper) recovered(ctx sdk.Context, e weights.Epoch) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = panicked{fmt.Errorf("%v\n%s", r, debug.Stack())}
		}
	}()
	return k.runEpoch(ctx, e)
}

// runEpoch reads the subnet, runs Yuma Consensus over it, pays and stores the results.
func (k *Keeper) runEpoch(ctx sdk.Context, e weights.Epoch) error {
	g, err := k.graph(ctx, e.Netuid)
	if err != nil {
		return err
	}
	pending, err := k.emission.Settle(ctx, e.Netuid)
	if err != nil {
		return err
	}
	owner := weights.OwnerCutRao(g.subnet, pending)
	who, err := k.electorate(ctx, g.neurons)
	if err != nil {
		return err
	}
	facts, err := k.facts(ctx, e, g, who.stakeRao, pending-owner)
	if err != nil {
		return err
	}
	in := facts.Input()
	out := yuma.Epoch(in)
	if out.Carry {
		owner = 0
		if err := k.emission.Return(ctx, e.Netuid, pending); err != nil {
			return err
		}
	} else if err := k.pay(ctx, g, who.hotkeys, out, owner); err != nil {
		return err
	}
	s, err := k.storeResults(ctx, e, g, facts, out, pending, owner)
	if err != nil {
		return err
	}
	if err := k.rank(ctx, e, g, in, s); err != nil {
		return err
	}
	return k.dropExpired(ctx, e, g)
}

// pay moves the coins in one transfer and books each neuron's part of them (R-WEIGHTS-6).
func (k *Keeper) pay(ctx sdk.Context, g graph, hotkeys []sdk.AccAddress, out yuma.Output, owner uint64) error {
	if owner > 0 {
		to, err := sdk.AccAddressFromBech32(g.subnet.Owner)
		if err != nil {
			return err
		}
		if err := k.emission.PayAccount(ctx, to, owner); err != nil {
			return err
		}
	}
	total := uint64(0)
	for uid, hotkey := range hotkeys {
		miner, validator := out.ServerEmission[uid], out.ValidatorEmission[uid]
		if miner+validator == 0 {
			continue
		}
		if err := k.stakes.Reward(ctx, hotkey, miner, validator); err != nil {
			return err
		}
		total += miner + validator
	}
	return k.emission.PayModule(ctx, stake.ModuleName, total)
}
