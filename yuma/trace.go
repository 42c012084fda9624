package yuma

import (
	"cmp"
	"slices"

	"github.com/dendra-net/dendra/fixed"
)

// Trace holds the matrices inside an epoch, rows per uid without zero entries, for those who explain or check it.
type Trace struct {
	Cast        [][]Cell // votes of this epoch, each row over its sum
	Weights     [][]Cell // votes that counted: the same, or their averages over epochs
	Clipped     [][]Cell // votes after clipping
	BondsDelta  [][]Cell // what this epoch adds: plain Yuma, share of each column; Yuma 3, votes for bonds
	Bonds       [][]Cell // bonds after the moving average: plain Yuma, share of each column
	BondsStored [][]Cell // as stored, permits not considered: plain Yuma, relative to the largest of each column
	BondsBefore [][]Cell // old bonds that counted
	Speeds      [][]Cell // liquid alpha: how far each bond moved towards the vote for it; nil rows without

	Voters []uint64 // stake that votes, per uid; 0 for who is inactive or has no permit
	Need   uint64   // how much of it makes a majority

	Earned []fixed.Frac // dividends by bonds alone, before information and receipts
}

// Ballot is one voter's weight for a neuron.
type Ballot struct {
	Voter           uint16
	Weight, Clipped fixed.Frac
	Stake           uint64
	Held            uint64 // stake of this ballot and those before it
}

// Ballots returns the votes for a neuron that have stake behind them, heaviest first: the line along which the consensus
// is found. It is the weight of the first ballot that holds Need.
func (t Trace) Ballots(column uint16) []Ballot {
	var line []Ballot
	for i, row := range t.Weights {
		weight := cell(row, column)
		if weight > 0 && t.Voters[i] > 0 {
			line = append(line, Ballot{Voter: uint16(i), Weight: weight, Clipped: cell(t.Clipped[i], column), Stake: t.Voters[i]})
		}
	}
	slices.SortStableFunc(line, func(a, b Ballot) int { return cmp.Compare(b.Weight, a.Weight) })
	held := uint64(0)
	for k := range line {
		held += line[k].Stake
		line[k].Held = held
	}
	return line
}

// cell returns a row's value for a uid, 0 where there is none.
func cell(row []Cell, uid uint16) fixed.Frac {
	k, found := slices.BinarySearchFunc(row, uid, func(c Cell, uid uint16) int { return cmp.Compare(c.UID, uid) })
	if !found {
		return 0
	}
	return row[k].Value
}

// EpochTraced is Epoch with the matrices it went through.
func EpochTraced(in Input) (Output, Trace) {
	n := min(len(in.Stake), maxNeurons)
	rows := func() [][]Cell { return make([][]Cell, n) }
	e := newEpoch(in)
	e.trace = &Trace{Weights: rows(), Clipped: rows(), BondsDelta: rows(), Bonds: rows(), BondsBefore: rows(), Speeds: rows()}
	e.run()
	e.trace.Voters, e.trace.Need = e.voters, majority(e.total, e.in.Params.Kappa)
	e.trace.recordBefore(e)
	e.trace.Cast, e.trace.Earned = without(in)
	return e.out, *e.trace
}

// without returns the votes and the dividends of an epoch without averages and gates.
func without(in Input) (cast [][]Cell, earned []fixed.Frac) {
	in.Params.InformationShare, in.Params.ReceiptShare = 0, 0
	earned = Epoch(in).Dividends
	in.Params.VoteMemoryPPM = 0
	e := newEpoch(in)
	e.weighStake()
	e.readVotes()
	return e.votes.rows, earned
}

// recordBefore notes the old bonds that counted and how fast each pair moved.
func (t *Trace) recordBefore(e *epoch) {
	p, since := e.in.Params, e.lastStep()
	for i, row := range e.in.Bonds {
		last := -1
		for _, c := range row {
			j := int(c.UID)
			if j > last && j < e.n && e.in.RegisteredAt[j] < since {
				t.BondsBefore[i] = put(t.BondsBefore[i], c.UID, c.Value.Clamp())
			}
			last = max(last, j)
		}
	}
	if !p.Yuma3 || !p.LiquidAlpha || !anyAbove(e.out.Consensus) {
		return
	}
	liquid := newLiquidAlpha(p)
	for i := range e.n {
		if len(t.BondsDelta[i])+len(t.BondsBefore[i]) == 0 {
			continue
		}
		for j := range uint16(e.n) {
			vote, old := cell(t.BondsDelta[i], j), cell(t.BondsBefore[i], j)
			if vote > 0 || old > 0 {
				t.Speeds[i] = append(t.Speeds[i], Cell{j, liquid.speed(vote, old, e.out.Consensus[j])})
			}
		}
	}
}

// recordVotes notes the votes before they become bonds.
func (t *Trace) recordVotes(b *bonding) {
	for i, row := range b.votes.rows {
		for _, v := range row {
			consensus := b.out.Consensus[v.UID]
			delta := b.penalise(v.Value, consensus)
			if !b.in.Params.Yuma3 {
				delta = fixed.FracOfWide(fixed.Product(b.voters[i], uint64(delta)), b.bought[v.UID])
			}
			t.Weights[i] = put(t.Weights[i], v.UID, v.Value)
			t.Clipped[i] = put(t.Clipped[i], v.UID, min(v.Value, consensus))
			t.BondsDelta[i] = put(t.BondsDelta[i], v.UID, delta)
		}
	}
}

// recordBonds notes the bonds before those without a permit are dropped.
func (t *Trace) recordBonds(b *bonding) {
	t.BondsStored = append([][]Cell{}, b.votes.rows...)
	sums := make([]fixed.Wide, b.n)
	for _, row := range b.votes.rows {
		for _, c := range row {
			sums[c.UID] = sums[c.UID].Add(fixed.Wide{Lo: uint64(c.Value)})
		}
	}
	for i, row := range b.votes.rows {
		for _, c := range row {
			if !b.in.Params.Yuma3 {
				c.Value = fixed.FracOfWide(fixed.Wide{Lo: uint64(c.Value)}, sums[c.UID])
			}
			t.Bonds[i] = put(t.Bonds[i], c.UID, c.Value)
		}
	}
}

// put appends a cell to a row unless it is zero.
func put(row []Cell, uid uint16, value fixed.Frac) []Cell {
	if value == 0 {
		return row
	}
	return append(row, Cell{uid, value})
}
