package yuma

import (
	"math/bits"

	"github.com/dendra-net/dendra/fixed"
)

// pair is a validator and a server while their bond is computed.
type pair struct {
	row  int32
	vote fixed.Frac // the vote that buys
	old  fixed.Frac // bond before
	bond fixed.Frac // and after
}

// bondRule holds the constants of the moving average.
type bondRule struct {
	keep, add fixed.Frac // of the old bond, of the new vote; together one
	penalty   fixed.Frac
	liquid    *liquidAlpha // nil unless every pair has its own speed
}

func (e *epoch) newBondRule() bondRule {
	const million = 1_000_000
	p := e.in.Params
	keep := fixed.FracNear(uint64(min(p.BondsMovingAveragePPM, million)), million)
	rule := bondRule{keep: keep, add: keep.Complement(), penalty: fixed.FracFromU16(p.BondsPenalty)}
	if p.Yuma3 && p.LiquidAlpha && anyAbove(e.out.Consensus) {
		rule.liquid = newLiquidAlpha(p)
	}
	return rule
}

func anyAbove(v []fixed.Frac) bool {
	for _, x := range v {
		if x > 0 {
			return true
		}
	}
	return false
}

// bond moves all bonds and adds up what they earn.
func (e *epoch) bond() {
	rule := e.newBondRule()
	e.out.Bonds = e.bondRows()
	for j := range e.n {
		pairs := e.meet(j, rule.penalty)
		if len(pairs) == 0 {
			continue
		}
		if e.in.Params.Yuma3 {
			e.bondThree(j, pairs, rule)
		} else {
			e.bondPlain(j, pairs, rule)
		}
	}
	e.divide()
}

// bondRows makes room for the bonds of everyone who will store some, all in one piece of memory.
func (e *epoch) bondRows() [][]Cell {
	room, total := make([]int, e.n), 0
	for i, keeps := range e.out.NewPermits {
		if keeps {
			votes := 0
			if e.permits[i] {
				votes = len(e.in.Weights[i])
			}
			room[i] = min(e.n, votes+len(e.in.Bonds[i]))
			total += room[i]
		}
	}
	rows, cells := make([][]Cell, e.n), make([]Cell, total)
	for i, r := range room {
		if r > 0 {
			rows[i], cells = cells[:0:r], cells[r:]
		}
	}
	return rows
}

// meet merges the votes for server j and the old bonds to it by validator.
func (e *epoch) meet(j int, penalty fixed.Frac) []pair {
	voteRows, votes := e.votes.column(j)
	oldRows, olds := e.old.column(j)
	consensus, pairs := e.out.Consensus[j], e.scratch[:0]
	for len(voteRows) > 0 || len(oldRows) > 0 {
		var p pair
		fromVote := len(oldRows) == 0 || len(voteRows) > 0 && voteRows[0] <= oldRows[0]
		fromOld := len(voteRows) == 0 || len(oldRows) > 0 && oldRows[0] <= voteRows[0]
		if fromVote {
			p.row, p.vote = voteRows[0], penalise(votes[0], consensus, penalty)
			voteRows, votes = voteRows[1:], votes[1:]
		}
		if fromOld {
			p.row, p.old = oldRows[0], olds[0]
			oldRows, olds = oldRows[1:], olds[1:]
		}
		pairs = append(pairs, p)
	}
	return pairs
}

// penalise moves a vote towards its clipped value.
func penalise(vote, consensus, penalty fixed.Frac) fixed.Frac {
	if vote <= consensus {
		return vote
	}
	return vote - penalty.Mul(vote-consensus)
}

// bondPlain is plain Yuma: bonds are shares of the column, bought with stake times vote.
func (e *epoch) bondPlain(j int, pairs []pair, rule bondRule) {
	var bought, held fixed.Wide
	for k := range pairs {
		p := &pairs[k]
		bought = bought.AddProduct(e.voters[p.row], uint64(p.vote))
		held = held.Add(fixed.Wide{Lo: uint64(p.old)})
	}
	add, keep := newScale(rule.add, bought), newScale(rule.keep, held)
	var sum, top fixed.Frac
	for k := range pairs {
		p := &pairs[k]
		fresh := add.weigh(fixed.Product(e.voters[p.row], uint64(p.vote)))
		kept := keep.weigh(fixed.Wide{Lo: uint64(p.old)})
		p.bond = fixed.Frac(fresh.Add(kept).Shift(fixed.FracBits))
		sum += p.bond
		top = max(top, p.bond)
	}
	e.earn(j, pairs, fixed.Wide{Lo: uint64(sum)})
	relative := fixed.NewDivisor(uint64(top))
	for k := range pairs {
		e.store(j, pairs[k].row, relative.Frac(uint64(pairs[k].bond)))
	}
	if e.trace != nil {
		e.tracePlain(j, pairs, bought, sum)
	}
}

func (e *epoch) tracePlain(j int, pairs []pair, bought fixed.Wide, sum fixed.Frac) {
	for _, p := range pairs {
		put(e.trace.BondsDelta, p.row, j, fixed.FracOfWide(fixed.Product(e.voters[p.row], uint64(p.vote)), bought))
		put(e.trace.Bonds, p.row, j, fixed.FracOf(uint64(p.bond), uint64(sum)))
	}
}

// bondThree is Yuma 3: bonds follow the votes pair by pair, and stake comes in when dividends are divided.
func (e *epoch) bondThree(j int, pairs []pair, rule bondRule) {
	var sum fixed.Wide
	consensus := e.out.Consensus[j]
	for k := range pairs {
		p := &pairs[k]
		keep, add := rule.keep, rule.add
		if rule.liquid != nil {
			add = rule.liquid.speed(p.vote, p.old, consensus)
			keep = add.Complement()
		}
		moved := fixed.Product(uint64(keep), uint64(p.old)).AddProduct(uint64(add), uint64(p.vote))
		p.bond = fixed.Frac(moved.Shift(fixed.FracBits))
		sum = sum.Add(fixed.Wide{Lo: uint64(p.bond)})
		e.store(j, p.row, p.bond)
	}
	e.earn(j, pairs, sum)
	if e.trace != nil {
		for _, p := range pairs {
			put(e.trace.BondsDelta, p.row, j, p.vote)
			put(e.trace.Bonds, p.row, j, p.bond)
		}
	}
}

// store keeps a bond for the next epoch if its owner will hold a permit.
func (e *epoch) store(j int, row int32, bond fixed.Frac) {
	if bond == 0 {
		return
	}
	if e.out.NewPermits[row] {
		e.out.Bonds[row] = append(e.out.Bonds[row], Cell{uint16(j), bond})
	}
	if e.trace != nil {
		put(e.trace.BondsStored, row, j, bond)
	}
}

// earn credits the validators of column j with their part of its incentive.
func (e *epoch) earn(j int, pairs []pair, sum fixed.Wide) {
	share := newScale(e.out.Incentive[j], sum)
	if share.factor == 0 {
		return
	}
	for _, p := range pairs {
		e.income[p.row] = e.income[p.row].Add(share.weigh(fixed.Wide{Lo: uint64(p.bond)}))
	}
}

// scale computes part * x/sum for many x with one multiplication each: x is shifted so that the sum uses all 64 bits, and
// factor is part over the shifted sum.
type scale struct {
	shift  int
	factor uint64
}

// newScale prepares part/sum; a sum of zero makes everything zero.
func newScale(part fixed.Frac, sum fixed.Wide) scale {
	if sum.IsZero() {
		return scale{}
	}
	shift := sum.Len() - 64
	factor, _ := bits.Div64(uint64(part)>>1, uint64(part)<<63, sum.Shift(shift))
	return scale{shift, factor}
}

// weigh returns part * x/sum with 126 fractional bits.
func (s scale) weigh(x fixed.Wide) fixed.Wide {
	return fixed.Product(x.Shift(s.shift), s.factor)
}

// divide turns income into dividends. In Yuma 3 it is weighed by active stake first.
func (e *epoch) divide() {
	var sum fixed.Wide
	for i, income := range e.income {
		if e.in.Params.Yuma3 {
			e.income[i] = fixed.Product(e.voters[i], income.Shift(fixed.FracBits))
		}
		sum = sum.Add(e.income[i])
	}
	if sum.IsZero() {
		return
	}
	for i, income := range e.income {
		e.out.Dividends[i] = fixed.FracOfWide(income, sum)
	}
}
