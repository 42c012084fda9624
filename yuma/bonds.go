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
	keep, add fixed.Frac // of the old bond, of the new vote; together one
	penalty   fixed.Frac
	liquid    *liquidAlpha // nil unless every pair has its own speed
	lastStep  uint64       // neurons registered from here on are younger than the bonds
	pairs     []pair       // room for one row
	rows      [][]Cell     // votes, then bonds of this epoch
	income    []fixed.Wide // dividends before normalising
}

// pair is a validator's vote for a server and its old bond to it.
type pair struct {
	vote, old fixed.Frac
	column    uint16
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
	e.out.Bonds = b.rows
	if e.trace != nil {
		e.trace.recordBonds(b)
	}
	for i, keeps := range e.out.NewPermits {
		if !keeps || len(b.rows[i]) == 0 {
			b.rows[i] = nil
		}
	}
}

func (e *epoch) newBonding() *bonding {
	p := e.in.Params
	keep := fixed.FracNear(uint64(min(p.BondsMovingAveragePPM, million)), million)
	b := &bonding{
		epoch: e, keep: keep, add: keep.Complement(), penalty: fixed.FracFromU16(p.BondsPenalty), lastStep: e.lastStep(),
		rows: e.votes.rows, income: make([]fixed.Wide, e.n),
	}
	if p.Yuma3 && p.LiquidAlpha && anyAbove(e.out.Consensus) {
		b.liquid = newLiquidAlpha(p)
	}
	widest := 0
	for _, row := range b.rows {
		widest = max(widest, cap(row))
	}
	b.pairs = make([]pair, widest)
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

// counts says whether an old bond counts: to a neuron that exists and is older than the bonds, in its place in the row,
// whose cells so far went up to last.
func (b *bonding) counts(c Cell, last int) bool {
	j := int(c.UID)
	return j > last && j < b.n && c.Value > 0 && b.in.RegisteredAt[j] < b.lastStep
}

// meet merges the votes of row i, clipped as the penalty says, with its old bonds.
func (b *bonding) meet(i int) []pair {
	olds, pairs, k := b.in.Bonds[i], b.pairs, 0
	trust, last := fixed.Frac(0), -1
	for _, v := range b.rows[i] {
		for ; len(olds) > 0 && olds[0].UID < v.UID; olds = olds[1:] {
			if b.counts(olds[0], last) {
				pairs[k] = pair{old: olds[0].Value.Clamp(), column: olds[0].UID}
				k++
			}
			last = max(last, int(olds[0].UID))
		}
		consensus := b.out.Consensus[v.UID]
		p := pair{vote: b.penalise(v.Value, consensus), column: v.UID}
		trust += min(v.Value, consensus)
		if len(olds) > 0 && olds[0].UID == v.UID {
			if b.counts(olds[0], last) {
				p.old = olds[0].Value.Clamp()
			}
			last, olds = max(last, int(v.UID)), olds[1:]
		}
		pairs[k] = p
		k++
	}
	b.out.ValidatorTrust[i] = trust
	return b.meetRest(olds, last, k)
}

// meetRest appends the old bonds behind the last vote of a row.
func (b *bonding) meetRest(olds []Cell, last, k int) []pair {
	for _, c := range olds {
		if b.counts(c, last) {
			b.pairs[k] = pair{old: c.Value.Clamp(), column: c.UID}
			k++
		}
		last = max(last, int(c.UID))
	}
	return b.pairs[:k]
}

// penalise moves a vote above the consensus towards it.
func (b *bonding) penalise(vote, consensus fixed.Frac) fixed.Frac {
	return vote - b.penalty.Mul(vote-min(vote, consensus))
}

// three is Yuma 3: bonds follow the votes pair by pair, and stake comes in when dividends are divided.
func (b *bonding) three() {
	held := make([]fixed.Wide, b.n)
	for i := range b.n {
		pairs, row, k := b.meet(i), b.rows[i][:cap(b.rows[i])], 0
		for _, p := range pairs {
			if bond := b.follow(p); bond > 0 {
				row[k] = Cell{p.column, bond}
				held[p.column] = held[p.column].Add(fixed.Wide{Lo: uint64(bond)})
				k++
			}
		}
		b.rows[i] = row[:k:k]
	}
	b.collect(held)
	b.weighIncome()
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

// follow moves one bond of Yuma 3 towards its vote.
func (b *bonding) follow(p pair) fixed.Frac {
	keep, add := b.keep, b.add
	if b.liquid != nil {
		add = b.liquid.speed(p.vote, p.old, b.out.Consensus[p.column])
		keep = add.Complement()
	}
	moved := fixed.Product(uint64(keep), uint64(p.old)).AddProduct(uint64(add), uint64(p.vote))
	return fixed.Frac(moved.Shift(fixed.FracBits))
}

// earning turns a bond of one column into income: its part of the column, times the column's rank. Ranks differ by many
// orders of magnitude, so each keeps 63 significant bits, and the products are shifted down to a common unit.
type earning struct {
	scale
	down uint
}

// collect adds up the income of every row from the columns it holds bonds in.
func (b *bonding) collect(held []fixed.Wide) {
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
			columns[j] = earning{newScale(mantissa, held[j]), uint(sum.Len() - rank.Len())}
		}
	}
	for i, row := range b.rows {
		var income fixed.Wide
		for _, c := range row {
			column := &columns[c.UID]
			income = income.Add(column.weighShare(c.Value).Down(column.down))
		}
		b.income[i] = income
	}
}

// scale computes part * x/sum for many x with one multiplication each: x is shifted so that the sum uses all 64 bits, and
// factor is part over the shifted sum.
type scale struct {
	factor uint64
	shift  int // right; negative is left
}

// newScale prepares part/sum; a sum of zero makes everything zero.
func newScale(part fixed.Frac, sum fixed.Wide) scale {
	if sum.IsZero() {
		return scale{}
	}
	shift := sum.Len() - 64
	factor, _ := bits.Div64(uint64(part)>>1, uint64(part)<<63, sum.Shift(shift))
	return scale{factor, shift}
}

// weigh returns part * x/sum with 126 fractional bits.
func (s scale) weigh(x fixed.Wide) fixed.Wide {
	return fixed.Product(x.Shift(s.shift), s.factor)
}

// weighShare is weigh for a share.
func (s scale) weighShare(x fixed.Frac) fixed.Wide {
	shifted := uint64(x)
	if s.shift > 0 {
		shifted >>= s.shift & 63 // a sum of shares has at most 16 bits more than one
	} else {
		shifted <<= -s.shift & 63
	}
	return fixed.Product(shifted, s.factor)
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
