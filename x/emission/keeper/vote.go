package keeper

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"cosmossdk.io/collections"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/dendra-net/dendra/x/emission"
)

// seat is a stored root vote and what stands behind it now.
type seat struct {
	hotkey   sdk.AccAddress
	vote     emission.RootVote
	stakeRao uint64
}

// votes returns all root votes by hotkey: at most root_seats.
func (k *Keeper) votes(ctx context.Context) ([]seat, error) {
	var out []seat
	if err := k.Votes.Walk(ctx, nil, func(hotkey sdk.AccAddress, v emission.RootVote) (bool, error) {
		out = append(out, seat{hotkey: hotkey, vote: v})
		return false, nil
	}); err != nil {
		return nil, err
	}
	for i := range out {
		var err error
		if out[i].stakeRao, err = k.stakes.StakeOf(ctx, out[i].hotkey); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// checkedVote is a root vote that passed every check, and the seat it takes over, if any.
type checkedVote struct {
	hotkey sdk.AccAddress
	vote   emission.RootVote
	ousted *seat
}

// checkVote runs every check of a root vote, without effect (R-EMISSION-7).
func (k *Keeper) checkVote(ctx sdk.Context, m *emission.MsgSetRootWeights) (checkedVote, error) {
	hotkey, err := parse(m.Hotkey)
	if err != nil {
		return checkedVote{}, err
	}
	netuids, weights, err := emission.Row(m.Netuids, m.Weights)
	if err != nil {
		return checkedVote{}, err
	}
	for _, netuid := range netuids {
		if _, err := k.ledger(ctx, netuid); err != nil {
			return checkedVote{}, err
		}
	}
	params, err := k.Params.Get(ctx)
	if err != nil {
		return checkedVote{}, err
	}
	v := checkedVote{hotkey: hotkey, vote: emission.RootVote{
		Hotkey: m.Hotkey, Netuids: netuids, Weights: weights, Height: ctx.BlockHeight(),
	}}
	v.ousted, err = k.findSeat(ctx, hotkey, params)
	return v, err
}

// findSeat checks that a hotkey may vote now, and returns the seat it takes over: none when it has one or one is free.
func (k *Keeper) findSeat(ctx sdk.Context, hotkey sdk.AccAddress, p emission.Params) (*seat, error) {
	stakeRao, err := k.stakes.StakeOf(ctx, hotkey)
	if err != nil {
		return nil, err
	}
	if stakeRao == 0 {
		return nil, emission.ErrNoStake.Wrapf("nobody stakes on %s", hotkey)
	}
	last, err := k.Votes.Get(ctx, hotkey)
	if err == nil {
		return nil, rested(last, p, ctx.BlockHeight())
	}
	if !errors.Is(err, collections.ErrNotFound) {
		return nil, err
	}
	seats, err := k.votes(ctx)
	if err != nil || len(seats) < int(p.RootSeats) {
		return nil, err
	}
	least := slices.MinFunc(seats, func(a, b seat) int { return cmp.Compare(a.stakeRao, b.stakeRao) })
	if stakeRao <= least.stakeRao {
		return nil, emission.ErrNoSeat.Wrapf("%d seats are taken, the least by %d rao; %s has %d rao", len(seats), least.stakeRao, hotkey, stakeRao)
	}
	return &least, nil
}

// rested refuses a vote too soon after the last.
func rested(last emission.RootVote, p emission.Params, height int64) error {
	if next := last.Height + p.RootRateLimit; height < next {
		return emission.ErrVotedTooSoon.Wrapf("voted at height %d, again from height %d, %d blocks from now", last.Height, next, next-height)
	}
	return nil
}

// castVote stores a checked vote.
func (k *Keeper) castVote(ctx sdk.Context, v checkedVote) error {
	if v.ousted != nil {
		if err := k.dropVote(ctx, *v.ousted, "a hotkey with more stake took the seat"); err != nil {
			return err
		}
	}
	if err := k.Votes.Set(ctx, v.hotkey, v.vote); err != nil {
		return err
	}
	return ctx.EventManager().EmitTypedEvent(&emission.EventRootWeightsSet{Hotkey: v.vote.Hotkey})
}

func (k *Keeper) dropVote(ctx context.Context, s seat, reason string) error {
	if err := k.Votes.Remove(ctx, s.hotkey); err != nil {
		return err
	}
	return sdk.UnwrapSDKContext(ctx).EventManager().EmitTypedEvent(
		&emission.EventRootVoteDropped{Hotkey: s.vote.Hotkey, Reason: reason})
}

// trimVotes drops the votes with least stake that have no seat any more.
func (k *Keeper) trimVotes(ctx context.Context, p emission.Params) error {
	votes, err := k.votes(ctx)
	if err != nil || len(votes) <= int(p.RootSeats) {
		return err
	}
	slices.SortStableFunc(votes, func(a, b seat) int { return cmp.Compare(b.stakeRao, a.stakeRao) })
	for _, v := range votes[p.RootSeats:] {
		if err := k.dropVote(ctx, v, "fewer seats"); err != nil {
			return err
		}
	}
	return nil
}

// Admit says whether a message needs no fee: root votes do not, within their rate limit. It runs every check the handler
// will run.
func (k *Keeper) Admit(ctx sdk.Context, msg sdk.Msg) (bool, error) {
	m, ok := msg.(*emission.MsgSetRootWeights)
	if !ok {
		return false, nil
	}
	_, err := k.checkVote(ctx, m)
	return err == nil, err
}
