package merit

import (
	"fmt"
	"math"
	"slices"
)

// Bounds of Standing.Turn, in times of what chance leaves: see docs/intelligence-cheats.md for how often honest miners are above
// them, and turncoats below.
const (
	Doubtful = 1.5 // from here on it may have turned into another
	Turned   = 3.0 // and from here on it has
	clearly  = 1.5 // times as much as the other has that one of two turned which did
	hearings = 4   // panels after which of two who have come near each other that one is taken to have turned that did more
)

// quarrel is that two answer alike of late, and that it is not yet known which of them has turned into the other. While it
// lasts each is measured as if the other were not there, and a suspect is paid less. All of it can still turn out otherwise.
type quarrel struct {
	With    string // empty when there is none
	From    int64  // height of the panel in which it began
	Suspect suspicion
}

// suspended says whether n is not counted in this panel.
func (n *entrant) suspended() bool { return n.version.Quarrel.Suspect == nearlySure }

func (q quarrel) valid() bool {
	return len(q.With) <= maxName && q.Suspect >= unsuspected && q.Suspect <= nearlySure
}

// suspicion is how likely it is that one has turned, as long as it is not known.
type suspicion int

const (
	unsuspected suspicion = iota
	suspected             // it is paid no more than before, but for what may be chance
	aping                 // the same, and one on probation is decided by what it tells apart from it
	likelier              // than that the other has: it is paid a quarter of what it was
	nearlySure            // it is suspended: no member of the mixture, no prior art to anybody, and paid nothing
)

// approached is how much nearer n's answers have come to another's than when both were first seen together, in bits, and
// whose, when it was n that turned: n's no longer follow from everybody else's as they did, and the other's do more so.
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
		q := e.began(n, k)
		switch verdict, suspect := e.between(n, k, q.From); verdict {
		case undecided:
			n.version.Quarrel = quarrel{q.With, q.From, suspect}
		case turncoat:
			most, toward = was-now, k.version.ID
		}
	}
	return most, toward
}

// began is n's quarrel with k, which may be of now.
func (e *exam) began(n, k *entrant) quarrel {
	for _, q := range []quarrel{n.quarrel, n.version.Quarrel} {
		if q.With == k.version.ID {
			return q
		}
	}
	return quarrel{With: k.version.ID, From: e.panel.Height}
}

type verdict int

const (
	honest verdict = iota
	turncoat
	undecided
)

// between says whether n has turned into k, when one of the two has turned into the other, and how much it is suspected
// while that is not known.
func (e *exam) between(n, k *entrant, from int64) (verdict, suspicion) {
	a, knownA := e.turn(n, from, k)
	b, knownB := e.turn(k, from, n)
	if !knownA {
		return honest, unsuspected // there is nothing to tell it by
	}
	if !knownB {
		b = Turned / clearly
	}
	_, panels := e.panelsOf(n, from)
	return judgeTurns(a, b, n.version.Admitted && !k.version.Admitted, len(panels) >= hearings)
}

// judgeTurns says whether that one of two has turned whose turn is a. Beside one that may yet be let in, one that is in loses
// nothing before it is known.
func judgeTurns(a, b float64, beside, heard bool) (verdict, suspicion) {
	more := 1.0 // times the other's turn by which four panels decide
	if beside {
		more = clearly
	}
	switch {
	case a > max(Turned, clearly*b), heard && a > more*b:
		return turncoat, unsuspected
	case b > max(Turned, clearly*a), heard:
		return honest, unsuspected
	case a > clearly*b && beside:
		return undecided, aping
	case a > clearly*b:
		return undecided, nearlySure
	case a >= b && !beside:
		return undecided, likelier
	case a > Doubtful:
		return undecided, suspected
	}
	return undecided, unsuspected
}

// joined is by how many times what chance leaves n, which is in, has turned, and whose answers it gives now, when these are
// those of a newcomer that nobody has seen apart from n: then n's own past has to tell. The panel in which the newcomer is
// first heard makes a doubt of it at most, those of its probation decide.
func (e *exam) joined(n *entrant) (times float64, toward string) {
	if !n.version.Admitted {
		return 0, ""
	}
	for _, k := range e.entrants {
		accused := n.quarrel.With == k.version.ID && k.version.Panels > 0 && k.version.Panels < probation
		if k.column == 0 || k.owner == n.owner || k.version.Admitted || k.version.Panels > 0 && !accused || !e.near(k.column, n.column, e.others(n)) {
			continue
		}
		q := e.began(n, k)
		times, known := e.turn(n, q.From)
		times /= max(1, e.usualTurn(n, q.From))
		switch {
		case !known || times <= Doubtful:
		case accused && times > Turned:
			k.version.Marginal, k.version.Apart = k.version.Apart, sample{} // it was held against n, and tells more than that
			return times, k.version.ID
		default:
			n.version.Quarrel = quarrel{q.With, q.From, suspected}
		}
	}
	return 0, ""
}

// usualTurn is the median turn of those who are in, but for n: a text that is out of the ordinary turns everybody.
func (e *exam) usualTurn(n *entrant, from int64) float64 {
	var list []float64
	for _, k := range e.entrants {
		if k == n || !k.version.Admitted {
			continue
		}
		if times, known := e.turn(k, from); known {
			list = append(list, times)
		}
	}
	if len(list) == 0 {
		return 0
	}
	slices.Sort(list)
	return list[len(list)/2]
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

// hold pays no suspect more than it may be; what is left over goes to the others. It notes the
// shares of those who have no quarrel.
func (e *exam) hold(members []*entrant) {
	held, rest := 0.0, 0.0
	for _, n := range members {
		s, v := n.standing, &n.version
		switch {
		case v.Quarrel.Suspect > unsuspected:
			s.Share = min(s.Share, v.most(len(e.pools.passages)))
			s.Reason = reasonFor(v.Quarrel)
			held += s.Share
			continue
		case v.Quarrel.With == "":
			v.Paid = v.Paid.fade(keep).blend(sample{s.Share, float64(s.ShareSE * s.ShareSE), len(e.pools.passages)})
		}
		rest += s.Share
	}
	if held == 0 && rest == 0 {
		return
	}
	for _, n := range members {
		switch s := n.standing; {
		case rest == 0: // all are suspects
			s.Share, s.ShareSE = s.Share/held, s.ShareSE/held
		case n.version.Quarrel.Suspect == unsuspected:
			s.Share, s.ShareSE = s.Share*(1-held)/rest, s.ShareSE*(1-held)/rest
		}
	}
}

// reasonFor says what a quarrel means for a suspect.
func reasonFor(q quarrel) string {
	return fmt.Sprintf("answers like %s of late: paid %s until it is known who has turned into whom", q.With,
		[...]string{"as ever", "no more than before", "no more than before", "a quarter of what it was", "nothing"}[q.Suspect])
}

// most is what a suspect is paid in a panel of so many passages.
func (v *version) most(passages int) float64 {
	if v.Quarrel.Suspect == likelier {
		return v.Paid.Mean / 4
	}
	one := v.Paid.Var * float64(v.Paid.N) / float64(passages)
	return v.Paid.Mean + float64(leastSigma*math.Sqrt(v.Paid.Var+one))
}
