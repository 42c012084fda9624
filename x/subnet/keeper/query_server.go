package keeper

import (
	"context"

	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/dendra-net/dendra/x/subnet"
)

type queryServer struct{ k *Keeper }

// NewQueryServer answers the module's queries.
func NewQueryServer(k *Keeper) subnet.QueryServer { return queryServer{k} }

func (q queryServer) Params(ctx context.Context, _ *subnet.QueryParamsRequest) (*subnet.QueryParamsResponse, error) {
	p, err := q.k.Params.Get(ctx)
	return &subnet.QueryParamsResponse{Params: p}, err
}

func (q queryServer) Subnet(ctx context.Context, r *subnet.QuerySubnetRequest) (*subnet.QuerySubnetResponse, error) {
	s, err := q.k.Get(ctx, r.Netuid)
	if err != nil {
		return nil, err
	}
	return &subnet.QuerySubnetResponse{Subnet: s}, nil
}

func (q queryServer) Subnets(ctx context.Context, r *subnet.QuerySubnetsRequest) (*subnet.QuerySubnetsResponse, error) {
	all, page, err := query.CollectionPaginate(ctx, q.k.Subnets, r.Pagination,
		func(_ uint32, s subnet.Subnet) (subnet.Subnet, error) { return s, nil })
	return &subnet.QuerySubnetsResponse{Subnets: all, Pagination: page}, err
}

// Price answers for the block after the one that is read.
func (q queryServer) Price(ctx context.Context, _ *subnet.QueryPriceRequest) (*subnet.QueryPriceResponse, error) {
	params, err := q.k.Params.Get(ctx)
	if err != nil {
		return nil, err
	}
	state, err := q.k.lockState(ctx)
	if err != nil {
		return nil, err
	}
	all, err := q.k.List(ctx)
	if err != nil {
		return nil, err
	}
	next := height(ctx) + 1
	return &subnet.QueryPriceResponse{
		LockRao:   subnet.LockPrice(state, params, next),
		AllowedAt: max(subnet.AllowedAt(state, params), next),
		SlotsUsed: uint32(len(all)),
		Slots:     params.Slots,
	}, nil
}
