package yuma

import (
	"cmp"
	"slices"
)

// TopK marks the k largest values, never a zero; of equal values the one with the higher index wins.
func TopK(values []uint64, k int) []bool {
	out := make([]bool, len(values))
	topK(out, values, k)
	return out
}

func topK(out []bool, values []uint64, k int) {
	order := make([]int32, 0, len(values))
	for i, v := range values {
		if v > 0 {
			order = append(order, int32(i))
		}
	}
	if len(order) > k {
		slices.SortFunc(order, func(a, b int32) int {
			return cmp.Or(cmp.Compare(values[b], values[a]), cmp.Compare(b, a))
		})
		order = order[:max(k, 0)]
	}
	for _, i := range order {
		out[i] = true
	}
}

// PruneInput is what decides who gives way to a newcomer in a full subnet. Slices are per uid.
type PruneInput struct {
	Block, ImmunityPeriod uint64
	Emission              []uint64 // last payout in rao, or any score
	RegisteredAt          []uint64
	Immortal              []bool // never pruned: the owner's neurons; nil when there are none
	MinNonImmune          int    // immune neurons give way while no more than so many others exist
}

// PruneChoice returns the neuron to replace: the least (emission, registration, uid) among those past their immunity, or,
// when no more than MinNonImmune of them exist, among those still immune. ok is false when there is nobody to replace.
func PruneChoice(in PruneInput) (uid int, ok bool) {
	free, safe, count := -1, -1, 0
	for u := range in.Emission {
		if u >= len(in.RegisteredAt) || u < len(in.Immortal) && in.Immortal[u] {
			continue
		}
		if in.Block-min(in.Block, in.RegisteredAt[u]) < in.ImmunityPeriod {
			safe = in.weaker(safe, u)
			continue
		}
		count++
		free = in.weaker(free, u)
	}
	if free >= 0 && count > in.MinNonImmune {
		return free, true
	}
	return max(safe, 0), safe >= 0
}

// weaker returns the one of two neurons that goes first; -1 is nobody, and the lower uid comes as a.
func (in PruneInput) weaker(a, b int) int {
	if a < 0 || cmp.Or(cmp.Compare(in.Emission[b], in.Emission[a]), cmp.Compare(in.RegisteredAt[b], in.RegisteredAt[a])) < 0 {
		return b
	}
	return a
}
