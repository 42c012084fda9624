package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"

	"github.com/dendra-net/dendra/fixed"
	"github.com/dendra-net/dendra/x/weights"
	"github.com/dendra-net/dendra/yuma"
)

// storeMemory keeps what the next epoch is computed from beside votes, bonds and scores.
func (k *Keeper) storeMemory(ctx context.Context, g graph, m yuma.Memory, countedRao []uint64) error {
	netuid := g.subnet.Netuid
	record := weights.Memory{
		Netuid: netuid, CountedRao: countedRao, Correlation: m.Correlation,
		Median: whole(m.Median), Consensus: whole(m.Consensus), Fast: whole(m.Fast), Slow: whole(m.Slow),
		Before: whole(m.Before), Slowest: whole(m.Slowest),
	}
	for uid, n := range g.neurons {
		record.Generations = append(record.Generations, n.Generation)
		var row []yuma.Cell
		if uid < len(m.Votes) {
			row = m.Votes[uid]
		}
		if err := k.storeAverage(ctx, netuid, uint32(uid), n.Generation, row); err != nil {
			return err
		}
	}
	return k.Memories.Set(ctx, netuid, record)
}

func (k *Keeper) storeAverage(ctx context.Context, netuid, uid, generation uint32, row []yuma.Cell) error {
	key := collections.Join(netuid, uid)
	if len(row) == 0 {
		if err := k.Averages.Remove(ctx, key); !errors.Is(err, collections.ErrNotFound) {
			return err
		}
		return nil
	}
	r := weights.AverageRow{Netuid: netuid, Uid: uid, Generation: generation, Uids: make([]uint32, len(row)), Weights: make([]uint64, len(row))}
	for i, c := range row {
		r.Uids[i], r.Weights[i] = uint32(c.UID), uint64(c.Value)
	}
	return k.Averages.Set(ctx, key, r)
}

func whole(v []fixed.Frac) []uint64 {
	out := make([]uint64, len(v))
	for i, f := range v {
		out[i] = uint64(f)
	}
	return out
}
