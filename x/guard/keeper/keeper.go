// Package keeper runs the laws of the books and remembers who used the door without a fee.
package keeper

import (
	"context"

	"cosmossdk.io/collections"
	corestore "cosmossdk.io/core/store"
	"github.com/cosmos/cosmos-sdk/codec"

	"github.com/dendra-net/dendra/x/guard"
)

// Keeper holds the module's state.
type Keeper struct {
	Params collections.Item[guard.Params]
	// Free has an entry for each key that sent a transaction without a fee, under its block. Only the entries of the
	// running block mean anything; older ones go with the next block.
	Free collections.KeySet[collections.Pair[int64, []byte]]

	laws      []guard.Law
	authority string
}

// NewKeeper opens the module's store. authority is the only address that may change parameters.
func NewKeeper(cdc codec.BinaryCodec, store corestore.KVStoreService, authority string) *Keeper {
	sb := collections.NewSchemaBuilder(store)
	k := &Keeper{
		Params: collections.NewItem(sb, collections.NewPrefix(0), "params", codec.CollValue[guard.Params](cdc)),
		Free: collections.NewKeySet(sb, collections.NewPrefix(1), "free",
			collections.PairKeyCodec(collections.Int64Key, collections.BytesKey)),
		authority: authority,
	}
	if _, err := sb.Build(); err != nil {
		panic(err) // two collections share a prefix: a fault of this file
	}
	return k
}

// SetLaws says which laws there are, in the order in which they are reported. The application calls it once, after
// every keeper exists.
func (k *Keeper) SetLaws(laws ...guard.Law) { k.laws = laws }

// InitGenesis writes a checked genesis.
func (k *Keeper) InitGenesis(ctx context.Context, g guard.GenesisState) error {
	if err := g.Validate(); err != nil {
		return err
	}
	return k.Params.Set(ctx, g.Params)
}

// ExportGenesis reads the state. Who used the brake is not part of it: it means nothing in another block.
func (k *Keeper) ExportGenesis(ctx context.Context) (*guard.GenesisState, error) {
	params, err := k.Params.Get(ctx)
	return &guard.GenesisState{Params: params}, err
}
