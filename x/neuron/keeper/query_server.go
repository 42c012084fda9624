package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"
	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/dendra-net/dendra/x/neuron"
)

type queryServer struct{ k *Keeper }

// NewQueryServer answers the module's queries.
func NewQueryServer(k *Keeper) neuron.QueryServer { return queryServer{k} }

func (q queryServer) Params(ctx context.Context, _ *neuron.QueryParamsRequest) (*neuron.QueryParamsResponse, error) {
	p, err := q.k.Params.Get(ctx)
	return &neuron.QueryParamsResponse{Params: p}, err
}

func (q queryServer) Neuron(ctx context.Context, r *neuron.QueryNeuronRequest) (*neuron.QueryNeuronResponse, error) {
	n, err := q.k.ByUID(ctx, r.Netuid, r.Uid)
	if err != nil {
		return nil, err
	}
	return &neuron.QueryNeuronResponse{Neuron: n}, nil
}

func (q queryServer) NeuronByHotkey(ctx context.Context, r *neuron.QueryNeuronByHotkeyRequest) (*neuron.QueryNeuronByHotkeyResponse, error) {
	n, err := q.k.find(ctx, r.Netuid, r.Hotkey)
	if err != nil {
		return nil, err
	}
	return &neuron.QueryNeuronByHotkeyResponse{Neuron: n}, nil
}

func (q queryServer) Neurons(ctx context.Context, r *neuron.QueryNeuronsRequest) (*neuron.QueryNeuronsResponse, error) {
	if _, err := q.k.subnets.Get(ctx, r.Netuid); err != nil {
		return nil, err
	}
	all, page, err := query.CollectionPaginate(ctx, q.k.Neurons, r.Pagination,
		func(_ slotKey, n neuron.Neuron) (neuron.Neuron, error) { return n, nil },
		query.WithCollectionPaginationPairPrefix[uint32, uint32](r.Netuid))
	return &neuron.QueryNeuronsResponse{Neurons: all, Pagination: page}, err
}

// Price answers for the block after the one that is read.
func (q queryServer) Price(ctx context.Context, r *neuron.QueryPriceRequest) (*neuron.QueryPriceResponse, error) {
	s, err := q.k.subnets.Get(ctx, r.Netuid)
	if err != nil {
		return nil, err
	}
	params, err := q.k.Params.Get(ctx)
	if err != nil {
		return nil, err
	}
	price, err := q.k.Prices.Get(ctx, r.Netuid)
	if err != nil {
		return nil, err
	}
	size, err := q.k.Size(ctx, r.Netuid)
	if err != nil {
		return nil, err
	}
	next := height(ctx) + 1
	out := &neuron.QueryPriceResponse{
		BurnRao:    price.BurnPrice(s.Hyperparameters, next),
		Difficulty: price.WorkDifficulty(s.Hyperparameters, params, next),
		Neurons:    size,
		MaxNeurons: s.Hyperparameters.MaxNeurons,
	}
	if size < s.Hyperparameters.MaxNeurons {
		return out, nil
	}
	weakest, err := q.k.weakest(ctx, s, next)
	switch {
	case err == nil:
		out.Replaces = &weakest
	case !errors.Is(err, neuron.ErrNoSlot):
		return nil, err
	}
	return out, nil
}

func (q queryServer) Data(ctx context.Context, r *neuron.QueryDataRequest) (*neuron.QueryDataResponse, error) {
	d, err := q.k.data(ctx, r.Netuid, r.Hotkey)
	if err != nil {
		return nil, err
	}
	return &neuron.QueryDataResponse{Data: d}, nil
}

func (q queryServer) SubnetData(ctx context.Context, r *neuron.QuerySubnetDataRequest) (*neuron.QuerySubnetDataResponse, error) {
	if _, err := q.k.subnets.Get(ctx, r.Netuid); err != nil {
		return nil, err
	}
	all, page, err := query.CollectionPaginate(ctx, q.k.Data, r.Pagination,
		func(_ hotkeyKey, d neuron.Data) (neuron.Data, error) { return d, nil },
		query.WithCollectionPaginationPairPrefix[uint32, []byte](r.Netuid))
	return &neuron.QuerySubnetDataResponse{Data: all, Pagination: page, Height: height(ctx)}, err
}

func (q queryServer) Ranking(ctx context.Context, r *neuron.QueryRankingRequest) (*neuron.QueryRankingResponse, error) {
	if _, err := q.k.subnets.Get(ctx, r.Netuid); err != nil {
		return nil, err
	}
	ranking, err := q.k.ranking(ctx, r.Netuid)
	if err != nil {
		return nil, err
	}
	return &neuron.QueryRankingResponse{Ranking: ranking}, nil
}

// Work answers for the block after the one that is read.
func (q queryServer) Work(ctx context.Context, r *neuron.QueryWorkRequest) (*neuron.QueryWorkResponse, error) {
	price, err := q.Price(ctx, &neuron.QueryPriceRequest{Netuid: r.Netuid})
	if err != nil {
		return nil, err
	}
	params, err := q.k.Params.Get(ctx)
	if err != nil {
		return nil, err
	}
	block, err := q.k.newest(ctx)
	if err != nil {
		return nil, err
	}
	return &neuron.QueryWorkResponse{Block: block, Difficulty: price.Difficulty, ExpiresAt: block.Height + params.WorkWindow}, nil
}

// newest returns the newest block whose hash is known.
func (k *Keeper) newest(ctx context.Context) (block neuron.BlockHash, err error) {
	it, err := k.Hashes.Iterate(ctx, new(collections.Range[int64]).Descending())
	if err != nil {
		return block, err
	}
	defer func() { err = errors.Join(err, it.Close()) }()
	if !it.Valid() {
		return block, neuron.ErrBlockUnknown.Wrap("no block has been remembered yet")
	}
	kv, err := it.KeyValue()
	return neuron.BlockHash{Height: kv.Key, Hash: kv.Value}, err
}
