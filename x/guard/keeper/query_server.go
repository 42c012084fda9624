package keeper

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/dendra-net/dendra/x/guard"
)

type queryServer struct{ keeper *Keeper }

// NewQueryServer serves the module's queries.
func NewQueryServer(k *Keeper) guard.QueryServer { return queryServer{k} }

func (s queryServer) Params(ctx context.Context, _ *guard.QueryParamsRequest) (*guard.QueryParamsResponse, error) {
	params, err := s.keeper.Params.Get(ctx)
	return &guard.QueryParamsResponse{Params: params}, err
}

// Invariants computes every law on the state at the asked height.
func (s queryServer) Invariants(ctx context.Context, _ *guard.QueryInvariantsRequest) (*guard.QueryInvariantsResponse, error) {
	sdkCtx := sdk.UnwrapSDKContext(ctx)
	laws, err := s.keeper.Check(sdkCtx)
	if err != nil {
		return nil, err
	}
	return &guard.QueryInvariantsResponse{Height: sdkCtx.BlockHeight(), Invariants: laws}, nil
}
