package text

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"time"

	"github.com/dendra-net/dendra/neuron"
)

// The constants of the judgement. The allowance is far above what independent miners reach (about 0.03 for models that
// choose freely), so that models with common habits are not taken for copies.
const (
	chanceOverlap = 0.2   // share of telling answers that independent miners may have in common
	highestChance = 0.5   // the same, where a whole population agrees that often
	confidence    = 0.001 // chance that a pair at the allowance is judged above it
	ownRun        = 4     // the factor is the chance that so many answers in a row are the miner's own
	stockAnswers  = 2     // an answer given to more questions than this is a stock reply or a habit and tells nothing
)

// Originality tells copies from originals. For each pair of miners it takes the questions both answered on which
// independent miners would rarely agree: open questions that both answered rightly, and questions with a large space
// of mistakes that both answered wrongly. Of these it counts those with the same answer. The exact (Clopper-Pearson)
// lower bound of that share, less what chance allows, is the share s of answers that must have been copied; the
// later of the two gets the factor (1-s)^4, the other keeps its own. Everyone else has factor 1.
//
// What chance allows is the median share over all pairs, kept within 0.2..0.5: a cabal of copies cannot move it unless
// it holds seven of ten miners.
//
// The later of a pair is the one that was slower on more of the answers they share, since a copier must wait for the
// original: validators ask all miners the same question at the same moment, so that this compares like with like. When
// both were slower equally often it is the one whose quickest fifth of answers took longer, then the one with the
// larger sum of latencies, then the one that comes later in history.
//
// Limit: two honest servers of one deterministic model give the same answers to the same questions and look like
// original and copy. The remedy is to make sampling depend on the miner: seed it with the hotkey, as lexi.Options.Seed
// does and the "seed" parameter of common servers allows, or raise the temperature.
func (t *Task) Originality(history []neuron.Asked) map[neuron.Address]float64 {
	miners := t.collect(history)
	pairs := comparePairs(miners)
	allowed := allowance(pairs)
	out := make(map[neuron.Address]float64, len(miners))
	for _, m := range miners {
		out[m.address] = 1
	}
	for _, p := range pairs {
		if f := p.factor(allowed); f < 1 {
			later := p.later()
			out[later] = min(out[later], f)
		}
	}
	return out
}

// questionKey names a question over several rounds.
type questionKey struct{ id, truth string }

// told is one answer in normal form.
type told struct {
	text    string
	right   bool
	latency time.Duration
}

// teller is a miner with its telling answers.
type teller struct {
	address neuron.Address
	order   int // of its first answer in history
	answers map[questionKey]told
}

// collect reads the telling answers of history, by miner, in the order in which miners appear.
func (t *Task) collect(history []neuron.Asked) []*teller {
	index := map[neuron.Address]*teller{}
	var miners []*teller
	for i, a := range history {
		m := index[a.Miner]
		if m == nil {
			m = &teller{a.Miner, i, map[questionKey]told{}}
			index[a.Miner] = m
			miners = append(miners, m)
		}
		if key, what, ok := t.telling(a); ok {
			if _, twice := m.answers[key]; !twice {
				m.answers[key] = what
			}
		}
	}
	for _, m := range miners {
		m.dropStock()
	}
	return miners
}

func (t *Task) telling(a neuron.Asked) (questionKey, told, bool) {
	want := parseTruth(a.Question.Truth)
	text, ok := t.textOf(a.Answer)
	if !ok || !want.telling() {
		return questionKey{}, told{}, false
	}
	answer := want.read(text)
	right := a.Score >= 0.99
	if answer == "" || right && !want.open() {
		return questionKey{}, told{}, false
	}
	return questionKey{a.Question.ID, a.Question.Truth}, told{answer, right, a.Answer.Latency}, true
}

// dropStock forgets answers that the miner gives to many questions.
func (m *teller) dropStock() {
	uses := map[string]int{}
	for _, a := range m.answers {
		uses[a.text]++
	}
	maps.DeleteFunc(m.answers, func(_ questionKey, a told) bool { return uses[a.text] > stockAnswers })
}

// pair is what two miners have in common.
type pair struct {
	a, b               *teller
	shared, same       int             // telling questions, and those answered alike
	slowerA, slowerB   int             // of those answered alike
	timesA, timesB     []time.Duration // of those answered alike
	latencyA, latencyB time.Duration   // their sums
}

func comparePairs(miners []*teller) []pair {
	var out []pair
	for i, a := range miners {
		for _, b := range miners[i+1:] {
			if p := compare(a, b); p.shared > 0 {
				out = append(out, p)
			}
		}
	}
	return out
}

func compare(a, b *teller) pair {
	p := pair{a: a, b: b}
	for key, x := range a.answers {
		y, ok := b.answers[key]
		if !ok || x.right != y.right {
			continue
		}
		p.shared++
		if x.text != y.text {
			continue
		}
		p.same++
		p.latencyA += x.latency
		p.latencyB += y.latency
		switch cmp.Compare(x.latency, y.latency) {
		case 1:
			p.slowerA++
		case -1:
			p.slowerB++
		}
		p.timesA, p.timesB = append(p.timesA, x.latency), append(p.timesB, y.latency)
	}
	return p
}

// allowance is the share of common answers that this population shows by chance.
func allowance(pairs []pair) float64 {
	if len(pairs) < 3 {
		return chanceOverlap
	}
	shares := make([]float64, len(pairs))
	for i, p := range pairs {
		shares[i] = float64(p.same) / float64(p.shared)
	}
	slices.Sort(shares)
	return min(highestChance, max(chanceOverlap, shares[(len(shares)-1)/2]))
}

func (p pair) factor(allowed float64) float64 {
	copied := (lowerBound(p.same, p.shared) - allowed) / (1 - allowed)
	if copied <= 0 {
		return 1
	}
	return math.Pow(1-copied, ownRun)
}

// later returns the miner that follows the other.
func (p pair) later() neuron.Address {
	order := cmp.Or(cmp.Compare(p.slowerA, p.slowerB), cmp.Compare(quick(p.timesA), quick(p.timesB)), cmp.Compare(p.latencyA, p.latencyB), cmp.Compare(p.a.order, p.b.order))
	if order > 0 {
		return p.a.address
	}
	return p.b.address
}

// quick is the time within which the quickest fifth of the answers came.
func quick(times []time.Duration) time.Duration {
	if len(times) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(times))
	return sorted[(len(sorted)-1)/5]
}

// lowerBound is the Clopper-Pearson lower bound of a probability of which k of n trials came true: the p at which k or
// more would come true with the chance confidence.
func lowerBound(k, n int) float64 {
	if k == 0 {
		return 0
	}
	low, high := 0.0, 1.0
	for range 40 {
		mid := (low + high) / 2
		if tail(k, n, mid) < confidence {
			low = mid
		} else {
			high = mid
		}
	}
	return low
}

// tail is the chance of k or more of n at probability p.
func tail(k, n int, p float64) float64 {
	sum := 0.0
	for i := k; i <= n; i++ {
		sum += math.Exp(logChoose(n, i) + float64(i)*math.Log(p) + float64(n-i)*math.Log1p(-p))
	}
	return sum
}

func logChoose(n, k int) float64 {
	a, _ := math.Lgamma(float64(n + 1))
	b, _ := math.Lgamma(float64(k + 1))
	c, _ := math.Lgamma(float64(n - k + 1))
	return a - b - c
}
