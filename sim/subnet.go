package sim

import (
	"github.com/dendra-net/dendra/fixed"
	"github.com/dendra-net/dendra/yuma"
)

// Heights within an epoch: registrations come first, then reveals, or rows that are set openly; commits come later.
const (
	tempoBlocks    = 360
	registerOffset = 60
	revealOffset   = 120
	commitOffset   = 300
)

// row is a vote as the chain keeps it. setAt is the height at which it was committed, or set.
type row struct {
	weights     []yuma.Weight
	generations []uint32
	setAt       uint64
}

// subnet is the state that the chain keeps of a subnet, and what it does with it. It follows x/weights, which cannot be
// asked here because it stands on the engine: rows and permits concern a neuron by its generation, only stake that was
// voted with counts (R-WEIGHTS-10), what is not paid waits (R-WEIGHTS-6).
type subnet struct {
	rules    Rules
	height   uint64
	lastStep uint64

	stakeRao, countedRao []uint64
	registeredAt         []uint64
	generation           []uint32
	replaced             bool // somebody was, ever
	permits              []bool

	rows       []row // in force; without weights where there is none
	lastUpdate []uint64
	renewed    []bool
	receipts   []fixed.Frac // of this epoch
	bonds      [][]yuma.Cell
	memory     yuma.Memory
	pendingRao uint64
	lastPaid   []uint64 // payouts of the last epoch that paid somebody
	out        yuma.Output
}

func newSubnet(rules Rules, stakeRao []uint64) *subnet {
	n := len(stakeRao)
	s := &subnet{
		rules: rules, stakeRao: stakeRao, height: tempoBlocks, lastStep: tempoBlocks,
		registeredAt: make([]uint64, n), generation: make([]uint32, n), rows: make([]row, n), lastUpdate: make([]uint64, n),
		renewed: make([]bool, n), bonds: make([][]yuma.Cell, n), receipts: make([]fixed.Frac, n),
	}
	s.rules.Yuma.Tempo = tempoBlocks
	s.rules.Yuma.CommitReveal = rules.Generations
	s.permits = yuma.TopK(stakeRao, int(rules.Yuma.MaxValidators))
	return s
}

// allRao is the stake of the subnet.
func (s *subnet) allRao() (sum uint64) {
	for _, rao := range s.stakeRao {
		sum += rao
	}
	return sum
}

// put brings a row into force.
func (s *subnet) put(uid int, r row) {
	s.rows[uid], s.lastUpdate[uid], s.renewed[uid] = r, s.height, true
}

// live keeps the entries of a row that still concern whom its author meant (R-WEIGHTS-8).
func (s *subnet) live(r row) []yuma.Weight {
	if !s.rules.Generations || !s.replaced || r.weights == nil {
		return r.weights
	}
	kept := make([]yuma.Weight, 0, len(r.weights))
	for i, w := range r.weights {
		if s.generation[w.UID] == r.generations[i] && s.registeredAt[w.UID] < r.setAt {
			kept = append(kept, w)
		}
	}
	return kept
}

// close runs the epoch and keeps what it decided.
func (s *subnet) close(emission uint64) {
	s.pendingRao += emission
	s.countedRao = yuma.CountStake(s.stakeRao, s.countedRao, s.rules.InflowPPM)
	n := len(s.stakeRao)
	in := yuma.Input{
		Params: s.rules.Yuma, Block: s.height, LastStepBlock: s.lastStep, Emission: s.pendingRao, Stake: s.countedRao,
		LastUpdate: s.lastUpdate, RegisteredAt: s.registeredAt, Permits: make([]bool, n), Weights: make([][]yuma.Weight, n),
		Bonds: s.bonds, Renewed: s.renewed, Memory: s.memory,
	}
	if s.rules.ReceiptDraws > 0 {
		in.Receipts = s.receipts
	}
	for uid, r := range s.rows {
		in.Weights[uid] = s.live(r)
		in.Permits[uid] = s.permits[uid] && r.weights != nil
	}
	s.out = yuma.Epoch(in)
	s.bonds, s.memory, s.permits, s.lastStep = s.out.Bonds, s.out.Memory, s.out.NewPermits, s.height
	clear(s.renewed)
	if !s.out.Carry {
		s.pendingRao, s.lastPaid = 0, s.out.Emission
	}
	if s.rules.Compound {
		for uid, rao := range s.out.ValidatorEmission {
			s.stakeRao[uid] += rao
		}
	}
}

// weakest is the slot that a newcomer gets; there is none before somebody has been paid.
func (s *subnet) weakest() (uid int, ok bool) {
	if s.lastPaid == nil {
		return 0, false
	}
	return yuma.PruneChoice(yuma.PruneInput{
		Block: s.height, ImmunityPeriod: uint64(s.rules.ImmuneEpochs) * tempoBlocks, Emission: s.lastPaid, RegisteredAt: s.registeredAt,
	})
}

// seat replaces the neuron of a slot: nothing of it is left.
func (s *subnet) seat(uid int, stakeRao uint64) {
	s.generation[uid]++
	s.replaced = true
	s.registeredAt[uid], s.lastUpdate[uid] = s.height, s.height
	s.rows[uid], s.bonds[uid], s.permits[uid], s.stakeRao[uid] = row{}, nil, false, stakeRao
	if uid < len(s.countedRao) {
		s.countedRao[uid] = 0
	}
	if uid < len(s.memory.Votes) {
		s.memory.Votes[uid] = nil
	}
	if uid < len(s.memory.Correlation) {
		s.memory.Correlation[uid] = 0
	}
}

// quantise makes of an opinion what a vote can say: at most 65535 for the best, rounded half up. An opinion of nobody is
// a vote for oneself, which counts for nobody.
func (s *subnet) quantise(self int, opinion []float64) row {
	top := 0.0
	for _, x := range opinion {
		top = max(top, x)
	}
	r := row{weights: make([]yuma.Weight, 0, len(opinion)), generations: make([]uint32, 0, len(opinion)), setAt: s.height}
	for uid, x := range opinion {
		if w := uint16(65535*x/max(top, 1e-300) + 0.5); w > 0 {
			r.weights = append(r.weights, yuma.Weight{UID: uint16(uid), Value: w})
			r.generations = append(r.generations, s.generation[uid])
		}
	}
	if len(r.weights) == 0 {
		r.weights = append(r.weights, yuma.Weight{UID: uint16(self), Value: 65535})
		r.generations = append(r.generations, s.generation[self])
	}
	return r
}
