// Package keeper holds the state of the subnet registry and the verbs that change it.
package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"
	corestore "cosmossdk.io/core/store"
	"github.com/cosmos/cosmos-sdk/codec"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/gogoproto/proto"

	"github.com/dendra-net/dendra/x/subnet"
)

// Keeper is the registry of subnets.
type Keeper struct {
	bank      subnet.BankKeeper
	emission  subnet.EmissionKeeper
	authority string
	hooks     []subnet.Hooks
	clock     subnet.EpochClock
	ranker    subnet.Ranker

	Schema     collections.Schema
	Params     collections.Item[subnet.Params]
	Subnets    collections.Map[uint32, subnet.Subnet]
	Names      collections.Map[string, uint32]
	NextNetuid collections.Item[uint32]
	Lock       collections.Item[subnet.LockState]
	Changes    collections.Map[collections.Pair[uint32, string], int64] // height of an owner's last change
}

// NewKeeper opens the registry in a store. authority is the address of governance.
func NewKeeper(cdc codec.BinaryCodec, store corestore.KVStoreService, bank subnet.BankKeeper,
	emission subnet.EmissionKeeper, authority string) *Keeper {
	sb := collections.NewSchemaBuilder(store)
	k := &Keeper{
		bank: bank, emission: emission, authority: authority,
		Params:     collections.NewItem(sb, collections.NewPrefix(0), "params", codec.CollValue[subnet.Params](cdc)),
		Subnets:    collections.NewMap(sb, collections.NewPrefix(1), "subnets", collections.Uint32Key, codec.CollValue[subnet.Subnet](cdc)),
		Names:      collections.NewMap(sb, collections.NewPrefix(2), "names", collections.StringKey, collections.Uint32Value),
		NextNetuid: collections.NewItem(sb, collections.NewPrefix(3), "next_netuid", collections.Uint32Value),
		Lock:       collections.NewItem(sb, collections.NewPrefix(4), "lock", codec.CollValue[subnet.LockState](cdc)),
		Changes: collections.NewMap(sb, collections.NewPrefix(5), "changes",
			collections.PairKeyCodec(collections.Uint32Key, collections.StringKey), collections.Int64Value),
	}
	schema, err := sb.Build()
	if err != nil {
		panic(err) // two collections under one prefix: a fault of this file
	}
	k.Schema = schema
	return k
}

// SetHooks names who is told of subnets that come and go: in this order of creations, in the reverse order of
// dissolutions. Those that are also a Watcher see changes of hyperparameters. Set once, before the first block.
func (k *Keeper) SetHooks(hooks ...subnet.Hooks) { k.hooks = hooks }

// SetClock names who knows when epochs close. Without a clock there are no epochs and nothing is frozen before them.
func (k *Keeper) SetClock(clock subnet.EpochClock) { k.clock = clock }

// SetRanker names who knows what subnets earn. Without a ranker no subnet is removed for a new one.
func (k *Keeper) SetRanker(ranker subnet.Ranker) { k.ranker = ranker }

// Get returns a subnet or ErrSubnetUnknown.
func (k *Keeper) Get(ctx context.Context, netuid uint32) (subnet.Subnet, error) {
	s, err := k.Subnets.Get(ctx, netuid)
	if errors.Is(err, collections.ErrNotFound) {
		return s, subnet.ErrSubnetUnknown.Wrapf("netuid %d", netuid)
	}
	return s, err
}

// List returns every subnet by netuid.
func (k *Keeper) List(ctx context.Context) ([]subnet.Subnet, error) {
	it, err := k.Subnets.Iterate(ctx, nil)
	if err != nil {
		return nil, err
	}
	return it.Values()
}

// lockState is zero before the first creation.
func (k *Keeper) lockState(ctx context.Context) (subnet.LockState, error) {
	s, err := k.Lock.Get(ctx)
	if errors.Is(err, collections.ErrNotFound) {
		return subnet.LockState{}, nil
	}
	return s, err
}

func height(ctx context.Context) int64 { return sdk.UnwrapSDKContext(ctx).BlockHeight() }

func emit(ctx context.Context, event proto.Message) error {
	return sdk.UnwrapSDKContext(ctx).EventManager().EmitTypedEvent(event)
}
