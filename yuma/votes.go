package yuma

import "github.com/dendra-net/dendra/fixed"

// votes are the votes that count, twice: by row for bonds, by column for consensus. The rows lie where the bonds of this
// epoch will: each is read whole before it is written.
type votes struct {
	rows [][]Cell // every vote's part of its row
	// ballots holds the shares of those with a voice, column by column; column j is ballots[start[j]:start[j+1]].
	ballots []ballot
	start   []int
}

// ballot is one voter's weight for a neuron and the stake behind it.
type ballot struct {
	weight fixed.Frac
	stake  uint64
}

func (v *votes) column(j int) []ballot { return v.ballots[v.start[j]:v.start[j+1]] }

// readVotes drops the votes that do not count, divides each row by its sum and hands in the ballots: of the rows as they
// are, or as their authors' averages have them.
func (e *epoch) readVotes() {
	v := &e.votes
	v.rows, v.start = e.makeRows(), make([]int, e.n+1)
	for i, row := range e.in.Weights {
		var counted []Cell
		if e.permits[i] {
			counted = e.readRow(i, row)
		}
		v.rows[i] = v.rows[i][:len(counted)]
	}
	if e.in.Params.InformationShare > 0 {
		e.inform()
	}
	if e.in.Params.VoteMemoryPPM > 0 {
		e.averageVotes()
	}
	next := e.open()
	for i, row := range v.rows {
		if e.voters[i] > 0 {
			v.cast(row, e.voters[i], next)
		}
	}
}

// makeRows makes room for all votes, and later all bonds, in one piece of memory.
func (e *epoch) makeRows() [][]Cell {
	room := func(i int) int { return min(e.n, len(e.in.Weights[i])+len(e.in.Bonds[i])+len(e.in.Memory.Votes[i])) }
	total := 0
	for i := range e.n {
		total += room(i)
	}
	rows, cells := make([][]Cell, e.n), make([]Cell, total)
	for i := range e.n {
		k := room(i)
		rows[i], cells = cells[:k:k], cells[k:]
	}
	return rows
}

// readRow notes the weights of row i that count, each divided by their sum.
func (e *epoch) readRow(i int, row []Weight) []Cell {
	room, k, sum := e.votes.rows[i], 0, uint64(0)
	limit, self, last := e.oldestVisible(i), i, -1
	if i == e.owner {
		self = -1
	}
	for _, w := range row {
		j := int(w.UID)
		if j <= last || j >= e.n {
			continue
		}
		last = j
		if w.Value != 0 && j != self && e.in.RegisteredAt[j] < limit {
			room[k] = Cell{w.UID, fixed.Frac(w.Value)}
			sum += uint64(w.Value)
			k++
		}
	}
	whole := fixed.NewDivisor(sum)
	for c := range room[:k] {
		room[c].Value = whole.Frac(uint64(room[c].Value))
	}
	return room[:k]
}

// oldestVisible returns the first registration height that row i may not vote for: a vote counts only for neurons that
// registered before it was set and, when commits are hidden, not after the oldest live commit.
func (e *epoch) oldestVisible(i int) uint64 {
	limit := e.in.LastUpdate[i]
	if e.in.Params.CommitReveal && i < len(e.in.CommitBlock) {
		limit = min(limit, addSaturating(e.in.CommitBlock[i], 1))
	}
	return limit
}

// open makes room for the ballots of those with a voice and returns where each column begins.
func (e *epoch) open() (next []int) {
	v := &e.votes
	for i, row := range v.rows {
		if e.voters[i] > 0 {
			for _, c := range row {
				v.start[c.UID]++
			}
		}
	}
	next = make([]int, len(v.start))
	sum := 0
	for j, count := range v.start {
		v.start[j], next[j] = sum, sum
		sum += count
	}
	v.ballots = make([]ballot, sum)
	return next
}

// cast hands in the ballots of a voter with stake.
func (v *votes) cast(row []Cell, stake uint64, next []int) {
	for _, c := range row {
		v.ballots[next[c.UID]] = ballot{c.Value, stake}
		next[c.UID]++
	}
}
