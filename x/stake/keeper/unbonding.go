package keeper

import (
	"context"

	"cosmossdk.io/collections"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/dendra-net/dendra/x/stake"
)

// retryBlocks is how long a release that the bank refused waits for its next try.
const retryBlocks = 100

// unbond queues the coins of a withdrawal, or pays them at once where there is no unbonding time.
func (k *Keeper) unbond(ctx sdk.Context, w withdrawal) error {
	coldkey := w.at.K2()
	if w.release <= ctx.BlockHeight() {
		if err := k.bank.SendCoinsFromModuleToAccount(ctx, stake.ModuleName, coldkey, coins(w.rao)); err != nil {
			return err
		}
		return ctx.EventManager().EmitTypedEvent(&stake.EventStakeReleased{Coldkey: coldkey.String(), Rao: w.rao})
	}
	if err := k.bank.SendCoinsFromModuleToModule(ctx, stake.ModuleName, stake.UnbondingName, coins(w.rao)); err != nil {
		return err
	}
	id, err := k.NextID.Next(ctx)
	if err != nil {
		return err
	}
	return k.enqueue(ctx, coldkey, stake.Unbonding{
		Id: id, Coldkey: coldkey.String(), Hotkey: w.hotkey.Hotkey, Rao: w.rao, ReleaseHeight: w.release,
	})
}

func (k *Keeper) enqueue(ctx context.Context, coldkey sdk.AccAddress, u stake.Unbonding) error {
	if err := k.Unbondings.Set(ctx, u.Id, u); err != nil {
		return err
	}
	if err := k.Queue.Set(ctx, collections.Join(u.ReleaseHeight, u.Id)); err != nil {
		return err
	}
	return k.Waiting.Set(ctx, collections.Join(coldkey, u.Id))
}

func (k *Keeper) dequeue(ctx context.Context, coldkey sdk.AccAddress, u stake.Unbonding) error {
	if err := k.Unbondings.Remove(ctx, u.Id); err != nil {
		return err
	}
	if err := k.Queue.Remove(ctx, collections.Join(u.ReleaseHeight, u.Id)); err != nil {
		return err
	}
	return k.Waiting.Remove(ctx, collections.Join(coldkey, u.Id))
}

// EndBlock pays the unstakings whose time has come, oldest first, at most ReleasesPerBlock of them (R-STAKE-8).
func (k *Keeper) EndBlock(ctx context.Context) error {
	sdkCtx := sdk.UnwrapSDKContext(ctx)
	due, err := k.due(ctx, sdkCtx.BlockHeight())
	if err != nil {
		return err
	}
	for _, id := range due {
		if err := k.release(sdkCtx, id); err != nil {
			return err
		}
	}
	return nil
}

func (k *Keeper) due(ctx context.Context, height int64) ([]uint64, error) {
	it, err := k.Queue.Iterate(ctx, new(collections.Range[collections.Pair[int64, uint64]]).
		EndExclusive(collections.PairPrefix[int64, uint64](height+1)))
	if err != nil {
		return nil, err
	}
	defer it.Close()
	var ids []uint64
	for ; it.Valid() && len(ids) < stake.ReleasesPerBlock; it.Next() {
		key, err := it.Key()
		if err != nil {
			return nil, err
		}
		ids = append(ids, key.K2())
	}
	return ids, nil
}

// release pays one unstaking out. When the bank refuses, which only a change of the chain's rules can bring about, it
// goes back into the queue: one coldkey cannot stop the chain.
func (k *Keeper) release(ctx sdk.Context, id uint64) error {
	u, err := k.Unbondings.Get(ctx, id)
	if err != nil {
		return err
	}
	coldkey, err := parse(u.Coldkey)
	if err != nil {
		return err
	}
	if err := k.dequeue(ctx, coldkey, u); err != nil {
		return err
	}
	branch, write := ctx.CacheContext()
	if refusal := k.bank.SendCoinsFromModuleToAccount(branch, stake.UnbondingName, coldkey, coins(u.Rao)); refusal != nil {
		u.ReleaseHeight = ctx.BlockHeight() + retryBlocks
		if err := k.enqueue(ctx, coldkey, u); err != nil {
			return err
		}
		return ctx.EventManager().EmitTypedEvent(&stake.EventReleaseDeferred{
			Coldkey: u.Coldkey, Rao: u.Rao, ReleaseHeight: u.ReleaseHeight, Reason: refusal.Error(),
		})
	}
	write()
	return ctx.EventManager().EmitTypedEvent(&stake.EventStakeReleased{Coldkey: u.Coldkey, Rao: u.Rao})
}
