package keeper

import (
	"context"

	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/dendra-net/dendra/x/producer"
)

type queryServer struct{ k *Keeper }

// NewQueryServer answers the module's queries.
func NewQueryServer(k *Keeper) producer.QueryServer { return queryServer{k} }

func (q queryServer) Producers(ctx context.Context, req *producer.QueryProducersRequest) (*producer.QueryProducersResponse, error) {
	list, page, err := query.CollectionPaginate(ctx, q.k.Producers, req.Pagination, func(_ []byte, p producer.Producer) (producer.Producer, error) {
		return p, nil
	})
	if err != nil {
		return nil, err
	}
	return &producer.QueryProducersResponse{Producers: list, Pagination: page}, nil
}
