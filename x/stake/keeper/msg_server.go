package keeper

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/dendra-net/dendra/x/stake"
)

type msgServer struct{ keeper *Keeper }

// NewMsgServer serves the module's messages.
func NewMsgServer(k *Keeper) stake.MsgServer { return msgServer{k} }

// AddStake moves TAO from a coldkey into a hotkey's pool.
func (s msgServer) AddStake(ctx context.Context, m *stake.MsgAddStake) (*stake.MsgAddStakeResponse, error) {
	at, err := parsePair(m.Hotkey, m.Coldkey)
	if err != nil {
		return nil, err
	}
	return &stake.MsgAddStakeResponse{}, s.keeper.deposit(sdk.UnwrapSDKContext(ctx), at, m.Rao)
}

// RemoveStake takes TAO out of a hotkey's pool; it is the coldkey's again after the unbonding time.
func (s msgServer) RemoveStake(ctx context.Context, m *stake.MsgRemoveStake) (*stake.MsgRemoveStakeResponse, error) {
	sdkCtx := sdk.UnwrapSDKContext(ctx)
	w, err := s.keeper.checkWithdrawal(sdkCtx, m)
	if err != nil {
		return nil, err
	}
	if err := s.keeper.withdraw(sdkCtx, w); err != nil {
		return nil, err
	}
	return &stake.MsgRemoveStakeResponse{Rao: w.rao, ReleaseHeight: w.release}, nil
}

// SetTake changes the share of its delegators' dividends a hotkey keeps.
func (s msgServer) SetTake(ctx context.Context, m *stake.MsgSetTake) (*stake.MsgSetTakeResponse, error) {
	at, err := parsePair(m.Hotkey, m.Coldkey)
	if err != nil {
		return nil, err
	}
	return &stake.MsgSetTakeResponse{}, s.keeper.setTake(sdk.UnwrapSDKContext(ctx), at.K1(), at.K2(), m.TakeU16)
}

// UpdateParams replaces the rules of staking.
func (s msgServer) UpdateParams(ctx context.Context, m *stake.MsgUpdateParams) (*stake.MsgUpdateParamsResponse, error) {
	if m.Authority != s.keeper.authority {
		return nil, stake.ErrNotAuthority.Wrapf("sent by %s, governance is %s", m.Authority, s.keeper.authority)
	}
	if err := m.Params.Validate(); err != nil {
		return nil, err
	}
	if err := s.keeper.Params.Set(ctx, m.Params); err != nil {
		return nil, err
	}
	return &stake.MsgUpdateParamsResponse{}, sdk.UnwrapSDKContext(ctx).EventManager().EmitTypedEvent(&stake.EventParamsUpdated{})
}
