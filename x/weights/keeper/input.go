package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/dendra-net/dendra/fixed"
	"github.com/dendra-net/dendra/x/weights"
	"github.com/dendra-net/dendra/yuma"
)

// facts gathers what one epoch is computed from.
func (k *Keeper) facts(ctx sdk.Context, e weights.Epoch, g graph, stakeRao []uint64, emission uint64) (weights.Facts, error) {
	f := weights.Facts{
		Subnet: g.subnet, Height: ctx.BlockHeight(), Last: e.Last, EmissionRao: emission,
		Neurons: g.neurons, StakeRao: stakeRao, Before: g.scores,
	}
	var err error
	if f.Activity, err = records(ctx, k.Activity, e.Netuid); err != nil {
		return f, err
	}
	if f.Rows, err = records(ctx, k.Rows, e.Netuid); err != nil {
		return f, err
	}
	if f.Bonds, err = records(ctx, k.Bonds, e.Netuid); err != nil {
		return f, err
	}
	if f.Averages, err = records(ctx, k.Averages, e.Netuid); err != nil {
		return f, err
	}
	f.Memory, err = k.memory(ctx, e.Netuid)
	return f, err
}

// memory is what the last epoch of a subnet left, empty before there was one.
func (k *Keeper) memory(ctx context.Context, netuid uint32) (weights.Memory, error) {
	m, err := k.Memories.Get(ctx, netuid)
	if errors.Is(err, collections.ErrNotFound) {
		return weights.Memory{}, nil
	}
	return m, err
}

// records returns one subnet's part of a map, by uid.
func records[V any](ctx context.Context, m collections.Map[slot, V], netuid uint32) ([]V, error) {
	it, err := m.Iterate(ctx, collections.NewPrefixedPairRange[uint32, uint32](netuid))
	if err != nil {
		return nil, err
	}
	return it.Values()
}

// storeResults writes scores and bonds and says what happened.
func (k *Keeper) storeResults(ctx sdk.Context, e weights.Epoch, g graph, f weights.Facts, out yuma.Output, pending, owner uint64) (weights.Scores, error) {
	s := scores(e, g, out)
	s.StakeRao, s.Height, s.OwnerRao = f.StakeRao, ctx.BlockHeight(), owner
	if out.Carry {
		s.CarriedRao = pending
	}
	if err := k.Scores.Set(ctx, e.Netuid, s); err != nil {
		return s, err
	}
	if err := k.storeBonds(ctx, g, f.Bonds, out.Bonds); err != nil {
		return s, err
	}
	if err := k.storeMemory(ctx, g, f, out.Memory); err != nil {
		return s, err
	}
	event := &weights.EventEpochRan{Netuid: e.Netuid, Epoch: e.Index, OwnerRao: owner, CarriedRao: s.CarriedRao}
	for uid := range g.neurons {
		event.MinersRao += s.ServerRao[uid]
		event.ValidatorsRao += s.ValidatorRao[uid]
	}
	event.PaidRao = event.MinersRao + event.ValidatorsRao + owner
	return s, ctx.EventManager().EmitTypedEvent(event)
}

func scores(e weights.Epoch, g graph, out yuma.Output) weights.Scores {
	n := len(g.neurons)
	s := weights.Scores{
		Netuid: e.Netuid, Epoch: e.Index,
		StakeWeight: stored(out.Stake), Consensus: stored(out.Consensus), Incentive: stored(out.Incentive),
		Dividend: stored(out.Dividends), ValidatorTrust: stored(out.ValidatorTrust),
		ServerRao: out.ServerEmission, ValidatorRao: out.ValidatorEmission,
		Permit: out.NewPermits, Active: out.Active, Generations: make([]uint32, n),
	}
	if out.Carry {
		s.ServerRao, s.ValidatorRao = make([]uint64, n), make([]uint64, n)
	}
	for uid, nr := range g.neurons {
		s.Generations[uid] = nr.Generation
	}
	return s
}

// stored narrows fractions to the 48 bits that scores keep.
func stored(v []fixed.Frac) []uint64 {
	out := make([]uint64, len(v))
	for i, f := range v {
		out[i] = uint64(f.Q())
	}
	return out
}

// storeBonds writes the rows there are and removes those there were before of neurons that have none now.
func (k *Keeper) storeBonds(ctx sdk.Context, g graph, before []weights.BondRow, bonds [][]yuma.Cell) error {
	netuid := g.subnet.Netuid
	for _, old := range before {
		if len(rowOf(bonds, old.Uid)) > 0 {
			continue
		}
		if err := k.Bonds.Remove(ctx, collections.Join(netuid, old.Uid)); err != nil {
			return err
		}
	}
	for uid, cells := range bonds {
		if len(cells) == 0 {
			continue
		}
		row := weights.BondRow{Netuid: netuid, Uid: uint32(uid), Generation: g.neurons[uid].Generation}
		row.Uids, row.Bonds = lists(cells)
		if err := k.Bonds.Set(ctx, collections.Join(netuid, row.Uid), row); err != nil {
			return err
		}
	}
	return nil
}

// rowOf returns the row of a neuron, empty where there is none.
func rowOf(rows [][]yuma.Cell, uid uint32) []yuma.Cell {
	if int64(uid) >= int64(len(rows)) {
		return nil
	}
	return rows[uid]
}

// lists takes a row apart, as records keep it.
func lists(row []yuma.Cell) (uids []uint32, values []uint64) {
	uids, values = make([]uint32, len(row)), make([]uint64, len(row))
	for i, c := range row {
		uids[i], values[i] = uint32(c.UID), uint64(c.Value)
	}
	return uids, values
}

// dropExpired forgets the commits whose time to be revealed ends with this epoch.
func (k *Keeper) dropExpired(ctx sdk.Context, e weights.Epoch, g graph) error {
	it, err := k.Commits.Iterate(ctx, collections.NewPrefixedTripleRange[uint32, []byte, int64](e.Netuid))
	if err != nil {
		return err
	}
	all, err := it.KeyValues()
	if err != nil {
		return err
	}
	for _, kv := range all {
		if kv.Value.Epoch+g.subnet.Hyperparameters.RevealEpochs <= e.Index {
			if err := k.Commits.Remove(ctx, kv.Key); err != nil {
				return err
			}
		}
	}
	return nil
}
