package keeper

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/dendra-net/dendra/issuance"
	"github.com/dendra-net/dendra/x/emission"
)

type queryServer struct{ keeper *Keeper }

// NewQueryServer serves the module's queries.
func NewQueryServer(k *Keeper) emission.QueryServer { return queryServer{k} }

func (s queryServer) Params(ctx context.Context, _ *emission.QueryParamsRequest) (*emission.QueryParamsResponse, error) {
	params, err := s.keeper.Params.Get(ctx)
	return &emission.QueryParamsResponse{Params: params}, err
}

// Supply says how much TAO there is and where it lies.
func (s queryServer) Supply(ctx context.Context, _ *emission.QuerySupplyRequest) (*emission.QuerySupplyResponse, error) {
	books, err := s.keeper.Books.Get(ctx)
	if err != nil {
		return nil, err
	}
	params, err := s.keeper.Params.Get(ctx)
	if err != nil {
		return nil, err
	}
	parts, err := s.keeper.parts(ctx)
	if err != nil {
		return nil, err
	}
	issued := books.IssuedRao()
	return &emission.QuerySupplyResponse{
		Height: sdk.UnwrapSDKContext(ctx).BlockHeight(), IssuedRao: issued, CapRao: emission.MaxRao,
		MintedRao: books.MintedRao, RecycledRao: books.RecycledRao, BurntRao: books.BurntRao,
		PerBlockRao: issuance.PerBlock(issued, params.BlockMillis), Halvings: uint32(issuance.Era(issued)), Parts: parts,
	}, nil
}

// Ledgers lists what each subnet has to get, with what is due out of the running era as if it were settled now.
func (s queryServer) Ledgers(ctx context.Context, r *emission.QueryLedgersRequest) (*emission.QueryLedgersResponse, error) {
	era, err := s.keeper.Era.Get(ctx)
	if err != nil {
		return nil, err
	}
	params, err := s.keeper.Params.Get(ctx)
	if err != nil {
		return nil, err
	}
	ledgers, page, err := query.CollectionPaginate(ctx, s.keeper.Ledgers, r.Pagination,
		func(_ uint32, l emission.Ledger) (emission.Ledger, error) { return l.Settled(era) })
	return &emission.QueryLedgersResponse{Ledgers: ledgers, Pagination: page, NextCount: era.StartedAt + params.RootTempo}, err
}

// RootVotes lists the votes that divide emission.
func (s queryServer) RootVotes(ctx context.Context, r *emission.QueryRootVotesRequest) (*emission.QueryRootVotesResponse, error) {
	votes, page, err := query.CollectionPaginate(ctx, s.keeper.Votes, r.Pagination,
		func(_ sdk.AccAddress, v emission.RootVote) (emission.RootVote, error) { return v, nil })
	return &emission.QueryRootVotesResponse{Votes: votes, Pagination: page}, err
}

// ShareOf returns a subnet's share of emission, of 2^32.
func (k *Keeper) ShareOf(ctx context.Context, netuid uint32) (uint64, error) {
	l, err := k.ledger(ctx, netuid)
	return l.ShareQ32, err
}
