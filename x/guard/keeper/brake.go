package keeper

import (
	"context"

	"cosmossdk.io/collections"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/dendra-net/dendra/x/guard"
)

const maxKeyBytes = 255

// OncePerBlock lets a key through once in each block and refuses it with ErrFreeTwice after that (R-GUARD-5): the brake
// on transactions without a fee. It counts in the mempool as in the block.
func (k *Keeper) OncePerBlock(ctx sdk.Context, key []byte) error {
	if len(key) == 0 || len(key) > maxKeyBytes {
		return guard.ErrBadKey.Wrapf("%d bytes, want 1..%d", len(key), maxKeyBytes)
	}
	entry := collections.Join(blockOf(ctx), key)
	used, err := k.Free.Has(ctx, entry)
	if err != nil {
		return err
	}
	if used {
		return guard.ErrFreeTwice.Wrapf("used in block %d: wait for the next block or offer a fee", entry.K1())
	}
	return k.Free.Set(ctx, entry)
}

// blockOf is the block a transaction is meant for. In the mempool the context has the height of the last block, whose
// entries are in the state; the transaction is for the one after it.
func blockOf(ctx sdk.Context) int64 {
	if ctx.IsCheckTx() {
		return ctx.BlockHeight() + 1
	}
	return ctx.BlockHeight()
}

// Forget removes what the brake kept of earlier blocks: as many entries as the last block had free transactions.
func (k *Keeper) Forget(ctx context.Context) error {
	height := sdk.UnwrapSDKContext(ctx).BlockHeight()
	earlier := new(collections.Range[collections.Pair[int64, []byte]]).
		EndExclusive(collections.PairPrefix[int64, []byte](height))
	return k.Free.Clear(ctx, earlier)
}
