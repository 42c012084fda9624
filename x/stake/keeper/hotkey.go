package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/dendra-net/dendra/x/stake"
)

// BindHotkey makes coldkey the owner of hotkey, for ever (R-STAKE-2). Binding again is harmless; a hotkey that another
// coldkey owns gives ErrHotkeyOwned. The caller has checked that whoever asks has the hotkey.
func (k *Keeper) BindHotkey(ctx context.Context, hotkey, coldkey sdk.AccAddress) error {
	h, err := k.Hotkeys.Get(ctx, hotkey)
	if err == nil {
		if h.Coldkey != coldkey.String() {
			return stake.ErrHotkeyOwned.Wrapf("%s belongs to %s", hotkey, h.Coldkey)
		}
		return nil
	}
	if !errors.Is(err, collections.ErrNotFound) {
		return err
	}
	params, err := k.Params.Get(ctx)
	if err != nil {
		return err
	}
	sdkCtx := sdk.UnwrapSDKContext(ctx)
	h = stake.Hotkey{
		Hotkey: hotkey.String(), Coldkey: coldkey.String(),
		TakeU16: params.DefaultTakeU16, TakeRaisedAt: sdkCtx.BlockHeight(), Shares: math.ZeroInt(),
	}
	if err := k.Hotkeys.Set(ctx, hotkey, h); err != nil {
		return err
	}
	return sdkCtx.EventManager().EmitTypedEvent(&stake.EventHotkeyBound{Hotkey: h.Hotkey, Coldkey: h.Coldkey})
}

// Owner returns the coldkey that owns a hotkey, or ErrHotkeyUnknown.
func (k *Keeper) Owner(ctx context.Context, hotkey sdk.AccAddress) (sdk.AccAddress, error) {
	h, err := k.hotkey(ctx, hotkey)
	if err != nil {
		return nil, err
	}
	return parse(h.Coldkey)
}

// StakeOf returns all the rao behind a hotkey, 0 when it is unknown.
func (k *Keeper) StakeOf(ctx context.Context, hotkey sdk.AccAddress) (uint64, error) {
	h, err := k.Hotkeys.Get(ctx, hotkey)
	if errors.Is(err, collections.ErrNotFound) {
		return 0, nil
	}
	return h.PoolRao, err
}

// Reward books a neuron's income in its hotkey's pool, at the same cost for any number of delegators (R-STAKE-6). It
// moves no coins: the caller sends the sum of its rewards to the "stake" account in one transfer.
func (k *Keeper) Reward(ctx context.Context, hotkey sdk.AccAddress, minerRao, validatorRao uint64) error {
	if minerRao == 0 && validatorRao == 0 {
		return nil
	}
	h, err := k.hotkey(ctx, hotkey)
	if err != nil {
		return err
	}
	params, err := k.Params.Get(ctx)
	if err != nil {
		return err
	}
	pool, bought, err := h.Pool().Reward(minerRao, validatorRao, min(h.TakeU16, params.MaxTakeU16))
	if err != nil {
		return err
	}
	if err := k.Hotkeys.Set(ctx, hotkey, h.WithPool(pool)); err != nil {
		return err
	}
	if bought.IsZero() {
		return nil
	}
	owner, err := parse(h.Coldkey)
	if err != nil {
		return err
	}
	return k.addShares(ctx, collections.Join(hotkey, owner), bought)
}

// setTake changes the take of an owner's hotkey.
func (k *Keeper) setTake(ctx sdk.Context, hotkey, coldkey sdk.AccAddress, takeU16 uint32) error {
	h, err := k.hotkey(ctx, hotkey)
	if err != nil {
		return err
	}
	if h.Coldkey != coldkey.String() {
		return stake.ErrNotOwner.Wrapf("%s belongs to %s, not to %s", hotkey, h.Coldkey, coldkey)
	}
	params, err := k.Params.Get(ctx)
	if err != nil {
		return err
	}
	if err := h.CheckTake(takeU16, params, ctx.BlockHeight()); err != nil {
		return err
	}
	if takeU16 != h.TakeU16 {
		h.TakeU16, h.TakeRaisedAt = takeU16, ctx.BlockHeight()
	}
	if err := k.Hotkeys.Set(ctx, hotkey, h); err != nil {
		return err
	}
	return ctx.EventManager().EmitTypedEvent(&stake.EventTakeSet{Hotkey: h.Hotkey, TakeU16: takeU16})
}
