package keeper

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/dendra-net/dendra/x/emission"
)

// BeginBlock issues the block's TAO, unless there is no subnet to issue it for (R-EMISSION-2). Its work is the same for
// any number of subnets.
func (k *Keeper) BeginBlock(ctx context.Context) error {
	open, err := k.anyOpen(ctx)
	if err != nil || !open {
		return err
	}
	params, err := k.Params.Get(ctx)
	if err != nil {
		return err
	}
	books, err := k.Books.Get(ctx)
	if err != nil {
		return err
	}
	books, rao, err := books.Mint(params.BlockMillis)
	if err != nil || rao == 0 {
		return err
	}
	if err := k.bank.MintCoins(ctx, emission.ModuleName, coins(rao)); err != nil {
		return err
	}
	if err := k.Books.Set(ctx, books); err != nil {
		return err
	}
	era, err := k.Era.Get(ctx)
	if err != nil {
		return err
	}
	if era, err = era.Emit(rao); err != nil {
		return err
	}
	return k.Era.Set(ctx, era)
}

// EndBlock counts the root vote when root_tempo blocks have passed since the last count.
func (k *Keeper) EndBlock(ctx context.Context) error {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return err
	}
	era, err := k.Era.Get(ctx)
	if err != nil {
		return err
	}
	if !era.CountDue(params, sdk.UnwrapSDKContext(ctx).BlockHeight()) {
		return nil
	}
	open, err := k.anyOpen(ctx)
	if err != nil || !open {
		return err
	}
	ledgers, left, err := k.endEra(ctx)
	if err != nil {
		return err
	}
	return k.beginEra(ctx, ledgers, left)
}
