package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/dendra-net/dendra/seal"
	"github.com/dendra-net/dendra/x/neuron"
	"github.com/dendra-net/dendra/x/subnet"
)

// CheckWork makes every check of RegisterWork without effect: the door for a transaction that pays nothing (R-NEURON-7).
// What costs an attacker nothing to get wrong is checked first, the two hashes before any signature.
func (k *Keeper) CheckWork(ctx sdk.Context, m *neuron.MsgRegisterWork) error {
	_, err := k.checkWork(ctx, m)
	return err
}

// work is a proof of work that passed every check.
type work struct {
	subnet subnet.Subnet
	who    neuron.Newcomer
	price  neuron.Price
	params neuron.Params
	seal   [32]byte
}

func (k *Keeper) checkWork(ctx sdk.Context, m *neuron.MsgRegisterWork) (w work, err error) {
	if w.who, err = m.Newcomer(); err != nil {
		return w, err
	}
	if w.params, err = k.Params.Get(ctx); err != nil {
		return w, err
	}
	now := executionHeight(ctx)
	if m.Height > now || now-m.Height > w.params.WorkWindow {
		return w, neuron.ErrWorkWindow.Wrapf("work for block %d, now is %d; want a block of the last %d", m.Height, now, w.params.WorkWindow)
	}
	if w.subnet, err = k.subnets.Get(ctx, m.Netuid); err != nil {
		return w, err
	}
	if w.price, err = k.Prices.Get(ctx, m.Netuid); err != nil {
		return w, err
	}
	if err := k.checkSeal(ctx, m, &w, now); err != nil {
		return w, err
	}
	if err := checkQuota(ctx, w); err != nil {
		return w, err
	}
	if err := k.checkNewcomer(ctx, w.subnet, w.who); err != nil {
		return w, err
	}
	return w, k.hasRoom(ctx, w.subnet, now)
}

// checkSeal computes the seal into w and refuses one that is too easy or was used.
func (k *Keeper) checkSeal(ctx sdk.Context, m *neuron.MsgRegisterWork, w *work, now int64) error {
	hash, err := k.Hashes.Get(ctx, m.Height)
	if errors.Is(err, collections.ErrNotFound) {
		return neuron.ErrBlockUnknown.Wrapf("height %d", m.Height)
	}
	if err != nil {
		return err
	}
	w.seal = seal.Work(seal.Challenge(hash, w.who.Hotkey, uint16(m.Netuid), ctx.ChainID()), m.Nonce)
	if difficulty := w.price.WorkDifficulty(w.subnet.Hyperparameters, w.params, now); !seal.Meets(w.seal, difficulty) {
		return neuron.ErrBadWork.Wrapf("nonce %d for block %d on subnet %d does not meet difficulty %d", m.Nonce, m.Height, m.Netuid, difficulty)
	}
	used, err := k.Seals.Has(ctx, collections.Join(m.Height, w.seal[:]))
	if err == nil && used {
		return neuron.ErrWorkReplayed.Wrapf("nonce %d for block %d on subnet %d", m.Nonce, m.Height, m.Netuid)
	}
	return err
}

// checkQuota bounds registrations by work in one block. At the door of the mempool the next block has none yet.
func checkQuota(ctx sdk.Context, w work) error {
	rules := w.subnet.Hyperparameters
	if !rules.WorkAllowed || rules.WorkPerBlock == 0 {
		return neuron.ErrWorkClosed.Wrapf("subnet %d", w.subnet.Netuid)
	}
	if had := w.price.WorkIn(executionHeight(ctx)); had >= rules.WorkPerBlock {
		return neuron.ErrWorkPerBlock.Wrapf("subnet %d had %d of %d", w.subnet.Netuid, had, rules.WorkPerBlock)
	}
	return nil
}

// RegisterWork seats a hotkey for a proof of work (R-NEURON-7).
func (k *Keeper) RegisterWork(ctx context.Context, m *neuron.MsgRegisterWork) (neuron.Neuron, error) {
	w, err := k.checkWork(sdk.UnwrapSDKContext(ctx), m)
	if err != nil {
		return neuron.Neuron{}, err
	}
	if err := k.Seals.Set(ctx, collections.Join(m.Height, w.seal[:])); err != nil {
		return neuron.Neuron{}, err
	}
	risen := w.price.AfterWork(w.subnet.Hyperparameters, w.params, height(ctx))
	if err := k.Prices.Set(ctx, m.Netuid, risen); err != nil {
		return neuron.Neuron{}, err
	}
	return k.admit(ctx, w.subnet, w.who, 0)
}

// BeginBlock remembers the block's own hash for proofs of work and forgets what left the window (R-NEURON-8), and first
// commitments whose time has come.
func (k *Keeper) BeginBlock(ctx sdk.Context) error {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return err
	}
	if hash := ctx.HeaderHash(); len(hash) > 0 {
		if err := k.Hashes.Set(ctx, ctx.BlockHeight(), hash); err != nil {
			return err
		}
	}
	oldest := ctx.BlockHeight() - params.WorkWindow
	if err := k.Hashes.Clear(ctx, new(collections.Range[int64]).EndExclusive(oldest)); err != nil {
		return err
	}
	if err := k.Seals.Clear(ctx, collections.NewPrefixUntilPairRange[int64, []byte](oldest-1)); err != nil {
		return err
	}
	return k.forgetDue(ctx, params)
}
