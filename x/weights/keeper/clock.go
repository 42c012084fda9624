package keeper

import (
	"context"

	"cosmossdk.io/collections"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/dendra-net/dendra/x/subnet"
	"github.com/dendra-net/dendra/x/weights"
)

// NextEpoch is the height at whose end the subnet's running epoch closes.
func (k *Keeper) NextEpoch(ctx context.Context, netuid uint32) (int64, error) {
	e, err := k.epoch(ctx, netuid)
	return e.Due, err
}

// SubnetCreated starts the subnet's clock. A subnet of the genesis has its first epoch at the end of the first block,
// which hands out permits to whoever has stake; any other one tempo after its creation (R-WEIGHTS-5).
func (k *Keeper) SubnetCreated(ctx context.Context, s subnet.Subnet) error {
	now := sdk.UnwrapSDKContext(ctx).BlockHeight()
	due := now + s.Hyperparameters.Tempo
	if s.CreatedAt == 0 {
		due = max(now, 1)
	}
	return k.setEpoch(ctx, weights.Epoch{Netuid: s.Netuid, Due: due})
}

// setEpoch moves the subnet's clock and its place in the queue.
func (k *Keeper) setEpoch(ctx context.Context, e weights.Epoch) error {
	old, err := k.Epochs.Get(ctx, e.Netuid)
	if err == nil {
		if err := k.Queue.Remove(ctx, collections.Join(old.Due, e.Netuid)); err != nil {
			return err
		}
	}
	if err := k.Queue.Set(ctx, collections.Join(e.Due, e.Netuid)); err != nil {
		return err
	}
	return k.Epochs.Set(ctx, e.Netuid, e)
}

// SubnetDissolved forgets everything about the subnet.
func (k *Keeper) SubnetDissolved(ctx context.Context, netuid uint32) error {
	e, err := k.epoch(ctx, netuid)
	if err != nil {
		return err
	}
	if err := k.Queue.Remove(ctx, collections.Join(e.Due, netuid)); err != nil {
		return err
	}
	slots := collections.NewPrefixedPairRange[uint32, uint32](netuid)
	if err := k.Rows.Clear(ctx, slots); err != nil {
		return err
	}
	if err := k.Activity.Clear(ctx, slots); err != nil {
		return err
	}
	if err := k.Bonds.Clear(ctx, slots); err != nil {
		return err
	}
	if err := k.Averages.Clear(ctx, slots); err != nil {
		return err
	}
	if err := k.Evidence.Clear(ctx, slots); err != nil {
		return err
	}
	if err := k.Memories.Remove(ctx, netuid); err != nil {
		return err
	}
	if err := k.Commits.Clear(ctx, collections.NewPrefixedTripleRange[uint32, []byte, int64](netuid)); err != nil {
		return err
	}
	if err := k.Scores.Remove(ctx, netuid); err != nil {
		return err
	}
	return k.Epochs.Remove(ctx, netuid)
}
