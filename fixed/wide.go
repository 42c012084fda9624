package fixed

import (
	"math"
	"math/bits"
)

// Wide is an unsigned 128-bit integer: exact sums of products.
type Wide struct{ Hi, Lo uint64 }

// Product returns a*b exactly.
func Product(a, b uint64) Wide {
	hi, lo := bits.Mul64(a, b)
	return Wide{hi, lo}
}

// Add returns w+x; callers keep sums below 2^128.
func (w Wide) Add(x Wide) Wide {
	lo, carry := bits.Add64(w.Lo, x.Lo, 0)
	hi, _ := bits.Add64(w.Hi, x.Hi, carry)
	return Wide{hi, lo}
}

// AddProduct returns w + a*b.
func (w Wide) AddProduct(a, b uint64) Wide {
	hi, lo := bits.Mul64(a, b)
	lo, carry := bits.Add64(w.Lo, lo, 0)
	hi, _ = bits.Add64(w.Hi, hi, carry)
	return Wide{hi, lo}
}

// IsZero reports w == 0.
func (w Wide) IsZero() bool { return w.Hi|w.Lo == 0 }

// Less reports w < x.
func (w Wide) Less(x Wide) bool {
	return w.Hi < x.Hi || w.Hi == x.Hi && w.Lo < x.Lo
}

// Len returns the number of bits needed to hold w.
func (w Wide) Len() int {
	if w.Hi != 0 {
		return 64 + bits.Len64(w.Hi)
	}
	return bits.Len64(w.Lo)
}

// Shift returns the low 64 bits of w*2^-right, right being between -63 and 127: negative shifts left.
func (w Wide) Shift(right int) uint64 {
	switch {
	case right >= 64:
		return w.Hi >> (right - 64)
	case right > 0:
		return w.Hi<<1<<(^right&63) | w.Lo>>(right&63)
	default:
		return w.Lo << (-right & 63)
	}
}

// Down returns floor(w*2^-n).
func (w Wide) Down(n uint) Wide {
	if n >= 64 {
		return Wide{0, w.Hi >> (n - 64)}
	}
	n &= 63 // as n is, in the words of the machine
	return Wide{w.Hi >> n, w.Hi<<1<<(^n&63) | w.Lo>>n}
}

// Scale is Down for positive right; negative shifts left, and bits beyond 128 are lost.
func (w Wide) Scale(right int) Wide {
	if right >= 0 {
		return w.Down(uint(right))
	}
	return w.shiftLeft(-right)
}

func (w Wide) shiftLeft(n int) Wide {
	switch {
	case n >= 64:
		return Wide{w.Lo << (n - 64), 0}
	case n > 0:
		return Wide{w.Hi<<n | w.Lo>>(64-n), w.Lo << n}
	default:
		return w
	}
}

// Div returns floor(w/d), saturating; d = 0 gives 0.
func (w Wide) Div(d uint64) uint64 {
	if d == 0 {
		return 0
	}
	if w.Hi >= d {
		return math.MaxUint64
	}
	quo, _ := bits.Div64(w.Hi, w.Lo, d)
	return quo
}

// FracOfWide returns floor(p/q) exactly and at most one; q = 0 gives 0.
func FracOfWide(p, q Wide) Frac {
	if !p.Less(q) {
		return wholeUnlessZero(q.Hi | q.Lo)
	}
	if q.Hi == 0 {
		return FracOf(p.Lo, q.Lo)
	}
	shift := 128 - q.Len()
	return fracOfNormal(p.shiftLeft(shift), q.shiftLeft(shift))
}

// fracOfNormal divides p*2^64 by q (top bit set, p < q) in one schoolbook step with its at most two corrections, and
// drops the last bit.
func fracOfNormal(p, q Wide) Frac {
	quo, carry := ^uint64(0), uint64(0)
	var rem uint64
	if p.Hi < q.Hi {
		quo, rem = bits.Div64(p.Hi, p.Lo, q.Hi)
	} else {
		rem, carry = bits.Add64(p.Lo, q.Hi, 0)
	}
	for carry == 0 && (Wide{Hi: rem}).Less(Product(quo, q.Lo)) {
		quo--
		rem, carry = bits.Add64(rem, q.Hi, 0)
	}
	return Frac(quo >> 1)
}
