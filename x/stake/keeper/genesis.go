package keeper

import (
	"context"

	"cosmossdk.io/math"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/dendra-net/dendra/x/stake"
)

// InitGenesis writes a genesis, makes the module's accounts, and refuses books that the bank contradicts.
func (k *Keeper) InitGenesis(ctx context.Context, g stake.GenesisState) error {
	if err := g.Validate(); err != nil {
		return err
	}
	for _, name := range []string{stake.ModuleName, stake.UnbondingName} {
		if k.accounts.GetModuleAccount(ctx, name) == nil {
			return stake.ErrBadGenesis.Wrapf("the application has no module account %q", name)
		}
	}
	if err := k.Params.Set(ctx, g.Params); err != nil {
		return err
	}
	if err := k.writePools(ctx, g); err != nil {
		return err
	}
	if err := k.writeUnbondings(ctx, g); err != nil {
		return err
	}
	for _, law := range k.Laws() {
		holds, detail, err := law.Check(ctx)
		if err != nil {
			return err
		}
		if !holds {
			return stake.ErrBadGenesis.Wrapf("%s: %s", law.Name, detail)
		}
	}
	return nil
}

func (k *Keeper) writePools(ctx context.Context, g stake.GenesisState) error {
	for _, h := range g.Hotkeys {
		addr, err := parse(h.Hotkey)
		if err != nil {
			return err
		}
		if err := k.Hotkeys.Set(ctx, addr, h); err != nil {
			return err
		}
	}
	for _, p := range g.Positions {
		at, err := parsePair(p.Hotkey, p.Coldkey)
		if err != nil {
			return err
		}
		if err := k.setShares(ctx, at, p.Shares); err != nil {
			return err
		}
	}
	return nil
}

func (k *Keeper) writeUnbondings(ctx context.Context, g stake.GenesisState) error {
	if err := k.NextID.Set(ctx, g.NextUnbondingId); err != nil {
		return err
	}
	for _, u := range g.Unbondings {
		coldkey, err := parse(u.Coldkey)
		if err != nil {
			return err
		}
		if err := k.enqueue(ctx, coldkey, u); err != nil {
			return err
		}
	}
	for _, u := range g.LastUnstakes {
		coldkey, err := parse(u.Coldkey)
		if err != nil {
			return err
		}
		if err := k.LastUnstakes.Set(ctx, coldkey, u.Height); err != nil {
			return err
		}
	}
	return nil
}

// ExportGenesis reads the whole state, in the order of its keys.
func (k *Keeper) ExportGenesis(ctx context.Context) (*stake.GenesisState, error) {
	g := &stake.GenesisState{}
	var err error
	if g.Params, err = k.Params.Get(ctx); err != nil {
		return nil, err
	}
	if g.NextUnbondingId, err = k.NextID.Peek(ctx); err != nil {
		return nil, err
	}
	if err := k.Hotkeys.Walk(ctx, nil, func(_ sdk.AccAddress, h stake.Hotkey) (bool, error) {
		g.Hotkeys = append(g.Hotkeys, h)
		return false, nil
	}); err != nil {
		return nil, err
	}
	if err := k.Shares.Walk(ctx, nil, func(at position, held math.Int) (bool, error) {
		g.Positions = append(g.Positions, stake.Position{Hotkey: at.K1().String(), Coldkey: at.K2().String(), Shares: held})
		return false, nil
	}); err != nil {
		return nil, err
	}
	if err := k.Unbondings.Walk(ctx, nil, func(_ uint64, u stake.Unbonding) (bool, error) {
		g.Unbondings = append(g.Unbondings, u)
		return false, nil
	}); err != nil {
		return nil, err
	}
	return g, k.LastUnstakes.Walk(ctx, nil, func(coldkey sdk.AccAddress, height int64) (bool, error) {
		g.LastUnstakes = append(g.LastUnstakes, stake.LastUnstake{Coldkey: coldkey.String(), Height: height})
		return false, nil
	})
}
