package vector

import (
	"fmt"
	"math/big"
)

// The kinds about one pair of validator and server: moving averages of bonds, clipping, and the penalty. Every figure is
// made by an epoch of a pair. Our votes and bonds are shares, so numbers above one are divided by the largest first; and
// where an epoch's integers cannot say an input exactly, the figure is moved by what the exact formula says that this
// changes.

// movingAverage asks for min(1, (1-alpha)*old + alpha*new), with one alpha or one for each pair.
type movingAverage struct {
	fresh, old, expect [][]*big.Rat
	alpha              func(i, j int) *big.Rat
	tol                *big.Rat
}

func readMovingAverage(r *caseReader) testCase {
	c := &movingAverage{}
	var single *big.Rat
	var each [][]*big.Rat
	r.record(into("new", r.table, &c.fresh), into("old", r.table, &c.old), into("expect", r.table, &c.expect),
		field{name: "alpha", read: func() { single, each = r.shareOrTable() }})
	rows, columns := len(c.fresh), 0
	if rows > 0 {
		columns = len(c.fresh[0])
	}
	r.shaped("new", c.fresh, rows, columns)
	r.shaped("old", c.old, rows, columns)
	r.shaped("expect", c.expect, rows, columns)
	c.tol, c.alpha = r.tol, func(int, int) *big.Rat { return single }
	if single == nil {
		r.shaped("alpha", each, rows, columns)
		c.alpha = func(i, j int) *big.Rat { return each[i][j] }
	}
	return c
}

// shareOrTable reads a number from 0 to 1, or a table of them.
func (s *scanner) shareOrTable() (single *big.Rat, each [][]*big.Rat) {
	t := s.token()
	if t != delimOpenList {
		single = s.asNumber(t)
		if single.Sign() < 0 || single.Cmp(one) > 0 {
			s.fail("want a number from 0 to 1, have %s", describe(t))
		}
		return single, nil
	}
	s.items(func(int) { each = append(each, list(s, s.share)) })
	return nil, each
}

func (c *movingAverage) verify(v *verifier) {
	top := largest(append(append([][]*big.Rat{}, c.fresh...), c.old...)...)
	for i, row := range c.expect {
		for j, want := range row {
			have := averaged(c.fresh[i][j], c.old[i][j], c.alpha(i, j), top)
			v.real("bond", fmt.Sprintf("%d,%d", i, j), lower(have, one), want, c.tol)
		}
	}
}

// averaged is the moving average of a pair, whose numbers are at most top, before it is cut at one.
func averaged(fresh, old, alpha, top *big.Rat) *big.Rat {
	asked := pair{vote: new(big.Rat).Quo(fresh, top), consensus: one, old: new(big.Rat).Quo(old, top)}
	rules := pairRules()
	add := nearest(new(big.Rat).Mul(alpha, big.NewRat(million, 1)))
	rules.BondsMovingAveragePPM = uint32(million - add)
	m := asked.run(rules)
	rounding := new(big.Rat).Sub(blend(m.used.old, m.used.vote, big.NewRat(int64(add), million)), blend(asked.old, asked.vote, alpha))
	return m.stored.Mul(m.stored.Sub(m.stored, rounding), top)
}

func lower(a, b *big.Rat) *big.Rat {
	if a.Cmp(b) <= 0 {
		return a
	}
	return b
}

// liquid asks for liquid alpha between equal bounds to be a plain moving average.
type liquid struct {
	alpha          uint16
	keepPPM        uint32
	steepness      int16
	weights, bonds [][]*big.Rat
	consensus      []*big.Rat
	tol            *big.Rat
}

func readLiquid(r *caseReader) testCase {
	c := &liquid{}
	var high uint16
	shares := func() []*big.Rat { return list(r.scanner, r.share) }
	table := func() [][]*big.Rat { return list(r.scanner, shares) }
	r.record(into("alpha_low_u16", r.u16, &c.alpha), into("alpha_high_u16", r.u16, &high),
		into("bonds_ma_ppm", func() uint32 { return uint32(r.whole(million)) }, &c.keepPPM),
		into("steepness", func() int16 { return int16(r.integer(-32_768, 32_767)) }, &c.steepness),
		into("weights", table, &c.weights), into("bonds", table, &c.bonds), into("consensus", shares, &c.consensus))
	if high != c.alpha {
		r.fail("want equal bounds of alpha, have %d and %d", c.alpha, high)
	}
	r.shaped("weights", c.weights, len(c.weights), len(c.consensus))
	r.shaped("bonds", c.bonds, len(c.weights), len(c.consensus))
	c.tol = r.tol
	return c
}

func (c *liquid) verify(v *verifier) {
	plain, moving := pairRules(), pairRules()
	plain.BondsMovingAveragePPM = c.keepPPM
	moving.LiquidAlpha, moving.AlphaLow, moving.AlphaHigh, moving.AlphaSteepness = true, c.alpha, c.alpha, c.steepness
	for i, row := range c.weights {
		for j, weight := range row {
			p, place := pair{weight, c.consensus[j], c.bonds[i][j]}, fmt.Sprintf("%d,%d", i, j)
			m := p.run(moving)
			v.real("bond at this alpha", place, m.stored, blend(m.used.old, m.used.vote, ofU16(c.alpha)), exactly)
			v.real("bond", place, m.stored, p.run(plain).stored, c.tol)
		}
	}
}

// interpolation asks for a + ratio*(b-a): how the penalty moves votes towards the consensus. A vote is never below what it
// is moved to, so where a is the smaller, b is moved the rest of the way.
type interpolation struct {
	a, b, expect []*big.Rat
	ratio, tol   *big.Rat
}

func readInterpolation(r *caseReader) testCase {
	c := &interpolation{}
	r.record(into("a", r.amounts, &c.a), into("b", r.amounts, &c.b), into("ratio", r.share, &c.ratio), into("expect", r.amounts, &c.expect))
	r.sized("b", len(c.b), len(c.a))
	r.sized("expect", len(c.expect), len(c.a))
	c.tol = r.tol
	return c
}

func (c *interpolation) verify(v *verifier) {
	top := largest(c.a, c.b)
	for i, want := range c.expect {
		from, to, ratio := c.a[i], c.b[i], c.ratio
		if from.Cmp(to) < 0 {
			from, to, ratio = to, from, new(big.Rat).Sub(one, ratio)
		}
		v.real("weight for bonds", fmt.Sprint(i), penalised(from, to, ratio, top), want, c.tol)
	}
}

// penalised moves a vote by ratio towards a consensus that is not above it; both are at most top.
func penalised(vote, consensus, ratio, top *big.Rat) *big.Rat {
	asked := pair{new(big.Rat).Quo(vote, top), new(big.Rat).Quo(consensus, top), new(big.Rat)}
	rules := pairRules()
	rules.BondsPenalty = nearestU16(ratio)
	m := asked.run(rules)
	rounding := new(big.Rat).Sub(blend(m.used.vote, m.used.consensus, ofU16(rules.BondsPenalty)), blend(asked.vote, asked.consensus, ratio))
	return m.forBonds.Mul(m.forBonds.Sub(m.forBonds, rounding), top)
}

// clip asks for every column of a table to be cut at a cap.
type clip struct {
	rows, expect [][]*big.Rat
	caps         []*big.Rat
}

func readClip(r *caseReader) testCase {
	c := &clip{}
	r.record(into("rows", r.table, &c.rows), into("caps", r.amounts, &c.caps), into("expect", r.table, &c.expect))
	r.shaped("rows", c.rows, len(c.rows), len(c.caps))
	r.shaped("expect", c.expect, len(c.rows), len(c.caps))
	return c
}

func (c *clip) verify(v *verifier) {
	top := largest(append([][]*big.Rat{c.caps}, c.rows...)...)
	for i, row := range c.expect {
		for j, want := range row {
			asked := pair{new(big.Rat).Quo(c.rows[i][j], top), new(big.Rat).Quo(c.caps[j], top), new(big.Rat)}
			m := asked.run(pairRules())
			rounding := new(big.Rat).Sub(lower(m.used.vote, m.used.consensus), lower(asked.vote, asked.consensus))
			v.real("clipped", fmt.Sprintf("%d,%d", i, j), m.clipped.Mul(m.clipped.Sub(m.clipped, rounding), top), want, exactly)
		}
	}
}
