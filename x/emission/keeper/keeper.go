// Package keeper mints, keeps each subnet's ledger and the root votes, and pays out what was settled.
package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"
	corestore "cosmossdk.io/core/store"
	"cosmossdk.io/math"
	"github.com/cosmos/cosmos-sdk/codec"
	sdk "github.com/cosmos/cosmos-sdk/types"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"

	"github.com/dendra-net/dendra/x/emission"
)

// Keeper holds the module's state.
type Keeper struct {
	Params  collections.Item[emission.Params]
	Books   collections.Item[emission.Books]
	Era     collections.Item[emission.Era]
	Ledgers collections.Map[uint32, emission.Ledger] // netuid -> ledger, for open subnets only
	Votes   collections.Map[sdk.AccAddress, emission.RootVote]
	// Drawn is what Settle handed out and nobody has paid, returned or recycled yet: zero between transactions. It
	// keeps one subnet's epoch from paying out what waits for another.
	Drawn collections.Item[uint64]

	bank      emission.BankKeeper
	stakes    emission.StakeKeeper
	authority string
}

// NewKeeper opens the module's store. authority is the only address that may change parameters.
func NewKeeper(cdc codec.BinaryCodec, store corestore.KVStoreService, bank emission.BankKeeper, stakes emission.StakeKeeper,
	authority string,
) *Keeper {
	sb := collections.NewSchemaBuilder(store)
	k := &Keeper{
		Params:  collections.NewItem(sb, collections.NewPrefix(0), "params", codec.CollValue[emission.Params](cdc)),
		Books:   collections.NewItem(sb, collections.NewPrefix(1), "books", codec.CollValue[emission.Books](cdc)),
		Era:     collections.NewItem(sb, collections.NewPrefix(2), "era", codec.CollValue[emission.Era](cdc)),
		Ledgers: collections.NewMap(sb, collections.NewPrefix(3), "ledgers", collections.Uint32Key, codec.CollValue[emission.Ledger](cdc)),
		Votes:   collections.NewMap(sb, collections.NewPrefix(4), "votes", sdk.AccAddressKey, codec.CollValue[emission.RootVote](cdc)),
		Drawn:   collections.NewItem(sb, collections.NewPrefix(5), "drawn", collections.Uint64Value),
		bank:    bank, stakes: stakes, authority: authority,
	}
	if _, err := sb.Build(); err != nil {
		panic(err) // two collections share a prefix: a fault of this file
	}
	return k
}

// ledger returns the ledger of an open subnet, or ErrNotOpen.
func (k *Keeper) ledger(ctx context.Context, netuid uint32) (emission.Ledger, error) {
	l, err := k.Ledgers.Get(ctx, netuid)
	if errors.Is(err, collections.ErrNotFound) {
		return l, emission.ErrNotOpen.Wrapf("netuid %d", netuid)
	}
	return l, err
}

// ledgers returns all of them by netuid.
func (k *Keeper) ledgers(ctx context.Context) ([]emission.Ledger, error) {
	var out []emission.Ledger
	err := k.Ledgers.Walk(ctx, nil, func(_ uint32, l emission.Ledger) (bool, error) {
		out = append(out, l)
		return false, nil
	})
	return out, err
}

// anyOpen reports whether some subnet takes part.
func (k *Keeper) anyOpen(ctx context.Context) (bool, error) {
	it, err := k.Ledgers.Iterate(ctx, nil)
	if err != nil {
		return false, err
	}
	defer it.Close()
	return it.Valid(), nil
}

func coins(rao uint64) sdk.Coins {
	return sdk.Coins{sdk.NewCoin(emission.Denom, math.NewIntFromUint64(rao))}
}

func (k *Keeper) balance(ctx context.Context, module string) math.Int {
	return k.bank.GetBalance(ctx, authtypes.NewModuleAddress(module), emission.Denom).Amount
}

func parse(address string) (sdk.AccAddress, error) {
	a, err := sdk.AccAddressFromBech32(address)
	if err != nil {
		return nil, emission.ErrBadAddress.Wrapf("%q: %s", address, err)
	}
	return a, nil
}
