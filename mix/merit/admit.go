package merit

import (
	"cmp"
	"fmt"
	"slices"
)

// Thresholds of admission: see Bar for why they are these.
const (
	leastBits   = 0.01 // per byte that a newcomer must tell beyond prior art
	leastSigma  = 2    // standard errors by which it must tell something
	keep        = 0.9  // of the weight of what was measured a panel ago
	mostPrior   = 8    // members of a version's prior art
	patience    = 2    // panels for which newcomers wait for an admitted miner that is silent
	mostMembers = 16   // of the mixture that pays
	probation   = 4    // panels in a row in which a newcomer is weighed
	pause       = 8    // panels from one of its later tries to the next
)

// admit decides in the order of beginnings who is in.
func (e *exam) admit() {
	order := slices.Clone(e.entrants)
	slices.SortFunc(order, func(a, b *entrant) int {
		if a.version.earlier(&b.version) {
			return -1
		}
		return 1
	})
	missing := ""
	for k, n := range order {
		if n.column == 0 {
			if n.version.Admitted && n.version.Silent < patience {
				missing = n.version.ID
			}
			n.standing.Reason = "did not answer"
			continue
		}
		n.version.Panels++
		if !n.version.Admitted && n.version.Panels > probation && n.version.Panels%pause != 0 {
			n.standing.Reason = "was not let in, and has not changed"
			continue
		}
		e.weigh(n, order[:k])
		if !n.version.Admitted {
			n.decide(missing)
		}
	}
}

// weigh measures what n tells beyond those that were there before.
func (e *exam) weigh(n *entrant, before []*entrant) {
	n.prior = e.priorOf(n, before)
	public := n.prior
	if !n.version.Admitted {
		public = with(public, e.derived(n)...)
	}
	n.marginal = e.news(public, n.column)
	n.version.Marginal = n.version.Marginal.fade(keep).blend(n.marginal)
	if whole := e.gain(nil, []int{n.column}).Mean; whole > 0 {
		n.novelty = min(1, max(0, n.version.Marginal.Mean/whole))
	}
}

// news is what a column tells that nobody could have said who had these others: the gain over itself, held down to the
// most that any of the others gave the byte that came. Whoever only chooses among others, however cleverly, never gives
// more than they did, and so tells nothing.
func (e *exam) news(public []int, column int) sample {
	return e.gain(with(public, e.pools.addCapped(column, public)), with(public, column))
}

// decide lets n in when it tells something beyond doubt, unless somebody earlier may only be away.
func (n *entrant) decide(missing string) {
	m := n.version.Marginal
	bar := Bar(m.se())
	switch {
	case m.Mean <= bar:
		n.standing.Reason = fmt.Sprintf("tells %.4f bits beyond prior art, more than %.4f is asked", m.Mean, bar)
	case missing != "":
		n.standing.Reason = fmt.Sprintf("waits for %s, which was there before and is silent", missing)
	default:
		n.version.Admitted = true
	}
}

// priorOf lists the columns of whom n must tell more than: those admitted before it and artifacts published before it,
// of other owners, the most skilled first.
func (e *exam) priorOf(n *entrant, before []*entrant) []int {
	type candidate struct {
		column int
		skill  float64
	}
	var list []candidate
	for _, b := range before {
		if b.column != 0 && b.version.Admitted && b.owner != n.owner {
			list = append(list, candidate{b.column, b.skill.Mean})
		}
	}
	for _, a := range e.older {
		if a.Since < n.version.Begun && a.Owner != n.owner {
			list = append(list, candidate{a.column, a.skill})
		}
	}
	slices.SortStableFunc(list, func(a, b candidate) int { return cmp.Compare(b.skill, a.skill) })
	columns := make([]int, 0, mostPrior)
	for _, c := range list[:min(len(list), mostPrior)] {
		columns = append(columns, c.column)
	}
	slices.Sort(columns)
	return columns
}

// derived adds to the pools what anyone could make of n's prior art, and returns the new columns.
func (e *exam) derived(n *entrant) []int {
	if len(n.prior) < 2 && (e.panel.Derive == nil || len(n.prior) == 0) {
		return nil
	}
	nearest := slices.Clone(n.prior)
	slices.SortStableFunc(nearest, func(a, b int) int {
		return cmp.Compare(e.distance(n.column, a), e.distance(n.column, b))
	})
	likelihoods, weights := e.blend(nearest)
	made := []int{e.pools.add(likelihoods)}
	if e.panel.Derive == nil {
		return made
	}
	for _, likelihoods := range e.panel.Derive(e.membersOf(nearest), weights) {
		if len(likelihoods) == len(e.panel.Positions) {
			made = append(made, e.pools.add(likelihoods))
		}
	}
	return made
}

func (e *exam) membersOf(columns []int) []Member {
	var list []Member
	for _, c := range columns {
		for _, n := range e.entrants {
			if n.column == c {
				list = append(list, Member{Index: n.index})
			}
		}
		for i, a := range e.older {
			if a.column == c {
				list = append(list, Member{Prior: true, Index: i})
			}
		}
	}
	return list
}
