package keeper

import (
	"context"

	"cosmossdk.io/collections"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/dendra-net/dendra/x/subnet"
)

// Dissolve removes a subnet with everything that belongs to it and returns the lock less rent to its owner
// (R-SUBNET-9). Who may ask for it is the caller's to check.
func (k *Keeper) Dissolve(ctx context.Context, netuid uint32) (refundRao uint64, err error) {
	s, err := k.Get(ctx, netuid)
	if err != nil {
		return 0, err
	}
	for i := len(k.hooks) - 1; i >= 0; i-- {
		if err := k.hooks[i].SubnetDissolved(ctx, netuid); err != nil {
			return 0, err
		}
	}
	if err := k.emission.Close(ctx, netuid); err != nil {
		return 0, err
	}
	if err := k.forget(ctx, s); err != nil {
		return 0, err
	}
	refundRao, rentRao, err := k.release(ctx, s)
	if err != nil {
		return 0, err
	}
	return refundRao, emit(ctx, &subnet.EventSubnetDissolved{Netuid: netuid, RefundRao: refundRao, RentRao: rentRao})
}

func (k *Keeper) forget(ctx context.Context, s subnet.Subnet) error {
	if err := k.Subnets.Remove(ctx, s.Netuid); err != nil {
		return err
	}
	if err := k.Names.Remove(ctx, s.Name); err != nil {
		return err
	}
	return k.Changes.Clear(ctx, collections.NewPrefixedPairRange[uint32, string](s.Netuid))
}

// release pays the lock out: the refund to the owner, the rent to nobody.
func (k *Keeper) release(ctx context.Context, s subnet.Subnet) (refundRao, rentRao uint64, err error) {
	if s.LockRao == 0 {
		return 0, 0, nil
	}
	params, err := k.Params.Get(ctx)
	if err != nil {
		return 0, 0, err
	}
	refundRao, rentRao = subnet.Refund(s.LockRao, height(ctx)-s.CreatedAt, params)
	owner, err := sdk.AccAddressFromBech32(s.Owner)
	if err != nil {
		return 0, 0, err
	}
	if refundRao > 0 {
		if err := k.bank.SendCoinsFromModuleToAccount(ctx, subnet.LockName, owner, coins(refundRao)); err != nil {
			return 0, 0, err
		}
	}
	if rentRao > 0 {
		err = k.emission.RecycleFromModule(ctx, subnet.LockName, rentRao)
	}
	return refundRao, rentRao, err
}
