package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/dendra-net/dendra/x/emission"
)

// Settle credits what is due to a subnet out of the running era, and returns and clears all that is pending for it
// (R-EMISSION-4). The coins stay in the "emission" account: before the block ends the caller pays out, returns or
// recycles exactly that much.
func (k *Keeper) Settle(ctx context.Context, netuid uint32) (uint64, error) {
	l, err := k.ledger(ctx, netuid)
	if err != nil {
		return 0, err
	}
	era, err := k.Era.Get(ctx)
	if err != nil {
		return 0, err
	}
	if l, err = l.Settled(era); err != nil {
		return 0, err
	}
	rao := l.PendingRao
	l.PendingRao = 0
	if err := k.Ledgers.Set(ctx, netuid, l); err != nil {
		return 0, err
	}
	drawn, err := k.drawn(ctx)
	if err != nil {
		return 0, err
	}
	return rao, k.Drawn.Set(ctx, drawn+rao) // both lie in one account, so the sum cannot overflow
}

// Return puts settled rao back, to wait for the subnet's next epoch.
func (k *Keeper) Return(ctx context.Context, netuid uint32, rao uint64) error {
	l, err := k.ledger(ctx, netuid)
	if err != nil {
		return err
	}
	if err := k.spend(ctx, rao); err != nil {
		return errorsmod.Wrapf(err, "returning to subnet %d", netuid)
	}
	l.PendingRao += rao // not more than Settle took away
	return k.Ledgers.Set(ctx, netuid, l)
}

// PayModule pays settled rao to a module account; nothing is paid for zero.
func (k *Keeper) PayModule(ctx context.Context, module string, rao uint64) error {
	if rao == 0 {
		return nil
	}
	if err := k.spend(ctx, rao); err != nil {
		return errorsmod.Wrapf(err, "paying account %s", module)
	}
	if module == emission.BurntName {
		if err := k.noteBurn(ctx, emission.ModuleName, rao); err != nil {
			return err
		}
	}
	return k.bank.SendCoinsFromModuleToModule(ctx, emission.ModuleName, module, coins(rao))
}

// PayAccount pays settled rao to an account; nothing is paid for zero.
func (k *Keeper) PayAccount(ctx context.Context, to sdk.AccAddress, rao uint64) error {
	if rao == 0 {
		return nil
	}
	if err := k.spend(ctx, rao); err != nil {
		return errorsmod.Wrapf(err, "paying %s", to)
	}
	return k.bank.SendCoinsFromModuleToAccount(ctx, emission.ModuleName, to, coins(rao))
}

// drawn is what was settled and not yet spent.
func (k *Keeper) drawn(ctx context.Context) (uint64, error) {
	rao, err := k.Drawn.Get(ctx)
	if errors.Is(err, collections.ErrNotFound) {
		return 0, nil
	}
	return rao, err
}

// spend takes rao off what was settled.
func (k *Keeper) spend(ctx context.Context, rao uint64) error {
	drawn, err := k.drawn(ctx)
	if err != nil {
		return err
	}
	if rao > drawn {
		return emission.ErrOverdrawn.Wrapf("%d rao, %d are settled", rao, drawn)
	}
	if drawn == rao {
		return k.Drawn.Remove(ctx)
	}
	return k.Drawn.Set(ctx, drawn-rao)
}
