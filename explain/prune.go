package explain

import (
	"cmp"
	"fmt"
	"slices"
)

// Slots are a subnet's neurons at one height, as far as they decide who gives way to a newcomer.
type Slots struct {
	Height         int64  // of the block in which the newcomer would register
	Epoch          uint64 // whose results are in force
	MaxNeurons     uint32
	MinReplaceable uint32 // so many neurons past their immunity never give way while others are immune
	ImmunityBlocks int64
	ByEvidence     bool   // miners are compared by their pruning scores first
	Neurons        []Slot // by uid
}

// Slot is one neuron with what it was paid in the last epoch, 0 for who was not there.
type Slot struct {
	Neuron
	PaidRao      uint64
	PruningUbits uint32 // what validators agreed it adds, in millionths of a bit per byte; 0 unless ByEvidence
	Judge        bool   // it was paid for its votes: pruning scores say nothing of it; false unless ByEvidence
}

// Prune says who would be replaced next, and where a neuron stands in that order.
type Prune struct {
	About
	NextHeight     int64  `json:"next_height"` // the newcomer's block
	MaxNeurons     uint32 `json:"max_neurons"`
	FreeSlots      uint32 `json:"free_slots"` // newcomers take these first
	ImmunityBlocks int64  `json:"immunity_blocks"`
	MinReplaceable uint32 `json:"min_replaceable"`
	PastImmunity   int    `json:"past_immunity"` // neurons that are no longer immune
	ByEvidence     bool   `json:"by_evidence"`   // miners stand by their pruning scores first

	PaidRao          uint64      `json:"paid_rao,string"` // in the last epoch
	PruningUbits     uint32      `json:"pruning_ubits"`   // millionths of a bit per byte
	Judge            bool        `json:"judge"`           // paid for its votes, so not judged by a pruning score
	Verdict          *Verdict    `json:"verdict"`         // where its score comes from; null where no epoch has judged it
	RegisteredAt     int64       `json:"registered_at"`
	ImmuneUntil      int64       `json:"immune_until"`
	ImmuneBlocksLeft int64       `json:"immune_blocks_left"`
	Place            int         `json:"place"` // in the order, from 1; 0 for who cannot be replaced
	Next             *Candidate  `json:"next"`  // null while slots are free, or when nobody may be replaced
	Order            []Candidate `json:"order"`
}

// Candidate is a neuron in the order of replacement.
type Candidate struct {
	Place            int    `json:"place"`
	UID              uint16 `json:"uid"`
	Hotkey           string `json:"hotkey"`
	PaidRao          uint64 `json:"paid_rao,string"`
	PruningUbits     uint32 `json:"pruning_ubits"`
	Judge            bool   `json:"judge"`
	RegisteredAt     int64  `json:"registered_at"`
	ImmuneBlocksLeft int64  `json:"immune_blocks_left"`
}

// Prune explains who gives way to a newcomer, by what the epoch paid. The uid must be in the slots, and the replay be of
// the last epoch before them.
func (r *Replay) Prune(uid uint16, s Slots) Prune {
	n := s.Neurons[uid]
	x := Prune{
		NextHeight: s.Height, MaxNeurons: s.MaxNeurons, ImmunityBlocks: s.ImmunityBlocks, MinReplaceable: s.MinReplaceable,
		ByEvidence: s.ByEvidence, PaidRao: n.PaidRao, PruningUbits: n.PruningUbits, Judge: n.Judge,
		RegisteredAt: n.RegisteredAt, ImmuneUntil: n.RegisteredAt + s.ImmunityBlocks,
		ImmuneBlocksLeft: s.immuneLeft(n), Order: s.Order(),
	}
	x.About = About{
		About: "prune", Netuid: r.Netuid, Epoch: r.Index, Height: s.Height - 1, UID: uid, Generation: n.Generation, Hotkey: n.Hotkey,
		Coldkey: n.Coldkey, Neurons: len(s.Neurons), EqualToChain: r.Equal(), Differences: append([]Difference{}, r.differences...),
		MoreDifferences: r.more,
	}
	if s.ByEvidence && r.judged(uid, n) {
		x.judge(r.verdict(uid))
	}
	x.FreeSlots = s.MaxNeurons - min(s.MaxNeurons, uint32(len(s.Neurons)))
	for _, other := range s.Neurons {
		if s.immuneLeft(other) == 0 {
			x.PastImmunity++
		}
	}
	for i, c := range x.Order {
		if c.UID == uid {
			x.Place = c.Place
		}
		if i == 0 && x.FreeSlots == 0 {
			x.Next = &c
		}
	}
	return x
}

// judged reports whether the epoch heard what validators say of the neuron that sits in a slot now.
func (r *Replay) judged(uid uint16, n Slot) bool {
	return r.Jury != nil && int(uid) < len(r.Neurons) && r.Neurons[uid].Generation == n.Generation
}

// judge adds where the neuron's score comes from, and that the chain has another one, if it has.
func (x *Prune) judge(v Verdict) {
	x.Verdict = &v
	if v.PruningUbits != x.PruningUbits {
		x.EqualToChain = false
		x.Differences = append(x.Differences, Difference{"pruning_ubits", int(x.UID), fmt.Sprint(x.PruningUbits), fmt.Sprint(v.PruningUbits)})
	}
}

// immuneLeft is how many more blocks a neuron is immune for.
func (s Slots) immuneLeft(n Slot) int64 { return max(0, n.RegisteredAt+s.ImmunityBlocks-s.Height) }

// Order lists who would be replaced if newcomers came one after the other and nothing else changed: the least paid first,
// then the earliest registered, then the lowest uid; those past their immunity while there are more of them than
// MinReplaceable, then those still immune. Who was seated in this very block stays (R-NEURON-6). By evidence, the miner with
// the lowest pruning score goes when the least paid is a miner (R-NEURON-19).
func (s Slots) Order() []Candidate {
	var free, immune []Candidate
	for uid, n := range s.Neurons {
		c := Candidate{
			UID: uint16(uid), Hotkey: n.Hotkey, PaidRao: n.PaidRao, RegisteredAt: n.RegisteredAt, ImmuneBlocksLeft: s.immuneLeft(n),
			PruningUbits: n.PruningUbits, Judge: n.Judge,
		}
		switch {
		case n.RegisteredAt == s.Height:
		case c.ImmuneBlocksLeft > 0:
			immune = append(immune, c)
		default:
			free = append(free, c)
		}
	}
	free = weakestFirst(free)
	keep := min(len(free), int(s.MinReplaceable))
	order := append(append([]Candidate{}, free[:len(free)-keep]...), weakestFirst(immune)...)
	for i := range order {
		order[i].Place = i + 1
	}
	return order
}

// weakestFirst puts in order: the least paid if it is a judge, else the miner that adds least, and so on with the rest.
// Without scores and judges that is the order of payout.
func weakestFirst(list []Candidate) []Candidate {
	var miners []Candidate
	for _, c := range list {
		if !c.Judge {
			miners = append(miners, c)
		}
	}
	slices.SortFunc(list, byPayout)
	slices.SortFunc(miners, func(a, b Candidate) int { return cmp.Or(cmp.Compare(a.PruningUbits, b.PruningUbits), byPayout(a, b)) })
	gone := map[uint16]bool{}
	var order []Candidate
	for len(list) > 0 {
		next := list[0]
		switch {
		case gone[next.UID]:
			list = list[1:]
			continue
		case !next.Judge:
			next, miners = miners[0], miners[1:]
		}
		gone[next.UID] = true
		order = append(order, next)
	}
	return order
}

func byPayout(a, b Candidate) int {
	return cmp.Or(cmp.Compare(a.PaidRao, b.PaidRao), cmp.Compare(a.RegisteredAt, b.RegisteredAt), cmp.Compare(a.UID, b.UID))
}
