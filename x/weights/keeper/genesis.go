package keeper

import (
	"context"

	"cosmossdk.io/collections"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/dendra-net/dendra/x/weights"
)

// InitGenesis loads an exported state. Clocks of subnets that the genesis opens anew were started by their creation.
func (k *Keeper) InitGenesis(ctx context.Context, g weights.GenesisState) error {
	if err := g.Validate(); err != nil {
		return err
	}
	if err := k.Params.Set(ctx, g.Params); err != nil {
		return err
	}
	for _, e := range g.Epochs {
		if err := k.setEpoch(ctx, e); err != nil {
			return err
		}
	}
	for _, r := range g.Rows {
		if err := k.Rows.Set(ctx, collections.Join(r.Netuid, r.Uid), r); err != nil {
			return err
		}
	}
	for _, a := range g.Activity {
		if err := k.Activity.Set(ctx, collections.Join(a.Netuid, a.Uid), a); err != nil {
			return err
		}
	}
	for _, b := range g.Bonds {
		if err := k.Bonds.Set(ctx, collections.Join(b.Netuid, b.Uid), b); err != nil {
			return err
		}
	}
	for _, a := range g.Averages {
		if err := k.Averages.Set(ctx, collections.Join(a.Netuid, a.Uid), a); err != nil {
			return err
		}
	}
	for _, e := range g.Evidence {
		if err := k.Evidence.Set(ctx, collections.Join(e.Netuid, e.Uid), e); err != nil {
			return err
		}
	}
	for _, m := range g.Memories {
		if err := k.Memories.Set(ctx, m.Netuid, m); err != nil {
			return err
		}
	}
	for _, s := range g.Scores {
		if err := k.Scores.Set(ctx, s.Netuid, s); err != nil {
			return err
		}
	}
	return k.initCommits(ctx, g.Commits)
}

func (k *Keeper) initCommits(ctx context.Context, commits []weights.Commit) error {
	for _, c := range commits {
		hotkey, err := sdk.AccAddressFromBech32(c.Hotkey)
		if err != nil {
			return weights.ErrBadGenesis.Wrapf("commit of %q: %s", c.Hotkey, err)
		}
		if err := k.Commits.Set(ctx, collections.Join3(c.Netuid, []byte(hotkey), c.Height), c); err != nil {
			return err
		}
	}
	return nil
}

// ExportGenesis writes the whole state in key order.
func (k *Keeper) ExportGenesis(ctx context.Context) (*weights.GenesisState, error) {
	p, err := k.Params.Get(ctx)
	if err != nil {
		return nil, err
	}
	g := &weights.GenesisState{Params: p}
	if g.Rows, err = all(ctx, k.Rows); err != nil {
		return nil, err
	}
	if g.Activity, err = all(ctx, k.Activity); err != nil {
		return nil, err
	}
	if g.Commits, err = all(ctx, k.Commits); err != nil {
		return nil, err
	}
	if g.Bonds, err = all(ctx, k.Bonds); err != nil {
		return nil, err
	}
	if g.Averages, err = all(ctx, k.Averages); err != nil {
		return nil, err
	}
	if g.Evidence, err = all(ctx, k.Evidence); err != nil {
		return nil, err
	}
	if g.Memories, err = all(ctx, k.Memories); err != nil {
		return nil, err
	}
	if g.Scores, err = all(ctx, k.Scores); err != nil {
		return nil, err
	}
	g.Epochs, err = all(ctx, k.Epochs)
	return g, err
}

func all[K, V any](ctx context.Context, m collections.Map[K, V]) ([]V, error) {
	it, err := m.Iterate(ctx, nil)
	if err != nil {
		return nil, err
	}
	return it.Values()
}
