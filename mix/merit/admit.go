package merit

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// Thresholds of admission: see Bar for why they are these.
const (
	leastBits   = 0.01  // per byte that a newcomer must tell beyond prior art
	leastOfKin  = 0.016 // that one must tell who is near another
	leastSigma  = 2     // standard errors by which it must tell something
	keep        = 0.9   // of the weight of what was measured a panel ago
	mostPrior   = 8     // admitted members of a version's prior art, or published ones
	mostPending = 4     // members of it that are on probation themselves
	patience    = 2     // panels for which newcomers wait for an admitted miner that is silent
	mostMembers = 16    // of the mixture that pays
	kinPanels   = 2     // by which one is first decided who is near another
	probation   = 4     // panels in a row in which a newcomer is weighed
	pause       = 8     // panels from one of its later tries to the next
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
		n.version.Panels = min(n.version.Panels+1, mostPanels)
		if !n.version.Admitted && n.version.Panels > probation && n.version.Panels%pause != 0 {
			n.standing.Reason = "was not let in, and has not changed"
			continue
		}
		e.weigh(n, order[:k])
		if !n.version.Admitted {
			e.decide(n, missing)
		}
	}
}

// weigh measures what n tells beyond those that were there before.
func (e *exam) weigh(n *entrant, before []*entrant) {
	n.prior = e.priorOf(n, before)
	if rest := e.unaccused(n); len(rest) == len(n.prior) {
		n.version.Apart = sample{}
	} else {
		n.version.Apart = n.version.Apart.fade(keep).blend(e.told(n, rest))
	}
	n.marginal = e.told(n, n.prior)
	n.kin = !e.once && e.kinship(n)
	n.version.Marginal = n.version.Marginal.fade(keep).blend(n.marginal)
	if whole := e.gain(nil, []int{n.column}).Mean; whole > 0 {
		n.novelty = min(1, max(0, n.version.Marginal.Mean/whole))
	}
}

// told is what n tells beyond this prior art, and, unless it is in already, beyond what anyone could make of that.
func (e *exam) told(n *entrant, prior []int) sample {
	public := prior
	if !n.version.Admitted {
		public = with(public, e.derived(n, prior)...)
	}
	return e.news(public, n.column)
}

// unaccused is n's prior art without those who are in and may have turned into it.
func (e *exam) unaccused(n *entrant) []int {
	rest := n.prior
	for _, b := range e.entrants {
		if b.version.Quarrel.With == n.version.ID && b.version.Admitted && !n.version.Admitted {
			rest = without(rest, b.column)
		}
	}
	return rest
}

// kinship says whether n is much nearer to one of its prior art than that is to any third. What was made of another by
// training it further is; what was trained apart is not, unless on the same text and in the same shape.
func (e *exam) kinship(n *entrant) bool {
	for _, p := range n.prior {
		if e.near(n.column, p, with(without(n.prior, p), 0)) {
			return true
		}
	}
	return false
}

// near says whether one's answers are much nearer to another's than any third's are.
func (e *exam) near(one, other int, thirds []int) bool {
	nearest := math.Inf(1)
	for _, third := range thirds {
		nearest = min(nearest, e.unmasked(third, other))
	}
	return e.unmasked(one, other) < closer*nearest
}

// news is what a column tells that nobody could have said who had these others: the gain over itself, held down to the
// most that any of the others gave the byte that came. Whoever only chooses among others, however cleverly, never gives
// more than they did, and so tells nothing.
func (e *exam) news(public []int, column int) sample {
	return e.gain(with(public, e.pools.addCapped(column, public)), with(public, column))
}

// decide lets n in when it tells something beyond doubt, unless somebody earlier may only be away. Beside one that has likelier
// turned into n than n into that one, n is decided by what it tells apart from it.
func (e *exam) decide(n *entrant, missing string) {
	if e.aped(n) {
		n.version.Marginal, n.kin = n.version.Apart, false
	}
	m, bar := n.version.Marginal, n.bar()
	switch {
	case n.kin && !n.learnt() && n.version.Panels < kinPanels:
		n.standing.Reason = "is near another, and is decided by its second panel"
	case m.Mean <= bar:
		n.standing.Reason = fmt.Sprintf("tells %.4f bits beyond prior art, more than %.4f is asked", m.Mean, bar)
	case missing != "":
		n.standing.Reason = fmt.Sprintf("waits for %s, which was there before and is silent", missing)
	default:
		n.version.Admitted = true
	}
}

// aped says whether one that is in has likelier turned into n than n into it.
func (e *exam) aped(n *entrant) bool {
	return slices.ContainsFunc(e.entrants, func(b *entrant) bool {
		return b.version.Admitted && b.version.Quarrel.With == n.version.ID && b.version.Quarrel.Suspect == aping
	})
}

// bar is how much n is asked for. Of one that was in and has learnt it is half as much: who learns should not lose its
// seat by it.
func (n *entrant) bar() float64 {
	se := n.version.Marginal.se()
	switch {
	case n.learnt():
		return max(leastBits/2, leastSigma*se)
	case n.kin:
		return KinBar(se)
	}
	return Bar(se)
}

// learnt says whether n was in and has become better, and not like another.
func (n *entrant) learnt() bool { return n.version.Seated && n.version.Toward == "" }

// rival is somebody of whom a newcomer must tell more.
type rival struct {
	column  int
	skill   float64
	pending bool // on probation
}

// priorOf lists the columns of whom n must tell more than, all of other owners: those admitted before it, those who were
// before it and are on probation (but for copies of what it was itself), and artifacts published before it. One that is in is
// not measured by whom it has a quarrel with, and nobody by who is suspended. Whoever was
// held against it once still is, also when it has become better since: else a copy of what it was would be let in.
func (e *exam) priorOf(n *entrant, before []*entrant) []int {
	var list []rival
	for _, b := range e.entrants {
		known := slices.Contains(before, b) || !n.version.Admitted && n.version.heldTo(&b.version)
		if b == n || b.column == 0 || b.owner == n.owner || !known || b.suspended() || n.version.Admitted && n.version.Quarrel.With == b.version.ID {
			continue
		}
		if b.version.Admitted || !e.once && b.version.Panels <= probation && !b.version.heldTo(&n.version) {
			list = append(list, rival{b.column, b.skill.Mean, !b.version.Admitted})
		}
	}
	for _, a := range e.older {
		if a.Since < n.version.Begun && a.Owner != n.owner {
			list = append(list, rival{column: a.column, skill: a.skill})
		}
	}
	columns := strongest(list)
	if !n.version.Admitted && n.version.Panels <= probation {
		n.version.hold(e.idsOf(columns))
	}
	return columns
}

// strongest are the columns of the most skilled, of those who are in and of those who may be.
func strongest(list []rival) []int {
	slices.SortStableFunc(list, func(a, b rival) int { return cmp.Compare(b.skill, a.skill) })
	var columns []int
	in, pending := 0, 0
	for _, r := range list {
		switch {
		case r.pending && pending < mostPending:
			pending++
		case !r.pending && in < mostPrior:
			in++
		default:
			continue
		}
		columns = append(columns, r.column)
	}
	slices.Sort(columns)
	return columns
}

// heldTo says whether w was held against v: also as what it has become, unless that is v itself.
func (v *version) heldTo(w *version) bool { return w.Toward != v.ID && slices.Contains(v.Held, w.ID) }

// hold notes who is held against a version.
func (v *version) hold(ids []string) {
	v.Held = slices.Clone(v.Held)
	for _, id := range ids {
		if id != "" && !slices.Contains(v.Held, id) && len(v.Held) < mostPrior+mostPending {
			v.Held = append(v.Held, id)
		}
	}
}

// derived adds to the pools what anyone could make of n's prior art, and returns the new columns.
func (e *exam) derived(n *entrant, prior []int) []int {
	if len(prior) < 2 && (e.panel.Derive == nil || len(prior) == 0) {
		return nil
	}
	nearest := slices.Clone(prior)
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
