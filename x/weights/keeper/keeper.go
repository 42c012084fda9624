// Package keeper stores votes, commits, bonds and scores, and runs the epochs.
package keeper

import (
	"cosmossdk.io/collections"
	corestore "cosmossdk.io/core/store"
	"github.com/cosmos/cosmos-sdk/codec"

	"github.com/dendra-net/dendra/x/weights"
)

type slot = collections.Pair[uint32, uint32] // netuid, uid

// Keeper holds the module's state. All maps begin with the netuid, so that one subnet's state is one range.
type Keeper struct {
	Params   collections.Item[weights.Params]
	Rows     collections.Map[slot, weights.Row]
	Activity collections.Map[slot, weights.Activity]
	Bonds    collections.Map[slot, weights.BondRow]
	Commits  collections.Map[collections.Triple[uint32, []byte, int64], weights.Commit] // netuid, hotkey, height
	Scores   collections.Map[uint32, weights.Scores]
	Averages collections.Map[slot, weights.AverageRow]
	Memories collections.Map[uint32, weights.Memory]
	Evidence collections.Map[slot, weights.Evidence]
	Epochs   collections.Map[uint32, weights.Epoch]
	Queue    collections.KeySet[collections.Pair[int64, uint32]] // due height, netuid

	subnets   weights.SubnetKeeper
	neurons   weights.NeuronKeeper
	stakes    weights.StakeKeeper
	emission  weights.EmissionKeeper
	authority string
}

// NewKeeper opens the module's store. authority is the only address that may change parameters.
func NewKeeper(cdc codec.BinaryCodec, store corestore.KVStoreService, subnets weights.SubnetKeeper, neurons weights.NeuronKeeper,
	stakes weights.StakeKeeper, emission weights.EmissionKeeper, authority string,
) *Keeper {
	sb := collections.NewSchemaBuilder(store)
	slotKey := collections.PairKeyCodec(collections.Uint32Key, collections.Uint32Key)
	k := &Keeper{
		Params:   collections.NewItem(sb, collections.NewPrefix(0), "params", codec.CollValue[weights.Params](cdc)),
		Rows:     collections.NewMap(sb, collections.NewPrefix(1), "rows", slotKey, codec.CollValue[weights.Row](cdc)),
		Activity: collections.NewMap(sb, collections.NewPrefix(2), "activity", slotKey, codec.CollValue[weights.Activity](cdc)),
		Bonds:    collections.NewMap(sb, collections.NewPrefix(3), "bonds", slotKey, codec.CollValue[weights.BondRow](cdc)),
		Commits: collections.NewMap(sb, collections.NewPrefix(4), "commits",
			collections.TripleKeyCodec(collections.Uint32Key, collections.BytesKey, collections.Int64Key), codec.CollValue[weights.Commit](cdc)),
		Scores:   collections.NewMap(sb, collections.NewPrefix(5), "scores", collections.Uint32Key, codec.CollValue[weights.Scores](cdc)),
		Epochs:   collections.NewMap(sb, collections.NewPrefix(6), "epochs", collections.Uint32Key, codec.CollValue[weights.Epoch](cdc)),
		Averages: collections.NewMap(sb, collections.NewPrefix(8), "averages", slotKey, codec.CollValue[weights.AverageRow](cdc)),
		Memories: collections.NewMap(sb, collections.NewPrefix(9), "memories", collections.Uint32Key, codec.CollValue[weights.Memory](cdc)),
		Evidence: collections.NewMap(sb, collections.NewPrefix(10), "evidence", slotKey, codec.CollValue[weights.Evidence](cdc)),
		Queue: collections.NewKeySet(sb, collections.NewPrefix(7), "queue",
			collections.PairKeyCodec(collections.Int64Key, collections.Uint32Key)),
		subnets: subnets, neurons: neurons, stakes: stakes, emission: emission, authority: authority,
	}
	if _, err := sb.Build(); err != nil {
		panic(err) // two collections share a prefix: a fault of this file
	}
	return k
}
