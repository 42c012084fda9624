package yuma

import "github.com/dendra-net/dendra/fixed"

// Memory is what the votes of past epochs leave for the next one. The zero value is that of a subnet nobody voted on.
type Memory struct {
	// Votes are the validators' average rows (Params.VoteMemoryPPM), per uid.
	Votes [][]Cell
	// Median is, per uid, what a majority agreed on in the epoch before, of the votes as they were cast, and Before the same
	// one epoch earlier; Consensus is that of the averages; Fast, Slow and Slowest are moving averages of Median. Together
	// they are what everybody could know of the votes before casting one.
	Median, Before, Consensus, Fast, Slow, Slowest []fixed.Frac
	// Correlation is, per uid, the moving average of how the news in its votes went with the news in the others', in
	// units of 2^-30, between -1 and 1.
	Correlation []int64
}

// Moving averages of the public median.
const (
	fastPPM    = 700_000 // kept each epoch
	slowPPM    = 950_000
	slowestPPM = 990_000
)

// dust is what an average must reach to be remembered: 2^-40 of a row.
const dust = fixed.Frac(1) << (fixed.FracBits - 40)

// averageVotes replaces the rows of votes by their validators' moving averages. A validator's first row enters whole; a
// row that is gone fades.
func (e *epoch) averageVotes() {
	keep := fixed.FracNear(uint64(min(e.in.Params.VoteMemoryPPM, million-1)), million)
	room, lastStep := 0, e.lastStep()
	for i, row := range e.votes.rows {
		room += min(e.n, len(row)+len(e.in.Memory.Votes[i]))
	}
	cells, kept := make([]Cell, room), make([]Cell, e.n)
	e.out.Memory.Votes = make([][]Cell, e.n)
	for i, row := range e.votes.rows {
		old, k := e.remembered(kept, i, lastStep), 0
		if len(old) > 0 {
			k = blend(cells, old, row, keep)
			e.votes.rows[i] = append(row[:0], cells[:k]...)
		} else {
			k = copy(cells, row)
		}
		if k > 0 {
			e.out.Memory.Votes[i] = cells[:k:k]
		}
		cells = cells[k:]
	}
}

// remembered copies the average row of a permitted validator, without neurons that are younger than it.
func (e *epoch) remembered(into []Cell, i int, lastStep uint64) []Cell {
	if !e.permits[i] {
		return nil
	}
	registered, self, last, k := e.in.RegisteredAt, i, -1, 0
	if i == e.owner {
		self = -1
	}
	for _, c := range e.in.Memory.Votes[i] {
		j := int(c.UID)
		if j <= last {
			continue
		}
		if last = j; j < len(registered) && c.Value > 0 && registered[j] < lastStep && j != self {
			into[k] = Cell{c.UID, c.Value.Clamp()}
			k++
		}
	}
	return into[:k]
}

// blend writes keep times old plus the rest times row, and returns how many cells that is.
func blend(into, old, row []Cell, keep fixed.Frac) (k int) {
	add, o := keep.Complement(), 0
	for _, c := range row {
		for ; o < len(old) && old[o].UID < c.UID; o++ {
			k += remember(&into[k], old[o].UID, keep.Mul(old[o].Value))
		}
		was := fixed.Frac(0)
		if o < len(old) && old[o].UID == c.UID {
			was = old[o].Value
			o++
		}
		k += remember(&into[k], c.UID, between(was, c.Value, keep, add))
	}
	for _, c := range old[o:] {
		k += remember(&into[k], c.UID, keep.Mul(c.Value))
	}
	return k
}

// remember writes a cell and returns 1 if its value is worth that.
func remember(into *Cell, uid uint16, value fixed.Frac) int {
	*into = Cell{uid, value}
	if value < dust {
		return 0
	}
	return 1
}

// follow moves an average towards a value: ppm of it is kept.
func follow(was, is fixed.Frac, ppm uint64) fixed.Frac {
	keep := fixed.FracNear(ppm, million)
	moved := fixed.Product(uint64(keep), uint64(was)).AddProduct(uint64(keep.Complement()), uint64(is))
	return fixed.Frac(moved.Shift(fixed.FracBits))
}
