package chainclient

import (
	"context"
	"fmt"

	"github.com/dendra-net/dendra/explain"
	"github.com/dendra-net/dendra/fixed"
	"github.com/dendra-net/dendra/x/weights"
	"github.com/dendra-net/dendra/yuma"
)

// assemble joins the records of an epoch's height and of the one before to what the epoch was computed from.
func assemble(netuid uint16, before, after records) (explain.Epoch, error) {
	s := after.scores
	pending, err := pendingRao(s)
	if err != nil {
		return explain.Epoch{}, err
	}
	owner := weights.OwnerCutRao(after.Subnet, pending)
	facts := weights.Facts{
		Subnet: after.Subnet, Height: s.Height, Last: before.Epoch.Last, EmissionRao: pending - owner, StakeRao: s.StakeRao, Before: before.scores,
		Memory: before.memory,
	}
	out := explain.Epoch{
		Netuid: netuid, Index: s.Epoch, Height: s.Height, StakeRao: s.StakeRao, PendingRao: pending, OwnerRao: owner,
		OwnerCut: uint16(after.Subnet.Hyperparameters.OwnerCutU16), Owner: after.Subnet.Owner, Stored: results(after),
	}
	for _, r := range after.Neurons {
		n := r.Neuron
		facts.Neurons = append(facts.Neurons, n)
		facts.Rows, facts.Activity = with(facts.Rows, r.Row), with(facts.Activity, r.Activity)
		out.PermitHeld = append(out.PermitHeld, before.scores.HoldsPermit(n))
		out.Neurons = append(out.Neurons, seated(r))
	}
	for _, r := range before.Neurons {
		facts.Bonds, facts.Averages = with(facts.Bonds, r.Bonds), with(facts.Averages, r.Average)
	}
	if len(s.Generations) != len(out.Neurons) {
		return explain.Epoch{}, fmt.Errorf("%w: subnet %d at height %d has %d neurons and scores of %d", ErrBadAnswer, netuid, s.Height, len(out.Neurons), len(s.Generations))
	}
	out.Input, out.CountedRao = facts.Input(), facts.CountedRao()
	return out, nil
}

func with[T any](list []T, item *T) []T {
	if item == nil {
		return list
	}
	return append(list, *item)
}

func seated(r weights.ReplayNeuron) explain.Neuron {
	n := r.Neuron
	return explain.Neuron{Generation: n.Generation, Hotkey: n.Hotkey, Coldkey: n.Coldkey, RegisteredAt: n.RegisteredAt}
}

// pendingRao adds up where all the pay of an epoch went: it is what there was.
func pendingRao(s weights.Scores) (uint64, error) {
	sum := fixed.Wide{Lo: s.OwnerRao}.Add(fixed.Wide{Lo: s.CarriedRao})
	for uid := range s.ServerRao {
		sum = sum.Add(fixed.Wide{Lo: s.ServerRao[uid]}).Add(fixed.Wide{Lo: s.ValidatorRao[uid]})
	}
	if sum.Hi > 0 {
		return 0, fmt.Errorf("%w: the pay of epoch %d of subnet %d is more than all the TAO there can be", ErrBadAnswer, s.Epoch, s.Netuid)
	}
	return sum.Lo, nil
}

func results(r records) explain.Results {
	s := r.scores
	out := explain.Results{
		StakeWeight: s.StakeWeight, Consensus: s.Consensus, Incentive: s.Incentive, Dividend: s.Dividend, ValidatorTrust: s.ValidatorTrust,
		ServerRao: s.ServerRao, ValidatorRao: s.ValidatorRao, Permit: s.Permit, Active: s.Active, OwnerRao: s.OwnerRao, CarriedRao: s.CarriedRao,
	}
	out.CountedRao, out.Memory = r.memory.CountedRao, yuma.Memory{
		Median: fractions(r.memory.Median), Consensus: fractions(r.memory.Consensus), Fast: fractions(r.memory.Fast),
		Slow: fractions(r.memory.Slow), Slowest: fractions(r.memory.Slowest), Before: fractions(r.memory.Before), Correlation: r.memory.Correlation,
	}
	for _, n := range r.Neurons {
		var bonds, votes []yuma.Cell
		if n.Bonds != nil {
			bonds = cells(n.Bonds.Uids, n.Bonds.Bonds)
		}
		if n.Average != nil {
			votes = cells(n.Average.Uids, n.Average.Weights)
		}
		out.Bonds, out.Memory.Votes = append(out.Bonds, bonds), append(out.Memory.Votes, votes)
	}
	return out
}

func cells(uids []uint32, values []uint64) []yuma.Cell {
	row := make([]yuma.Cell, len(uids))
	for i := range uids {
		row[i] = yuma.Cell{UID: uint16(uids[i]), Value: fixed.Frac(values[i])}
	}
	return row
}

func fractions(v []uint64) []fixed.Frac {
	out := make([]fixed.Frac, len(v))
	for i, x := range v {
		out[i] = fixed.Frac(x)
	}
	return out
}

// Slots returns what decides who gives way to a newcomer in the block after a height; 0 is the newest. Errors: ErrPruned,
// ErrBadAnswer.
func (c *Client) Slots(ctx context.Context, netuid uint16, height int64) (explain.Slots, error) {
	r, err := c.records(ctx, netuid, height)
	if err != nil {
		return explain.Slots{}, err
	}
	h := r.Subnet.Hyperparameters
	out := explain.Slots{
		Height: r.Height + 1, Epoch: r.scores.Epoch, MaxNeurons: h.MaxNeurons, MinReplaceable: h.MinReplaceable, ImmunityBlocks: h.ImmunityBlocks,
		ByEvidence: h.PruneByEvidence,
	}
	ranking, err := c.AtHeight(r.Height).ranking(ctx, netuid)
	if err != nil {
		return explain.Slots{}, err
	}
	for uid, n := range r.Neurons {
		slot := explain.Slot{Neuron: seated(n)}
		if out.ByEvidence && uid < len(ranking.PruningUbits) && uid < len(ranking.Judges) {
			slot.PruningUbits, slot.Judge = ranking.PruningUbits[uid], ranking.Judges[uid]
		}
		if uid < len(r.scores.Generations) && r.scores.Generations[uid] == n.Neuron.Generation {
			slot.PaidRao = r.scores.ServerRao[uid] + r.scores.ValidatorRao[uid]
		}
		out.Neurons = append(out.Neurons, slot)
	}
	return out, nil
}
