package emission

import (
	"cmp"
	"math/bits"
	"slices"

	"github.com/dendra-net/dendra/fixed"
)

// voice is all the influence voters share, in units fine enough that no subnet's share loses a bit.
const voice = 1 << 48

// Voter is a root vote with what it weighs now.
type Voter struct {
	StakeRao  uint64
	AgeBlocks int64 // since it was last cast
	Netuids   []uint32
	Weights   []uint32
}

// Divide counts the root vote and returns each open subnet's share of 2^32, in the order of open, which is ascending.
// The shares add up to 2^32 exactly; without an effective vote they are equal (R-EMISSION-6).
//
// A vote is effective while it is younger than root_stale_blocks, its hotkey has stake, and it names an open subnet.
// The root_seats with most stake count. A voter's voice is its stake, times (stale - age) / stale, as a part of all,
// and at most root_cap: what is above goes to the others in proportion. The cap is 1/voters where that is more. Each
// voter's voice is divided in proportion to its weights on open subnets.
func Divide(voters []Voter, open []uint32, p Params) []uint64 {
	ballots := seated(effective(voters, open, p), p.RootSeats)
	if len(ballots) == 0 {
		return fixed.LargestRemainder(ones(len(open)), Whole)
	}
	powers := make([]uint64, len(ballots))
	for i, b := range ballots {
		powers[i] = b.power
	}
	scores := make([]uint64, len(open))
	for i, v := range voices(powers, p.RootCapU16) {
		for k, part := range fixed.LargestRemainder(ballots[i].row, v) {
			scores[k] += part
		}
	}
	return fixed.LargestRemainder(scores, Whole)
}

// ballot is an effective vote: its row has a weight for each open subnet.
type ballot struct {
	stake, power uint64
	row          []uint64
}

func effective(voters []Voter, open []uint32, p Params) []ballot {
	var out []ballot
	for _, v := range voters {
		b := ballot{stake: v.StakeRao, power: faded(v, p.RootStaleBlocks), row: make([]uint64, len(open))}
		var sum uint64
		for i, netuid := range v.Netuids {
			if k, ok := slices.BinarySearch(open, netuid); ok {
				b.row[k] += uint64(v.Weights[i])
				sum += uint64(v.Weights[i])
			}
		}
		if b.power > 0 && sum > 0 {
			out = append(out, b)
		}
	}
	return out
}

// faded is a voter's stake times the part of its life that its vote has left.
func faded(v Voter, staleBlocks int64) uint64 {
	age := max(v.AgeBlocks, 0)
	if age >= staleBlocks {
		return 0
	}
	return fixed.MulDiv(min(v.StakeRao, MaxRao), uint64(staleBlocks-age), uint64(staleBlocks))
}

// seated keeps the ballots with most stake, the earlier first among equals.
func seated(ballots []ballot, seats uint32) []ballot {
	slices.SortStableFunc(ballots, func(a, b ballot) int { return cmp.Compare(b.stake, a.stake) })
	return ballots[:min(len(ballots), int(seats))]
}

// voices divides all influence in proportion to powers, none above the cap, by filling the largest first. The cap is
// never below an equal part, so that all of it is given out.
func voices(powers []uint64, capU16 uint32) []uint64 {
	n := uint64(len(powers))
	limit := max(fixed.MulDiv(voice, uint64(capU16), MaxU16), (voice+n-1)/n)
	order := make([]int, len(powers))
	var sum uint64 // at most 256 times the cap of all TAO: below 2^63
	for i, power := range powers {
		order[i] = i
		sum += power
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(powers[b], powers[a]) })

	out := make([]uint64, len(powers))
	left := uint64(voice)
	for len(order) > 0 && exceeds(powers[order[0]], left, sum, limit) {
		out[order[0]] = limit
		left -= limit
		sum -= powers[order[0]]
		order = order[1:]
	}
	rest := make([]uint64, len(order))
	for i, at := range order {
		rest[i] = powers[at]
	}
	for i, part := range fixed.LargestRemainder(rest, left) {
		out[order[i]] = part
	}
	return out
}

// exceeds reports power*left/sum > limit, exactly.
func exceeds(power, left, sum, limit uint64) bool {
	aHi, aLo := bits.Mul64(power, left)
	bHi, bLo := bits.Mul64(limit, sum)
	return aHi > bHi || aHi == bHi && aLo > bLo
}

func ones(n int) []uint64 {
	out := make([]uint64, n)
	for i := range out {
		out[i] = 1
	}
	return out
}
