package keeper

import (
	"context"

	"cosmossdk.io/collections"

	"github.com/dendra-net/dendra/fixed"
	"github.com/dendra-net/dendra/x/weights"
	"github.com/dendra-net/dendra/yuma"
)

// storeMemory keeps what the next epoch is computed from beside votes, bonds and scores.
func (k *Keeper) storeMemory(ctx context.Context, g graph, f weights.Facts, m yuma.Memory) error {
	netuid := g.subnet.Netuid
	record := weights.Memory{
		Netuid: netuid, CountedRao: f.CountedRao(), Correlation: m.Correlation, Generations: make([]uint32, len(g.neurons)),
		Median: whole(m.Median), Consensus: whole(m.Consensus), Fast: whole(m.Fast), Slow: whole(m.Slow),
		Before: whole(m.Before), Slowest: whole(m.Slowest),
	}
	for uid, n := range g.neurons {
		record.Generations[uid] = n.Generation
	}
	if err := k.storeAverages(ctx, g, f.Averages, m.Votes); err != nil {
		return err
	}
	return k.Memories.Set(ctx, netuid, record)
}

// storeAverages writes the rows there are and removes those there were before of neurons that have none now.
func (k *Keeper) storeAverages(ctx context.Context, g graph, before []weights.AverageRow, votes [][]yuma.Cell) error {
	netuid := g.subnet.Netuid
	for _, old := range before {
		if len(rowOf(votes, old.Uid)) > 0 {
			continue
		}
		if err := k.Averages.Remove(ctx, collections.Join(netuid, old.Uid)); err != nil {
			return err
		}
	}
	for uid, cells := range votes {
		if len(cells) == 0 {
			continue
		}
		row := weights.AverageRow{Netuid: netuid, Uid: uint32(uid), Generation: g.neurons[uid].Generation}
		row.Uids, row.Weights = lists(cells)
		if err := k.Averages.Set(ctx, collections.Join(netuid, row.Uid), row); err != nil {
			return err
		}
	}
	return nil
}

func whole(v []fixed.Frac) []uint64 {
	out := make([]uint64, len(v))
	for i, f := range v {
		out[i] = uint64(f)
	}
	return out
}
