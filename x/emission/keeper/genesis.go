package keeper

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/dendra-net/dendra/x/emission"
)

// InitGenesis writes a genesis and refuses books that the bank contradicts. A local network that funds accounts says so
// in books.minted_rao.
func (k *Keeper) InitGenesis(ctx context.Context, g emission.GenesisState) error {
	if err := g.Validate(); err != nil {
		return err
	}
	if err := k.Params.Set(ctx, g.Params); err != nil {
		return err
	}
	if err := k.Books.Set(ctx, g.Books); err != nil {
		return err
	}
	if err := k.Era.Set(ctx, g.Era); err != nil {
		return err
	}
	for _, l := range g.Ledgers {
		if err := k.Ledgers.Set(ctx, l.Netuid, l); err != nil {
			return err
		}
	}
	for _, v := range g.Votes {
		hotkey, err := parse(v.Hotkey)
		if err != nil {
			return err
		}
		if err := k.Votes.Set(ctx, hotkey, v); err != nil {
			return err
		}
	}
	return k.checkGenesis(ctx)
}

func (k *Keeper) checkGenesis(ctx context.Context) error {
	for _, law := range k.Laws() {
		holds, detail, err := law.Check(ctx)
		if err != nil {
			return err
		}
		if !holds {
			return emission.ErrBadGenesis.Wrapf("%s: %s", law.Name, detail)
		}
	}
	return nil
}

// ExportGenesis reads the whole state, in the order of its keys.
func (k *Keeper) ExportGenesis(ctx context.Context) (*emission.GenesisState, error) {
	g := &emission.GenesisState{}
	drawn, err := k.drawn(ctx)
	if err != nil {
		return nil, err
	}
	if drawn != 0 {
		return nil, emission.ErrBooks.Wrapf("%d settled rao are neither paid nor returned", drawn)
	}
	if g.Params, err = k.Params.Get(ctx); err != nil {
		return nil, err
	}
	if g.Books, err = k.Books.Get(ctx); err != nil {
		return nil, err
	}
	if g.Era, err = k.Era.Get(ctx); err != nil {
		return nil, err
	}
	if g.Ledgers, err = k.ledgers(ctx); err != nil {
		return nil, err
	}
	return g, k.Votes.Walk(ctx, nil, func(_ sdk.AccAddress, v emission.RootVote) (bool, error) {
		g.Votes = append(g.Votes, v)
		return false, nil
	})
}
