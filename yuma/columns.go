package yuma

import "github.com/dendra-net/dendra/fixed"

// columns is a sparse matrix stored by column: the cells of column j are those from start[j] to start[j+1], in ascending
// order of row.
type columns struct {
	start []int
	row   []int32
	value []fixed.Frac
}

// newColumns makes room for the cells counted per column. counts has one more element than there are columns; it becomes
// the start of each column, and next the place of its next cell.
func newColumns(counts []int) (c columns, next []int) {
	next = make([]int, len(counts))
	var sum int
	for j, k := range counts {
		counts[j], next[j] = sum, sum
		sum += k
	}
	return columns{start: counts, row: make([]int32, sum), value: make([]fixed.Frac, sum)}, next
}

func (c columns) column(j int) (rows []int32, values []fixed.Frac) {
	from, to := c.start[j], c.start[j+1]
	return c.row[from:to:to], c.value[from:to:to]
}

// widest returns the number of cells in the fullest column.
func (c columns) widest() (most int) {
	for j := range len(c.start) - 1 {
		most = max(most, c.start[j+1]-c.start[j])
	}
	return most
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

// ballotPaper calls mark for every vote of row i that counts, and returns the sum of their weights.
func (e *epoch) ballotPaper(i int, mark func(j int, weight uint16)) (sum uint64) {
	limit, last := e.oldestVisible(i), -1
	for _, w := range e.in.Weights[i] {
		j := int(w.UID)
		if j >= e.n {
			break
		}
		if j <= last {
			continue
		}
		last = j
		if w.Value == 0 || e.in.RegisteredAt[j] >= limit || j == i && i != e.owner {
			continue
		}
		sum += uint64(w.Value)
		mark(j, w.Value)
	}
	return sum
}

// transposeVotes drops the votes that do not count and divides each row by its sum.
func (e *epoch) transposeVotes() columns {
	counts, sums := make([]int, e.n+1), make([]uint64, e.n)
	for i := range e.n {
		if e.permits[i] {
			sums[i] = e.ballotPaper(i, func(j int, _ uint16) { counts[j]++ })
		}
	}
	c, next := newColumns(counts)
	for i := range e.n {
		if sums[i] == 0 {
			continue
		}
		divisor := fixed.NewDivisor(sums[i])
		e.ballotPaper(i, func(j int, weight uint16) {
			c.row[next[j]], c.value[next[j]] = int32(i), divisor.Frac(uint64(weight))
			next[j]++
		})
	}
	return c
}

// transposeBonds drops bonds to neurons that registered since the last epoch.
func (e *epoch) transposeBonds() columns {
	last := addSaturating(e.in.LastStepBlock, 1)
	if e.in.LastStepBlock == 0 {
		last = e.in.Block - min(e.in.Block, e.in.Params.Tempo)
	}
	counts := make([]int, e.n+1)
	for i := range e.n {
		e.holdings(i, last, func(j int, _ fixed.Frac) { counts[j]++ })
	}
	c, next := newColumns(counts)
	for i := range e.n {
		e.holdings(i, last, func(j int, bond fixed.Frac) {
			c.row[next[j]], c.value[next[j]] = int32(i), bond
			next[j]++
		})
	}
	return c
}

// holdings calls mark for every old bond of row i that still counts.
func (e *epoch) holdings(i int, lastStep uint64, mark func(j int, bond fixed.Frac)) {
	last := -1
	for _, b := range e.in.Bonds[i] {
		j := int(b.UID)
		if j >= e.n {
			break
		}
		if j <= last {
			continue
		}
		last = j
		if b.Value > 0 && e.in.RegisteredAt[j] < lastStep {
			mark(j, b.Value.Clamp())
		}
	}
}
