package fixed

import "math/bits"

// DecayFactor returns the q32 factor f per block that halves a price in halfLife blocks: the largest f in [0, 2^32) whose
// power f^halfLife, by square and multiply with every product shifted down 32 bits, is at most one half (2^31). A
// half-life of zero has no such factor; it returns 0, a price that is gone after one block.
func DecayFactor(halfLife uint16) uint32 {
	if halfLife == 0 {
		return 0
	}
	low, high := uint64(0), uint64(1)<<32
	for high-low > 1 {
		mid := low + (high-low)/2
		if powQ32(mid, halfLife) <= 1<<31 {
			low = mid
		} else {
			high = mid
		}
	}
	return uint32(low)
}

func powQ32(base uint64, exponent uint16) uint64 {
	result := uint64(1) << 32
	for ; exponent > 0; exponent >>= 1 {
		if exponent&1 == 1 {
			result = result * base >> 32
		}
		base = base * base >> 32
	}
	return result
}

// DecayStep is one block of decay, floor(price*f/2^32): what a chain that touches every price in every block computes.
func DecayStep(price uint64, factor uint32) uint64 {
	hi, lo := bits.Mul64(price, uint64(factor))
	return hi<<32 | lo>>32
}

// Decay returns the price after so many blocks without anything happening, in O(log blocks): floor(price*(f/2^32)^blocks)
// with the power held in 63 bits. This is the chain's rule: a price is stored with the block of its last change and
// computed when it is asked for, always from that stored pair, so nothing is rounded twice. It is never below the result
// of that many DecaySteps and exceeds it by less than one unit a block.
func Decay(price uint64, factor uint32, blocks uint64) uint64 {
	return DecayPower(factor, blocks).Of(price)
}

// DecayPower returns (factor/2^32)^blocks.
func DecayPower(factor uint32, blocks uint64) Frac {
	result, base := FracOne, Frac(factor)<<(FracBits-32)
	for ; blocks > 0 && result > 0; blocks >>= 1 {
		if blocks&1 == 1 {
			result = result.Mul(base)
		}
		base = base.Mul(base)
	}
	return result
}
