package keeper

import (
	"errors"

	"cosmossdk.io/collections"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/dendra-net/dendra/x/stake"
)

// Admit says whether a message needs no fee: an unstaking of a coldkey that has not unstaked for free_unstake_blocks,
// so that staked TAO is never locked in for want of a fee (R-STAKE-9). It then runs every check the handler will run.
// One that comes sooner needs a fee, as do all other messages.
func (k *Keeper) Admit(ctx sdk.Context, msg sdk.Msg) (bool, error) {
	m, ok := msg.(*stake.MsgRemoveStake)
	if !ok {
		return false, nil
	}
	w, err := k.checkWithdrawal(ctx, m)
	if err != nil {
		return false, err
	}
	return k.rested(ctx, w.at.K2())
}

// rested reports whether a coldkey's last unstaking lies free_unstake_blocks back.
func (k *Keeper) rested(ctx sdk.Context, coldkey sdk.AccAddress) (bool, error) {
	last, err := k.LastUnstakes.Get(ctx, coldkey)
	if errors.Is(err, collections.ErrNotFound) {
		return true, nil
	}
	if err != nil {
		return false, err
	}
	params, err := k.Params.Get(ctx)
	return ctx.BlockHeight() >= last+params.FreeUnstakeBlocks, err
}
