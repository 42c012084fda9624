package yuma

import (
	"math"
	"math/bits"

	"github.com/dendra-net/dendra/fixed"
)

// bonding moves the bonds of one epoch. It goes through the rows of votes and old bonds side by side; whatever a column
// needs is a vector beside them.
type bonding struct {
	*epoch
	keep, add fixed.Frac   // of the old bond, of the new vote; together one
	liquid    *liquidAlpha // nil unless every pair has its own speed
	servers   []server     // what a row meets in each column
	room      []Cell       // for two rows, once one is needed
	income    []fixed.Wide // dividends before normalising
}

// server is what the votes and bonds for a neuron are held against.
type server struct {
	consensus fixed.Frac
	memory    fixed.Frac // a mask: all bits when the neuron is older than the bonds, else none
}

// bond moves all bonds and divides what they earn.
func (e *epoch) bond() {
	b := e.newBonding()
	if e.trace != nil {
		e.trace.recordVotes(b)
	}
	if e.in.Params.Yuma3 {
		b.three()
	} else {
		b.plain()
	}
	b.divide()
	e.out.Bonds = b.votes.rows
	if e.trace != nil {
		e.trace.recordBonds(b)
	}
	for i, keeps := range e.out.NewPermits {
		if !keeps || len(b.votes.rows[i]) == 0 {
			b.votes.rows[i] = nil
		}
	}
}

func (e *epoch) newBonding() *bonding {
	p := e.in.Params
	keep := fixed.FracNear(uint64(min(p.BondsMovingAveragePPM, million)), million)
	b := &bonding{
		epoch: e, keep: keep, add: keep.Complement(), servers: e.servers(), income: make([]fixed.Wide, e.n),
	}
	if p.Yuma3 && p.LiquidAlpha && anyAbove(e.out.Consensus) {
		b.liquid = newLiquidAlpha(p)
	}
	return b
}

// lastStep is the height from which on a registration is younger than the bonds.
func (e *epoch) lastStep() uint64 {
	if e.in.LastStepBlock == 0 {
		return e.in.Block - min(e.in.Block, e.in.Params.Tempo)
	}
	return addSaturating(e.in.LastStepBlock, 1)
}

func anyAbove(v []fixed.Frac) bool {
	for _, x := range v {
		if x > 0 {
			return true
		}
	}
	return false
}

// servers puts side by side what rows look up column by column.
func (e *epoch) servers() []server {
	out, youngest := make([]server, e.n), e.lastStep()
	for j, consensus := range e.out.Consensus {
		out[j].consensus = consensus
		if e.in.RegisteredAt[j] < youngest {
			out[j].memory = ^fixed.Frac(0)
		}
	}
	return out
}

// meet brings together the votes of row i, clipped as the penalty says, and its old bonds: cells at the same place are for
// the same neuron, and where there is only one of the two the other is zero. What follows from both takes the place of
// the votes.
func (b *bonding) meet(i int) (row, olds []Cell) {
	row, olds = b.votes.rows[i], b.in.Bonds[i]
	b.out.ValidatorTrust[i] = b.clip(row)
	if sameColumns(row, olds) {
		return row, olds
	}
	if b.room == nil {
		b.room = make([]Cell, 2*b.n)
	}
	votes := b.room[:copy(b.room, row)]
	row, olds = row[:cap(row)], b.room[b.n:]
	k := merge(row, olds, votes, b.in.Bonds[i], b.n)
	return row[:k], olds[:k]
}

// clip clips votes as the penalty says, and returns what would be left of them if they were clipped entirely.
func (b *bonding) clip(row []Cell) (trust fixed.Frac) {
	consensus, penalty := b.out.Consensus, b.penalty
	for k := range row {
		p := &row[k]
		clipped := min(p.Value, consensus[p.UID])
		trust += clipped
		if penalty != fixed.FracOne {
			clipped = p.Value - penalty.Mul(p.Value-clipped)
		}
		p.Value = clipped
	}
	return trust
}

// sameColumns reports whether two rows have cells for the same neurons.
func sameColumns(a, b []Cell) bool {
	if len(a) != len(b) {
		return false
	}
	for k := range a {
		if a[k].UID != b[k].UID {
			return false
		}
	}
	return true
}

// merge fills a row of votes and one of old bonds, long enough both, with cells side by side. Votes are in order; bonds
// that are not in their place, or to nobody below n, are left out.
func merge(votes, olds, cast, bonds []Cell, n int) (k int) {
	o, last := 0, -1
	for _, v := range cast {
		for ; o < len(bonds) && bonds[o].UID < v.UID; o++ {
			if int(bonds[o].UID) > last {
				last = int(bonds[o].UID)
				votes[k], olds[k] = Cell{UID: bonds[o].UID}, bonds[o]
				k++
			}
		}
		votes[k], olds[k] = v, Cell{}
		if o < len(bonds) && bonds[o].UID == v.UID {
			olds[k] = bonds[o]
			o++
		}
		last = int(v.UID)
		k++
	}
	for _, c := range bonds[o:] {
		if int(c.UID) <= last {
			continue
		}
		if last = int(c.UID); last < n {
			votes[k], olds[k] = Cell{UID: c.UID}, c
			k++
		}
	}
	return k
}

// penalise moves a vote above the consensus towards it.
func (e *epoch) penalise(vote, consensus fixed.Frac) fixed.Frac {
	return vote - e.penalty.Mul(vote-min(vote, consensus))
}

// three is Yuma 3: bonds follow the votes pair by pair, and stake comes in when dividends are divided.
func (b *bonding) three() {
	held := make([]fixed.Wide, b.n)
	for i := range b.n {
		row, olds := b.meet(i)
		if b.liquid != nil {
			b.liquid.follow(row, olds, b.servers)
		} else {
			b.follow(row, olds)
		}
		k := hold(row, held)
		b.votes.rows[i] = row[:k:k]
	}
	columns := b.earnings(held)
	for i, row := range b.votes.rows {
		b.income[i] = earn(row, columns)
	}
	b.weighIncome()
}

// follow moves bonds of Yuma 3 from the old ones towards the votes.
func (b *bonding) follow(row, olds []Cell) {
	servers, keep, add := b.servers, b.keep, b.add
	olds = olds[:len(row)]
	for k := range row {
		p := &row[k]
		old := olds[k].Value.Clamp() & servers[p.UID].memory
		p.Value = between(old, p.Value, keep, add)
	}
}

// hold keeps the bonds of a row that are not zero, adds them to the sums of their columns and returns how many they are.
func hold(row []Cell, held []fixed.Wide) (k int) {
	for _, c := range row {
		if c.Value > 0 {
			row[k] = c
			sum := &held[c.UID]
			*sum = sum.Add(fixed.Wide{Lo: uint64(c.Value)})
			k++
		}
	}
	return k
}

// between returns keep*old + add*vote.
func between(old, vote, keep, add fixed.Frac) fixed.Frac {
	moved := fixed.Product(uint64(keep), uint64(old)).AddProduct(uint64(add), uint64(vote))
	return fixed.Frac(moved.Hi<<1 | moved.Lo>>(fixed.FracBits))
}

// weighIncome multiplies the income of every row by its stake. Small incomes of large stakes count as much as large
// incomes of small ones, so both factors keep 64 significant bits until the products are aligned to the largest.
func (b *bonding) weighIncome() {
	const room = 110 // bits of the largest product, so that 2^16 of them sum up within 128
	exponents, top := make([]int, b.n), math.MinInt
	for i, income := range b.income {
		exponents[i] = income.Len() - 64
		b.income[i] = fixed.Product(b.voters[i], income.Shift(exponents[i]))
		if !b.income[i].IsZero() {
			top = max(top, b.income[i].Len()+exponents[i])
		}
	}
	for i, weighed := range b.income {
		if !weighed.IsZero() {
			b.income[i] = weighed.Scale(top - room - exponents[i])
		}
	}
}

// earning turns a bond of one column into income: its part of the column, times the column's rank. Ranks differ by many
// orders of magnitude, so each keeps 63 significant bits, and the products are shifted down to a common unit.
type earning struct {
	scale
	down uint8
}

// earnings prepares the columns in which so much is held.
func (b *bonding) earnings(held []fixed.Wide) []earning {
	var sum fixed.Wide
	for j, rank := range b.rank {
		if !held[j].IsZero() {
			sum = sum.Add(rank)
		}
	}
	columns := make([]earning, b.n)
	for j, rank := range b.rank {
		if !held[j].IsZero() && !rank.IsZero() {
			mantissa := fixed.Frac(rank.Shift(rank.Len() - fixed.FracBits))
			columns[j] = earning{newScale(mantissa, held[j]), uint8(sum.Len() - rank.Len())}
		}
	}
	return columns
}

// earn adds up what a row's bonds earn.
func earn(row []Cell, columns []earning) (income fixed.Wide) {
	for _, c := range row {
		column := &columns[c.UID]
		income = income.Add(column.weighShare(c.Value).Down(uint(column.down)))
	}
	return income
}

// scale computes part * x/sum for many x with one multiplication each: x is shifted so that the sum uses all 64 bits, and
// factor is part over the shifted sum.
type scale struct {
	factor uint64
	shift  int8 // right; negative is left
	// left and right are the same for a share, of which a sum has at most 16 bits more: one of them is zero.
	left, right uint8
}

// newScale prepares part/sum; a sum of zero makes everything zero.
func newScale(part fixed.Frac, sum fixed.Wide) scale {
	if sum.IsZero() {
		return scale{}
	}
	shift := sum.Len() - 64
	factor, _ := bits.Div64(uint64(part)>>1, uint64(part)<<63, sum.Shift(shift))
	return scale{factor, int8(shift), uint8(max(-shift, 0)), uint8(max(shift, 0))}
}

// weigh returns part * x/sum with 126 fractional bits.
func (s scale) weigh(x fixed.Wide) fixed.Wide {
	return fixed.Product(x.Shift(int(s.shift)), s.factor)
}

// weighShare is weigh for a share.
func (s scale) weighShare(x fixed.Frac) fixed.Wide {
	return fixed.Product(uint64(x)<<(s.left&63)>>(s.right&63), s.factor)
}

// divide turns income into dividends.
func (b *bonding) divide() {
	var sum fixed.Wide
	for _, income := range b.income {
		sum = sum.Add(income)
	}
	if sum.IsZero() {
		return
	}
	for i, income := range b.income {
		b.out.Dividends[i] = fixed.FracOfWide(income, sum)
	}
}
