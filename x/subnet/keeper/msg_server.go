package keeper

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"

	"github.com/dendra-net/dendra/x/subnet"
)

type msgServer struct{ *Keeper }

// NewMsgServer answers the module's messages.
func NewMsgServer(k *Keeper) subnet.MsgServer { return msgServer{k} }

func (k msgServer) CreateSubnet(ctx context.Context, m *subnet.MsgCreateSubnet) (*subnet.MsgCreateSubnetResponse, error) {
	owner, err := sdk.AccAddressFromBech32(m.Coldkey)
	if err != nil {
		return nil, sdkerrors.ErrInvalidAddress.Wrapf("coldkey %q: %s", m.Coldkey, err)
	}
	s, err := k.Create(ctx, owner, m)
	if err != nil {
		return nil, err
	}
	return &subnet.MsgCreateSubnetResponse{Netuid: s.Netuid, LockRao: s.LockRao}, nil
}

func (k msgServer) SetParam(ctx context.Context, m *subnet.MsgSetParam) (*subnet.MsgSetParamResponse, error) {
	if err := k.Keeper.SetParam(ctx, m); err != nil {
		return nil, err
	}
	return &subnet.MsgSetParamResponse{}, nil
}

func (k msgServer) SetIdentity(ctx context.Context, m *subnet.MsgSetIdentity) (*subnet.MsgSetIdentityResponse, error) {
	s, err := k.mine(ctx, m.Netuid, m.Sender)
	if err != nil {
		return nil, err
	}
	if err := subnet.ValidateIdentity(m.Description, m.Url); err != nil {
		return nil, err
	}
	s.Description, s.Url = m.Description, m.Url
	if err := k.Subnets.Set(ctx, s.Netuid, s); err != nil {
		return nil, err
	}
	return &subnet.MsgSetIdentityResponse{}, emit(ctx, &subnet.EventIdentitySet{Netuid: s.Netuid})
}

func (k msgServer) DissolveSubnet(ctx context.Context, m *subnet.MsgDissolveSubnet) (*subnet.MsgDissolveSubnetResponse, error) {
	if _, err := k.mine(ctx, m.Netuid, m.Sender); err != nil {
		return nil, err
	}
	refundRao, err := k.Dissolve(ctx, m.Netuid)
	if err != nil {
		return nil, err
	}
	return &subnet.MsgDissolveSubnetResponse{RefundRao: refundRao}, nil
}

func (k msgServer) UpdateParams(ctx context.Context, m *subnet.MsgUpdateParams) (*subnet.MsgUpdateParamsResponse, error) {
	if m.Authority != k.authority {
		return nil, subnet.ErrNotAuthority.Wrapf("%q is not %q", m.Authority, k.authority)
	}
	if err := m.Params.Validate(); err != nil {
		return nil, err
	}
	if err := k.setParams(ctx, m.Params); err != nil {
		return nil, err
	}
	return &subnet.MsgUpdateParamsResponse{}, emit(ctx, &subnet.EventParamsUpdated{})
}

// setParams refuses fewer slots than there are subnets: a subnet goes by being dissolved, not by being one too many.
func (k *Keeper) setParams(ctx context.Context, params subnet.Params) error {
	all, err := k.List(ctx)
	if err != nil {
		return err
	}
	if len(all) > int(params.Slots) {
		return subnet.ErrBadParams.Wrapf("slots is %d, there are %d subnets", params.Slots, len(all))
	}
	return k.Params.Set(ctx, params)
}
