// Package keeper holds the state of the neurons and the verbs that change it.
package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"
	corestore "cosmossdk.io/core/store"
	"github.com/cosmos/cosmos-sdk/codec"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/gogoproto/proto"

	"github.com/dendra-net/dendra/x/neuron"
)

type (
	slotKey   = collections.Pair[uint32, uint32] // netuid, uid
	hotkeyKey = collections.Pair[uint32, []byte] // netuid, hotkey
	sealKey   = collections.Pair[int64, []byte]  // height of the block the work is bound to, seal
	digestKey = collections.Pair[uint32, []byte] // netuid, SHA-256 of what was committed
	forgetKey = collections.Triple[int64, uint32, []byte]
)

// Keeper holds every subnet's neurons.
type Keeper struct {
	accounts  neuron.AccountKeeper
	subnets   neuron.SubnetKeeper
	stakes    neuron.StakeKeeper
	emission  neuron.EmissionKeeper
	authority string

	Schema   collections.Schema
	Params   collections.Item[neuron.Params]
	Neurons  collections.Map[slotKey, neuron.Neuron]
	UIDs     collections.Map[hotkeyKey, uint32]
	Sizes    collections.Map[uint32, uint32]
	Prices   collections.Map[uint32, neuron.Price]
	Seals    collections.KeySet[sealKey]
	Hashes   collections.Map[int64, []byte]
	Data     collections.Map[hotkeyKey, neuron.Data]
	Rankings collections.Map[uint32, neuron.Ranking]

	FirstData  collections.Map[digestKey, neuron.FirstData]
	Forgetting collections.KeySet[forgetKey] // height at which it is forgotten, netuid, digest
	Dissolved  collections.KeySet[uint32]    // subnets that are gone and left first commitments
}

// NewKeeper opens the neurons in a store. authority is the address of governance.
func NewKeeper(cdc codec.BinaryCodec, store corestore.KVStoreService, accounts neuron.AccountKeeper,
	subnets neuron.SubnetKeeper, stakes neuron.StakeKeeper, emission neuron.EmissionKeeper, authority string) *Keeper {
	sb := collections.NewSchemaBuilder(store)
	byUID := collections.PairKeyCodec(collections.Uint32Key, collections.Uint32Key)
	byHotkey := collections.PairKeyCodec(collections.Uint32Key, collections.BytesKey)
	bySeal := collections.PairKeyCodec(collections.Int64Key, collections.BytesKey)
	k := &Keeper{
		accounts: accounts, subnets: subnets, stakes: stakes, emission: emission, authority: authority,
		Params:   collections.NewItem(sb, collections.NewPrefix(0), "params", codec.CollValue[neuron.Params](cdc)),
		Neurons:  collections.NewMap(sb, collections.NewPrefix(1), "neurons", byUID, codec.CollValue[neuron.Neuron](cdc)),
		UIDs:     collections.NewMap(sb, collections.NewPrefix(2), "uids", byHotkey, collections.Uint32Value),
		Sizes:    collections.NewMap(sb, collections.NewPrefix(3), "sizes", collections.Uint32Key, collections.Uint32Value),
		Prices:   collections.NewMap(sb, collections.NewPrefix(4), "prices", collections.Uint32Key, codec.CollValue[neuron.Price](cdc)),
		Seals:    collections.NewKeySet(sb, collections.NewPrefix(5), "seals", bySeal),
		Hashes:   collections.NewMap(sb, collections.NewPrefix(6), "hashes", collections.Int64Key, collections.BytesValue),
		Data:     collections.NewMap(sb, collections.NewPrefix(7), "data", byHotkey, codec.CollValue[neuron.Data](cdc)),
		Rankings: collections.NewMap(sb, collections.NewPrefix(8), "rankings", collections.Uint32Key, codec.CollValue[neuron.Ranking](cdc)),

		FirstData: collections.NewMap(sb, collections.NewPrefix(9), "first_data", byHotkey, codec.CollValue[neuron.FirstData](cdc)),
		Forgetting: collections.NewKeySet(sb, collections.NewPrefix(10), "forgetting",
			collections.TripleKeyCodec(collections.Int64Key, collections.Uint32Key, collections.BytesKey)),
		Dissolved: collections.NewKeySet(sb, collections.NewPrefix(11), "dissolved", collections.Uint32Key),
	}
	schema, err := sb.Build()
	if err != nil {
		panic(err) // two collections under one prefix: a fault of this file
	}
	k.Schema = schema
	return k
}

// Size returns the number of neurons of a subnet.
func (k *Keeper) Size(ctx context.Context, netuid uint32) (uint32, error) {
	n, err := k.Sizes.Get(ctx, netuid)
	if errors.Is(err, collections.ErrNotFound) {
		return 0, nil
	}
	return n, err
}

// ByUID returns the neuron in a slot or ErrNotRegistered.
func (k *Keeper) ByUID(ctx context.Context, netuid, uid uint32) (neuron.Neuron, error) {
	n, err := k.Neurons.Get(ctx, collections.Join(netuid, uid))
	if errors.Is(err, collections.ErrNotFound) {
		return n, neuron.ErrNotRegistered.Wrapf("uid %d of subnet %d", uid, netuid)
	}
	return n, err
}

// ByHotkey returns the hotkey's neuron or ErrNotRegistered.
func (k *Keeper) ByHotkey(ctx context.Context, netuid uint32, hotkey sdk.AccAddress) (neuron.Neuron, error) {
	uid, err := k.UIDs.Get(ctx, hotkeyKeyOf(netuid, hotkey))
	if errors.Is(err, collections.ErrNotFound) {
		return neuron.Neuron{}, neuron.ErrNotRegistered.Wrapf("hotkey %s on subnet %d", hotkey, netuid)
	}
	if err != nil {
		return neuron.Neuron{}, err
	}
	return k.ByUID(ctx, netuid, uid)
}

// All returns the neurons of a subnet by uid.
func (k *Keeper) All(ctx context.Context, netuid uint32) ([]neuron.Neuron, error) {
	it, err := k.Neurons.Iterate(ctx, collections.NewPrefixedPairRange[uint32, uint32](netuid))
	if err != nil {
		return nil, err
	}
	return it.Values()
}

// SetRanking remembers what the order in which neurons are replaced goes by.
func (k *Keeper) SetRanking(ctx context.Context, r neuron.Ranking) error {
	return k.Rankings.Set(ctx, r.Netuid, r)
}

// ranking is empty before the first epoch.
func (k *Keeper) ranking(ctx context.Context, netuid uint32) (neuron.Ranking, error) {
	r, err := k.Rankings.Get(ctx, netuid)
	if errors.Is(err, collections.ErrNotFound) {
		return neuron.Ranking{Netuid: netuid}, nil
	}
	return r, err
}

func hotkeyKeyOf(netuid uint32, hotkey sdk.AccAddress) hotkeyKey {
	return collections.Join(netuid, []byte(hotkey))
}

func height(ctx context.Context) int64 { return sdk.UnwrapSDKContext(ctx).BlockHeight() }

// executionHeight is the height at which the message under test would run: at the door of the mempool that is the next
// block's.
func executionHeight(ctx sdk.Context) int64 {
	if ctx.IsCheckTx() {
		return ctx.BlockHeight() + 1
	}
	return ctx.BlockHeight()
}

func emit(ctx context.Context, event proto.Message) error {
	return sdk.UnwrapSDKContext(ctx).EventManager().EmitTypedEvent(event)
}
