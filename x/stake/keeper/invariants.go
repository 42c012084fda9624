package keeper

import (
	"context"
	"fmt"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/dendra-net/dendra/x/guard"
	"github.com/dendra-net/dendra/x/stake"
)

// Laws returns the equations of the module's books (R-STAKE-10).
func (k *Keeper) Laws() []guard.Law {
	return []guard.Law{
		{Name: "stake/pools", Check: k.poolsAgree},
		{Name: "stake/unbonding", Check: k.unbondingAgrees},
		{Name: "stake/shares", Check: k.sharesAgree},
	}
}

// poolsAgree: the pools are what the "stake" account holds.
func (k *Keeper) poolsAgree(ctx context.Context) (bool, string, error) {
	sum := math.ZeroInt()
	if err := k.Hotkeys.Walk(ctx, nil, func(_ sdk.AccAddress, h stake.Hotkey) (bool, error) {
		sum = sum.Add(math.NewIntFromUint64(h.PoolRao))
		return false, nil
	}); err != nil {
		return false, "", err
	}
	return guard.Equal("pools", sum, "account stake", k.balance(ctx, stake.ModuleName))
}

// unbondingAgrees: what waits is what the "unbonding" account holds.
func (k *Keeper) unbondingAgrees(ctx context.Context) (bool, string, error) {
	sum := math.ZeroInt()
	if err := k.Unbondings.Walk(ctx, nil, func(_ uint64, u stake.Unbonding) (bool, error) {
		sum = sum.Add(math.NewIntFromUint64(u.Rao))
		return false, nil
	}); err != nil {
		return false, "", err
	}
	return guard.Equal("unbondings", sum, "account unbonding", k.balance(ctx, stake.UnbondingName))
}

// sharesAgree: in every pool the positions add up to its shares, and a pool has shares exactly when it has rao.
func (k *Keeper) sharesAgree(ctx context.Context) (bool, string, error) {
	var detail string
	err := k.Hotkeys.Walk(ctx, nil, func(addr sdk.AccAddress, h stake.Hotkey) (bool, error) {
		sum, err := k.sumShares(ctx, addr)
		if err != nil {
			return true, err
		}
		if !sum.Equal(h.Shares) || h.Shares.IsZero() != (h.PoolRao == 0) {
			detail = fmt.Sprintf("hotkey %s: positions have %s shares, the pool %s shares and %d rao", h.Hotkey, sum, h.Shares, h.PoolRao)
		}
		return detail != "", nil
	})
	return detail == "" && err == nil, detail, err
}

// sumShares adds up the positions of one pool.
func (k *Keeper) sumShares(ctx context.Context, hotkey sdk.AccAddress) (math.Int, error) {
	sum := math.ZeroInt()
	err := k.Shares.Walk(ctx, collections.NewPrefixedPairRange[sdk.AccAddress, sdk.AccAddress](hotkey),
		func(_ position, held math.Int) (bool, error) {
			sum = sum.Add(held)
			return false, nil
		})
	return sum, err
}

func (k *Keeper) balance(ctx context.Context, module string) math.Int {
	return k.bank.GetBalance(ctx, k.accounts.GetModuleAddress(module), stake.Denom).Amount
}
