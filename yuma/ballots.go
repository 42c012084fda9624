package yuma

import "github.com/dendra-net/dendra/fixed"

// ballot is one voter's weight for a neuron and the stake behind it.
type ballot struct {
	weight fixed.Frac
	stake  uint64
}

// voter is a row and how many of its ballots are cast.
type voter struct {
	row   []Cell
	stake uint64
	cast  int
}

// ballotBox brings votes from rows into columns: the ballots for a few neighbouring neurons at a time, so that they stay
// in the nearest memory however large the network is.
type ballotBox struct {
	voters  []voter
	ballots []ballot
	ends    []int // of each column, how many ballots there will be; once they are cast, where they end
}

// boxColumns is for how many columns there is room when every voter votes for them: enough that coming back to a row costs
// little beside the ballots it casts, and few enough for a cache. A column always fits.
const boxColumns = 16

func newBallotBox(rows [][]Cell, stake []uint64) ballotBox {
	count := 0
	for i, row := range rows {
		if stake[i] > 0 && len(row) > 0 {
			count++
		}
	}
	voters, ends, total := make([]voter, 0, count), make([]int, len(rows)), 0
	for i, row := range rows {
		if stake[i] == 0 || len(row) == 0 {
			continue
		}
		voters = append(voters, voter{row: row, stake: stake[i]})
		total += len(row)
		for _, c := range row {
			ends[c.UID]++
		}
	}
	return ballotBox{voters, make([]ballot, min(total, boxColumns*len(voters))), ends}
}

// cast fills the box with the ballots for the neurons from first on, and returns where they stop.
func (b *ballotBox) cast(first int) (end int) {
	next := 0
	for end = first; end < len(b.ends) && next+b.ends[end] <= len(b.ballots); end++ {
		next, b.ends[end] = next+b.ends[end], next
	}
	for i := range b.voters {
		v := &b.voters[i]
		v.cast += b.castRow(v.row[v.cast:], v.stake, end)
	}
	return end
}

// castRow hands in the ballots of a row for neurons below end, and returns how many they are.
func (b *ballotBox) castRow(row []Cell, stake uint64, end int) int {
	ends, ballots := b.ends[:end], b.ballots
	for k, c := range row {
		if int(c.UID) >= len(ends) {
			return k
		}
		place := &ends[c.UID]
		ballots[*place] = ballot{c.Value, stake}
		*place++
	}
	return len(row)
}
