package keeper

import (
	"errors"

	"cosmossdk.io/collections"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/dendra-net/dendra/fixed"
	"github.com/dendra-net/dendra/x/neuron"
	"github.com/dendra-net/dendra/x/subnet"
	"github.com/dendra-net/dendra/x/weights"
	"github.com/dendra-net/dendra/yuma"
)

// input gathers what one epoch is computed from. Opinions toward a neuron that has since been replaced, and rows of
// one that has, are left out here by their generations.
func (k *Keeper) input(ctx sdk.Context, e weights.Epoch, g graph, stakeRao []uint64, emission uint64) (yuma.Input, error) {
	n := len(g.neurons)
	in := yuma.Input{
		Params: params(g.subnet), Block: uint64(ctx.BlockHeight()), LastStepBlock: uint64(e.Last), Emission: emission,
		LastUpdate: make([]uint64, n), RegisteredAt: make([]uint64, n), Permits: make([]bool, n),
		CommitBlock: make([]uint64, n), Weights: make([][]yuma.Weight, n), Bonds: make([][]yuma.Cell, n),
	}
	for uid, nr := range g.neurons {
		in.LastUpdate[uid], in.RegisteredAt[uid] = uint64(nr.RegisteredAt), uint64(nr.RegisteredAt)
		in.CommitBlock[uid] = yuma.NoCommit
	}
	if err := k.inputActivity(ctx, g, in.LastUpdate); err != nil {
		return in, err
	}
	if err := k.inputRows(ctx, g, in.Weights); err != nil {
		return in, err
	}
	for uid, nr := range g.neurons {
		in.Permits[uid] = permit(g.scores, nr) && in.Weights[uid] != nil
	}
	in.Stake = weights.Voices(stakeRao, in.RegisteredAt, in.Params.MinStake, in.Params.MaxValidators)
	return in, k.inputBonds(ctx, g, in.Bonds)
}

func params(s subnet.Subnet) yuma.Params {
	h := s.Hyperparameters
	p := yuma.ChainParams()
	p.Kappa, p.BondsMovingAveragePPM, p.BondsPenalty = uint16(h.KappaU16), h.BondsMaPpm, uint16(h.BondsPenaltyU16)
	p.MaxValidators, p.ActivityCutoff, p.Tempo = h.MaxValidators, uint64(h.ActivityCutoff), uint64(h.Tempo)
	p.MinStake, p.Yuma3, p.LiquidAlpha = h.MinValidatorStakeRao, h.Yuma3, h.LiquidAlpha
	p.AlphaLow, p.AlphaHigh, p.AlphaSteepness = uint16(h.AlphaLowU16), uint16(h.AlphaHighU16), int16(h.AlphaSteepness)
	return p
}

// inputActivity puts the height at which each neuron last set or committed weights in the place of its registration's.
func (k *Keeper) inputActivity(ctx sdk.Context, g graph, last []uint64) error {
	return k.Activity.Walk(ctx, collections.NewPrefixedPairRange[uint32, uint32](g.subnet.Netuid), func(key slot, a weights.Activity) (bool, error) {
		if uid := int(key.K2()); uid < len(last) && g.neurons[uid].Generation == a.Generation {
			last[uid] = uint64(a.Height)
		}
		return false, nil
	})
}

func (k *Keeper) inputRows(ctx sdk.Context, g graph, rows [][]yuma.Weight) error {
	return k.Rows.Walk(ctx, collections.NewPrefixedPairRange[uint32, uint32](g.subnet.Netuid), func(key slot, r weights.Row) (bool, error) {
		if uid := int(key.K2()); uid < len(g.neurons) && g.neurons[uid].Generation == r.Generation {
			rows[uid] = liveWeights(r, g.neurons)
		}
		return false, nil
	})
}

// liveWeights keeps the entries whose neuron still is who it was when the row's author knew it.
func liveWeights(r weights.Row, neurons []neuron.Neuron) []yuma.Weight {
	row := make([]yuma.Weight, 0, len(r.Uids))
	for i, uid := range r.Uids {
		if int(uid) >= len(neurons) {
			continue
		}
		if n := neurons[uid]; n.Generation == r.Generations[i] && n.RegisteredAt < r.SetAt {
			row = append(row, yuma.Weight{UID: uint16(uid), Value: uint16(r.Weights[i])})
		}
	}
	return row
}

func (k *Keeper) inputBonds(ctx sdk.Context, g graph, bonds [][]yuma.Cell) error {
	return k.Bonds.Walk(ctx, collections.NewPrefixedPairRange[uint32, uint32](g.subnet.Netuid), func(key slot, r weights.BondRow) (bool, error) {
		uid := int(key.K2())
		if uid >= len(g.neurons) || g.neurons[uid].Generation != r.Generation {
			return false, nil
		}
		row := make([]yuma.Cell, len(r.Uids))
		for i := range r.Uids {
			row[i] = yuma.Cell{UID: uint16(r.Uids[i]), Value: fixed.Frac(r.Bonds[i])}
		}
		bonds[uid] = row
		return false, nil
	})
}

// storeResults writes scores and bonds, hands the ranking to x/neuron and says what happened.
func (k *Keeper) storeResults(ctx sdk.Context, e weights.Epoch, g graph, stakeRao []uint64, out yuma.Output, pending, owner uint64) error {
	s := scores(e, g, out)
	s.StakeRao, s.Height, s.OwnerRao = stakeRao, ctx.BlockHeight(), owner
	if out.Carry {
		s.CarriedRao = pending
	}
	if err := k.Scores.Set(ctx, e.Netuid, s); err != nil {
		return err
	}
	if err := k.storeBonds(ctx, g, out.Bonds); err != nil {
		return err
	}
	earned := make([]uint64, len(g.neurons))
	event := &weights.EventEpochRan{Netuid: e.Netuid, Epoch: e.Index, OwnerRao: owner, CarriedRao: s.CarriedRao}
	for uid := range earned {
		earned[uid] = s.ServerRao[uid] + s.ValidatorRao[uid]
		event.MinersRao += s.ServerRao[uid]
		event.ValidatorsRao += s.ValidatorRao[uid]
	}
	event.PaidRao = event.MinersRao + event.ValidatorsRao + owner
	if err := k.neurons.SetRanking(ctx, e.Netuid, earned); err != nil {
		return err
	}
	return ctx.EventManager().EmitTypedEvent(event)
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

func (k *Keeper) storeBonds(ctx sdk.Context, g graph, bonds [][]yuma.Cell) error {
	for uid, nr := range g.neurons {
		key := collections.Join(g.subnet.Netuid, uint32(uid))
		if len(bonds[uid]) == 0 {
			if err := k.Bonds.Remove(ctx, key); err != nil && !errors.Is(err, collections.ErrNotFound) {
				return err
			}
			continue
		}
		row := weights.BondRow{Netuid: g.subnet.Netuid, Uid: uint32(uid), Generation: nr.Generation}
		for _, c := range bonds[uid] {
			row.Uids, row.Bonds = append(row.Uids, uint32(c.UID)), append(row.Bonds, uint64(c.Value))
		}
		if err := k.Bonds.Set(ctx, key, row); err != nil {
			return err
		}
	}
	return nil
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
