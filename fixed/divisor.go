package fixed

import "math/bits"

// Divisor divides many numbers by the same one without a division each. It holds the divisor shifted to use all 64 bits
// and its reciprocal (Möller and Granlund, "Improved division by invariant integers", algorithm 4); results are exact
// floors, so equal ratios give equal Fracs. Whether a quotient needs the first correction nobody can predict, so that is
// made without a branch; the second is rare.
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
	_, over := bits.Sub64(lo, r, 0)
	q -= over
	r += v.d & -over
	if r >= v.d {
		q++
	}
	return Frac(q)
}

// Divisor32 is a Divisor below 2^32, cheaper still: the reciprocal has 127 bits, so that its error, grown by the dividend,
// stays below what could carry a quotient to the next whole.
type Divisor32 struct {
	d, high, low uint64 // ceil(2^127/d) in two words
}

// NewDivisor32 prepares d; d = 0 makes every quotient 0.
func NewDivisor32(d uint32) Divisor32 {
	high, low, rest := reciprocal(uint64(d))
	low, carry := bits.Add64(low, min(rest, 1), 0)
	return Divisor32{d: uint64(d), high: high + carry, low: low}
}

// Frac returns floor(x/d), for x <= d; larger x gives one.
func (v Divisor32) Frac(x uint32) Frac {
	part := min(uint64(x), v.d)
	above, _ := bits.Mul64(part, v.low)
	return Frac(part*v.high + above)
}

// reciprocal returns floor(2^127/d) in two words and what is left; all are 0 for d = 0.
func reciprocal(d uint64) (high, low, rest uint64) {
	if d == 0 {
		return 0, 0, 0
	}
	high, rest = uint64(FracOne)/d, uint64(FracOne)%d
	low, rest = bits.Div64(rest, 0, d)
	return high, low, rest
}

// FracDivisor is a Divisor that is a share itself: one correction is enough, and it is small enough to be inlined.
type FracDivisor struct {
	d, high, low uint64 // floor(2^127/d) in two words
}

// NewFracDivisor prepares d, which is at most one; d = 0 makes every quotient 0.
func NewFracDivisor(d Frac) FracDivisor {
	high, low, _ := reciprocal(uint64(d))
	if d == 0 {
		d-- // no remainder reaches it
	}
	return FracDivisor{d: uint64(d), high: high, low: low}
}

// Frac returns floor(x/d), for x <= d; larger x gives one.
func (v FracDivisor) Frac(x Frac) Frac {
	part := min(uint64(x), v.d)
	above, _ := bits.Mul64(part, v.low)
	q := part*v.high + above
	_, exact := bits.Sub64(part<<FracBits-q*v.d, v.d, 0)
	return Frac(q + 1 - exact)
}
