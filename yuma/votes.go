package yuma

import "github.com/dendra-net/dendra/fixed"

// votes are the votes that count, twice: by row for bonds, by column for consensus.
type votes struct {
	// share holds, for every cell of Input.Weights one row after the other, its part of the row, 0 where it does not count.
	share []fixed.Frac
	first []int // place of each row's first cell in share
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

// row returns the shares of row i, one for each of its n cells.
func (v *votes) row(i, n int) []fixed.Frac { return v.share[v.first[i]:][:n] }

// readVotes drops the votes that do not count and divides each row by its sum.
func (e *epoch) readVotes() {
	v, total := &e.votes, 0
	v.first, v.start = make([]int, e.n), make([]int, e.n+1)
	for i, row := range e.in.Weights {
		v.first[i] = total
		total += len(row)
	}
	v.share = make([]fixed.Frac, total)
	sums := make([]uint64, e.n)
	for i, row := range e.in.Weights {
		if e.permits[i] {
			sums[i] = e.readRow(i, row)
		}
	}
	next := v.open()
	for i, row := range e.in.Weights {
		if sums[i] > 0 {
			v.cast(row, v.row(i, len(row)), fixed.NewDivisor(sums[i]), e.voters[i], next)
		}
	}
}

// readRow notes the weights of row i that count, and returns their sum. Those that will be ballots are counted by column.
func (e *epoch) readRow(i int, row []Weight) (sum uint64) {
	v, share := &e.votes, e.votes.row(i, len(row))
	limit, self, voice, last := e.oldestVisible(i), i, 0, -1
	if i == e.owner {
		self = -1
	}
	if e.voters[i] > 0 {
		voice = 1
	}
	for k, w := range row {
		j := int(w.UID)
		if j <= last || j >= e.n {
			continue
		}
		last = j
		if w.Value != 0 && j != self && e.in.RegisteredAt[j] < limit {
			share[k] = fixed.Frac(w.Value)
			sum += uint64(w.Value)
			v.start[j] += voice
		}
	}
	return sum
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
func (v *votes) cast(row []Weight, share []fixed.Frac, sum fixed.Divisor, stake uint64, next []int) {
	for k, w := range row {
		if share[k] == 0 {
			continue
		}
		share[k] = sum.Frac(uint64(share[k]))
		if stake > 0 {
			v.ballots[next[w.UID]] = ballot{share[k], stake}
			next[w.UID]++
		}
	}
}
