package keeper

import (
	"context"

	"github.com/dendra-net/dendra/x/neuron"
)

type msgServer struct{ k *Keeper }

// NewMsgServer answers the module's messages.
func NewMsgServer(k *Keeper) neuron.MsgServer { return msgServer{k} }

func (s msgServer) Register(ctx context.Context, m *neuron.MsgRegister) (*neuron.MsgRegisterResponse, error) {
	n, burnRao, err := s.k.Register(ctx, m)
	if err != nil {
		return nil, err
	}
	return &neuron.MsgRegisterResponse{Uid: n.Uid, BurnRao: burnRao}, nil
}

func (s msgServer) RegisterWork(ctx context.Context, m *neuron.MsgRegisterWork) (*neuron.MsgRegisterWorkResponse, error) {
	n, err := s.k.RegisterWork(ctx, m)
	if err != nil {
		return nil, err
	}
	return &neuron.MsgRegisterWorkResponse{Uid: n.Uid}, nil
}

func (s msgServer) Serve(ctx context.Context, m *neuron.MsgServe) (*neuron.MsgServeResponse, error) {
	if err := s.k.Serve(ctx, m); err != nil {
		return nil, err
	}
	return &neuron.MsgServeResponse{}, nil
}

func (s msgServer) CommitData(ctx context.Context, m *neuron.MsgCommitData) (*neuron.MsgCommitDataResponse, error) {
	if err := s.k.CommitData(ctx, m); err != nil {
		return nil, err
	}
	return &neuron.MsgCommitDataResponse{}, nil
}

func (s msgServer) UpdateParams(ctx context.Context, m *neuron.MsgUpdateParams) (*neuron.MsgUpdateParamsResponse, error) {
	if m.Authority != s.k.authority {
		return nil, neuron.ErrNotAuthority.Wrapf("%q is not %q", m.Authority, s.k.authority)
	}
	if err := m.Params.Validate(); err != nil {
		return nil, err
	}
	if err := s.k.setParams(ctx, m.Params); err != nil {
		return nil, err
	}
	return &neuron.MsgUpdateParamsResponse{}, emit(ctx, &neuron.EventParamsUpdated{})
}
