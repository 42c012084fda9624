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

// record fills the trace when bonds have moved and nothing was dropped yet.
func (t *Trace) record(b *bonding) {
	t.BondsStored = append([][]Cell{}, b.rows...)
	sums := make([]fixed.Wide, b.n)
	for _, row := range b.rows {
		for _, c := range row {
			sums[c.UID] = sums[c.UID].Add(fixed.Wide{Lo: uint64(c.Value)})
		}
	}
	for i := range b.n {
		t.recordVotes(b, i)
		for _, c := range b.rows[i] {
			if !b.in.Params.Yuma3 {
				c.Value = fixed.FracOfWide(fixed.Wide{Lo: uint64(c.Value)}, sums[c.UID])
			}
			t.Bonds[i] = put(t.Bonds[i], c.UID, c.Value)
		}
	}
}

func (t *Trace) recordVotes(b *bonding, i int) {
	row := b.in.Weights[i]
	for k, share := range b.votes.row(i, len(row)) {
		uid := row[k].UID
		if share == 0 {
			continue
		}
		consensus := b.out.Consensus[uid]
		delta := b.penalise(share, consensus)
		if !b.in.Params.Yuma3 {
			delta = fixed.FracOfWide(fixed.Product(b.voters[i], uint64(delta)), b.bought(int(uid)))
		}
		t.Weights[i] = put(t.Weights[i], uid, share)
		t.Clipped[i] = put(t.Clipped[i], uid, min(share, consensus))
		t.BondsDelta[i] = put(t.BondsDelta[i], uid, delta)
	}
}

// put appends a cell to a row unless it is zero.
func put(row []Cell, uid uint16, value fixed.Frac) []Cell {
	if value == 0 {
		return row
	}
	return append(row, Cell{uid, value})
}
