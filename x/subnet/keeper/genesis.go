package keeper

import (
	"context"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"

	"github.com/dendra-net/dendra/x/subnet"
)

// InitGenesis fills the registry; emission and the hooks learn of every subnet (R-SUBNET-12).
func (k *Keeper) InitGenesis(ctx context.Context, g subnet.GenesisState) error {
	if err := g.Validate(); err != nil {
		return err
	}
	if err := k.Params.Set(ctx, g.Params); err != nil {
		return err
	}
	if err := k.NextNetuid.Set(ctx, g.NextNetuid); err != nil {
		return err
	}
	if err := k.Lock.Set(ctx, g.Lock); err != nil {
		return err
	}
	for _, s := range g.Subnets {
		if err := k.begin(ctx, s); err != nil {
			return err
		}
	}
	for _, c := range g.Changes {
		if err := k.Changes.Set(ctx, collections.Join(c.Netuid, c.Name), c.Height); err != nil {
			return err
		}
	}
	return k.checkLocks(ctx)
}

func (k *Keeper) checkLocks(ctx context.Context) error {
	held, locked, err := k.locks(ctx)
	if err == nil && !held.Equal(locked) {
		return subnet.ErrBadGenesis.Wrapf("the locks are %s rao, account %s has %s rao", locked, subnet.LockName, held)
	}
	return err
}

// locks returns what the lock account holds and what the subnets have locked; equal by R-SUBNET-13.
func (k *Keeper) locks(ctx context.Context) (held, locked math.Int, err error) {
	all, err := k.List(ctx)
	if err != nil {
		return held, locked, err
	}
	locked = math.ZeroInt()
	for _, s := range all {
		locked = locked.Add(math.NewIntFromUint64(s.LockRao))
	}
	return k.bank.GetBalance(ctx, authtypes.NewModuleAddress(subnet.LockName), denom).Amount, locked, nil
}

// ExportGenesis returns the whole registry.
func (k *Keeper) ExportGenesis(ctx context.Context) (*subnet.GenesisState, error) {
	g := &subnet.GenesisState{}
	var err error
	if g.Params, err = k.Params.Get(ctx); err != nil {
		return nil, err
	}
	if g.NextNetuid, err = k.NextNetuid.Get(ctx); err != nil {
		return nil, err
	}
	if g.Lock, err = k.lockState(ctx); err != nil {
		return nil, err
	}
	if g.Subnets, err = k.List(ctx); err != nil {
		return nil, err
	}
	err = k.Changes.Walk(ctx, nil, func(key collections.Pair[uint32, string], height int64) (bool, error) {
		g.Changes = append(g.Changes, subnet.ParamChange{Netuid: key.K1(), Name: key.K2(), Height: height})
		return false, nil
	})
	return g, err
}
