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

// readVotes drops the votes that do not count and divides each row by its sum.
func (e *epoch) readVotes() {
	v := &e.votes
	v.rows, v.start = e.makeRows(), make([]int, e.n+1)
	sums := make([]uint64, e.n)
	for i, row := range e.in.Weights {
		var counted []Cell
		if e.permits[i] {
			counted, sums[i] = e.readRow(i, row)
		}
		v.rows[i] = v.rows[i][:len(counted)]
	}
	next := v.open()
	for i, row := range v.rows {
		v.cast(row, fixed.NewDivisor(sums[i]), e.voters[i], next)
	}
}

// makeRows makes room for all votes, and later all bonds, in one piece of memory.
func (e *epoch) makeRows() [][]Cell {
	room := func(i int) int { return min(e.n, len(e.in.Weights[i])+len(e.in.Bonds[i])) }
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

// readRow notes the weights of row i that count, as they are, and adds them up. Those that will be ballots are counted by
// column.
func (e *epoch) readRow(i int, row []Weight) (counted []Cell, sum uint64) {
	room, k, start := e.votes.rows[i], 0, e.votes.start
	limit, self, voice, last := e.oldestVisible(i), i, 0, -1
	if i == e.owner {
		self = -1
	}
	if e.voters[i] > 0 {
		voice = 1
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
			start[j] += voice
			k++
		}
	}
	return room[:k], sum
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

// open turns the counts in start into places, makes room for the ballots and returns where each column goes on.
func (v *votes) open() (next []int) {
	next = make([]int, len(v.start))
	sum := 0
	for j, count := range v.start {
		v.start[j], next[j] = sum, sum
		sum += count
	}
	v.ballots = make([]ballot, sum)
	return next
}

// cast divides the weights of a row by their sum and hands in the ballots of a voter with stake.
func (v *votes) cast(row []Cell, sum fixed.Divisor, stake uint64, next []int) {
	for k, c := range row {
		share := sum.Frac(uint64(c.Value))
		row[k].Value = share
		if stake > 0 {
			v.ballots[next[c.UID]] = ballot{share, stake}
			next[c.UID]++
		}
	}
}
