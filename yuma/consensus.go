package yuma

import (
	"cmp"
	"math/bits"
	"slices"

	"github.com/dendra-net/dendra/fixed"
)

// rankServers finds for every neuron the consensus, clips the votes to it and adds up what is left.
func (e *epoch) rankServers() {
	need := majority(e.total, e.in.Params.Kappa)
	prerank, rank, scale := make([]fixed.Wide, e.n), make([]fixed.Wide, e.n), fixed.Product(e.total, uint64(fixed.FracOne))
	e.rank = rank
	var sum fixed.Wide
	for j := range e.n {
		ballots := e.votes.column(j)
		e.out.Consensus[j] = quantile(ballots, need)
		prerank[j], rank[j] = count(ballots, e.out.Consensus[j])
		sum = sum.Add(rank[j])
	}
	for j := range e.n {
		if prerank[j].IsZero() {
			continue
		}
		e.out.Prerank[j] = fixed.FracOfWide(prerank[j], scale)
		e.out.Rank[j] = fixed.FracOfWide(rank[j], scale)
		e.out.Trust[j] = fixed.FracOfWide(rank[j], prerank[j])
		e.out.Incentive[j] = fixed.FracOfWide(rank[j], sum)
	}
}

// count adds up stake times weight, as voted and clipped to the consensus.
func count(ballots []ballot, consensus fixed.Frac) (voted, clipped fixed.Wide) {
	for _, b := range ballots {
		voted = voted.AddProduct(b.stake, uint64(b.weight))
		clipped = clipped.AddProduct(b.stake, uint64(min(b.weight, consensus)))
	}
	return voted, clipped
}

// majority returns the least whole stake that is at least kappa/65535 of the total, and at least 1.
func majority(total uint64, kappa uint16) uint64 {
	const whole = 65535
	hi, lo := bits.Mul64(total, uint64(kappa))
	lo, carry := bits.Add64(lo, whole-1, 0)
	need, _ := bits.Div64(hi+carry, lo, whole)
	return max(need, 1)
}

// fewBallots is the number up to which sorting is faster than another partition.
const fewBallots = 12

// quantile returns the largest weight w such that ballots of weight >= w hold at least need of stake, or 0 when all of
// them together hold less: whoever cast none voted 0. It reorders the ballots. Quick-select with the middle of three as
// pivot; after too many unlucky pivots it sorts, so nobody can vote it into quadratic time.
func quantile(b []ballot, need uint64) fixed.Frac {
	for rounds := 2 * bits.Len(uint(len(b))); len(b) > fewBallots && rounds > 0; rounds-- {
		pivot := middle(b[0].weight, b[len(b)/2].weight, b[len(b)-1].weight)
		upper, held, above := partition(b, pivot)
		switch {
		case held < need:
			need -= held
			b = b[upper:]
		case above < need:
			return pivot
		case upper < len(b):
			b = b[:upper]
		default: // the pivot is the least weight, and it is not enough
			upper, _, _ = partition(b, pivot+1)
			b = b[:upper]
		}
	}
	return quantileSorted(b, need)
}

func middle(a, b, c fixed.Frac) fixed.Frac {
	return max(min(a, b), min(max(a, b), c))
}

// partition moves the ballots of at least this weight to the front and returns how many they are, what they hold, and
// what those above the weight hold. It has no branches to mispredict.
func partition(b []ballot, weight fixed.Frac) (count int, held, above uint64) {
	for i, x := range b {
		b[i] = b[count]
		b[count] = x
		var in, over uint64
		if x.weight >= weight {
			in = 1
		}
		if x.weight > weight {
			over = 1
		}
		count += int(in)
		held += x.stake & -in
		above += x.stake & -over
	}
	return count, held, above
}

func quantileSorted(b []ballot, need uint64) fixed.Frac {
	if len(b) > fewBallots {
		slices.SortFunc(b, func(x, y ballot) int {
			return cmp.Or(cmp.Compare(y.weight, x.weight), cmp.Compare(y.stake, x.stake))
		})
	} else {
		insertionSort(b)
	}
	for _, x := range b {
		if x.stake >= need {
			return x.weight
		}
		need -= x.stake
	}
	return 0
}

func insertionSort(b []ballot) {
	for i := 1; i < len(b); i++ {
		x, k := b[i], i
		for ; k > 0 && b[k-1].weight < x.weight; k-- {
			b[k] = b[k-1]
		}
		b[k] = x
	}
}

// Median returns the largest score that voters with at least need of stake gave or exceeded, or 0 when all together hold
// less. It is the consensus of one column; scores and stakes are matched by position.
func Median(stake []uint64, score []fixed.Frac, need uint64) fixed.Frac {
	ballots := make([]ballot, 0, len(stake))
	for i := range min(len(stake), len(score)) {
		if stake[i] > 0 {
			ballots = append(ballots, ballot{score[i], stake[i]})
		}
	}
	return quantile(ballots, max(need, 1))
}
