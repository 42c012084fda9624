package keeper

import (
	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"
	"cosmossdk.io/math"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/dendra-net/dendra/x/stake"
)

// deposit moves rao of a coldkey into a hotkey's pool (R-STAKE-3).
func (k *Keeper) deposit(ctx sdk.Context, at position, rao uint64) error {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return err
	}
	if rao < params.MinStakeRao {
		return stake.ErrBelowMinimum.Wrapf("staking %d rao, the least is %d rao", rao, params.MinStakeRao)
	}
	if k.bank.BlockedAddr(at.K2()) {
		return stake.ErrBlocked.Wrapf("%s could not get its stake back", at.K2())
	}
	h, err := k.hotkey(ctx, at.K1())
	if err != nil {
		return err
	}
	pool, bought, err := h.Pool().Add(rao)
	if err != nil {
		return err
	}
	if err := k.bank.SendCoinsFromAccountToModule(ctx, at.K2(), stake.ModuleName, coins(rao)); err != nil {
		return errorsmod.Wrapf(err, "staking %d rao on %s", rao, h.Hotkey)
	}
	if err := k.Hotkeys.Set(ctx, at.K1(), h.WithPool(pool)); err != nil {
		return err
	}
	if err := k.addShares(ctx, at, bought); err != nil {
		return err
	}
	return ctx.EventManager().EmitTypedEvent(&stake.EventStakeAdded{Coldkey: at.K2().String(), Hotkey: h.Hotkey, Rao: rao})
}

// withdrawal is an unstaking that passed every check.
type withdrawal struct {
	at      position
	hotkey  stake.Hotkey // with its pool after it
	left    math.Int     // shares the coldkey keeps
	rao     uint64
	release int64
}

// checkWithdrawal runs every check of an unstaking, without effect (R-STAKE-4). No rao means all.
func (k *Keeper) checkWithdrawal(ctx sdk.Context, m *stake.MsgRemoveStake) (withdrawal, error) {
	at, err := parsePair(m.Hotkey, m.Coldkey)
	if err != nil {
		return withdrawal{}, err
	}
	params, err := k.Params.Get(ctx)
	if err != nil {
		return withdrawal{}, err
	}
	h, err := k.hotkey(ctx, at.K1())
	if err != nil {
		return withdrawal{}, err
	}
	held, err := k.sharesOf(ctx, at)
	if err != nil {
		return withdrawal{}, err
	}
	w := withdrawal{at: at, rao: m.Rao, release: ctx.BlockHeight() + params.UnbondingBlocks}
	if w.rao == 0 {
		w.rao = h.Pool().Value(held)
	}
	if held.IsZero() || w.rao == 0 {
		return withdrawal{}, stake.ErrNotEnough.Wrapf("%s has no stake on %s", m.Coldkey, m.Hotkey)
	}
	if k.bank.BlockedAddr(at.K2()) {
		return withdrawal{}, stake.ErrBlocked.Wrapf("%s", m.Coldkey)
	}
	pool, cost, err := h.Pool().Remove(held, w.rao, params.MinStakeRao)
	if err != nil {
		return withdrawal{}, err
	}
	w.hotkey, w.left = h.WithPool(pool), held.Sub(cost)
	return w, k.checkWaiting(ctx, at.K2())
}

// checkWaiting refuses a coldkey of which too many unstakings wait.
func (k *Keeper) checkWaiting(ctx sdk.Context, coldkey sdk.AccAddress) error {
	it, err := k.Waiting.Iterate(ctx, collections.NewPrefixedPairRange[sdk.AccAddress, uint64](coldkey))
	if err != nil {
		return err
	}
	defer it.Close()
	var first uint64
	for n := 0; it.Valid(); it.Next() {
		key, err := it.Key()
		if err != nil {
			return err
		}
		if n++; n == 1 {
			first = key.K2()
		}
		if n == stake.MaxUnbondings {
			u, err := k.Unbondings.Get(ctx, first)
			if err != nil {
				return err
			}
			return stake.ErrTooManyUnbondings.Wrapf("%d unstakings of %s wait, the most; the first is free at height %d",
				n, coldkey, u.ReleaseHeight)
		}
	}
	return nil
}

// withdraw carries an unstaking out and queues its coins.
func (k *Keeper) withdraw(ctx sdk.Context, w withdrawal) error {
	if err := k.Hotkeys.Set(ctx, w.at.K1(), w.hotkey); err != nil {
		return err
	}
	if err := k.setShares(ctx, w.at, w.left); err != nil {
		return err
	}
	if err := k.LastUnstakes.Set(ctx, w.at.K2(), ctx.BlockHeight()); err != nil {
		return err
	}
	if err := ctx.EventManager().EmitTypedEvent(&stake.EventStakeRemoved{
		Coldkey: w.at.K2().String(), Hotkey: w.hotkey.Hotkey, Rao: w.rao, ReleaseHeight: w.release,
	}); err != nil {
		return err
	}
	return k.unbond(ctx, w)
}
