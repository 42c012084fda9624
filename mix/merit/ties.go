package merit

import (
	"math"
	"slices"
)

const (
	faint      = -12.0 // binary logarithm of a likelihood; less is no less
	slack      = 0.02  // added to variances, so that who answers alike shares what follows from them
	turnedFrom = 0.04  // half as much again as was seen of honest miners, see turned
	byChance   = 10    // times what chance leaves
)

// ties are how the answers of those who are in, and of the public model, go together: the covariances of their logarithms,
// of which each panel renews a half. How one's follow from the others' holds from text to text, as long as it stays what
// it is.
type ties struct {
	Who         []tied
	Covariances []float64 // of pairs of them, row by row, up to one with itself
}

// tied is a version of somebody.
type tied struct {
	ID    string // empty for the public model
	Begun int64
}

func (t *ties) valid() bool {
	n := len(t.Who)
	if n > mostMembers+1 || len(t.Covariances) != n*(n+1)/2 {
		return false
	}
	for _, w := range t.Who {
		if len(w.ID) > maxName {
			return false
		}
	}
	for _, v := range t.Covariances {
		if !(math.Abs(v) < 1e6) {
			return false
		}
	}
	return true
}

func (t *ties) at(i, j int) float64 {
	i, j = max(i, j), min(i, j)
	return t.Covariances[i*(i+1)/2+j]
}

// tiesNow are the ties of this panel alone.
func (e *exam) tiesNow() ties {
	var t ties
	var columns []int
	add := func(w tied, column int) {
		if len(t.Who) <= mostMembers {
			t.Who, columns = append(t.Who, w), append(columns, column)
		}
	}
	add(tied{}, 0)
	for _, n := range e.entrants {
		if n.version.Admitted && n.column != 0 {
			add(tied{n.version.ID, n.version.Begun}, n.column)
		}
	}
	offs := make([][]float64, len(columns))
	for i, c := range columns {
		offs[i] = offMean(e.logsOf(c))
		for _, other := range offs[:i+1] {
			sum := 0.0
			for k, v := range offs[i] {
				sum += float64(v * other[k])
			}
			t.Covariances = append(t.Covariances, math.Round(sum/float64(len(other))*4096)/4096)
		}
	}
	return t
}

// offMean is how far values are from their mean.
func offMean(values []float64) []float64 {
	list, mean := make([]float64, len(values)), 0.0
	for i, v := range values {
		list[i] = max(v, faint)
		mean += list[i] / float64(len(values))
	}
	for i := range list {
		list[i] -= mean
	}
	return list
}

// renewed are ties of now, averaged with those of before where both are known. Those of some stay what they were.
func (t ties) renewed(before ties, stay []tied) ties {
	place := before.places(t.Who)
	k := 0
	for i, w := range t.Who {
		for j, v := range t.Who[:i+1] {
			if place[i] >= 0 && place[j] >= 0 {
				was := before.at(place[i], place[j])
				if slices.Contains(stay, w) || slices.Contains(stay, v) {
					t.Covariances[k] = was
				}
				t.Covariances[k] = (t.Covariances[k] + was) / 2
			}
			k++
		}
	}
	return t
}

// places says where each of those stands in t, -1 where it does not.
func (t *ties) places(who []tied) []int {
	list := make([]int, len(who))
	for i, w := range who {
		list[i] = slices.Index(t.Who, w)
	}
	return list
}

// turned says whether n's answers no longer follow from those of others as they did: see strayedFromTies. What that is of
// honest miners has two parts. Chance leaves one position's part for each of the others; and texts are not all of one sort:
// of about 100 honest miners' panels it was above the bar in none of 2,496 positions, one of 960 and one of 504.
func (e *exam) turned(n *entrant) bool {
	by, others := e.strayedFromTies(n)
	return by > max(turnedFrom, byChance*float64(others)/float64(len(e.panel.Positions)))
}

// strayedFromTies is by what part more of n's answers is left over when they are foretold from others' by the ties of
// before than when these are fitted anew, weighed by how far n has strayed against what is usual. It is the least of this
// whichever of the others is left out, as that one may have turned itself. 0 when it is not known.
func (e *exam) strayedFromTies(n *entrant) (by float64, used int) {
	now := e.tiesNow()
	place := e.ties.places(now.Who)
	self := slices.Index(now.Who, tied{n.version.ID, n.version.Begun})
	usual := e.usuallyStrayed()
	if self < 0 || place[self] < 0 || usual == 0 {
		return 0, 0
	}
	var others []int
	for i := range now.Who {
		if i != self && place[i] >= 0 {
			others = append(others, i)
		}
	}
	least := math.Inf(1)
	for _, out := range others {
		rest := without(others, out)
		before := make([]int, len(rest))
		for k, i := range rest {
			before[k] = place[i]
		}
		foretold, fitted := e.ties.follow(place[self], before), now.follow(self, rest)
		if left := now.left(self, rest, fitted); left > 0 {
			least = min(least, now.left(self, rest, foretold)/left-1)
		}
	}
	if math.IsInf(least, 1) {
		return 0, 0
	}
	return least * e.strayed(n) / usual, len(others)
}

// usuallyStrayed is the median of how far those who are in have strayed.
func (e *exam) usuallyStrayed() float64 {
	var list []float64
	for _, n := range e.entrants {
		if n.version.Admitted && n.column != 0 && len(n.version.Profile) > 0 {
			list = append(list, e.strayed(n))
		}
	}
	if len(list) == 0 {
		return 0
	}
	slices.Sort(list)
	return list[len(list)/2]
}

// follow is how one's answers follow from those of others, by least squares.
func (t *ties) follow(one int, others []int) []float64 {
	m := make([][]float64, len(others))
	for i, x := range others {
		m[i] = make([]float64, len(others)+1)
		for j, y := range others {
			m[i][j] = t.at(x, y)
		}
		m[i][i] += slack
		m[i][len(others)] = t.at(x, one)
	}
	return solve(m)
}

// left is the variance of one's answers that is left when they are foretold by these parts of the others'.
func (t *ties) left(one int, others []int, parts []float64) float64 {
	v := t.at(one, one)
	for i, x := range others {
		v -= float64(2 * parts[i] * t.at(x, one))
		for j, y := range others {
			v += float64(float64(parts[i]*parts[j]) * t.at(x, y))
		}
	}
	return v
}
