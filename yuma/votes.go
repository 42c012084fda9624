package yuma

import "github.com/dendra-net/dendra/fixed"

// votes are the votes that count: by row for bonds, and by column for consensus. The rows lie where the bonds of this
// epoch will: each is read whole before it is written.
type votes struct {
	rows [][]Cell // every vote's part of its row
	box  ballotBox
}

// readVotes drops the votes that do not count, divides each row by its sum and hands in the ballots: of the rows as they
// are, or as their authors' averages have them.
func (e *epoch) readVotes() {
	rows := e.makeRows()
	e.votes.rows = rows
	for i, row := range e.in.Weights {
		counted := 0
		if e.permits[i] {
			counted = e.readRow(i, row)
		}
		rows[i] = rows[i][:counted]
	}
	if e.in.Params.InformationShare > 0 {
		e.inform()
	}
	if e.in.Params.VoteMemoryPPM > 0 {
		e.averageVotes()
	}
	e.votes.box = newBallotBox(rows, e.voters)
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

// readRow notes the weights of row i that count, each divided by their sum, and returns how many they are.
func (e *epoch) readRow(i int, row []Weight) int {
	room, k, sum := e.votes.rows[i], 0, uint64(0)
	registered, limit, self, last := e.in.RegisteredAt, e.oldestVisible(i), i, -1
	if i == e.owner {
		self = -1
	}
	for _, w := range row {
		j := int(w.UID)
		if j <= last || j >= len(registered) {
			continue
		}
		last = j
		if w.Value != 0 && j != self && registered[j] < limit {
			room[k] = Cell{w.UID, fixed.Frac(w.Value)}
			sum += uint64(w.Value)
			k++
		}
	}
	whole := fixed.NewDivisor32(uint32(sum)) // of less than 2^16 weights of 16 bits
	for c := range room[:k] {
		room[c].Value = whole.Frac(uint32(room[c].Value))
	}
	return k
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
