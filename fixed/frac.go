package fixed

import (
	"math/bits"
	"strconv"
)

// Frac is a share between 0 and 1 inclusive with 63 fractional bits, so that one itself can be held. Values above
// FracOne are not shares; the functions here never make them.
type Frac uint64

// FracBits is the number of fractional bits of a Frac.
const FracBits = 63

// FracOne is the whole.
const FracOne Frac = 1 << FracBits

// FracOf returns p/q truncated and at most one; q = 0 gives 0.
func FracOf(p, q uint64) Frac {
	if p >= q {
		return wholeUnlessZero(q)
	}
	quo, _ := bits.Div64(p>>1, p<<63, q)
	return Frac(quo)
}

func wholeUnlessZero(q uint64) Frac {
	if q == 0 {
		return 0
	}
	return FracOne
}

// FracNear is FracOf rounded to the nearest instead of down.
func FracNear(p, q uint64) Frac {
	if p >= q {
		return wholeUnlessZero(q)
	}
	quo, rem := bits.Div64(p>>1, p<<63, q)
	if rem >= q-rem {
		quo++
	}
	return Frac(quo)
}

// FracFromU16 returns v/65535 to the nearest: the wire's form of a share.
func FracFromU16(v uint16) Frac { return FracNear(uint64(v), u16Max) }

// Mul returns a*b truncated.
func (a Frac) Mul(b Frac) Frac {
	hi, lo := bits.Mul64(uint64(a), uint64(b))
	return Frac(hi<<1 | lo>>63)
}

// Of returns floor(a*amount).
func (a Frac) Of(amount uint64) uint64 {
	hi, lo := bits.Mul64(uint64(a), amount)
	return hi<<1 | lo>>63
}

// Complement returns 1-a.
func (a Frac) Complement() Frac {
	if a > FracOne {
		return 0
	}
	return FracOne - a
}

// Clamp returns a, at most one: for values that came from outside.
func (a Frac) Clamp() Frac { return min(a, FracOne) }

// Q returns a with 48 fractional bits, truncated.
func (a Frac) Q() Q { return Q(a >> (FracBits - QBits)) }

const u16Max = 65535

// A true value that lies exactly on a step (1, 1/2, 1/4) leaves truncating arithmetic a hair below it. The hairs are what
// a quantiser forgives: 2^-48 of a share, and for amounts 2^-52 of the amount but never more than 2^-17 of a unit, so that
// amounts of up to 2^16 shares cannot sum to more than the whole.
const (
	u16Hair        = Frac(1) << (FracBits - 48)
	amountHairBits = 52
	amountHairMax  = uint64(1) << (FracBits - 17)
)

// U16 returns floor(65535*a), a hair (2^-48) below a step counting as the step.
func (a Frac) U16() uint16 {
	if a >= FracOne {
		return u16Max
	}
	hi, lo := bits.Mul64(uint64(a+u16Hair), u16Max)
	return uint16(min(hi<<1|lo>>63, u16Max))
}

// Pay returns floor(a*amount), a hair below a unit (2^-52 of amount, at most 2^-17) counting as the unit.
func (a Frac) Pay(amount uint64) uint64 {
	hi, lo := bits.Mul64(uint64(min(a, FracOne)), amount)
	hair := min(amount<<(FracBits-amountHairBits), amountHairMax)
	if amount >= 1<<(amountHairBits+1) {
		hair = amountHairMax
	}
	lo, carry := bits.Add64(lo, hair, 0)
	hi += carry
	return hi<<1 | lo>>63
}

// U16s quantises a vector with Frac.U16.
func U16s(v []Frac) []uint16 {
	out := make([]uint16, len(v))
	for i, x := range v {
		out[i] = x.U16()
	}
	return out
}

// decimalDigits is how many digits String prints: one more than 63 bits can tell apart at the scale of one.
const decimalDigits = 18

// String returns a with 18 decimal digits, rounded half up and without trailing zeros: "0.5", "1", "0".
func (a Frac) String() string {
	const scale = 1_000_000_000_000_000_000
	hi, lo := bits.Mul64(uint64(a), scale)
	lo, carry := bits.Add64(lo, 1<<62, 0)
	units := (hi+carry)<<1 | lo>>63
	whole, rest := units/scale, units%scale
	if rest == 0 {
		return strconv.FormatUint(whole, 10)
	}
	return strconv.FormatUint(whole, 10) + "." + trimmedDigits(rest)
}

func trimmedDigits(rest uint64) string {
	var buf [decimalDigits]byte
	for i := decimalDigits - 1; i >= 0; i-- {
		buf[i] = byte('0' + rest%10)
		rest /= 10
	}
	end := decimalDigits
	for buf[end-1] == '0' {
		end--
	}
	return string(buf[:end])
}
