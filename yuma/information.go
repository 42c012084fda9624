package yuma

import (
	"slices"

	"github.com/dendra-net/dendra/fixed"
)

// The information rule asks whose votes tell what was not public. For each validator, its row of this epoch and what a
// majority of the others agreed on this epoch are compared after everything that can be put together from public vectors
// (Memory: the last two medians, the last consensus, three moving averages) has been taken out of both. Who copies what is public
// has nothing left that goes with what the others newly found, however it mixes; who measured has.
//
// The correlation of the two remainders is averaged over epochs. A validator keeps the information share of its dividend
// by the square of its average over the median validator's: the square makes a quarter of the work earn a quarter of the
// share at most. Where the median validator's average itself is no more than chance would make there is nothing to tell
// workers from others by, and the rule lets go of the share, with the fourth power of how much less it is: that part goes by
// receipts where they are asked for, and to all alike where not.

// correlationOne is a correlation of one.
const (
	correlationBits = 30
	correlationOne  = 1 << correlationBits
)

// inform compares the votes of this epoch, as they were cast, with what was public and with each other.
func (e *epoch) inform() {
	past := e.past()
	s := e.newSurvey()
	s.askAll(past)
	e.remember(s.median, past)
	m := e.in.Memory
	public := newSpan(past, m.Median, m.Before, m.Consensus, m.Fast, m.Slow, m.Slowest)
	e.chance = public.chance(e.in.Params.InformationMemoryPPM)
	e.out.Memory.Correlation = make([]int64, e.n) // 0 for those without a voice
	own := make(vector, e.n)
	for k, i := range s.who {
		now := int64(0)
		if e.renewed(i) {
			own.set(e.votes.rows[i], past)
			now = public.correlation(own, s.others[k])
		}
		e.out.Memory.Correlation[i] = e.correlate(i, now)
	}
}

// past says which neurons were voted for before: only there can news be told from what was known.
func (e *epoch) past() []bool {
	past, lastStep := make([]bool, e.n), e.lastStep()
	for j := range past {
		past[j] = known(e.in.Memory.Median, j) > 0 && e.in.RegisteredAt[j] < lastStep
	}
	return past
}

// renewed says whether the row of validator i is of this epoch; one that is not tells no news.
func (e *epoch) renewed(i int) bool {
	return e.in.Renewed == nil || i < len(e.in.Renewed) && e.in.Renewed[i]
}

// correlate moves validator i's average towards the correlation of its news with the others'.
func (e *epoch) correlate(i int, now int64) int64 {
	was := int64(0)
	if i < len(e.in.Memory.Correlation) {
		was = min(max(e.in.Memory.Correlation[i], -correlationOne), correlationOne)
	}
	keep := int64(min(e.in.Params.InformationMemoryPPM, million))
	return (was*keep + now*(million-keep)) / million
}

// remember moves the public vectors on. Where a neuron is new, or nothing was known, the averages begin with the median.
func (e *epoch) remember(median []fixed.Frac, past []bool) {
	m := &e.out.Memory
	vectors := make([]fixed.Frac, 4*e.n)
	cut := func(k int) []fixed.Frac { return vectors[k*e.n : (k+1)*e.n : (k+1)*e.n] }
	m.Median, m.Before, m.Fast, m.Slow, m.Slowest = median, cut(0), cut(1), cut(2), cut(3)
	was := e.in.Memory
	for j, now := range median {
		m.Before[j], m.Fast[j], m.Slow[j], m.Slowest[j] = now, now, now, now
		if past[j] {
			m.Before[j] = known(was.Median, j)
			m.Fast[j] = follow(known(was.Fast, j), now, fastPPM)
			m.Slow[j] = follow(known(was.Slow, j), now, slowPPM)
			m.Slowest[j] = follow(known(was.Slowest, j), now, slowestPPM)
		}
	}
}

func known(v []fixed.Frac, j int) fixed.Frac {
	if j < len(v) {
		return v[j].Clamp()
	}
	return 0
}

// gate re-divides the dividends by what of the shares for information and for receipts each validator keeps.
func (e *epoch) gate() {
	p := e.in.Params
	if p.InformationShare == 0 && p.ReceiptShare == 0 {
		return
	}
	information := fixed.FracFromU16(p.InformationShare)
	receipts := min(fixed.FracFromU16(p.ReceiptShare), information.Complement())
	if p.InformationShare > 0 {
		e.out.Memory.Consensus = slices.Clone(e.out.Consensus)
		sure := e.judge()
		if p.ReceiptShare > 0 {
			receipts += information.Mul(sure.Complement())
		}
	}
	var sum fixed.Wide
	kept := make([]fixed.Wide, e.n)
	for i, dividend := range e.out.Dividends {
		lost := information.Mul(e.out.Information[i].Complement())
		if e.in.Receipts != nil {
			lost += receipts.Mul(known(e.in.Receipts, i).Complement())
		}
		kept[i] = fixed.Product(uint64(dividend), uint64(lost.Complement()))
		sum = sum.Add(kept[i])
	}
	if sum.IsZero() {
		return
	}
	for i, part := range kept {
		e.out.Dividends[i] = fixed.FracOfWide(part, sum)
	}
}

// judge turns average correlations into what of the information share each validator keeps, and returns how much of the
// share the rule divides at all: the fourth power of the median validator's average over what chance makes, at most one.
func (e *epoch) judge() (sure fixed.Frac) {
	ballots := make([]ballot, 0, e.n)
	for i, stake := range e.voters {
		if stake > 0 {
			ballots = append(ballots, ballot{fixed.Frac(max(e.out.Memory.Correlation[i], 0)), stake})
		}
	}
	median := uint64(quantile(ballots, majority(e.total, half)))
	sure = fixed.FracOf(median, e.chance)
	sure = sure.Mul(sure)
	sure = sure.Mul(sure)
	for i, c := range e.out.Memory.Correlation {
		if e.voters[i] > 0 {
			part := fixed.FracOf(uint64(max(c, 0)), max(median, 1))
			e.out.Information[i] = sure.Mul(part.Mul(part).Complement()).Complement()
		}
	}
	return sure
}
