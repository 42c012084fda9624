package keeper

import (
	"context"

	errorsmod "cosmossdk.io/errors"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/dendra-net/dendra/x/emission"
)

// RecycleFromAccount destroys rao of an account; they may be issued again (R-EMISSION-9).
func (k *Keeper) RecycleFromAccount(ctx context.Context, from sdk.AccAddress, rao uint64) error {
	if rao == 0 {
		return nil
	}
	if err := k.bank.SendCoinsFromAccountToModule(ctx, from, emission.ModuleName, coins(rao)); err != nil {
		return errorsmod.Wrapf(err, "recycling %d rao of %s", rao, from)
	}
	return k.destroy(ctx, from.String(), rao)
}

// RecycleFromModule destroys rao of a module account. Out of the "emission" account only settled rao can go, and out of
// the "burnt" account nothing.
func (k *Keeper) RecycleFromModule(ctx context.Context, module string, rao uint64) error {
	switch {
	case module == emission.BurntName:
		return emission.ErrBurntForEver.Wrapf("recycling %d rao", rao)
	case rao == 0:
		return nil
	case module == emission.ModuleName:
		if err := k.spend(ctx, rao); err != nil {
			return errorsmod.Wrap(err, "recycling")
		}
	default:
		if err := k.bank.SendCoinsFromModuleToModule(ctx, module, emission.ModuleName, coins(rao)); err != nil {
			return errorsmod.Wrapf(err, "recycling %d rao of account %s", rao, module)
		}
	}
	return k.destroy(ctx, module, rao)
}

// destroy burns coins that lie in the "emission" account and writes it into the books.
func (k *Keeper) destroy(ctx context.Context, from string, rao uint64) error {
	if err := k.bank.BurnCoins(ctx, emission.ModuleName, coins(rao)); err != nil {
		return err
	}
	books, err := k.Books.Get(ctx)
	if err != nil {
		return err
	}
	if books, err = books.Recycle(rao); err != nil {
		return err
	}
	if err := k.Books.Set(ctx, books); err != nil {
		return err
	}
	return sdk.UnwrapSDKContext(ctx).EventManager().EmitTypedEvent(&emission.EventRecycled{From: from, Rao: rao})
}

// burn moves coins of a coldkey to the account that nobody can empty (R-EMISSION-10).
func (k *Keeper) burn(ctx context.Context, from sdk.AccAddress, rao uint64) error {
	if rao == 0 {
		return emission.ErrNothing.Wrap("burning 0 rao")
	}
	if err := k.bank.SendCoinsFromAccountToModule(ctx, from, emission.BurntName, coins(rao)); err != nil {
		return errorsmod.Wrapf(err, "burning %d rao of %s", rao, from)
	}
	return k.noteBurn(ctx, from.String(), rao)
}

func (k *Keeper) noteBurn(ctx context.Context, from string, rao uint64) error {
	books, err := k.Books.Get(ctx)
	if err != nil {
		return err
	}
	if books, err = books.Burn(rao); err != nil {
		return err
	}
	if err := k.Books.Set(ctx, books); err != nil {
		return err
	}
	return sdk.UnwrapSDKContext(ctx).EventManager().EmitTypedEvent(&emission.EventBurnt{From: from, Rao: rao})
}
