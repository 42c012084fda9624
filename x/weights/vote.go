package weights

import "github.com/dendra-net/dendra/fixed"

// Vote is the part of a message that says who is worth how much. The three lists have one length.
type Vote struct {
	UIDs        []uint32
	Generations []uint32
	Weights     []uint32
	Version     uint64
}

// maxWeight is the largest weight, and what the largest weight of a stored row becomes.
const maxWeight = 65535

// Check refuses a vote that is malformed or breaks the subnet's limits, for a subnet of size neurons that wants at
// least minWeights entries and the version key (R-WEIGHTS-1).
func (v Vote) Check(size, minWeights uint32, versionKey uint64) error {
	n := len(v.UIDs)
	if n != len(v.Weights) || n != len(v.Generations) {
		return ErrUnequalLengths.Wrapf("%d uids, %d generations, %d weights", n, len(v.Generations), len(v.Weights))
	}
	if uint64(n) > uint64(size) {
		return ErrTooManyWeights.Wrapf("%d weights for %d neurons", n, size)
	}
	if err := v.CheckCount(LeastWeights(minWeights, size)); err != nil {
		return err
	}
	if versionKey != 0 && v.Version < versionKey {
		return ErrOldVersion.Wrapf("version %d, the subnet wants %d", v.Version, versionKey)
	}
	for i, uid := range v.UIDs {
		if i > 0 && uid <= v.UIDs[i-1] {
			return ErrUnsortedUIDs.Wrapf("uid %d after uid %d", uid, v.UIDs[i-1])
		}
		if uid >= size {
			return ErrBadUID.Wrapf("uid %d, the subnet has %d neurons", uid, size)
		}
		if v.Weights[i] > maxWeight {
			return ErrBadWeight.Wrapf("weight %d for uid %d, the most is %d", v.Weights[i], uid, maxWeight)
		}
	}
	return nil
}

// CheckCount refuses a vote with fewer entries than least.
func (v Vote) CheckCount(least uint32) error {
	if n := len(v.UIDs); uint64(n) < uint64(least) {
		return ErrTooFewWeights.Wrapf("%d weights, the subnet wants %d", n, least)
	}
	return nil
}

// LeastWeights is how many entries a subnet of size neurons can ask of a vote when its rules say minWeights.
func LeastWeights(minWeights, size uint32) uint32 { return min(minWeights, size) }

// Upscale returns the weights scaled so that the largest is 65535, rounding half up; all zeros stay zeros
// (R-WEIGHTS-2).
func Upscale(weights []uint32) []uint32 {
	wide, out := make([]uint64, len(weights)), make([]uint32, len(weights))
	for i, w := range weights {
		wide[i] = uint64(w)
	}
	for i, w := range fixed.MaxUpscale(wide) {
		out[i] = uint32(w)
	}
	return out
}
