package fixed

import (
	"math"
	"math/bits"
)

// Q is a non-negative number with 16 whole and 48 fractional bits, so Q(1)<<48 is one.
type Q uint64

// QBits is the number of fractional bits of a Q.
const QBits = 48

// One and MaxQ are the number one and the largest Q.
const (
	One  Q = 1 << QBits
	MaxQ Q = math.MaxUint64
)

// FromInt returns the whole number v; above 65,535 it saturates.
func FromInt(v uint64) Q {
	if v >= 1<<(64-QBits) {
		return MaxQ
	}
	return Q(v << QBits)
}

// Ratio returns p/q truncated; q = 0 gives 0 and quotients beyond the range saturate.
func Ratio(p, q uint64) Q {
	return Q(mulDivSat(p, uint64(One), q))
}

// Mul returns a*b truncated, saturating.
func (a Q) Mul(b Q) Q {
	hi, lo := bits.Mul64(uint64(a), uint64(b))
	if hi >= 1<<QBits {
		return MaxQ
	}
	return Q(hi<<(64-QBits) | lo>>QBits)
}

// Div returns a/b truncated; b = 0 gives 0 and quotients beyond the range saturate.
func (a Q) Div(b Q) Q {
	return Q(mulDivSat(uint64(a), uint64(One), uint64(b)))
}

// Add returns a+b, saturating.
func (a Q) Add(b Q) Q {
	sum, carry := bits.Add64(uint64(a), uint64(b), 0)
	if carry != 0 {
		return MaxQ
	}
	return Q(sum)
}

// Sub returns a-b, or 0 when b is larger.
func (a Q) Sub(b Q) Q {
	if b > a {
		return 0
	}
	return a - b
}

// Floor returns the whole part.
func (a Q) Floor() uint64 { return uint64(a >> QBits) }

// Of returns floor(a*amount), saturating: a price times a quantity.
func (a Q) Of(amount uint64) uint64 {
	hi, lo := bits.Mul64(uint64(a), amount)
	if hi >= 1<<QBits {
		return math.MaxUint64
	}
	return hi<<(64-QBits) | lo>>QBits
}

// Frac returns a as a Frac, saturating at one.
func (a Q) Frac() Frac {
	if a >= One {
		return FracOne
	}
	return Frac(a) << (FracBits - QBits)
}

// MulDiv returns floor(a*b/c) with a 128-bit product; c = 0 gives 0 and quotients beyond 64 bits saturate.
func MulDiv(a, b, c uint64) uint64 { return mulDivSat(a, b, c) }

func mulDivSat(a, b, c uint64) uint64 { return Product(a, b).Div(c) }
