package yuma

import "github.com/dendra-net/dendra/fixed"

// leastInflowBits says what part of all stake may come in each epoch at least, 1/512: so a subnet whose stake had gone is
// not held for long by the little that stayed.
const leastInflowBits = 9

// ChainInflowPPM is this chain's default for what CountStake lets in each epoch: 1 %, so that stake can double in 70.
const ChainInflowPPM = 10_000

// CountStake returns the stake that counts this epoch, per uid: what left is gone at once, and what came in since the
// last time, all together, is let in only up to inflowPPM millionths of what counted then (or a 512th of all stake, if
// that is more), in proportion. So stake that is there for one epoch gets the pay of a little of it, and stake that stays
// all of it. When nothing counted before everything does; inflowPPM of a million or more lets everything in.
//
// counted is what the last call returned, 0 for a neuron that is new; a shorter slice is read as padded with zeros.
func CountStake(stake, counted []uint64, inflowPPM uint32) []uint64 {
	counted = sized(counted, len(stake))
	out := make([]uint64, len(stake))
	var before, all, wanted fixed.Wide
	for i, s := range stake {
		out[i] = min(s, counted[i])
		before = before.Add(fixed.Wide{Lo: out[i]})
		all = all.Add(fixed.Wide{Lo: s})
		wanted = wanted.Add(fixed.Wide{Lo: s - out[i]})
	}
	if before.IsZero() || inflowPPM >= million {
		copy(out, stake)
		return out
	}
	least := all.Down(leastInflowBits)
	allowed := inflow(before, inflowPPM)
	if allowed.Less(least) {
		allowed = least
	}
	part := fixed.FracOfWide(allowed, wanted)
	for i, s := range stake {
		out[i] += part.Of(s - out[i])
	}
	return out
}

// inflow returns ppm millionths of a sum, rounded down to about 2^-60 of it.
func inflow(sum fixed.Wide, ppm uint32) fixed.Wide {
	shift := max(sum.Len()-64, 0)
	part := fixed.FracNear(uint64(ppm), million).Of(sum.Shift(shift))
	return fixed.Wide{Lo: part}.Scale(-shift)
}
