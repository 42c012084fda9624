package yuma

import (
	"math/bits"
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
// workers from others by, and the rule lets go of the share, with the square of how much less it is: that part goes by
// receipts where they are asked for, and to all alike where not.

// correlationOne is a correlation of one.
const (
	correlationBits = 30
	correlationOne  = 1 << correlationBits
)

// inform compares the votes of this epoch, as they were cast, with what was public and with each other.
func (e *epoch) inform() {
	s := e.newSurvey()
	s.askAll()
	e.remember(s.median)
	m := e.in.Memory
	public := s.newSpan(m.Median, m.Before, m.Consensus, m.Fast, m.Slow, m.Slowest)
	e.chance = s.chance(len(public.basis))
	e.out.Memory.Correlation = make([]int64, e.n) // 0 for those without a voice
	for k, i := range s.who {
		e.out.Memory.Correlation[i] = e.correlate(i, public.news(s.own[k]), public.news(s.others[k]))
	}
}

// correlate moves validator i's average towards the correlation of its news with the others'. A row that is not of this
// epoch has none.
func (e *epoch) correlate(i int, own, others vector) int64 {
	now := int64(0)
	if e.in.Renewed == nil || i < len(e.in.Renewed) && e.in.Renewed[i] {
		now = own.cosine(others)
	}
	was := int64(0)
	if i < len(e.in.Memory.Correlation) {
		was = min(max(e.in.Memory.Correlation[i], -correlationOne), correlationOne)
	}
	keep := int64(min(e.in.Params.InformationMemoryPPM, million))
	return (was*keep + now*(million-keep)) / million
}

// remember moves the public vectors on. Where a neuron is new, or nothing was known, the averages begin with the median.
func (e *epoch) remember(median []fixed.Frac) {
	m := &e.out.Memory
	vectors := make([]fixed.Frac, 4*e.n)
	cut := func(k int) []fixed.Frac { return vectors[k*e.n : (k+1)*e.n : (k+1)*e.n] }
	m.Median, m.Before, m.Fast, m.Slow, m.Slowest = median, cut(0), cut(1), cut(2), cut(3)
	lastStep, was := e.lastStep(), e.in.Memory
	for j, now := range median {
		m.Before[j], m.Fast[j], m.Slow[j], m.Slowest[j] = now, now, now, now
		if e.hasPast(j, lastStep) {
			m.Before[j] = known(was.Median, j)
			m.Fast[j] = follow(known(was.Fast, j), now, fastPPM)
			m.Slow[j] = follow(known(was.Slow, j), now, slowPPM)
			m.Slowest[j] = follow(known(was.Slowest, j), now, slowestPPM)
		}
	}
}

// hasPast says whether there was a public median of the neuron that sits at j now.
func (e *epoch) hasPast(j int, lastStep uint64) bool {
	return known(e.in.Memory.Median, j) > 0 && e.in.RegisteredAt[j] < lastStep
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
// share the rule divides at all: the square of the median validator's average over what chance makes, at most one.
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
	for i, c := range e.out.Memory.Correlation {
		if e.voters[i] > 0 {
			part := fixed.FracOf(uint64(max(c, 0)), max(median, 1))
			e.out.Information[i] = sure.Mul(part.Mul(part).Complement()).Complement()
		}
	}
	return sure
}

// half is the least u16 share above one half.
const half = 32_768

// survey holds the votes of an epoch column by column, over the neurons that were voted for before.
type survey struct {
	*epoch
	who    []int  // those with a voice
	past   []bool // neurons that were voted for before: only there can news be told from what was known
	median []fixed.Frac
	own    []vector // their rows, a vector each
	others []vector // the median of the others, for each of them
}

func (e *epoch) newSurvey() *survey {
	s := &survey{epoch: e, median: make([]fixed.Frac, e.n), past: make([]bool, e.n)}
	lastStep := e.lastStep()
	for j := range s.past {
		s.past[j] = e.hasPast(j, lastStep)
	}
	for i, voice := range e.voters {
		if voice > 0 {
			s.who = append(s.who, i)
		}
	}
	cells := make([]int64, 2*len(s.who)*e.n)
	cut := func() vector {
		v := vector(cells[:e.n:e.n])
		cells = cells[e.n:]
		return v
	}
	for range s.who {
		s.own, s.others = append(s.own, cut()), append(s.others, cut())
	}
	return s
}

// chance is the average correlation below which the median validator's is not trusted to be more than that: four standard
// deviations of the average of as many directions as the public vectors leave free.
func (s *survey) chance(spanned int) uint64 {
	const deviations = 4
	free := -spanned
	for _, past := range s.past {
		if past {
			free++
		}
	}
	keep := uint64(min(s.in.Params.InformationMemoryPPM, million))
	spread, whole := deviations*deviations*(million-keep), (million+keep)*uint64(max(free, 1))
	if spread >= whole {
		return correlationOne
	}
	quo, _ := bits.Div64(spread>>(64-2*correlationBits), spread<<(2*correlationBits), whole)
	return max(root(quo), 1)
}

// opinion is one voice in a column.
type opinion struct {
	weight fixed.Frac
	stake  uint64
	who    int
}

// askAll finds, for every neuron, the median of all and for each voter that of the others.
func (s *survey) askAll() {
	if len(s.who) == 0 {
		return
	}
	next, sums := make([]int, len(s.who)), make([]uint64, len(s.who))
	column := make([]opinion, len(s.who))
	for j := range s.n {
		for k, i := range s.who {
			row := s.votes.rows[i]
			column[k] = opinion{stake: s.voters[i], who: k}
			if next[k] < len(row) && int(row[next[k]].UID) == j {
				column[k].weight = row[next[k]].Value
				next[k]++
			}
		}
		s.ask(j, column, sums)
	}
}

// ask sorts one column and reads the medians off it.
func (s *survey) ask(j int, column []opinion, sums []uint64) {
	slices.SortFunc(column, func(a, b opinion) int {
		switch {
		case a.weight != b.weight:
			if a.weight > b.weight {
				return -1
			}
			return 1
		default:
			return a.who - b.who
		}
	})
	sum := uint64(0)
	for k, o := range column {
		sum += o.stake
		sums[k] = sum
	}
	s.median[j] = column[reach(sums, majority(s.total, half))].weight
	if !s.past[j] {
		return
	}
	for k, o := range column {
		if o.stake == s.total {
			return // there are no others
		}
		need := majority(s.total-o.stake, half)
		at := reach(sums, need)
		if at >= k {
			at = reach(sums, need+o.stake)
		}
		s.own[o.who][j], s.others[o.who][j] = int64(o.weight>>1), int64(column[at].weight>>1)
	}
}

// reach returns the first place whose running sum is at least need, or the last place.
func reach(sums []uint64, need uint64) int {
	low, high := 0, len(sums)-1
	for low < high {
		middle := int(uint(low+high) >> 1)
		if sums[middle] >= need {
			high = middle
		} else {
			low = middle + 1
		}
	}
	return low
}

// vector is a direction: its length does not matter, so it is kept scaled to a number of bits at which sums of products
// fit 64 bits.
type vector []int64

// span is an orthogonal basis of the public vectors.
type span struct {
	bits  int
	basis []vector
	norms []uint64 // squares of their lengths
}

// lostBits is how much smaller than the whole a remainder must be to count as nothing: 2^-12, above what rounding weights
// to 16 bits makes.
const lostBits = 12

func (s *survey) newSpan(public ...[]fixed.Frac) span {
	out := span{bits: (62 - bits.Len(uint(s.n))) / 2}
	for _, p := range public {
		v := make(vector, s.n)
		for j, past := range s.past {
			if past {
				v[j] = int64(known(p, j) >> 1)
			}
		}
		if v = out.news(v); v != nil {
			out.basis, out.norms = append(out.basis, v), append(out.norms, uint64(v.dot(v)))
		}
	}
	return out
}

// news returns what of v is not in the span, in v's own memory, or nil when next to nothing is left.
func (s span) news(v vector) vector {
	if !v.fit(s.bits) {
		return nil
	}
	for k, b := range s.basis {
		v.subtract(b, s.norms[k])
	}
	if v.largest()>>(s.bits-lostBits) == 0 {
		return nil
	}
	v.fit(s.bits)
	return v
}

// fit scales v so that its largest number has just so many bits; a zero vector has no direction.
func (v vector) fit(to int) bool {
	have := bits.Len64(v.largest())
	if have == 0 {
		return false
	}
	for j, x := range v {
		if have > to {
			v[j] = x >> (have - to)
		} else {
			v[j] = x << (to - have)
		}
	}
	return true
}

func (v vector) largest() uint64 {
	top := int64(0)
	for _, x := range v {
		top = max(top, x, -x)
	}
	return uint64(top)
}

// subtract takes out of v its part along b, whose square is norm. Coefficients have 30 fractional bits; v being at most
// 2*sqrt(n) as long as b, they and their products fit.
func (v vector) subtract(b vector, norm uint64) {
	along := v.dot(b)
	size := uint64(max(along, -along))
	hi, lo := size>>(64-correlationBits), size<<correlationBits
	if hi >= norm {
		return
	}
	quo, _ := bits.Div64(hi, lo, norm)
	coefficient := int64(quo)
	if along < 0 {
		coefficient = -coefficient
	}
	for j, x := range b {
		v[j] -= coefficient * x >> correlationBits
	}
}

func (v vector) dot(b vector) (sum int64) {
	for j, x := range v {
		sum += x * b[j]
	}
	return sum
}

// cosine returns the correlation of two directions in units of 2^-30; with nothing there is none.
func (v vector) cosine(b vector) int64 {
	if v == nil || b == nil {
		return 0
	}
	lengths := root(uint64(v.dot(v))) * root(uint64(b.dot(b))) >> correlationBits
	if lengths == 0 {
		return 0
	}
	return min(max(v.dot(b)/int64(lengths), -correlationOne), correlationOne)
}

// root returns the integer square root.
func root(x uint64) uint64 {
	if x == 0 {
		return 0
	}
	r := uint64(1) << ((bits.Len64(x) + 1) / 2)
	for {
		next := (r + x/r) / 2
		if next >= r {
			return r
		}
		r = next
	}
}
