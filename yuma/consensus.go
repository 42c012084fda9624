package yuma

import (
	"math/bits"

	"github.com/dendra-net/dendra/fixed"
)

// rankServers finds for every neuron the consensus, clips the votes to it and adds up what is left.
func (e *epoch) rankServers() {
	need, box := majority(e.total, e.in.Params.Kappa), &e.votes.box
	room, next := make([]ballot, len(box.voters)), make([]int32, len(box.voters))
	prerank := make([]fixed.Wide, e.n)
	e.rank = make([]fixed.Wide, e.n)
	e.bought = e.rank
	buys := !e.in.Params.Yuma3 && e.penalty < fixed.FracOne
	if buys {
		e.bought = make([]fixed.Wide, e.n)
	}
	for first := 0; first < e.n; first += boxColumns {
		box.cast(first)
		for j := first; j < min(first+boxColumns, e.n); j++ {
			ballots := box.column(j - first)
			e.out.Consensus[j] = quantileWith(room, next, ballots, need)
			prerank[j], e.rank[j] = count(ballots, e.out.Consensus[j])
			if buys {
				e.bought[j] = e.buy(j, ballots)
			}
		}
	}
	e.scoreServers(prerank)
}

// scoreServers turns sums of stake times vote into shares: a sum over all stake is a share as it is.
func (e *epoch) scoreServers(prerank []fixed.Wide) {
	var sum fixed.Wide
	for _, rank := range e.rank {
		sum = sum.Add(rank)
	}
	for j, rank := range e.rank {
		if prerank[j].IsZero() {
			continue
		}
		e.out.Prerank[j] = fixed.Frac(prerank[j].Div(e.total))
		e.out.Rank[j] = fixed.Frac(rank.Div(e.total))
		e.out.Trust[j] = fixed.FracOfWide(rank, prerank[j])
		e.out.Incentive[j] = fixed.FracOfWide(rank, sum)
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

// quantile returns the largest weight w such that ballots of weight >= w hold at least need of stake, or 0 when all of
// them together hold less: whoever cast none voted 0. It overwrites the ballots.
func quantile(b []ballot, need uint64) fixed.Frac {
	return quantileWith(b, make([]int32, len(b)), b, need)
}

// quantileWith is quantile that overwrites room instead of the ballots, and next; both are at least as long. The range of
// the weights is divided into equal steps; the step that the quantile falls into is divided again, until few ballots are
// left. Each round leaves five bits less of the range, so that 13 of them do, whatever is voted.
func quantileWith(room []ballot, next []int32, b []ballot, need uint64) fixed.Frac {
	for len(b) > fewBallots {
		low, shift := spread(b)
		var held steps
		var last chains
		next = next[:len(b)]
		for k, x := range b {
			step := (x.weight - low) >> (shift & 63) % (1 << stepBits)
			held[step] += x.stake
			next[k], last[step] = last[step], int32(k+1)
		}
		step := len(held) - 1
		for ; held[step] < need; step-- {
			if step == 0 {
				return 0
			}
			need -= held[step]
		}
		if shift == 0 {
			return low + fixed.Frac(step)
		}
		b = last.follow(step, next, b, room)
		room = b
	}
	return quantileOfFew(b, need)
}

// chains holds for each step where its last ballot is, counted from 1; where the one before it is stands beside each.
type chains [1 << stepBits]int32

// follow copies the ballots of a step to the end of as many others. These may be the same, as none moves to the front.
func (c *chains) follow(step int, next []int32, b, into []ballot) []ballot {
	at := len(b)
	for k := c[step]; k > 0; k = next[k-1] {
		at--
		into[at] = b[k-1]
	}
	return into[at:len(b)]
}

const (
	// fewBallots is the number up to which trying every ballot is faster than another round.
	fewBallots = 12
	stepBits   = 5
)

// spread returns the least weight, and by how many bits the distance from it is shifted for the number of its step. Where
// it is inlined the compiler runs out of registers and makes branches of min and max that nobody can predict.
//
//go:noinline
func spread(b []ballot) (low fixed.Frac, shift int) {
	low, high := b[0].weight, b[0].weight
	for _, x := range b {
		low = min(low, x.weight)
		high = max(high, x.weight)
	}
	return low, max(bits.Len64(uint64(high-low))-stepBits, 0)
}

// steps holds the stake in each step of a range of weights.
type steps [1 << stepBits]uint64

func (s *steps) tally(b []ballot, low fixed.Frac, shift int) {
	for _, x := range b {
		s[(x.weight-low)>>(shift&63)%(1<<stepBits)] += x.stake
	}
}

// gather copies the ballots of some neighbouring steps, without a branch that could be mispredicted.
func gather(room, b []ballot, low fixed.Frac, shift int, from, to uint64) []ballot {
	count := 0
	for _, x := range b {
		room[count] = x
		_, other := bits.Sub64(to-from, uint64(x.weight-low)>>(shift&63)-from, 0)
		count += int(1 - other)
	}
	return room[:count]
}

// quantileOfFew asks for every ballot how much stake stands behind its weight.
func quantileOfFew(b []ballot, need uint64) (largest fixed.Frac) {
	for _, x := range b {
		var held uint64
		for _, y := range b {
			_, below := bits.Sub64(uint64(y.weight), uint64(x.weight), 0)
			held += y.stake & (below - 1)
		}
		if held >= need {
			largest = max(largest, x.weight)
		}
	}
	return largest
}

// Median returns the largest score that voters with at least need of stake gave or exceeded, or 0 when all together hold
// less. It is the consensus of one column; scores and stakes are matched by position.
func Median(stake []uint64, score []fixed.Frac, need uint64) fixed.Frac {
	ballots := make([]ballot, 0, min(len(stake), len(score)))
	for i := range min(len(stake), len(score)) {
		if stake[i] > 0 {
			ballots = append(ballots, ballot{score[i], stake[i]})
		}
	}
	return quantile(ballots, max(need, 1))
}
