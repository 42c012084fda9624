package chainclient

import (
	"context"
	"fmt"

	"github.com/cosmos/cosmos-sdk/types/query"

	dendra "github.com/dendra-net/dendra/neuron"
	"github.com/dendra-net/dendra/x/emission"
	"github.com/dendra-net/dendra/x/neuron"
	"github.com/dendra-net/dendra/x/producer"
	"github.com/dendra-net/dendra/x/stake"
	"github.com/dendra-net/dendra/x/weights"
)

// pageSize is how much a paged read asks for at once.
const pageSize = 256

// collect reads all pages of a listing.
func collect[T any](what string, read func(*query.PageRequest) ([]T, *query.PageResponse, error)) ([]T, error) {
	var out []T
	page := &query.PageRequest{Limit: pageSize}
	for range maxPages {
		items, next, err := read(page)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", what, err)
		}
		out = append(out, items...)
		if next == nil || len(next.NextKey) == 0 {
			return out, nil
		}
		page = &query.PageRequest{Key: next.NextKey, Limit: pageSize}
	}
	return nil, fmt.Errorf("%s: the node answers more than %d pages", what, maxPages)
}

// Holdings returns everything a coldkey stakes.
func (q Queries) Holdings(ctx context.Context, coldkey dendra.Address) ([]stake.Holding, error) {
	return collect("stake of "+string(coldkey), func(p *query.PageRequest) ([]stake.Holding, *query.PageResponse, error) {
		res, err := q.Stake().Holdings(ctx, &stake.QueryHoldingsRequest{Coldkey: string(coldkey), Pagination: p})
		return res.GetHoldings(), res.GetPagination(), err
	})
}

// Unbondings returns what a coldkey unstaked and has not got back yet.
func (q Queries) Unbondings(ctx context.Context, coldkey dendra.Address) ([]stake.Unbonding, error) {
	return collect("unbonding of "+string(coldkey), func(p *query.PageRequest) ([]stake.Unbonding, *query.PageResponse, error) {
		res, err := q.Stake().Unbondings(ctx, &stake.QueryUnbondingsRequest{Coldkey: string(coldkey), Pagination: p})
		return res.GetUnbondings(), res.GetPagination(), err
	})
}

// Delegators returns who stakes behind a hotkey, its owner included.
func (q Queries) Delegators(ctx context.Context, hotkey dendra.Address) ([]stake.Holding, error) {
	return collect("delegators of "+string(hotkey), func(p *query.PageRequest) ([]stake.Holding, *query.PageResponse, error) {
		res, err := q.Stake().Delegators(ctx, &stake.QueryDelegatorsRequest{Hotkey: string(hotkey), Pagination: p})
		return res.GetHoldings(), res.GetPagination(), err
	})
}

// Hotkeys returns every hotkey that can be staked to, with its take and pool.
func (q Queries) Hotkeys(ctx context.Context) ([]stake.Hotkey, error) {
	return collect("hotkeys", func(p *query.PageRequest) ([]stake.Hotkey, *query.PageResponse, error) {
		res, err := q.Stake().Hotkeys(ctx, &stake.QueryHotkeysRequest{Pagination: p})
		return res.GetHotkeys(), res.GetPagination(), err
	})
}

// Neurons returns the registered neurons of a subnet by uid, as the registry knows them.
func (q Queries) Neurons(ctx context.Context, netuid uint16) ([]neuron.Neuron, error) {
	return collect(fmt.Sprintf("neurons of subnet %d", netuid), func(p *query.PageRequest) ([]neuron.Neuron, *query.PageResponse, error) {
		res, err := q.Neuron().Neurons(ctx, &neuron.QueryNeuronsRequest{Netuid: uint32(netuid), Pagination: p})
		return res.GetNeurons(), res.GetPagination(), err
	})
}

// Rows returns the weights on a subnet that are set in the open or revealed.
func (q Queries) Rows(ctx context.Context, netuid uint16) ([]weights.Row, error) {
	return collect(fmt.Sprintf("weights of subnet %d", netuid), func(p *query.PageRequest) ([]weights.Row, *query.PageResponse, error) {
		res, err := q.Weights().Rows(ctx, &weights.QueryRowsRequest{Netuid: uint32(netuid), Pagination: p})
		return res.GetRows(), res.GetPagination(), err
	})
}

// Bonds returns what the validators of a subnet hold of its miners' income.
func (q Queries) Bonds(ctx context.Context, netuid uint16) ([]weights.BondRow, error) {
	return collect(fmt.Sprintf("bonds of subnet %d", netuid), func(p *query.PageRequest) ([]weights.BondRow, *query.PageResponse, error) {
		res, err := q.Weights().Bonds(ctx, &weights.QueryBondsRequest{Netuid: uint32(netuid), Pagination: p})
		return res.GetRows(), res.GetPagination(), err
	})
}

// Commits returns the sealed votes of a subnet that wait for their reveal.
func (q Queries) Commits(ctx context.Context, netuid uint16) ([]weights.Commit, error) {
	return collect(fmt.Sprintf("commits of subnet %d", netuid), func(p *query.PageRequest) ([]weights.Commit, *query.PageResponse, error) {
		res, err := q.Weights().Commits(ctx, &weights.QueryCommitsRequest{Netuid: uint32(netuid), Pagination: p})
		return res.GetCommits(), res.GetPagination(), err
	})
}

// RootVotes returns the votes that divide emission.
func (q Queries) RootVotes(ctx context.Context) ([]emission.RootVote, error) {
	return collect("root votes", func(p *query.PageRequest) ([]emission.RootVote, *query.PageResponse, error) {
		res, err := q.Emission().RootVotes(ctx, &emission.QueryRootVotesRequest{Pagination: p})
		return res.GetVotes(), res.GetPagination(), err
	})
}

// Ledgers returns each subnet's share of emission, and the height of the next count.
func (q Queries) Ledgers(ctx context.Context) ([]emission.Ledger, int64, error) {
	var next int64
	all, err := collect("shares of emission", func(p *query.PageRequest) ([]emission.Ledger, *query.PageResponse, error) {
		res, err := q.Emission().Ledgers(ctx, &emission.QueryLedgersRequest{Pagination: p})
		if err == nil {
			next = res.NextCount
		}
		return res.GetLedgers(), res.GetPagination(), err
	})
	return all, next, err
}

// Producers returns who makes blocks.
func (q Queries) Producers(ctx context.Context) ([]producer.Producer, error) {
	return collect("producers", func(p *query.PageRequest) ([]producer.Producer, *query.PageResponse, error) {
		res, err := q.Producer().Producers(ctx, &producer.QueryProducersRequest{Pagination: p})
		return res.GetProducers(), res.GetPagination(), err
	})
}
