package yuma

import "github.com/dendra-net/dendra/fixed"

// Trace holds the matrices inside an epoch, rows per uid without zero entries, for those who explain or check it.
type Trace struct {
	Weights     [][]Cell // votes that counted, each row over its sum
	Clipped     [][]Cell // votes after clipping
	BondsDelta  [][]Cell // what this epoch adds: plain Yuma, share of each column; Yuma 3, votes for bonds
	Bonds       [][]Cell // bonds after the moving average: plain Yuma, share of each column
	BondsStored [][]Cell // as stored, permits not considered: plain Yuma, relative to the largest of each column
}

// EpochTraced is Epoch with the matrices it went through.
func EpochTraced(in Input) (Output, Trace) {
	n := min(len(in.Stake), maxNeurons)
	rows := func() [][]Cell { return make([][]Cell, n) }
	e := newEpoch(in)
	e.trace = &Trace{Weights: rows(), Clipped: rows(), BondsDelta: rows(), Bonds: rows()}
	e.run()
	return e.out, *e.trace
}

// recordVotes notes the votes before they become bonds.
func (t *Trace) recordVotes(b *bonding) {
	for i, row := range b.rows {
		for _, v := range row {
			consensus := b.out.Consensus[v.UID]
			delta := b.penalise(v.Value, consensus)
			if !b.in.Params.Yuma3 {
				delta = fixed.FracOfWide(fixed.Product(b.voters[i], uint64(delta)), b.bought(int(v.UID)))
			}
			t.Weights[i] = put(t.Weights[i], v.UID, v.Value)
			t.Clipped[i] = put(t.Clipped[i], v.UID, min(v.Value, consensus))
			t.BondsDelta[i] = put(t.BondsDelta[i], v.UID, delta)
		}
	}
}

// recordBonds notes the bonds before those without a permit are dropped.
func (t *Trace) recordBonds(b *bonding) {
	t.BondsStored = append([][]Cell{}, b.rows...)
	sums := make([]fixed.Wide, b.n)
	for _, row := range b.rows {
		for _, c := range row {
			sums[c.UID] = sums[c.UID].Add(fixed.Wide{Lo: uint64(c.Value)})
		}
	}
	for i, row := range b.rows {
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
