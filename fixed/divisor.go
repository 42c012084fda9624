package fixed

import "math/bits"

// Divisor divides many numbers by the same one without a division each. It holds the divisor shifted to use all 64 bits
// and its reciprocal (Möller and Granlund, "Improved division by invariant integers", algorithm 4); results are exact
// floors, so equal ratios give equal Fracs.
type Divisor struct {
	d, inv uint64
	shift  uint8
}

// NewDivisor prepares d; d = 0 makes every quotient 0.
func NewDivisor(d uint64) Divisor {
	if d == 0 {
		return Divisor{}
	}
	shift := bits.LeadingZeros64(d)
	d <<= shift
	inv, _ := bits.Div64(^d, ^uint64(0), d)
	return Divisor{d: d, inv: inv, shift: uint8(shift)}
}

// Frac returns floor(x/d), for x <= d; larger x gives one.
func (v Divisor) Frac(x uint64) Frac {
	if x >= v.d>>(v.shift&63) {
		return wholeUnlessZero(v.d)
	}
	x <<= v.shift & 63
	u1, u0 := x>>1, x<<63
	hi, lo := bits.Mul64(v.inv, u1)
	lo, carry := bits.Add64(lo, u0, 0)
	q := hi + u1 + carry + 1
	r := u0 - q*v.d
	if r > lo {
		q--
		r += v.d
	}
	if r >= v.d {
		q++
	}
	return Frac(q)
}
