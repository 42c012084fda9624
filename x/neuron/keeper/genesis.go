package keeper

import (
	"context"

	"cosmossdk.io/collections"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/dendra-net/dendra/x/neuron"
)

// InitGenesis fills the neurons of subnets that exist already (R-NEURON-13).
func (k *Keeper) InitGenesis(ctx context.Context, g neuron.GenesisState) error {
	if err := g.Validate(); err != nil {
		return err
	}
	if err := k.Params.Set(ctx, g.Params); err != nil {
		return err
	}
	for _, n := range g.Neurons {
		if err := k.restore(ctx, n); err != nil {
			return err
		}
	}
	for _, p := range g.Prices {
		if _, err := k.subnets.Get(ctx, p.Netuid); err != nil {
			return err
		}
		if err := k.Prices.Set(ctx, p.Netuid, p); err != nil {
			return err
		}
	}
	for _, r := range g.Rankings {
		if err := k.Rankings.Set(ctx, r.Netuid, r); err != nil {
			return err
		}
	}
	for _, f := range g.FirstData {
		if _, err := k.subnets.Get(ctx, f.Netuid); err != nil {
			return err
		}
		if err := k.remember(ctx, f); err != nil {
			return err
		}
	}
	return k.restoreWork(ctx, g)
}

// restore seats a neuron of the genesis under its own uid and binds it to its coldkey.
func (k *Keeper) restore(ctx context.Context, n neuron.Neuron) error {
	s, err := k.subnets.Get(ctx, n.Netuid)
	if err != nil {
		return err
	}
	if n.Uid >= s.Hyperparameters.MaxNeurons {
		return neuron.ErrBadGenesis.Wrapf("uid %d on subnet %d of %d slots", n.Uid, n.Netuid, s.Hyperparameters.MaxNeurons)
	}
	hotkey, err := sdk.AccAddressFromBech32(n.Hotkey)
	if err != nil {
		return err
	}
	coldkey, err := sdk.AccAddressFromBech32(n.Coldkey)
	if err != nil {
		return err
	}
	if err := k.stakes.BindHotkey(ctx, hotkey, coldkey); err != nil {
		return err
	}
	if err := k.Sizes.Set(ctx, n.Netuid, n.Uid+1); err != nil {
		return err
	}
	return k.put(ctx, n, hotkey)
}

func (k *Keeper) restoreWork(ctx context.Context, g neuron.GenesisState) error {
	for _, s := range g.Seals {
		if err := k.Seals.Set(ctx, collections.Join(s.Height, s.Seal)); err != nil {
			return err
		}
	}
	for _, b := range g.Hashes {
		if err := k.Hashes.Set(ctx, b.Height, b.Hash); err != nil {
			return err
		}
	}
	for _, d := range g.Data {
		hotkey, err := sdk.AccAddressFromBech32(d.Hotkey)
		if err != nil {
			return err
		}
		if err := k.Data.Set(ctx, hotkeyKeyOf(d.Netuid, hotkey), d); err != nil {
			return err
		}
	}
	return nil
}

// ExportGenesis returns the whole state.
func (k *Keeper) ExportGenesis(ctx context.Context) (*neuron.GenesisState, error) {
	g := &neuron.GenesisState{}
	var err error
	if g.Params, err = k.Params.Get(ctx); err != nil {
		return nil, err
	}
	if g.Neurons, err = values(ctx, k.Neurons); err != nil {
		return nil, err
	}
	if g.Prices, err = values(ctx, k.Prices); err != nil {
		return nil, err
	}
	if g.Data, err = values(ctx, k.Data); err != nil {
		return nil, err
	}
	if g.Rankings, err = values(ctx, k.Rankings); err != nil {
		return nil, err
	}
	if err := k.exportFirstData(ctx, g); err != nil {
		return nil, err
	}
	return g, k.exportWork(ctx, g)
}

// exportFirstData leaves out what is of subnets that are gone.
func (k *Keeper) exportFirstData(ctx context.Context, g *neuron.GenesisState) error {
	return k.FirstData.Walk(ctx, nil, func(key digestKey, first neuron.FirstData) (bool, error) {
		gone, err := k.Dissolved.Has(ctx, key.K1())
		if err == nil && !gone {
			g.FirstData = append(g.FirstData, first)
		}
		return false, err
	})
}

func (k *Keeper) exportWork(ctx context.Context, g *neuron.GenesisState) error {
	err := k.Seals.Walk(ctx, nil, func(key sealKey) (bool, error) {
		g.Seals = append(g.Seals, neuron.Seal{Height: key.K1(), Seal: key.K2()})
		return false, nil
	})
	if err != nil {
		return err
	}
	return k.Hashes.Walk(ctx, nil, func(height int64, hash []byte) (bool, error) {
		g.Hashes = append(g.Hashes, neuron.BlockHash{Height: height, Hash: hash})
		return false, nil
	})
}

func values[K, V any](ctx context.Context, m collections.Map[K, V]) ([]V, error) {
	it, err := m.Iterate(ctx, nil)
	if err != nil {
		return nil, err
	}
	return it.Values()
}
