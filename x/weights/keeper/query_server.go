package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/dendra-net/dendra/x/weights"
)

type queryServer struct{ k *Keeper }

// NewQueryServer answers the module's queries.
func NewQueryServer(k *Keeper) weights.QueryServer { return queryServer{k} }

func (q queryServer) Params(ctx context.Context, _ *weights.QueryParamsRequest) (*weights.QueryParamsResponse, error) {
	p, err := q.k.Params.Get(ctx)
	return &weights.QueryParamsResponse{Params: p}, err
}

// ofSubnet pages through one subnet's part of a map.
func ofSubnet[V any](ctx context.Context, m collections.Map[slot, V], netuid uint32, page *query.PageRequest) ([]V, *query.PageResponse, error) {
	return query.CollectionPaginate(ctx, m, page, func(_ slot, v V) (V, error) { return v, nil },
		query.WithCollectionPaginationPairPrefix[uint32, uint32](netuid))
}

func (q queryServer) Rows(ctx context.Context, r *weights.QueryRowsRequest) (*weights.QueryRowsResponse, error) {
	rows, page, err := ofSubnet(ctx, q.k.Rows, r.Netuid, r.Pagination)
	return &weights.QueryRowsResponse{Rows: rows, Pagination: page}, err
}

func (q queryServer) Bonds(ctx context.Context, r *weights.QueryBondsRequest) (*weights.QueryBondsResponse, error) {
	rows, page, err := ofSubnet(ctx, q.k.Bonds, r.Netuid, r.Pagination)
	return &weights.QueryBondsResponse{Rows: rows, Pagination: page}, err
}

func (q queryServer) Commits(ctx context.Context, r *weights.QueryCommitsRequest) (*weights.QueryCommitsResponse, error) {
	type key = collections.Triple[uint32, []byte, int64]
	commits, page, err := query.CollectionPaginate(ctx, q.k.Commits, r.Pagination,
		func(_ key, c weights.Commit) (weights.Commit, error) { return c, nil },
		func(o *query.CollectionsPaginateOptions[key]) {
			prefix := collections.TriplePrefix[uint32, []byte, int64](r.Netuid)
			o.Prefix = &prefix
		})
	return &weights.QueryCommitsResponse{Commits: commits, Pagination: page}, err
}

func (q queryServer) Scores(ctx context.Context, r *weights.QueryScoresRequest) (*weights.QueryScoresResponse, error) {
	s, err := q.k.Scores.Get(ctx, r.Netuid)
	if errors.Is(err, collections.ErrNotFound) {
		return nil, weights.ErrNoScores.Wrapf("subnet %d", r.Netuid)
	}
	return &weights.QueryScoresResponse{Scores: s}, err
}

func (q queryServer) Epoch(ctx context.Context, r *weights.QueryEpochRequest) (*weights.QueryEpochResponse, error) {
	e, err := q.k.epoch(ctx, r.Netuid)
	return &weights.QueryEpochResponse{Epoch: e}, err
}

// metagraphPage is how many neurons one answer holds at most.
const metagraphPage = 512

func (q queryServer) Metagraph(c context.Context, r *weights.QueryMetagraphRequest) (*weights.QueryMetagraphResponse, error) {
	ctx := sdk.UnwrapSDKContext(c)
	e, err := q.k.epoch(ctx, r.Netuid)
	if err != nil {
		return nil, err
	}
	g, err := q.k.graph(ctx, r.Netuid)
	if err != nil {
		return nil, err
	}
	out := &weights.QueryMetagraphResponse{Netuid: r.Netuid, Height: ctx.BlockHeight(), Epoch: e, Size_: uint32(len(g.neurons))}
	limit := min(r.Limit, metagraphPage)
	if limit == 0 {
		limit = metagraphPage
	}
	for uid := uint64(r.FromUid); uid < uint64(len(g.neurons)) && len(out.Neurons) < int(limit); uid++ {
		n, err := q.k.metagraphNeuron(ctx, g, int(uid))
		if err != nil {
			return nil, err
		}
		out.Neurons = append(out.Neurons, n)
	}
	if next := r.FromUid + uint32(len(out.Neurons)); len(out.Neurons) > 0 && next < uint32(len(g.neurons)) {
		out.NextUid = next
	}
	return out, nil
}
