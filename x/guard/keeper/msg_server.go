package keeper

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/dendra-net/dendra/x/guard"
)

type msgServer struct{ keeper *Keeper }

// NewMsgServer serves the module's messages.
func NewMsgServer(k *Keeper) guard.MsgServer { return msgServer{k} }

// UpdateParams replaces the rules at the door.
func (s msgServer) UpdateParams(ctx context.Context, m *guard.MsgUpdateParams) (*guard.MsgUpdateParamsResponse, error) {
	if m.Authority != s.keeper.authority {
		return nil, guard.ErrNotAuthority.Wrapf("sent by %s, governance is %s", m.Authority, s.keeper.authority)
	}
	if err := m.Params.Validate(); err != nil {
		return nil, err
	}
	if err := s.keeper.Params.Set(ctx, m.Params); err != nil {
		return nil, err
	}
	return &guard.MsgUpdateParamsResponse{}, sdk.UnwrapSDKContext(ctx).EventManager().EmitTypedEvent(&guard.EventParamsUpdated{})
}
