package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/dendra-net/dendra/x/neuron"
	"github.com/dendra-net/dendra/x/weights"
)

// A page of a replay ends at so many neurons, or with the first that fills so many bytes.
const (
	replayPage  = 512
	replayBytes = 1 << 20
)

// Replay returns the records that an epoch is computed from, a page of uids at a time (R-WEIGHTS-11).
func (q queryServer) Replay(c context.Context, r *weights.QueryReplayRequest) (*weights.QueryReplayResponse, error) {
	ctx := sdk.UnwrapSDKContext(c)
	e, err := q.k.epoch(ctx, r.Netuid)
	if err != nil {
		return nil, err
	}
	g, err := q.k.graph(ctx, r.Netuid)
	if err != nil {
		return nil, err
	}
	out := &weights.QueryReplayResponse{Height: ctx.BlockHeight(), Subnet: g.subnet, Epoch: e, Size_: uint32(len(g.neurons))}
	if r.FromUid == 0 && g.scores.Height > 0 {
		m, err := q.k.memory(ctx, r.Netuid)
		if err != nil {
			return nil, err
		}
		out.Scores, out.Memory = &g.scores, &m
	}
	bytes := 0
	for uid := uint64(r.FromUid); uid < uint64(len(g.neurons)); uid++ {
		if len(out.Neurons) == replayPage || bytes >= replayBytes {
			out.NextUid = uint32(uid)
			break
		}
		n, err := q.k.replayNeuron(ctx, g.neurons[uid])
		if err != nil {
			return nil, err
		}
		bytes += n.Size()
		out.Neurons = append(out.Neurons, n)
	}
	return out, nil
}

func (k *Keeper) replayNeuron(ctx context.Context, n neuron.Neuron) (r weights.ReplayNeuron, err error) {
	r.Neuron = n
	if r.Row, err = record(ctx, k.Rows, n); err != nil {
		return r, err
	}
	if r.Bonds, err = record(ctx, k.Bonds, n); err != nil {
		return r, err
	}
	if r.Average, err = record(ctx, k.Averages, n); err != nil {
		return r, err
	}
	r.Activity, err = record(ctx, k.Activity, n)
	return r, err
}

// record returns what a map keeps about a neuron's slot, or nil.
func record[V any](ctx context.Context, m collections.Map[slot, V], n neuron.Neuron) (*V, error) {
	v, err := m.Get(ctx, collections.Join(n.Netuid, n.Uid))
	if errors.Is(err, collections.ErrNotFound) {
		return nil, nil
	}
	return &v, err
}
