package keeper

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/dendra-net/dendra/x/emission"
)

type msgServer struct{ keeper *Keeper }

// NewMsgServer serves the module's messages.
func NewMsgServer(k *Keeper) emission.MsgServer { return msgServer{k} }

// SetRootWeights stores a hotkey's wish of how to divide emission; it counts from the next count on.
func (s msgServer) SetRootWeights(ctx context.Context, m *emission.MsgSetRootWeights) (*emission.MsgSetRootWeightsResponse, error) {
	sdkCtx := sdk.UnwrapSDKContext(ctx)
	v, err := s.keeper.checkVote(sdkCtx, m)
	if err != nil {
		return nil, err
	}
	return &emission.MsgSetRootWeightsResponse{}, s.keeper.castVote(sdkCtx, v)
}

// Burn puts TAO away for ever.
func (s msgServer) Burn(ctx context.Context, m *emission.MsgBurn) (*emission.MsgBurnResponse, error) {
	from, err := parse(m.Coldkey)
	if err != nil {
		return nil, err
	}
	return &emission.MsgBurnResponse{}, s.keeper.burn(ctx, from, m.Rao)
}

// UpdateParams replaces the rules of issuance and of the root vote; shares change with the next count.
func (s msgServer) UpdateParams(ctx context.Context, m *emission.MsgUpdateParams) (*emission.MsgUpdateParamsResponse, error) {
	if m.Authority != s.keeper.authority {
		return nil, emission.ErrNotAuthority.Wrapf("sent by %s, governance is %s", m.Authority, s.keeper.authority)
	}
	if err := m.Params.Validate(); err != nil {
		return nil, err
	}
	if err := s.keeper.Params.Set(ctx, m.Params); err != nil {
		return nil, err
	}
	if err := s.keeper.trimVotes(ctx, m.Params); err != nil {
		return nil, err
	}
	return &emission.MsgUpdateParamsResponse{}, sdk.UnwrapSDKContext(ctx).EventManager().EmitTypedEvent(&emission.EventParamsUpdated{})
}
