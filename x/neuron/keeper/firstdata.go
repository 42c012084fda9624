package keeper

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"

	"cosmossdk.io/collections"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/dendra-net/dendra/x/neuron"
)

// forgetPerBlock bounds how many first commitments are forgotten, or kept for longer, in one block.
const forgetPerBlock = 256

// credit returns who committed the bytes first on the neuron's subnet: the neuron itself when nobody is remembered
// (R-NEURON-17).
func (k *Keeper) credit(ctx context.Context, n neuron.Neuron, data []byte) (neuron.FirstData, error) {
	digest := sha256.Sum256(data)
	first, err := k.FirstData.Get(ctx, collections.Join(n.Netuid, digest[:]))
	if !errors.Is(err, collections.ErrNotFound) {
		return first, err
	}
	params, err := k.Params.Get(ctx)
	if err != nil {
		return first, err
	}
	first = neuron.FirstData{
		Netuid: n.Netuid, Digest: digest[:], Hotkey: n.Hotkey, Height: height(ctx), ForgetAt: height(ctx) + params.DataMemoryBlocks,
	}
	return first, k.remember(ctx, first)
}

func (k *Keeper) remember(ctx context.Context, first neuron.FirstData) error {
	if err := k.FirstData.Set(ctx, collections.Join(first.Netuid, first.Digest), first); err != nil {
		return err
	}
	return k.Forgetting.Set(ctx, collections.Join3(first.ForgetAt, first.Netuid, first.Digest))
}

func (k *Keeper) forget(ctx context.Context, first neuron.FirstData) error {
	if err := k.FirstData.Remove(ctx, collections.Join(first.Netuid, first.Digest)); err != nil {
		return err
	}
	return k.Forgetting.Remove(ctx, collections.Join3(first.ForgetAt, first.Netuid, first.Digest))
}

// forgetDue forgets what belongs to subnets that are gone, then what was remembered for long enough, both within what a
// block may do (R-NEURON-18). What its first committer still stands by is remembered for as long again: else a copy could
// wait to be first.
func (k *Keeper) forgetDue(ctx sdk.Context, params neuron.Params) error {
	left, err := k.forgetDissolved(ctx, forgetPerBlock)
	if err != nil {
		return err
	}
	due, err := k.due(ctx, left)
	if err != nil {
		return err
	}
	for _, key := range due {
		first, err := k.FirstData.Get(ctx, collections.Join(key.K2(), key.K3()))
		if err != nil {
			return err
		}
		if err := k.forget(ctx, first); err != nil {
			return err
		}
		stands, err := k.standsBy(ctx, first)
		if err != nil {
			return err
		}
		if !stands {
			continue
		}
		first.ForgetAt = ctx.BlockHeight() + params.DataMemoryBlocks
		if err := k.remember(ctx, first); err != nil {
			return err
		}
	}
	return nil
}

// due lists, oldest first, at most so many commitments whose time has come.
func (k *Keeper) due(ctx sdk.Context, most int) (due []forgetKey, err error) {
	it, err := k.Forgetting.Iterate(ctx, collections.NewPrefixUntilTripleRange[int64, uint32, []byte](ctx.BlockHeight()))
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, it.Close()) }()
	for ; it.Valid() && len(due) < most; it.Next() {
		key, err := it.Key()
		if err != nil {
			return nil, err
		}
		due = append(due, key)
	}
	return due, nil
}

// standsBy says whether the first committer of some bytes has committed nothing else since.
func (k *Keeper) standsBy(ctx context.Context, first neuron.FirstData) (bool, error) {
	d, err := k.data(ctx, first.Netuid, first.Hotkey)
	if errors.Is(err, neuron.ErrNoData) {
		return false, nil
	}
	digest := sha256.Sum256(d.Data)
	return err == nil && bytes.Equal(digest[:], first.Digest), err
}

// forgetDissolved removes at most so many commitments of subnets that are gone and returns how many more it could have.
func (k *Keeper) forgetDissolved(ctx context.Context, most int) (left int, err error) {
	gone, err := k.Dissolved.Iterate(ctx, nil)
	if err != nil {
		return 0, err
	}
	netuids, err := gone.Keys()
	if err != nil {
		return 0, err
	}
	for _, netuid := range netuids {
		some, err := k.someOf(ctx, netuid, most)
		if err != nil {
			return 0, err
		}
		for _, first := range some {
			if err := k.forget(ctx, first); err != nil {
				return 0, err
			}
		}
		if most -= len(some); most == 0 {
			return 0, nil // there may be more of it in the next block
		}
		if err := k.Dissolved.Remove(ctx, netuid); err != nil {
			return 0, err
		}
	}
	return most, nil
}

// someOf returns at most so many of the commitments remembered on a subnet.
func (k *Keeper) someOf(ctx context.Context, netuid uint32, most int) (some []neuron.FirstData, err error) {
	it, err := k.FirstData.Iterate(ctx, collections.NewPrefixedPairRange[uint32, []byte](netuid))
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, it.Close()) }()
	for ; it.Valid() && len(some) < most; it.Next() {
		first, err := it.Value()
		if err != nil {
			return nil, err
		}
		some = append(some, first)
	}
	return some, nil
}
