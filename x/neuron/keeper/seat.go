package keeper

import (
	"context"

	"cosmossdk.io/collections"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/dendra-net/dendra/x/neuron"
	"github.com/dendra-net/dendra/x/subnet"
)

// seat gives a newcomer the next uid, or the slot of the weakest when all are taken (R-NEURON-6). replaced is the
// hotkey that lost it.
func (k *Keeper) seat(ctx context.Context, s subnet.Subnet, who neuron.Newcomer) (n neuron.Neuron, replaced string, err error) {
	n = neuron.Neuron{Netuid: s.Netuid, Hotkey: who.Hotkey.String(), Coldkey: who.Coldkey.String(), RegisteredAt: height(ctx)}
	size, err := k.Size(ctx, s.Netuid)
	if err != nil {
		return n, "", err
	}
	if size < s.Hyperparameters.MaxNeurons {
		n.Uid = size
		if err := k.Sizes.Set(ctx, s.Netuid, size+1); err != nil {
			return n, "", err
		}
		return n, "", k.put(ctx, n, who.Hotkey)
	}
	old, err := k.weakest(ctx, s, height(ctx))
	if err != nil {
		return n, "", err
	}
	if err := k.evict(ctx, old); err != nil {
		return n, "", err
	}
	n.Uid, n.Generation = old.Uid, old.Generation+1
	return n, old.Hotkey, k.put(ctx, n, who.Hotkey)
}

func (k *Keeper) put(ctx context.Context, n neuron.Neuron, hotkey sdk.AccAddress) error {
	if err := k.Neurons.Set(ctx, collections.Join(n.Netuid, n.Uid), n); err != nil {
		return err
	}
	return k.UIDs.Set(ctx, hotkeyKeyOf(n.Netuid, hotkey), n.Uid)
}

// weakest returns who would give way at the height, or ErrNoSlot.
func (k *Keeper) weakest(ctx context.Context, s subnet.Subnet, height int64) (neuron.Neuron, error) {
	all, err := k.All(ctx, s.Netuid)
	if err != nil {
		return neuron.Neuron{}, err
	}
	ranking, err := k.ranking(ctx, s.Netuid)
	if err != nil {
		return neuron.Neuron{}, err
	}
	uid, found := neuron.Weakest(all, ranking, height, s.Hyperparameters)
	if !found {
		return neuron.Neuron{}, neuron.ErrNoSlot.Wrapf("subnet %d has all its %d neurons and none of them may be replaced at height %d", s.Netuid, len(all), height)
	}
	return all[uid], nil
}

// hasRoom reports by its error whether a newcomer would find a slot.
func (k *Keeper) hasRoom(ctx context.Context, s subnet.Subnet, height int64) error {
	size, err := k.Size(ctx, s.Netuid)
	if err != nil || size < s.Hyperparameters.MaxNeurons {
		return err
	}
	_, err = k.weakest(ctx, s, height)
	return err
}

// evict removes all that was the old neuron's: nothing of it passes to the newcomer.
func (k *Keeper) evict(ctx context.Context, old neuron.Neuron) error {
	hotkey, err := sdk.AccAddressFromBech32(old.Hotkey)
	if err != nil {
		return err
	}
	key := hotkeyKeyOf(old.Netuid, hotkey)
	if err := k.UIDs.Remove(ctx, key); err != nil {
		return err
	}
	if err := k.Data.Remove(ctx, key); err != nil {
		return err
	}
	ranking, err := k.ranking(ctx, old.Netuid)
	if err != nil || !ranking.Vacate(old.Uid) {
		return err
	}
	return k.Rankings.Set(ctx, old.Netuid, ranking)
}
