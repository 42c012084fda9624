package weights

import (
	"github.com/dendra-net/dendra/fixed"
	"github.com/dendra-net/dendra/x/neuron"
	"github.com/dendra-net/dendra/x/subnet"
	"github.com/dendra-net/dendra/yuma"
)

// Facts are the records that one epoch is computed from, as they are stored: those of former neurons are among them. The
// keeper reads them from its store, and who checks an epoch from a node's answers (R-WEIGHTS-11). The lists of a record
// have one length, and numbers lie within their ranges.
type Facts struct {
	Subnet      subnet.Subnet
	Height      int64           // at whose end the epoch closes
	Last        int64           // the same of the epoch before, 0 when there was none
	EmissionRao uint64          // what is divided: all that waits, less the owner's cut
	Neurons     []neuron.Neuron // by uid
	StakeRao    []uint64        // by uid
	Before      Scores          // of the epoch before; empty when there was none
	Rows        []Row           // at most one of a neuron, in any order; so are the next two
	Activity    []Activity
	Bonds       []BondRow // as the epoch before stored them
	Averages    []AverageRow
	Memory      Memory // of the epoch before; empty when there was none
}

// Input is what Yuma Consensus computes the epoch from. Opinions toward a neuron that has since been replaced, and
// records of one that has, are left out here by their generations (R-WEIGHTS-8).
func (f Facts) Input() yuma.Input {
	n := len(f.Neurons)
	in := yuma.Input{
		Params: yumaParams(f.Subnet.Hyperparameters), Block: uint64(f.Height), LastStepBlock: uint64(f.Last), Emission: f.EmissionRao,
		LastUpdate: make([]uint64, n), RegisteredAt: make([]uint64, n), Permits: make([]bool, n),
		CommitBlock: make([]uint64, n), Weights: make([][]yuma.Weight, n), Bonds: make([][]yuma.Cell, n),
		Renewed: make([]bool, n), Memory: f.memory(),
	}
	for uid, nr := range f.Neurons {
		in.LastUpdate[uid], in.RegisteredAt[uid] = uint64(nr.RegisteredAt), uint64(nr.RegisteredAt)
		in.CommitBlock[uid] = yuma.NoCommit
	}
	for _, a := range f.Activity {
		if f.sits(a.Uid, a.Generation) {
			in.LastUpdate[a.Uid] = uint64(a.Height)
		}
	}
	for _, r := range f.Rows {
		if f.sits(r.Uid, r.Generation) {
			in.Weights[r.Uid], in.Renewed[r.Uid] = r.Live(f.Neurons), r.InForceAt > f.Last
		}
	}
	for _, r := range f.Bonds {
		if f.sits(r.Uid, r.Generation) {
			in.Bonds[r.Uid] = cells(r.Uids, r.Bonds)
		}
	}
	for uid, nr := range f.Neurons {
		in.Permits[uid] = f.Before.HoldsPermit(nr) && in.Weights[uid] != nil
	}
	in.Stake = Voices(f.CountedRao(), in.RegisteredAt, in.Params.MinStake, in.Params.MaxValidators)
	return in
}

// CountedRao is the stake that counts in this epoch, by uid (R-WEIGHTS-12).
func (f Facts) CountedRao() []uint64 {
	before := make([]uint64, len(f.Neurons))
	for uid, n := range f.Neurons {
		if f.Memory.knows(n) && uid < len(f.Memory.CountedRao) {
			before[uid] = f.Memory.CountedRao[uid]
		}
	}
	return yuma.CountStake(f.StakeRao, before, f.Subnet.Hyperparameters.StakeInflowPpm)
}

// memory is what the epoch before left, as far as the neurons are the same.
func (f Facts) memory() yuma.Memory {
	n := len(f.Neurons)
	m := yuma.Memory{
		Votes: make([][]yuma.Cell, n), Median: make([]fixed.Frac, n), Consensus: make([]fixed.Frac, n),
		Fast: make([]fixed.Frac, n), Slow: make([]fixed.Frac, n), Slowest: make([]fixed.Frac, n), Before: make([]fixed.Frac, n), Correlation: make([]int64, n),
	}
	for _, r := range f.Averages {
		if f.sits(r.Uid, r.Generation) {
			m.Votes[r.Uid] = cells(r.Uids, r.Weights)
		}
	}
	for uid, nr := range f.Neurons {
		if !f.Memory.knows(nr) || uid >= len(f.Memory.Median) {
			continue
		}
		m.Median[uid], m.Consensus[uid] = fixed.Frac(f.Memory.Median[uid]), fixed.Frac(f.Memory.Consensus[uid])
		m.Fast[uid], m.Slow[uid], m.Slowest[uid] = fixed.Frac(f.Memory.Fast[uid]), fixed.Frac(f.Memory.Slow[uid]), fixed.Frac(f.Memory.Slowest[uid])
		m.Before[uid] = fixed.Frac(f.Memory.Before[uid])
		m.Correlation[uid] = f.Memory.Correlation[uid]
	}
	return m
}

// knows says whether the memory is of the neuron that sits in its slot now.
func (m Memory) knows(n neuron.Neuron) bool {
	return int64(n.Uid) < int64(len(m.Generations)) && m.Generations[n.Uid] == n.Generation
}

// Validate refuses lists of different lengths.
func (m Memory) Validate() error {
	n, empty := len(m.Generations), 0
	lists := [][]uint64{m.Median, m.Before, m.Consensus, m.Fast, m.Slow, m.Slowest}
	for _, list := range lists {
		if len(list) == 0 {
			empty++
		} else if len(list) != n {
			return ErrBadGenesis.Wrapf("memory of subnet %d: a list of %d, %d neurons", m.Netuid, len(list), n)
		}
	}
	if empty%len(lists) != 0 || len(m.CountedRao) != n || len(m.Correlation) != n-n*empty/len(lists) {
		return ErrBadGenesis.Wrapf("memory of subnet %d: %d counted stakes, %d correlations, %d neurons", m.Netuid, len(m.CountedRao), len(m.Correlation), n)
	}
	return nil
}

// sits says whether the neuron of a slot still is the one that a record was made for.
func (f Facts) sits(uid, generation uint32) bool {
	return int64(uid) < int64(len(f.Neurons)) && f.Neurons[uid].Generation == generation
}

func yumaParams(h subnet.Hyperparameters) yuma.Params {
	p := yuma.ChainParams()
	p.Kappa, p.BondsMovingAveragePPM, p.BondsPenalty = uint16(h.KappaU16), h.BondsMaPpm, uint16(h.BondsPenaltyU16)
	p.MaxValidators, p.ActivityCutoff, p.Tempo = h.MaxValidators, uint64(h.ActivityCutoff), uint64(h.Tempo)
	p.MinStake, p.Yuma3, p.LiquidAlpha = h.MinValidatorStakeRao, h.Yuma3, h.LiquidAlpha
	p.AlphaLow, p.AlphaHigh, p.AlphaSteepness = uint16(h.AlphaLowU16), uint16(h.AlphaHighU16), int16(h.AlphaSteepness)
	p.VoteMemoryPPM, p.InformationMemoryPPM = h.VoteMemoryPpm, h.InformationMemoryPpm
	p.InformationShare, p.ReceiptShare = uint16(h.InformationShareU16), uint16(h.ReceiptShareU16)
	return p
}

// Live keeps the entries whose neuron still is who it was when the row's author knew it.
func (r Row) Live(neurons []neuron.Neuron) []yuma.Weight {
	row := make([]yuma.Weight, 0, len(r.Uids))
	for i, uid := range r.Uids {
		if int64(uid) >= int64(len(neurons)) {
			continue
		}
		if n := neurons[uid]; n.Generation == r.Generations[i] && n.RegisteredAt < r.SetAt {
			row = append(row, yuma.Weight{UID: uint16(uid), Value: uint16(r.Weights[i])})
		}
	}
	return row
}

func cells(uids []uint32, values []uint64) []yuma.Cell {
	row := make([]yuma.Cell, len(uids))
	for i := range uids {
		row[i] = yuma.Cell{UID: uint16(uids[i]), Value: fixed.Frac(values[i])}
	}
	return row
}

// HoldsPermit says whether the epoch that the scores are of gave the neuron a permit.
func (s Scores) HoldsPermit(n neuron.Neuron) bool {
	known := min(len(s.Generations), len(s.Permit))
	return int64(n.Uid) < int64(known) && s.Generations[n.Uid] == n.Generation && s.Permit[n.Uid]
}

// OwnerCutRao is the part of a subnet's pay that goes to its owner; a subnet of the genesis has none (R-WEIGHTS-6).
func OwnerCutRao(s subnet.Subnet, pendingRao uint64) uint64 {
	if s.Owner == "" {
		return 0
	}
	return fixed.MulDiv(pendingRao, uint64(s.Hyperparameters.OwnerCutU16), 65535)
}
