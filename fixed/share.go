package fixed

import (
	"math/bits"
	"slices"
)

// LargestRemainder divides total among the weights in proportion, in whole units and with nothing left over: everybody
// gets the floor of the exact share, and the units that remain go one each to the largest fractional parts, the lower
// index first among equals. The sum is exactly total, except that weights that are all zero get nothing. Weights may be
// amounts, Qs or Fracs; a sum beyond 64 bits is divided after dropping as many low bits as it exceeds them by.
func LargestRemainder[T ~uint64](weights []T, total uint64) []uint64 {
	out := make([]uint64, len(weights))
	drop, sum := fitSum(weights)
	if sum == 0 || total == 0 {
		return out
	}
	rest, left := make([]uint64, len(weights)), total
	for i, w := range weights {
		hi, lo := bits.Mul64(uint64(w)>>drop, total)
		out[i], rest[i] = bits.Div64(hi, lo, sum)
		left -= out[i]
	}
	if left > 0 {
		addOneToLargest(out, rest, int(left))
	}
	return out
}

// addOneToLargest adds one unit for each of the count largest remainders, the lower index first among equals.
func addOneToLargest(out, rest []uint64, count int) {
	sorted := slices.Clone(rest)
	slices.Sort(sorted)
	least := sorted[len(sorted)-count]
	for _, r := range rest {
		if r > least {
			count--
		}
	}
	for i, r := range rest {
		switch {
		case r > least:
			out[i]++
		case r == least && count > 0:
			out[i]++
			count--
		}
	}
}

// fitSum returns how many low bits to drop from every weight so that their sum fits 64 bits, and that sum.
func fitSum[T ~uint64](weights []T) (drop int, sum uint64) {
	var wide Wide
	for _, w := range weights {
		wide = wide.Add(Wide{Lo: uint64(w)})
	}
	if wide.Hi == 0 {
		return 0, wide.Lo
	}
	drop = bits.Len64(wide.Hi)
	for _, w := range weights {
		sum += uint64(w) >> drop
	}
	return drop, sum
}

// Normalise returns each weight's share of their sum, truncated; weights that are all zero stay zero.
func Normalise[T ~uint64](weights []T) []Frac {
	out := make([]Frac, len(weights))
	drop, sum := fitSum(weights)
	d := NewDivisor(sum)
	for i, w := range weights {
		out[i] = d.Frac(uint64(w) >> drop)
	}
	return out
}

// MaxUpscale scales the values so that the largest becomes 65535, rounding half up: how weight rows and pruning scores
// are stored. Values that are all zero stay zero.
func MaxUpscale[T ~uint64](values []T) []uint16 {
	out := make([]uint16, len(values))
	var top uint64
	for _, v := range values {
		top = max(top, uint64(v))
	}
	if top == 0 {
		return out
	}
	for i, v := range values {
		hi, lo := bits.Mul64(uint64(v), u16Max)
		quo, rem := bits.Div64(hi, lo, top)
		if rem >= top-rem {
			quo++
		}
		out[i] = uint16(quo)
	}
	return out
}
