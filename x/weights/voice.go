package weights

import (
	"cmp"
	"slices"
)

// Voices returns the stake that votes of a subnet's neurons are weighed with, by uid: their stake, unless nobody has any
// and the subnet asks for none (minStakeRao is 0). Then the seats neurons that registered first have one rao each
// (R-WEIGHTS-9). registeredAt is by uid and as long as stakeRao.
func Voices(stakeRao, registeredAt []uint64, minStakeRao uint64, seats uint32) []uint64 {
	for _, rao := range stakeRao {
		if rao > 0 || minStakeRao > 0 {
			return stakeRao
		}
	}
	order := make([]int, len(stakeRao))
	for uid := range order {
		order[uid] = uid
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(registeredAt[a], registeredAt[b]) })
	voices := make([]uint64, len(stakeRao))
	for _, uid := range order[:min(len(order), int(seats))] {
		voices[uid] = 1
	}
	return voices
}
