package vector

import (
	"math/big"

	"github.com/dendra-net/dendra/yuma"
)

// pair is the smallest epoch in which one validator's vote for one server, the consensus about it and the old bond to it
// can be chosen at will: a validator with next to no stake, one that holds all the rest and so makes the consensus, the
// server, and more servers that take the remainder of both votes.
type pair struct{ vote, consensus, old *big.Rat }

// pairRules are Yuma 3 rules under which a bond moves from the old to the vote at once.
func pairRules() yuma.Params {
	p := yuma.CompatParams()
	p.Yuma3, p.BondsMovingAveragePPM, p.BondsPenalty = true, 0, 0
	return p
}

// moved is what an epoch made of a pair.
type moved struct {
	used                      pair // the inputs as integers can say them
	clipped, forBonds, stored *big.Rat
}

const (
	pairVoter, pairMajority, pairServer = 0, 1, 2 // uids
	pairOthers                          = 3       // and above
)

// run runs the epoch.
func (p pair) run(rules yuma.Params) moved {
	vote, usedVote := votesFor(p.vote)
	consensus, usedConsensus := votesFor(p.consensus)
	n := pairServer + max(len(vote), len(consensus), 2)
	old := fracOf(p.old)
	in := yuma.Input{
		Params: rules, Block: 10, LastStepBlock: 5, Stake: make([]uint64, n), LastUpdate: make([]uint64, n),
		RegisteredAt: make([]uint64, n), Permits: make([]bool, n), Weights: make([][]yuma.Weight, n), Bonds: make([][]yuma.Cell, n),
	}
	in.Stake[pairVoter], in.Stake[pairMajority] = 1, 1e9
	for _, uid := range []int{pairVoter, pairMajority} {
		in.LastUpdate[uid], in.Permits[uid] = 9, true
	}
	in.Weights[pairVoter], in.Weights[pairMajority] = vote, consensus
	in.Bonds[pairVoter] = []yuma.Cell{{UID: pairServer, Value: old}}
	_, trace := yuma.EpochTraced(in)
	return moved{
		used:    pair{usedVote, usedConsensus, rational(old)},
		clipped: toServer(trace.Clipped), forBonds: toServer(trace.BondsDelta), stored: toServer(trace.BondsStored),
	}
}

func toServer(rows [][]yuma.Cell) *big.Rat {
	for _, c := range rows[pairVoter] {
		if c.UID == pairServer {
			return rational(c.Value)
		}
	}
	return new(big.Rat)
}

const (
	largestWeight = 65535
	mostOthers    = 64 // servers that take the remainder of a vote
)

// votesFor returns the row whose part for the server is nearest to share, and that part.
func votesFor(share *big.Rat) (row []yuma.Weight, used *big.Rat) {
	used = simplest(share, largestWeight, mostOthers*largestWeight)
	part, rest := used.Num().Uint64(), used.Denom().Uint64()-used.Num().Uint64()
	if part > 0 {
		row = append(row, yuma.Weight{UID: pairServer, Value: uint16(part)})
	}
	for uid := uint16(pairOthers); rest > 0; uid++ {
		some := min(rest, largestWeight)
		row = append(row, yuma.Weight{UID: uid, Value: uint16(some)})
		rest -= some
	}
	return row, used
}

// simplest returns x, or the last of its continued fractions whose numerator and denominator are no larger than these.
func simplest(x *big.Rat, numerator, denominator int64) *big.Rat {
	fits := func(p, q *big.Int) bool {
		return p.Cmp(big.NewInt(numerator)) <= 0 && q.Cmp(big.NewInt(denominator)) <= 0
	}
	p0, q0, p1, q1 := big.NewInt(0), big.NewInt(1), big.NewInt(1), big.NewInt(0)
	for rest := new(big.Rat).Set(x); ; rest.Inv(rest) {
		whole := new(big.Int).Quo(rest.Num(), rest.Denom())
		p2 := new(big.Int).Add(new(big.Int).Mul(whole, p1), p0)
		q2 := new(big.Int).Add(new(big.Int).Mul(whole, q1), q0)
		if !fits(p2, q2) {
			return new(big.Rat).SetFrac(p1, q1)
		}
		p0, q0, p1, q1 = p1, q1, p2, q2
		if rest.Sub(rest, new(big.Rat).SetInt(whole)).Sign() == 0 {
			return new(big.Rat).SetFrac(p1, q1)
		}
	}
}

// blend returns a + part*(b-a).
func blend(a, b, part *big.Rat) *big.Rat {
	difference := new(big.Rat).Sub(b, a)
	return difference.Add(a, difference.Mul(difference, part))
}

// nearestU16 returns the integer of 65535 nearest to a share.
func nearestU16(share *big.Rat) uint16 {
	return uint16(nearest(new(big.Rat).Mul(share, big.NewRat(largestWeight, 1))))
}

func ofU16(v uint16) *big.Rat { return big.NewRat(int64(v), largestWeight) }
