package vector

import (
	"fmt"
	"math"
	"math/big"
	"strconv"

	"github.com/dendra-net/dendra/fixed"
	"github.com/dendra-net/dendra/yuma"
)

// The kinds about order: medians, the largest few, scaling to the largest, and who is replaced.

// median asks for the score that a majority of stake gave or exceeded.
type median struct {
	stake, score     []*big.Rat
	majority, expect *big.Rat
}

func readMedian(r *caseReader) testCase {
	c := &median{}
	r.record(into("stake", r.amounts, &c.stake), into("score", r.amounts, &c.score), into("majority", r.share, &c.majority),
		into("expect", r.amount, &c.expect))
	r.sized("score", len(c.score), len(c.stake))
	return c
}

func (c *median) verify(v *verifier) {
	stake, perOne := inUnits(c.stake)
	need := atLeast(new(big.Rat).Mul(c.majority, perOne)) // stakes are taken as given: they should sum to one
	v.real("median", "", medianOf(stake, c.score, need), c.expect, exactly)
}

// medianOf is yuma.Median for scores of any size: their order is all that counts. When all stake together is less than
// needed, as only rounding makes it, all of it is needed.
func medianOf(stake []uint64, score []*big.Rat, need uint64) *big.Rat {
	top, shares := largest(score), make([]fixed.Frac, len(score))
	for i, x := range score {
		shares[i] = fracOf(new(big.Rat).Quo(x, top))
	}
	found := yuma.Median(stake, shares, min(need, sumOf(stake)))
	return new(big.Rat).Mul(rational(found), top)
}

// fracOf returns the share nearest to a number from 0 to 1.
func fracOf(x *big.Rat) fixed.Frac {
	return fixed.Frac(nearest(new(big.Rat).Mul(x, new(big.Rat).SetUint64(uint64(fixed.FracOne)))))
}

// medianColumns asks for the median of every column of a table of scores; rows are voters.
type medianColumns struct {
	stake    []*big.Rat
	scores   [][]*big.Rat
	majority *big.Rat
	expect   []*big.Rat
}

func readMedianColumns(r *caseReader) testCase {
	c := &medianColumns{}
	r.record(into("stake", r.amounts, &c.stake), into("scores", r.table, &c.scores), into("majority", r.share, &c.majority),
		into("expect", r.amounts, &c.expect))
	if len(c.stake) == 0 && len(c.scores) == 1 && len(c.scores[0]) == 0 { // [[]] is how a table of nothing is written, too
		c.scores = nil
	}
	r.shaped("scores", c.scores, len(c.stake), len(c.expect))
	return c
}

func (c *medianColumns) verify(v *verifier) {
	stake, _ := inUnits(c.stake)
	need := atLeast(new(big.Rat).Mul(c.majority, new(big.Rat).SetUint64(sumOf(stake)))) // of all stake, whatever it sums to
	for j, want := range c.expect {
		column := make([]*big.Rat, len(stake))
		for i := range stake {
			column[i] = c.scores[i][j]
		}
		v.real("median", strconv.Itoa(j), medianOf(stake, column, need), want, exactly)
	}
}

// topK asks for the k largest values. The rule that zero is never among them is not part of these cases.
type topK struct {
	values []*big.Rat
	k      uint64
	expect []bool
}

func readTopK(r *caseReader) testCase {
	c := &topK{}
	r.record(into("values", r.amounts, &c.values), into("k", func() uint64 { return r.whole(math.MaxInt32) }, &c.k), into("expect", r.flags, &c.expect))
	r.sized("expect", len(c.expect), len(c.values))
	return c
}

func (c *topK) verify(v *verifier) {
	units, _ := inUnits(c.values)
	for i := range units {
		units[i]++ // keeps the order, and leaves no zero
	}
	for i, have := range yuma.TopK(units, int(c.k)) {
		v.flag("top_k", strconv.Itoa(i), have, c.expect[i])
	}
}

// upscale asks for the values scaled so that the largest is 65535.
type upscale struct {
	values []*big.Rat
	expect []uint16
}

func readUpscale(r *caseReader) testCase {
	c := &upscale{}
	r.record(into("values", r.amounts, &c.values), into("expect", func() []uint16 { return list(r.scanner, r.u16) }, &c.expect))
	r.sized("expect", len(c.expect), len(c.values))
	return c
}

func (c *upscale) verify(v *verifier) {
	units, _ := inUnits(c.values)
	for i, have := range fixed.MaxUpscale(units) {
		v.near(unitU16, "scaled_u16", strconv.Itoa(i), whole(have), whole(c.expect[i]), exactly, exactly)
	}
}

// prune asks who gives way to a newcomer.
type prune struct {
	in     yuma.PruneInput
	expect *uint64 // nil: nobody
}

func readPrune(r *caseReader) testCase {
	c := &prune{}
	var immortal []uint16
	var least uint64
	r.record(into("emission", r.wholes, &c.in.Emission), into("registered_at", r.wholes, &c.in.RegisteredAt),
		into("block", r.height, &c.in.Block), into("immunity_period", r.height, &c.in.ImmunityPeriod),
		into("immortal", func() []uint16 { return list(r.scanner, r.uid) }, &immortal),
		into("min_non_immune", func() uint64 { return r.whole(maxN) }, &least), into("expect", r.uidOrNobody, &c.expect))
	n := len(c.in.Emission)
	r.sized("registered_at", len(c.in.RegisteredAt), n)
	c.in.MinNonImmune, c.in.Immortal = int(least), make([]bool, n)
	for _, uid := range immortal {
		if int(uid) >= n || c.in.Immortal[uid] {
			r.fail("immortal: want uids of %d neurons without repetition, have %d", n, uid)
			return c
		}
		c.in.Immortal[uid] = true
	}
	if c.expect != nil && *c.expect >= uint64(n) {
		r.fail("expect: uid %d of %d neurons", *c.expect, n)
	}
	return c
}

func (s *scanner) height() uint64 { return s.whole(math.MaxUint64) }

func (s *scanner) uidOrNobody() *uint64 {
	t := s.token()
	if t == nil {
		return nil
	}
	uid := s.asWhole(t, maxUID)
	return &uid
}

func (c *prune) verify(v *verifier) {
	uid, ok := yuma.PruneChoice(c.in)
	have, want := "nobody", "nobody"
	if ok {
		have = fmt.Sprint(uid)
	}
	if c.expect != nil {
		want = fmt.Sprint(*c.expect)
	}
	v.verdict(have == want, "pruned", "", have, want, "0")
}
