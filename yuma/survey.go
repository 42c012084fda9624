package yuma

import (
	"cmp"
	"slices"

	"github.com/dendra-net/dendra/fixed"
)

// survey asks the voters of an epoch for the median of each column: that of all, and for each voter that of the others.
type survey struct {
	*epoch
	who    []int // those with a voice, the least stake first
	needs  []need
	median []fixed.Frac
	others []vector // for each voter, halves of the medians of the others; zeros when there are none

	columns []ballot // of a few neighbouring neurons, one after the other; a ballot for each voter, in their order
	next    []int    // how far each voter's row is read
	room    []ballot
}

// need is the stake at which a majority of the others is reached, counted from the heaviest ballot on: where the voter's
// own is not among those counted, and where it is.
type need struct{ without, with uint64 }

// half is the least u16 share above one half.
const half = 32_768

func (e *epoch) newSurvey() *survey {
	s := &survey{epoch: e, median: make([]fixed.Frac, e.n), who: make([]int, 0, e.n)}
	for i, voice := range e.voters {
		if voice > 0 {
			s.who = append(s.who, i)
		}
	}
	slices.SortFunc(s.who, func(a, b int) int {
		return cmp.Or(cmp.Compare(e.voters[a], e.voters[b]), cmp.Compare(a, b))
	})
	count := len(s.who)
	s.needs, s.others, s.next = make([]need, count), make([]vector, count), make([]int, count)
	ballots, cells := make([]ballot, (boxColumns+1)*count), make([]int64, count*e.n)
	s.columns, s.room = ballots[:boxColumns*count], ballots[boxColumns*count:]
	for k, i := range s.who {
		stake := e.voters[i]
		without := majority(e.total-stake, half)
		s.needs[k] = need{without, min(without+stake, e.total)}
		s.others[k], cells = cells[:e.n:e.n], cells[e.n:]
		for c := range boxColumns {
			s.columns[c*count+k].stake = stake
		}
	}
	return s
}

// askAll fills in all medians.
func (s *survey) askAll(past []bool) {
	count, all := len(s.who), majority(s.total, half)
	if count == 0 {
		return
	}
	for first := 0; first < s.n; first += boxColumns {
		end := min(first+boxColumns, s.n)
		s.cast(first, end)
		for j := first; j < end; j++ {
			column := s.columns[(j-first)*count:][:count]
			line := s.middle(column)
			s.median[j] = line[reach(line, all)].weight
			replaceByOthers(column, line, s.needs)
		}
		if count > 1 {
			s.note(first, past[first:end])
		}
	}
}

// cast brings the votes for some neurons from rows into columns.
func (s *survey) cast(first, end int) {
	count := len(s.who)
	for k, i := range s.who {
		row := s.votes.rows[i][s.next[k]:]
		at := 0
		for j := first; j < end; j++ {
			weight := fixed.Frac(0)
			if at < len(row) && int(row[at].UID) == j {
				weight = row[at].Value
				at++
			}
			s.columns[(j-first)*count+k].weight = weight
		}
		s.next[k] += at
	}
}

// note brings the medians of the others from columns into rows.
func (s *survey) note(first int, past []bool) {
	count := len(s.who)
	for k, others := range s.others {
		for c, known := range past {
			if known {
				others[first+c] = int64(s.columns[c*count+k].weight >> 1)
			}
		}
	}
}

// middle returns the ballots of a column among which the medians of all and of everybody's others are, heaviest first, and
// with the stake held by each of them and all before it. Voters with little stake move a median by few places.
func (s *survey) middle(column []ballot) []ballot {
	last := len(s.needs) - 1
	least, most, above := s.needs[last].without, s.needs[last].with, uint64(0)
	line := column
	for rest := len(line); rest > fewBallots; {
		low, shift := spread(line)
		var held steps
		held.tally(line, low, shift)
		from, to, heavier := held.between(least-above, most-above)
		line = gather(s.room, line, low, shift, from, to)
		above += heavier
		if shift == 0 || 2*len(line) > rest {
			break
		}
		rest = len(line)
	}
	line = s.room[:copy(s.room, line)]
	slices.SortFunc(line, func(a, b ballot) int {
		return cmp.Or(cmp.Compare(b.weight, a.weight), cmp.Compare(b.stake, a.stake))
	})
	for k := range line {
		above += line[k].stake
		line[k].stake = above
	}
	return line
}

// between returns the steps from which to which the sums of stake, the highest step first, reach least and most, and what
// is held in steps above. All together hold that much.
func (s *steps) between(least, most uint64) (from, to, above uint64) {
	to = uint64(len(s) - 1)
	for ; above+s[to] < least; to-- {
		above += s[to]
	}
	from = to
	for sum := above + s[to]; sum < most; sum += s[from] {
		from--
	}
	return from, to, above
}

// reach returns the first place of a line at which at least need is held.
func reach(line []ballot, need uint64) (at int) {
	for line[at].stake < need {
		at++
	}
	return at
}

// replaceByOthers replaces the weight of each voter by the median of the others. If that is above the voter's own weight,
// its stake is not among what holds it, else it is. The more stake, the less is needed without it, and the more with it,
// so that two places move along the line in one direction each.
func replaceByOthers(column, line []ballot, needs []need) {
	high, low := reach(line, needs[0].without), 0
	for k := range column {
		n := needs[k]
		for high > 0 && line[high-1].stake >= n.without {
			high--
		}
		for line[low].stake < n.with {
			low++
		}
		above, below := line[high].weight, line[low].weight
		if column[k].weight >= above {
			above = below
		}
		column[k].weight = above
	}
}
