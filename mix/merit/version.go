package merit

import (
	"cmp"
	"math"
	"slices"

	"github.com/dendra-net/dendra/mix"
)

// Whoever was admitted for what it was may become another: a weak miner that passes questions on to a strong one. What
// a miner is, shows in its answers: by how much it beats the public model, how far it is from others, and how its answers
// follow from theirs. When it is much better, or when its answers and another's have come near each other and its are those
// that have changed, it has become another version, which is as young as the change and has yet to be admitted.
const (
	riseBits  = 0.15 // per byte better than when the version began, beyond riseSigma standard errors
	riseSigma = 3
	closer    = 0.7 // of a former distance: less means that one of the two has moved
	farthest  = 3.0 // bits at one position; more is no farther
)

// recall finds or begins the version of each miner.
func (e *exam) recall(s *State) {
	for _, n := range e.entrants {
		m := e.panel.Miners[n.index]
		v := s.find(m.ID)
		if v == nil || v.Model != m.Model || v.Since != m.Since || v.Gone > forgetAfter {
			n.version = version{ID: m.ID, Owner: n.owner, Model: m.Model, Since: m.Since, Begun: m.Since, Skill: n.skill}
			continue
		}
		n.version = *v
		n.version.Owner = n.owner
		n.version.Near = slices.Clone(v.Near)
	}
	e.renew()
}

// renew begins versions anew of those whose answers have changed. It judges all by what they were before any began anew.
func (e *exam) renew() {
	for _, n := range e.entrants {
		if n.version.Admitted && n.column != 0 {
			n.standing.Turn, _ = e.turn(n, e.panel.Height)
		}
	}
	moved, toward := make([]float64, len(e.entrants)), make([]string, len(e.entrants))
	for k, n := range e.entrants {
		if n.column == 0 {
			continue
		}
		n.quarrel, n.version.Quarrel = n.version.Quarrel, quarrel{}
		moved[k], toward[k] = e.approached(n)
		moved[k] = max(moved[k], e.risen(n))
		if moved[k] == 0 {
			moved[k], toward[k] = e.joined(n)
		}
	}
	for k, n := range e.entrants {
		if moved[k] <= 0 {
			continue
		}
		v := &n.version
		for _, m := range e.entrants {
			if m.version.Quarrel.With == v.ID {
				m.version.Quarrel = quarrel{} // it is known now
			}
		}
		*v = version{ID: v.ID, Owner: v.Owner, Model: v.Model, Since: v.Since, Begun: e.panel.Height, Rise: moved[k], Skill: n.skill,
			Seated: v.Admitted || v.Seated, Held: v.Held, Toward: toward[k]}
	}
}

// risen is by how much n is better than when its version began; 0 when it may be chance.
func (e *exam) risen(n *entrant) float64 {
	was := n.version.Skill
	if was.N == 0 {
		n.version.Skill = n.skill
		return 0
	}
	rise := n.skill.Mean - was.Mean
	if rise <= max(riseBits, riseSigma*math.Sqrt(n.skill.Var+was.Var)) {
		return 0
	}
	return rise
}

// near is how far w was when the two were first seen together.
func (v *version) near(w *version) (bits float64, ok bool) {
	for _, n := range v.Near {
		if n.ID == w.ID && n.Begun == w.Begun {
			return n.Bits, true
		}
	}
	return 0, false
}

// note writes down how far versions are from others that they are seen together with for the first time: from those who
// are in, and from the most skilled of those who may yet be.
func (e *exam) note() {
	in, pending := e.seen()
	known := append(in, pending[:min(len(pending), mostPending)]...)
	for _, n := range e.entrants {
		if n.column == 0 {
			continue
		}
		v := &n.version
		v.Near = slices.DeleteFunc(v.Near, func(x neighbour) bool { return e.outdated(x) })
		if _, ok := v.near(&version{}); !ok {
			v.Near = append(v.Near, neighbour{Bits: e.distance(n.column, 0)})
		}
		for _, k := range known {
			if _, ok := v.near(&k.version); ok || k == n || len(v.Near) >= maxNeighbours || v.Quarrel.With == k.version.ID || k.version.Quarrel.With == v.ID {
				continue
			}
			v.Near = append(v.Near, neighbour{k.version.ID, k.version.Begun, e.distance(n.column, k.column)})
		}
	}
}

// seen are those who have answered and are in, and those who are on probation, the most skilled first.
func (e *exam) seen() (in, pending []*entrant) {
	for _, k := range e.entrants {
		switch {
		case k.column == 0:
		case k.version.Admitted:
			in = append(in, k)
		case k.version.Panels <= probation:
			pending = append(pending, k)
		}
	}
	for _, list := range [][]*entrant{in, pending} {
		slices.SortStableFunc(list, func(a, b *entrant) int { return cmp.Compare(b.skill.Mean, a.skill.Mean) })
	}
	return in, pending
}

// outdated says whether a neighbour has become another version since, or was not let in.
func (e *exam) outdated(x neighbour) bool {
	for _, n := range e.entrants {
		if n.version.ID == x.ID {
			return n.version.Begun != x.Begun || !n.version.Admitted && n.version.Panels > probation
		}
	}
	return false
}

// distance is how far two columns' answers are from each other, in bits per byte.
func (e *exam) distance(a, b int) float64 {
	x, y, sum := e.logsOf(a), e.logsOf(b), 0.0
	for i := range x {
		sum += min(math.Abs(x[i]-y[i]), farthest)
	}
	return sum / float64(len(x))
}

// unmasked is how far b's answers are from a's when a's are made as sure as b's: what is left of b's logarithms when a's
// are fitted to them by a line that rises. To be surer or less sure than another is no distance from it.
func (e *exam) unmasked(a, b int) float64 {
	x, y := e.logsOf(a), e.logsOf(b)
	n, sx, sy, sxx, sxy := float64(len(x)), 0.0, 0.0, 0.0, 0.0
	for i := range x {
		sx, sy = sx+x[i], sy+y[i]
		sxx, sxy = sxx+float64(x[i]*x[i]), sxy+float64(x[i]*y[i])
	}
	rise, spread := sxy-float64(sx*sy)/n, sxx-float64(sx*sx)/n
	if !(rise > 0 && spread > 0) {
		return e.distance(a, b)
	}
	slope, sum := rise/spread, 0.0
	for i := range x {
		sum += min(math.Abs(y[i]-sy/n-float64(slope*(x[i]-sx/n))), farthest)
	}
	return min(sum/n, e.distance(a, b))
}

func (e *exam) logsOf(column int) []float64 {
	if l, ok := e.logs[column]; ok {
		return l
	}
	l := make([]float64, len(e.pools.columns[column]))
	for i, q := range e.pools.columns[column] {
		l[i] = mix.Log2(q)
	}
	e.logs[column] = l
	return l
}

// remember writes the panel's versions into s, and lets go of those that are long gone.
func (e *exam) remember(s *State) {
	present := map[string]bool{}
	versions := make([]version, 0, len(e.entrants))
	for _, n := range e.entrants {
		v := n.version
		if n.column == 0 {
			v.Silent, v.Gone = min(v.Silent+1, mostPanels), min(v.Gone+1, mostPanels)
		} else {
			v.Silent, v.Gone = max(0, v.Silent-1), 0
		}
		present[v.ID] = true
		versions = append(versions, v)
	}
	for _, v := range s.Versions {
		if v.Gone++; !present[v.ID] && v.Gone <= forgetAfter && len(versions) < 2*MaxMiners {
			v.Silent = min(v.Silent+1, mostPanels)
			versions = append(versions, v)
		}
	}
	s.Versions = versions
	s.Ties = append(e.ties[max(0, len(e.ties)+1-remembered):], e.tiesNow())
}
