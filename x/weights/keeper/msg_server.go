package keeper

import (
	"context"

	"cosmossdk.io/collections"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/dendra-net/dendra/x/weights"
)

type msgServer struct{ *Keeper }

// NewMsgServer handles the module's messages.
func NewMsgServer(k *Keeper) weights.MsgServer { return msgServer{k} }

// SetWeights stores a vote in the open (R-WEIGHTS-1..3).
func (s msgServer) SetWeights(c context.Context, m *weights.MsgSetWeights) (*weights.MsgSetWeightsResponse, error) {
	ctx := sdk.UnwrapSDKContext(c)
	v, err := s.checkSet(ctx, m)
	if err != nil {
		return nil, err
	}
	row := weights.Row{Uids: m.Uids, Generations: m.Generations, Weights: m.Weights, SetAt: ctx.BlockHeight(), Epoch: v.epoch.Index}
	if err := s.storeRow(ctx, v, row); err != nil {
		return nil, err
	}
	if err := s.touch(ctx, v); err != nil {
		return nil, err
	}
	return &weights.MsgSetWeightsResponse{}, ctx.EventManager().EmitTypedEvent(
		&weights.EventWeightsSet{Netuid: m.Netuid, Uid: v.neuron.Uid, Hotkey: m.Hotkey})
}

// CommitWeights stores the hash of a vote (R-WEIGHTS-4).
func (s msgServer) CommitWeights(c context.Context, m *weights.MsgCommitWeights) (*weights.MsgCommitWeightsResponse, error) {
	ctx := sdk.UnwrapSDKContext(c)
	v, err := s.checkCommit(ctx, m)
	if err != nil {
		return nil, err
	}
	size, err := s.neurons.Size(ctx, m.Netuid)
	if err != nil {
		return nil, err
	}
	h := v.subnet.Hyperparameters
	commit := weights.Commit{
		Netuid: m.Netuid, Hotkey: m.Hotkey, Epoch: v.epoch.Index, Hash: m.Hash, Height: ctx.BlockHeight(),
		MinWeights: weights.LeastWeights(h.MinWeights, size),
	}
	if err := s.Commits.Set(ctx, collections.Join3(m.Netuid, []byte(v.hotkey), commit.Height), commit); err != nil {
		return nil, err
	}
	if err := s.touch(ctx, v); err != nil {
		return nil, err
	}
	from := v.epoch.Due + 1 + int64(h.RevealEpochs-1)*h.Tempo
	return &weights.MsgCommitWeightsResponse{RevealFrom: from, RevealUntil: from + h.Tempo - 1}, ctx.EventManager().EmitTypedEvent(
		&weights.EventWeightsCommitted{Netuid: m.Netuid, Uid: v.neuron.Uid, Hotkey: m.Hotkey, Hash: m.Hash})
}

// RevealWeights stores the vote behind a commit and forgets that commit and the older ones (R-WEIGHTS-4).
func (s msgServer) RevealWeights(c context.Context, m *weights.MsgRevealWeights) (*weights.MsgRevealWeightsResponse, error) {
	ctx := sdk.UnwrapSDKContext(c)
	v, commit, err := s.checkReveal(ctx, m)
	if err != nil {
		return nil, err
	}
	row := weights.Row{Uids: m.Uids, Generations: m.Generations, Weights: m.Weights, SetAt: commit.Height, Epoch: commit.Epoch}
	if err := s.storeRow(ctx, v, row); err != nil {
		return nil, err
	}
	live, err := s.commits(ctx, m.Netuid, v.hotkey)
	if err != nil {
		return nil, err
	}
	for _, old := range live {
		if old.Height > commit.Height {
			break
		}
		if err := s.Commits.Remove(ctx, collections.Join3(m.Netuid, []byte(v.hotkey), old.Height)); err != nil {
			return nil, err
		}
	}
	return &weights.MsgRevealWeightsResponse{}, ctx.EventManager().EmitTypedEvent(
		&weights.EventWeightsRevealed{Netuid: m.Netuid, Uid: v.neuron.Uid, Hotkey: m.Hotkey})
}

// UpdateParams replaces the rules.
func (s msgServer) UpdateParams(c context.Context, m *weights.MsgUpdateParams) (*weights.MsgUpdateParamsResponse, error) {
	if m.Authority != s.authority {
		return nil, weights.ErrNotAuthority.Wrapf("%s is not %s", m.Authority, s.authority)
	}
	if err := m.Params.Validate(); err != nil {
		return nil, err
	}
	if err := s.Params.Set(c, m.Params); err != nil {
		return nil, err
	}
	return &weights.MsgUpdateParamsResponse{}, sdk.UnwrapSDKContext(c).EventManager().EmitTypedEvent(&weights.EventParamsUpdated{})
}

func (k *Keeper) storeRow(ctx context.Context, v voter, row weights.Row) error {
	row.Netuid, row.Uid, row.Generation = v.subnet.Netuid, v.neuron.Uid, v.neuron.Generation
	row.Weights, row.InForceAt = weights.Upscale(row.Weights), sdk.UnwrapSDKContext(ctx).BlockHeight()
	return k.Rows.Set(ctx, collections.Join(row.Netuid, row.Uid), row)
}

// touch remembers that the neuron took part.
func (k *Keeper) touch(ctx sdk.Context, v voter) error {
	return k.Activity.Set(ctx, collections.Join(v.subnet.Netuid, v.neuron.Uid), weights.Activity{
		Netuid: v.subnet.Netuid, Uid: v.neuron.Uid, Generation: v.neuron.Generation, Height: ctx.BlockHeight(),
	})
}
