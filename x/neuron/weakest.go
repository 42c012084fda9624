package neuron

import (
	"github.com/dendra-net/dendra/x/subnet"
	"github.com/dendra-net/dendra/yuma"
)

// Weakest chooses who gives way to a newcomer on a full subnet (R-NEURON-6): the lowest payout of the last epoch, then
// the earliest registration, then the lowest uid; among those past their immunity while there are more of them than
// MinReplaceable, else among those still immune. Who was seated in this very block stays, so that two newcomers in one
// block never take the same slot. neurons are all of the subnet by uid, emissionRao what each was paid, by uid; uids it
// does not reach were paid nothing. found is false when nobody can be replaced.
func Weakest(neurons []Neuron, emissionRao []uint64, height int64, rules subnet.Hyperparameters) (uid uint32, found bool) {
	in := yuma.PruneInput{
		Block:          uint64(height),
		ImmunityPeriod: uint64(rules.ImmunityBlocks),
		Emission:       make([]uint64, len(neurons)),
		RegisteredAt:   make([]uint64, len(neurons)),
		Immortal:       make([]bool, len(neurons)),
		MinNonImmune:   int(rules.MinReplaceable),
	}
	copy(in.Emission, emissionRao)
	for i, n := range neurons {
		in.RegisteredAt[i] = uint64(n.RegisteredAt)
		in.Immortal[i] = n.RegisteredAt == height
	}
	i, found := yuma.PruneChoice(in)
	return uint32(i), found
}

// ImmuneUntil is the first height at which the neuron is no longer immune.
func (n Neuron) ImmuneUntil(rules subnet.Hyperparameters) int64 {
	return n.RegisteredAt + rules.ImmunityBlocks
}
