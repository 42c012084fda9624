package keeper

import (
	"context"

	"cosmossdk.io/collections"

	"github.com/dendra-net/dendra/x/neuron"
	"github.com/dendra-net/dendra/x/subnet"
)

var (
	_ subnet.Hooks   = (*Keeper)(nil)
	_ subnet.Watcher = (*Keeper)(nil)
)

// SubnetCreated sets the first price of a new subnet (R-NEURON-2).
func (k *Keeper) SubnetCreated(ctx context.Context, s subnet.Subnet) error {
	return k.Prices.Set(ctx, s.Netuid, neuron.StartPrice(s.Netuid, s.Hyperparameters, height(ctx)))
}

// SubnetDissolved removes every neuron of a subnet with all it left (R-NEURON-14). Used seals stay until their block
// leaves the window; who committed what first is forgotten over the next blocks (R-NEURON-18).
func (k *Keeper) SubnetDissolved(ctx context.Context, netuid uint32) error {
	if err := k.Neurons.Clear(ctx, collections.NewPrefixedPairRange[uint32, uint32](netuid)); err != nil {
		return err
	}
	if err := k.UIDs.Clear(ctx, collections.NewPrefixedPairRange[uint32, []byte](netuid)); err != nil {
		return err
	}
	if err := k.Data.Clear(ctx, collections.NewPrefixedPairRange[uint32, []byte](netuid)); err != nil {
		return err
	}
	if err := k.Sizes.Remove(ctx, netuid); err != nil {
		return err
	}
	if err := k.Prices.Remove(ctx, netuid); err != nil {
		return err
	}
	if err := k.Dissolved.Set(ctx, netuid); err != nil {
		return err
	}
	return k.Rankings.Remove(ctx, netuid)
}

// ParamChanging writes the price down before its rules change, and refuses a limit below the neurons there are
// (R-NEURON-3).
func (k *Keeper) ParamChanging(ctx context.Context, before, after subnet.Subnet) error {
	size, err := k.Size(ctx, before.Netuid)
	if err != nil {
		return err
	}
	if after.Hyperparameters.MaxNeurons < size {
		return neuron.ErrTooManyNeurons.Wrapf("subnet %d has %d neurons; max_neurons cannot be %d", before.Netuid, size, after.Hyperparameters.MaxNeurons)
	}
	return k.settle(ctx, before)
}

func (k *Keeper) settle(ctx context.Context, s subnet.Subnet) error {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return err
	}
	price, err := k.Prices.Get(ctx, s.Netuid)
	if err != nil {
		return err
	}
	return k.Prices.Set(ctx, s.Netuid, price.Settled(s.Hyperparameters, params, height(ctx)))
}

// setParams writes every price down before the rules of their decay change.
func (k *Keeper) setParams(ctx context.Context, params neuron.Params) error {
	prices, err := k.Prices.Iterate(ctx, nil)
	if err != nil {
		return err
	}
	netuids, err := prices.Keys()
	if err != nil {
		return err
	}
	for _, netuid := range netuids {
		s, err := k.subnets.Get(ctx, netuid)
		if err != nil {
			return err
		}
		if err := k.settle(ctx, s); err != nil {
			return err
		}
	}
	return k.Params.Set(ctx, params)
}
