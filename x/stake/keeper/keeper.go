// Package keeper stores hotkeys, positions and unbondings, and moves their coins.
package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"
	corestore "cosmossdk.io/core/store"
	"cosmossdk.io/math"
	"github.com/cosmos/cosmos-sdk/codec"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/dendra-net/dendra/x/stake"
)

type position = collections.Pair[sdk.AccAddress, sdk.AccAddress] // hotkey, coldkey

// Keeper holds the module's state.
type Keeper struct {
	Params  collections.Item[stake.Params]
	Hotkeys collections.Map[sdk.AccAddress, stake.Hotkey]
	Shares  collections.Map[position, math.Int] // hotkey, coldkey -> shares of the hotkey's pool, never zero
	Holders collections.KeySet[position]        // coldkey, hotkey: the same turned round

	Unbondings   collections.Map[uint64, stake.Unbonding]
	Queue        collections.KeySet[collections.Pair[int64, uint64]]          // release height, id
	Waiting      collections.KeySet[collections.Pair[sdk.AccAddress, uint64]] // coldkey, id
	NextID       collections.Sequence
	LastUnstakes collections.Map[sdk.AccAddress, int64] // coldkey -> height

	accounts  stake.AccountKeeper
	bank      stake.BankKeeper
	authority string
}

// NewKeeper opens the module's store. authority is the only address that may change parameters.
func NewKeeper(cdc codec.BinaryCodec, store corestore.KVStoreService, accounts stake.AccountKeeper, bank stake.BankKeeper,
	authority string,
) *Keeper {
	sb := collections.NewSchemaBuilder(store)
	pair := collections.PairKeyCodec(sdk.AccAddressKey, sdk.AccAddressKey)
	k := &Keeper{
		Params:     collections.NewItem(sb, collections.NewPrefix(0), "params", codec.CollValue[stake.Params](cdc)),
		Hotkeys:    collections.NewMap(sb, collections.NewPrefix(1), "hotkeys", sdk.AccAddressKey, codec.CollValue[stake.Hotkey](cdc)),
		Shares:     collections.NewMap(sb, collections.NewPrefix(2), "shares", pair, sdk.IntValue),
		Holders:    collections.NewKeySet(sb, collections.NewPrefix(3), "holders", pair),
		Unbondings: collections.NewMap(sb, collections.NewPrefix(4), "unbondings", collections.Uint64Key, codec.CollValue[stake.Unbonding](cdc)),
		Queue: collections.NewKeySet(sb, collections.NewPrefix(5), "queue",
			collections.PairKeyCodec(collections.Int64Key, collections.Uint64Key)),
		Waiting: collections.NewKeySet(sb, collections.NewPrefix(6), "waiting",
			collections.PairKeyCodec(sdk.AccAddressKey, collections.Uint64Key)),
		NextID:       collections.NewSequence(sb, collections.NewPrefix(7), "next_id"),
		LastUnstakes: collections.NewMap(sb, collections.NewPrefix(8), "last_unstakes", sdk.AccAddressKey, collections.Int64Value),
		accounts:     accounts, bank: bank, authority: authority,
	}
	if _, err := sb.Build(); err != nil {
		panic(err) // two collections share a prefix: a fault of this file
	}
	return k
}

// hotkey returns a bound hotkey, or ErrHotkeyUnknown.
func (k *Keeper) hotkey(ctx context.Context, hotkey sdk.AccAddress) (stake.Hotkey, error) {
	h, err := k.Hotkeys.Get(ctx, hotkey)
	if errors.Is(err, collections.ErrNotFound) {
		return h, stake.ErrHotkeyUnknown.Wrapf("%s: a hotkey is known once it has registered on a subnet", hotkey)
	}
	return h, err
}

// sharesOf returns a coldkey's shares of a hotkey's pool, zero when it has none.
func (k *Keeper) sharesOf(ctx context.Context, at position) (math.Int, error) {
	held, err := k.Shares.Get(ctx, at)
	if errors.Is(err, collections.ErrNotFound) {
		return math.ZeroInt(), nil
	}
	return held, err
}

// setShares writes a position and its index entry, or removes both.
func (k *Keeper) setShares(ctx context.Context, at position, held math.Int) error {
	turned := collections.Join(at.K2(), at.K1())
	if held.IsZero() {
		if err := k.Shares.Remove(ctx, at); err != nil {
			return err
		}
		return k.Holders.Remove(ctx, turned)
	}
	if err := k.Shares.Set(ctx, at, held); err != nil {
		return err
	}
	return k.Holders.Set(ctx, turned)
}

// addShares adds to a position.
func (k *Keeper) addShares(ctx context.Context, at position, more math.Int) error {
	held, err := k.sharesOf(ctx, at)
	if err != nil {
		return err
	}
	return k.setShares(ctx, at, held.Add(more))
}

func coins(rao uint64) sdk.Coins {
	return sdk.Coins{sdk.NewCoin(stake.Denom, math.NewIntFromUint64(rao))}
}

func parse(address string) (sdk.AccAddress, error) {
	a, err := sdk.AccAddressFromBech32(address)
	if err != nil {
		return nil, stake.ErrBadAddress.Wrapf("%q: %s", address, err)
	}
	return a, nil
}

// parsePair reads the addresses of a position.
func parsePair(hotkey, coldkey string) (position, error) {
	h, err := parse(hotkey)
	if err != nil {
		return position{}, err
	}
	c, err := parse(coldkey)
	return collections.Join(h, c), err
}
