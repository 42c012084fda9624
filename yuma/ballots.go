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
	ballots []ballot        // of each column, one after the other, with room for every voter's
	ends    [boxColumns]int // where they end
}

// boxColumns is for how many columns there is room: enough that coming back to a row costs little beside the ballots it
// casts, and few enough for a cache.
const boxColumns = 16

func newBallotBox(rows [][]Cell, stake []uint64) ballotBox {
	var voters []voter
	for i, row := range rows {
		if stake[i] > 0 && len(row) > 0 {
			voters = append(voters, voter{row: row, stake: stake[i]})
		}
	}
	return ballotBox{voters: voters, ballots: make([]ballot, boxColumns*len(voters))}
}

// column returns the ballots for the neuron that is so many after the first in the box.
func (b *ballotBox) column(c int) []ballot {
	return b.ballots[c*len(b.voters) : b.ends[c]]
}

// cast fills the box with the ballots for the neurons from first on.
func (b *ballotBox) cast(first int) {
	for c := range b.ends {
		b.ends[c] = c * len(b.voters)
	}
	for i := range b.voters {
		v := &b.voters[i]
		v.cast += castRow(b.ballots, &b.ends, v.row[v.cast:], v.stake, first)
	}
}

// castRow hands in the ballots of a row for the neurons in the box, and returns how many they are.
func castRow(ballots []ballot, ends *[boxColumns]int, row []Cell, stake uint64, first int) int {
	for k := range row {
		column := uint(row[k].UID) - uint(first)
		if column >= boxColumns {
			return k
		}
		place := ends[column]
		ends[column] = place + 1
		ballots[place] = ballot{row[k].Value, stake}
	}
	return len(row)
}
