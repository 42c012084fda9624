package keeper

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/dendra-net/dendra/x/emission"
)

// Open lets a subnet take part; it is harmless for one that does already. The set of subnets is new, so the root vote is
// counted at once (R-EMISSION-3).
func (k *Keeper) Open(ctx context.Context, netuid uint32) error {
	open, err := k.Ledgers.Has(ctx, netuid)
	if err != nil || open {
		return err
	}
	if err := k.Ledgers.Set(ctx, netuid, emission.Ledger{Netuid: netuid}); err != nil {
		return err
	}
	ledgers, left, err := k.endEra(ctx)
	if err != nil {
		return err
	}
	return k.beginEra(ctx, ledgers, left)
}

// Close ends a subnet's part: all that is credited to it and was not settled goes back to be divided among the others,
// or waits for the next subnet where there is none. The root vote is counted at once.
func (k *Keeper) Close(ctx context.Context, netuid uint32) error {
	if _, err := k.ledger(ctx, netuid); err != nil {
		return err
	}
	ledgers, left, err := k.endEra(ctx)
	if err != nil {
		return err
	}
	var rest []emission.Ledger
	era := emission.Era{EmittedRao: left}
	for _, l := range ledgers {
		if l.Netuid != netuid {
			rest = append(rest, l)
			continue
		}
		if era, err = era.Emit(l.PendingRao); err != nil {
			return err
		}
	}
	if err := k.Ledgers.Remove(ctx, netuid); err != nil {
		return err
	}
	return k.beginEra(ctx, rest, era.EmittedRao)
}

// endEra credits every subnet out of the running era and returns the ledgers, not stored yet, and what is left over.
func (k *Keeper) endEra(ctx context.Context) ([]emission.Ledger, uint64, error) {
	ledgers, err := k.ledgers(ctx)
	if err != nil {
		return nil, 0, err
	}
	era, err := k.Era.Get(ctx)
	if err != nil {
		return nil, 0, err
	}
	return emission.EndEra(ledgers, era)
}

// beginEra counts the root vote and stores the new shares and an era that begins with what the last one left over.
func (k *Keeper) beginEra(ctx context.Context, ledgers []emission.Ledger, leftRao uint64) error {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return err
	}
	voters, err := k.liveVoters(ctx, params)
	if err != nil {
		return err
	}
	open := make([]uint32, len(ledgers))
	for i, l := range ledgers {
		open[i] = l.Netuid
	}
	shares := emission.Divide(voters, open, params)
	for i, l := range ledgers {
		l.ShareQ32 = shares[i]
		if err := k.Ledgers.Set(ctx, l.Netuid, l); err != nil {
			return err
		}
	}
	sdkCtx := sdk.UnwrapSDKContext(ctx)
	if err := k.Era.Set(ctx, emission.Era{EmittedRao: leftRao, StartedAt: sdkCtx.BlockHeight()}); err != nil {
		return err
	}
	return sdkCtx.EventManager().EmitTypedEvent(&emission.EventSharesSet{Netuids: open, SharesQ32: shares})
}

// liveVoters returns the voters whose votes have not faded to nothing, by hotkey, and drops the other votes.
func (k *Keeper) liveVoters(ctx context.Context, p emission.Params) ([]emission.Voter, error) {
	votes, err := k.votes(ctx)
	if err != nil {
		return nil, err
	}
	var out []emission.Voter
	height := sdk.UnwrapSDKContext(ctx).BlockHeight()
	for _, v := range votes {
		age := height - v.vote.Height
		if age >= p.RootStaleBlocks {
			if err := k.dropVote(ctx, v, "not renewed in time"); err != nil {
				return nil, err
			}
			continue
		}
		out = append(out, emission.Voter{StakeRao: v.stakeRao, AgeBlocks: age, Netuids: v.vote.Netuids, Weights: v.vote.Weights})
	}
	return out, nil
}
