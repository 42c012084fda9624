package neuron

import (
	"cmp"

	"github.com/dendra-net/dendra/x/subnet"
)

// Weakest chooses who gives way to a newcomer on a full subnet (R-NEURON-6): the lowest payout of the last epoch, then
// the earliest registration, then the lowest uid; among those past their immunity while there are more of them than
// MinReplaceable, else among those still immune. Who was seated in this very block stays, so that two newcomers in one
// block never take the same slot. On a subnet that prunes by evidence, when that is a miner, the one with the lowest pruning
// score goes in its place (R-NEURON-19). neurons are all of the subnet by uid; uids that the ranking does not reach were
// paid nothing. found is false when nobody can be replaced.
func Weakest(neurons []Neuron, r Ranking, height int64, rules subnet.Hyperparameters) (uid uint32, found bool) {
	var free, immune weakest
	past := uint32(0)
	for _, n := range neurons {
		c := r.seat(n, rules.PruneByEvidence)
		switch {
		case n.RegisteredAt == height:
		case height < n.ImmuneUntil(rules):
			immune.hear(c)
		default:
			past++
			free.hear(c)
		}
	}
	if past > rules.MinReplaceable {
		return free.choice()
	}
	return immune.choice()
}

// ImmuneUntil is the first height at which the neuron is no longer immune.
func (n Neuron) ImmuneUntil(rules subnet.Hyperparameters) int64 {
	return n.RegisteredAt + rules.ImmunityBlocks
}

// seat is one neuron as the order of replacement sees it.
type seat struct {
	uid          uint32
	judge        bool
	pruningUbits uint32
	paidRao      uint64
	registeredAt int64
}

func (r Ranking) seat(n Neuron, byEvidence bool) seat {
	s := seat{uid: n.Uid, paidRao: at(r.EmissionRao, n.Uid), registeredAt: n.RegisteredAt}
	if byEvidence {
		s.pruningUbits, s.judge = at(r.PruningUbits, n.Uid), at(r.Judges, n.Uid)
	}
	return s
}

func (a seat) byPayout(b seat) int {
	return cmp.Or(cmp.Compare(a.paidRao, b.paidRao), cmp.Compare(a.registeredAt, b.registeredAt), cmp.Compare(a.uid, b.uid))
}

func (a seat) byPruning(b seat) int {
	return cmp.Or(cmp.Compare(a.pruningUbits, b.pruningUbits), a.byPayout(b))
}

// weakest holds the least paid of all heard so far, and the miner among them that adds least.
type weakest struct{ paid, adds *seat }

func (w *weakest) hear(s seat) {
	if w.paid == nil || s.byPayout(*w.paid) < 0 {
		w.paid = &s
	}
	if !s.judge && (w.adds == nil || s.byPruning(*w.adds) < 0) {
		w.adds = &s
	}
}

// choice returns the least paid if it is a judge, else the miner that adds least: where there are neither scores nor judges
// the two are one.
func (w *weakest) choice() (uid uint32, found bool) {
	switch {
	case w.paid == nil:
		return 0, false
	case w.paid.judge:
		return w.paid.uid, true
	}
	return w.adds.uid, true
}

// Vacate forgets what a slot's neuron is ranked by and reports whether there was anything.
func (r *Ranking) Vacate(uid uint32) bool {
	paid, scored, judged := clearAt(r.EmissionRao, uid), clearAt(r.PruningUbits, uid), clearAt(r.Judges, uid)
	return paid || scored || judged
}

// at returns the entry of a uid, zero beyond the end.
func at[T any](list []T, uid uint32) (v T) {
	if int64(uid) < int64(len(list)) {
		return list[uid]
	}
	return v
}

func clearAt[T any](list []T, uid uint32) bool {
	if int64(uid) >= int64(len(list)) {
		return false
	}
	clear(list[uid : uid+1])
	return true
}
