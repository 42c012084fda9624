package merit

import (
	"cmp"
	"math"
	"slices"
)

const (
	forPruning  = 0.8 // of the pay; the rest is for skill
	fullNovelty = 0.1
	// Of what a member would tell if another were not there: who tells less than the first beyond it is made of it, who tells
	// more than the second is not, and in between goes over from one to the other, lest a score jump.
	surelyMade = 0.25
	hardlyMade = 0.45
)

// account is what a member of the mixture is paid for.
type account struct {
	*entrant
	pruning, skill []float64 // bits by position
}

// pay measures the mixture and divides the pay among its members.
func (e *exam) pay() Result {
	for _, n := range e.entrants {
		n.standing.Admitted, n.standing.Begun, n.standing.Novelty = n.version.Admitted, n.version.Begun, n.novelty
		n.standing.Marginal, n.standing.MarginalSE = n.version.Marginal.Mean, n.version.Marginal.se()
	}
	members := e.members()
	columns := columnsOf(members)
	accounts := make([]account, len(members))
	for k, n := range members {
		accounts[k] = account{n, e.missed(n, columns, e.madeOf(n, members)), difference(e.pools.alone(0), e.pools.alone(n.column))}
		if n.kin {
			accounts[k].holdTo(n.version.Marginal.Mean - KinBar(n.version.Marginal.se()))
		}
	}
	e.divide(accounts)
	e.hold(members)
	e.describe(columns)
	return e.result
}

// holdTo takes what is over most, in bits per byte, from the pruning score, in proportion everywhere.
func (a *account) holdTo(most float64) {
	sum := 0.0
	for _, v := range a.pruning {
		sum += v
	}
	whole := sum / float64(len(a.pruning))
	if whole <= max(0, most) {
		return
	}
	for i := range a.pruning {
		a.pruning[i] *= max(0, most) / whole
	}
}

// members are those admitted, the most skilled of them if there are too many, in the order of their columns.
func (e *exam) members() []*entrant {
	var list []*entrant
	for _, n := range e.entrants {
		switch {
		case !n.version.Admitted || n.column == 0:
		case n.suspended():
			n.standing.Reason = reasonFor(n.version.Quarrel)
		default:
			list = append(list, n)
		}
	}
	slices.SortStableFunc(list, func(a, b *entrant) int { return cmp.Compare(b.skill.Mean, a.skill.Mean) })
	for _, n := range list[min(len(list), mostMembers):] {
		n.standing.Reason = "not among the best that the mixture holds"
	}
	list = list[:min(len(list), mostMembers)]
	slices.SortFunc(list, func(a, b *entrant) int { return a.column - b.column })
	return list
}

func columnsOf(list []*entrant) []int {
	columns := make([]int, len(list))
	for k, n := range list {
		columns[k] = n.column
	}
	return columns
}

// made is a member that is made of another, and by how much: a part of one.
type made struct {
	column int
	part   float64
}

// madeOf lists the later members that tell little beyond n, all later ones that are kin to another, and whom n has a quarrel
// with: what n is worth is measured without them, or whoever adds a little to another's knowledge would take all of it away.
func (e *exam) madeOf(n *entrant, members []*entrant) []made {
	var list []made
	for _, m := range members {
		switch {
		case m == n:
		case m.version.Quarrel.With == n.version.ID, m.kin && n.version.earlier(&m.version):
			list = append(list, made{m.column, 1})
		case m.owner != n.owner && slices.Contains(m.prior, n.column) && m.novelty < hardlyMade:
			whole := e.news(without(m.prior, n.column), m.column).Mean
			if part := (float64(hardlyMade*whole) - m.marginal.Mean) / (hardlyMade - surelyMade); part > 0 && whole > 0 {
				list = append(list, made{m.column, min(1, part/whole)})
			}
		}
	}
	return list
}

// missed is by how many bits, by position, the mixture of these columns loses without n: the mean over all of 0 to 1 of what
// it loses when it is without those, too, who are made of n by more than that.
func (e *exam) missed(n *entrant, columns []int, list []made) []float64 {
	slices.SortStableFunc(list, func(a, b made) int { return cmp.Compare(b.part, a.part) })
	bits := make([]float64, len(e.panel.Positions))
	at := 1.0 // what is above has been counted
	for k := 0; k <= len(list); k++ {
		next := 0.0
		if k < len(list) {
			next = list[k].part
		}
		if at > next {
			for i, v := range difference(e.pools.loss(without(columns, n.column)), e.pools.loss(columns)) {
				bits[i] += float64((at - next) * v)
			}
		}
		if at = next; k < len(list) {
			columns = without(columns, list[k].column)
		}
	}
	return bits
}

func difference(a, b []float64) []float64 {
	d := make([]float64, len(a))
	for i := range a {
		d[i] = a[i] - b[i]
	}
	return d
}

// divide sets shares with their errors, which come from leaving out one passage at a time.
func (e *exam) divide(accounts []account) {
	n := len(accounts)
	pruning, skill, novelty := make([]float64, n), make([]float64, n), make([]float64, n)
	for k, a := range accounts {
		p := meanOf(a.pruning, e.pools.passages)
		pruning[k], skill[k], novelty[k] = p.Mean, a.entrant.skill.Mean, a.novelty
		if a.kin || outshone(a.entrant, accounts) {
			novelty[k] = 0
		}
		a.standing.Pruning, a.standing.PruningSE = max(0, p.Mean), p.se()
	}
	all := shares(pruning, skill, novelty)
	errors := e.jackknife(accounts, pruning, skill, novelty)
	for k, a := range accounts {
		a.standing.Share, a.standing.ShareSE = all[k], errors[k]
	}
}

// outshone says whether another hotkey of n's owner is more skilled: an owner's skill is paid once.
func outshone(n *entrant, accounts []account) bool {
	for _, a := range accounts {
		if a.owner == n.owner && a.entrant != n && (a.entrant.skill.Mean > n.skill.Mean || a.entrant.skill.Mean == n.skill.Mean && a.column < n.column) {
			return true
		}
	}
	return false
}

// shares divides one by pruning scores and by skill as far as it was new.
func shares(pruning, skill, novelty []float64) []float64 {
	list := make([]float64, len(pruning))
	sumP, sumK := 0.0, 0.0
	for k := range list {
		sumP += max(0, pruning[k])
		sumK += floorOf(skill[k], novelty[k])
	}
	forP, forK := forPruning, 1-forPruning
	switch {
	case sumP == 0 && sumK == 0:
		return list
	case sumP == 0:
		forP, forK = 0, 1
	case sumK == 0:
		forP, forK = 1, 0
	}
	for k := range list {
		if sumP > 0 {
			list[k] += forP * max(0, pruning[k]) / sumP
		}
		if sumK > 0 {
			list[k] += float64(forK * floorOf(skill[k], novelty[k]) / sumK)
		}
	}
	return list
}

// floorOf weighs a miner's skill: in full when a tenth of what it tells is news, and less when less is.
func floorOf(skill, novelty float64) float64 {
	k := max(0, skill)
	return k * k * min(1, novelty/fullNovelty)
}

// jackknife is the standard errors of shares.
func (e *exam) jackknife(accounts []account, pruning, skill, novelty []float64) []float64 {
	b := len(e.pools.passages)
	total := float64(len(e.panel.Positions))
	list := make([][]float64, b)
	mean := make([]float64, len(accounts))
	p, s := make([]float64, len(accounts)), make([]float64, len(accounts))
	for j, passage := range e.pools.passages {
		left := total - float64(len(passage))
		for k, a := range accounts {
			p[k] = (float64(pruning[k]*total) - sumAt(a.pruning, passage)) / left
			s[k] = (float64(skill[k]*total) - sumAt(a.skill, passage)) / left
		}
		list[j] = shares(p, s, novelty)
		for k, v := range list[j] {
			mean[k] += v / float64(b)
		}
	}
	errors := make([]float64, len(accounts))
	for k := range errors {
		squares := 0.0
		for j := range list {
			off := list[j][k] - mean[k]
			squares += float64(off * off)
		}
		errors[k] = math.Sqrt(squares * float64(b-1) / float64(b))
	}
	return errors
}

func sumAt(values []float64, at []int32) (sum float64) {
	for _, i := range at {
		sum += values[i]
	}
	return sum
}

// describe says how the mixture fares against its best member and the public model.
func (e *exam) describe(columns []int) {
	r, mixed := &e.result, e.pools.loss(columns)
	all := meanOf(mixed, e.pools.passages)
	r.Mixture, r.MixtureSE = all.Mean, all.se()
	r.Base = meanOf(e.pools.alone(0), e.pools.passages).Mean
	best := 0
	for _, n := range e.entrants {
		if n.column != 0 && (best == 0 || n.standing.Loss < r.BestLoss) {
			best, r.Best, r.BestLoss = n.column, n.index, n.standing.Loss
		}
	}
	if best != 0 {
		gain := paired(e.pools.alone(best), mixed, e.pools.passages)
		r.Gain, r.GainSE = gain.Mean, gain.se()
	}
}
