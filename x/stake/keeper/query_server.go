package keeper

import (
	"context"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/dendra-net/dendra/x/stake"
)

type queryServer struct{ keeper *Keeper }

// NewQueryServer serves the module's queries.
func NewQueryServer(k *Keeper) stake.QueryServer { return queryServer{k} }

func (s queryServer) Params(ctx context.Context, _ *stake.QueryParamsRequest) (*stake.QueryParamsResponse, error) {
	params, err := s.keeper.Params.Get(ctx)
	return &stake.QueryParamsResponse{Params: params}, err
}

func (s queryServer) Hotkey(ctx context.Context, r *stake.QueryHotkeyRequest) (*stake.QueryHotkeyResponse, error) {
	addr, err := parse(r.Hotkey)
	if err != nil {
		return nil, err
	}
	h, err := s.keeper.hotkey(ctx, addr)
	if err != nil {
		return nil, err
	}
	return &stake.QueryHotkeyResponse{Hotkey: h}, nil
}

func (s queryServer) Hotkeys(ctx context.Context, r *stake.QueryHotkeysRequest) (*stake.QueryHotkeysResponse, error) {
	hotkeys, page, err := query.CollectionPaginate(ctx, s.keeper.Hotkeys, bounded(r.Pagination),
		func(_ sdk.AccAddress, h stake.Hotkey) (stake.Hotkey, error) { return h, nil })
	return &stake.QueryHotkeysResponse{Hotkeys: hotkeys, Pagination: page}, err
}

// Delegators lists who stakes to a hotkey, by coldkey.
func (s queryServer) Delegators(ctx context.Context, r *stake.QueryDelegatorsRequest) (*stake.QueryDelegatorsResponse, error) {
	addr, err := parse(r.Hotkey)
	if err != nil {
		return nil, err
	}
	h, err := s.keeper.hotkey(ctx, addr)
	if err != nil {
		return nil, err
	}
	pool := h.Pool()
	holdings, page, err := query.CollectionPaginate(ctx, s.keeper.Shares, bounded(r.Pagination),
		func(at position, held math.Int) (stake.Holding, error) {
			return stake.Holding{Hotkey: h.Hotkey, Coldkey: at.K2().String(), StakeRao: pool.Value(held)}, nil
		}, query.WithCollectionPaginationPairPrefix[sdk.AccAddress, sdk.AccAddress](addr))
	return &stake.QueryDelegatorsResponse{Holdings: holdings, Pagination: page}, err
}

// Holdings lists what a coldkey stakes, by hotkey.
func (s queryServer) Holdings(ctx context.Context, r *stake.QueryHoldingsRequest) (*stake.QueryHoldingsResponse, error) {
	addr, err := parse(r.Coldkey)
	if err != nil {
		return nil, err
	}
	holdings, page, err := query.CollectionPaginate(ctx, s.keeper.Holders, bounded(r.Pagination),
		func(turned position, _ collections.NoValue) (stake.Holding, error) {
			return s.keeper.holding(ctx, collections.Join(turned.K2(), turned.K1()))
		}, query.WithCollectionPaginationPairPrefix[sdk.AccAddress, sdk.AccAddress](addr))
	return &stake.QueryHoldingsResponse{Holdings: holdings, Pagination: page}, err
}

// holding values one position.
func (k *Keeper) holding(ctx context.Context, at position) (stake.Holding, error) {
	h, err := k.hotkey(ctx, at.K1())
	if err != nil {
		return stake.Holding{}, err
	}
	held, err := k.sharesOf(ctx, at)
	if err != nil {
		return stake.Holding{}, err
	}
	return stake.Holding{Hotkey: h.Hotkey, Coldkey: at.K2().String(), StakeRao: h.Pool().Value(held)}, nil
}

// Unbondings lists the unstaked TAO of a coldkey that is not free yet, oldest first.
func (s queryServer) Unbondings(ctx context.Context, r *stake.QueryUnbondingsRequest) (*stake.QueryUnbondingsResponse, error) {
	addr, err := parse(r.Coldkey)
	if err != nil {
		return nil, err
	}
	unbondings, page, err := query.CollectionPaginate(ctx, s.keeper.Waiting, bounded(r.Pagination),
		func(key collections.Pair[sdk.AccAddress, uint64], _ collections.NoValue) (stake.Unbonding, error) {
			return s.keeper.Unbondings.Get(ctx, key.K2())
		}, query.WithCollectionPaginationPairPrefix[sdk.AccAddress, uint64](addr))
	return &stake.QueryUnbondingsResponse{Unbondings: unbondings, Pagination: page}, err
}

// bounded keeps one query from reading the whole state: at most MaxPage entries, and no count of all there are.
func bounded(page *query.PageRequest) *query.PageRequest {
	if page == nil || page.Limit == 0 {
		page = &query.PageRequest{Key: page.GetKey(), Offset: page.GetOffset(), Reverse: page.GetReverse(), Limit: query.DefaultLimit}
	}
	return &query.PageRequest{
		Key: page.Key, Offset: page.Offset, Limit: min(page.Limit, stake.MaxPage), Reverse: page.Reverse,
	}
}
