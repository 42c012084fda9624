package merit

import (
	"cmp"
	"math"
	"slices"

	"github.com/dendra-net/dendra/mix"
)

// Whoever was admitted for what it was may become another: a weak miner that passes questions on to a strong one. What
// a miner is, shows in its answers: by how much it beats the public model and where, and how far it is from others. When
// it is much better, or has come near another that has changed less, it has become another version, which is as young as
// the change and has yet to be admitted.
const (
	riseBits  = 0.15 // per byte better than when the version began, beyond riseErrors standard errors
	riseSigma = 3
	closer    = 0.7 // of a former distance: less means that one of the two has moved
	seated    = 2.0 // times as much must one that is in have changed as one that is not, to be the one that moved
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
	moved, toward := make([]float64, len(e.entrants)), make([]string, len(e.entrants))
	for k, n := range e.entrants {
		if n.column != 0 {
			moved[k], toward[k] = e.approached(n)
			moved[k] = max(moved[k], e.risen(n))
		}
		if moved[k] == 0 {
			moved[k], toward[k] = e.joined(n)
		}
	}
	for k, n := range e.entrants {
		if moved[k] <= 0 {
			continue
		}
		v := &n.version
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

// approached is how much nearer n's answers have come to another's, in bits, and whose, when it was n that moved: it is
// the one of the two that changed more, in where it is strong and in its distances to third parties, the public model among them.
func (e *exam) approached(n *entrant) (most float64, toward string) {
	for _, k := range e.entrants {
		was, ok := n.version.near(&k.version)
		if k == n || !ok || k.column == 0 || k.owner == n.owner {
			continue
		}
		now := e.distance(n.column, k.column)
		if now >= closer*was || was-now <= most {
			continue
		}
		doubt := 1.0
		if n.version.Admitted && !k.version.Admitted {
			doubt = seated
		}
		if float64(e.stir(n, k)*e.strayed(n)) > float64(doubt*e.stir(k, n)*e.strayed(k)) {
			most, toward = was-now, k.version.ID
		}
	}
	return most, toward
}

// joined is by how many bits n, which is in, has strayed, and whose answers it gives now, when these are a newcomer's and n
// is the one of the two that turned. Nobody has seen the two apart, so n's own past has to tell. A text that is out of the
// ordinary can look like a turn: the panel in which the newcomer is first heard makes a doubt of it, and the next decides.
func (e *exam) joined(n *entrant) (strayed float64, toward string) {
	if !n.version.Admitted || n.column == 0 {
		return 0, ""
	}
	doubt := n.version.Doubt
	n.version.Doubt = ""
	for _, k := range e.entrants {
		doubted := doubt != "" && k.version.ID == doubt
		if k.column == 0 || k.owner == n.owner || k.version.Panels > 0 && !doubted || !e.near(k.column, n.column, e.others(n)) || !e.turned(n) {
			continue
		}
		if doubted {
			k.version.Marginal = sample{} // it was held against n, and tells more than that
			return e.strayed(n), doubt
		}
		n.version.Doubt = k.version.ID
	}
	return 0, ""
}

// others are the columns of those who are in, but for n.
func (e *exam) others(n *entrant) []int {
	list := []int{0}
	for _, k := range e.entrants {
		if k != n && k.version.Admitted && k.column != 0 {
			list = append(list, k.column)
		}
	}
	return list
}

// stir is how much n's distances to third parties have changed since its version began, but for that to other: the root
// of the mean square of changes in logarithms. What changed for everybody alike is the text's doing.
func (e *exam) stir(n, other *entrant) float64 {
	squares, count := 0.0, 0
	for _, near := range n.version.Near {
		change, ok := e.change(n, near)
		if !ok || near.ID == other.version.ID {
			continue
		}
		off := change - e.commonChange(near, n, other)
		squares += float64(off * off)
		count++
	}
	if count == 0 {
		return 0
	}
	return math.Sqrt(squares / float64(count))
}

// change is the binary logarithm of how n's distance to a neighbour has changed.
func (e *exam) change(n *entrant, near neighbour) (change float64, ok bool) {
	column, ok := e.columnOf(near)
	if !ok || n.column == 0 || near.Bits <= 0 {
		return 0, false
	}
	now := e.distance(n.column, column)
	if now <= 0 {
		return 0, false
	}
	return mix.Log2(now / near.Bits), true
}

// commonChange is the median change of distances to a neighbour of all but two; 0 when there are none.
func (e *exam) commonChange(near neighbour, but, butToo *entrant) float64 {
	var changes []float64
	for _, n := range e.entrants {
		if n == but || n == butToo {
			continue
		}
		for _, x := range n.version.Near {
			if x.ID != near.ID || x.Begun != near.Begun {
				continue
			}
			if change, ok := e.change(n, x); ok {
				changes = append(changes, change)
			}
		}
	}
	if len(changes) == 0 {
		return 0
	}
	slices.Sort(changes)
	return changes[len(changes)/2]
}

func (e *exam) columnOf(near neighbour) (column int, ok bool) {
	if near.ID == "" {
		return 0, true
	}
	for _, n := range e.entrants {
		if n.version.ID == near.ID && n.version.Begun == near.Begun {
			return n.column, n.column != 0
		}
	}
	return 0, false
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

// note writes down what versions are like that are seen for the first time, and how far they are from others: from those
// who are in, and from the most skilled of those who may yet be.
func (e *exam) note() {
	known := e.worthNoting()
	for _, n := range e.entrants {
		if n.column == 0 {
			continue
		}
		v := &n.version
		if len(v.Profile) == 0 {
			v.Profile = e.profileOf(n.column)
		}
		v.Near = slices.DeleteFunc(v.Near, func(x neighbour) bool { return e.outdated(x) })
		if _, ok := v.near(&version{}); !ok {
			v.Near = append(v.Near, neighbour{Bits: e.distance(n.column, 0)})
		}
		for _, k := range known {
			if _, ok := v.near(&k.version); ok || k == n || len(v.Near) >= maxNeighbours || v.doubts(&k.version) || k.version.doubts(v) {
				continue
			}
			v.Near = append(v.Near, neighbour{k.version.ID, k.version.Begun, e.distance(n.column, k.column)})
		}
	}
}

// worthNoting lists those who are in, and then those on probation.
func (e *exam) worthNoting() []*entrant {
	var in, pending []*entrant
	for _, k := range e.entrants {
		switch {
		case k.column == 0:
		case k.version.Admitted:
			in = append(in, k)
		case k.version.Panels <= probation:
			pending = append(pending, k)
		}
	}
	slices.SortStableFunc(pending, func(a, b *entrant) int { return cmp.Compare(b.skill.Mean, a.skill.Mean) })
	return append(in, pending[:min(len(pending), mostPending)]...)
}

// doubts says whether v may have turned into w: then it is not known how far they are.
func (v *version) doubts(w *version) bool { return v.Doubt != "" && v.Doubt == w.ID }

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

// doubted lists those who may have turned into somebody.
func (e *exam) doubted() []tied {
	var list []tied
	for _, n := range e.entrants {
		if n.version.Doubt != "" {
			list = append(list, tied{n.version.ID, n.version.Begun})
		}
	}
	return list
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
	s.Ties = e.tiesNow().renewed(e.ties, e.doubted())
}
