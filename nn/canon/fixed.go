package canon

import (
	"math/big"
	"math/bits"
)

// Numbers are fixed-point: value v stands for v/2^16, and stays within 1024 either way, so that sums of squares and
// products fit into 64 bits.
const (
	point = 16
	one   = 1 << point
	limit = 1 << (point + 10)
)

func clamp(v int64) int32 { return int32(max(-limit, min(limit, v))) }

// scale is v times by over 2^down, rounded to the nearest, halves away from zero, and held within the limit.
func scale(v int64, by uint64, down uint) int32 {
	negative := v < 0
	if negative {
		v = -v
	}
	hi, lo := bits.Mul64(uint64(v), by)
	half := uint64(1) << ((down - 1) % 64)
	var carry uint64
	if down <= 64 {
		lo, carry = bits.Add64(lo, half, 0)
		hi += carry
	} else {
		hi += half
	}
	if down >= 64 {
		lo, hi = hi>>(down-64), 0
	} else {
		lo, hi = lo>>down|hi<<(64-down), hi>>down
	}
	out := int64(limit)
	if hi == 0 && lo < limit {
		out = int64(lo)
	}
	if negative {
		out = -out
	}
	return int32(out)
}

// shift is v over 2^down, rounded to the nearest, halves up.
func shift(v int64, down uint) int64 { return (v + 1<<(down-1)) >> down }

// over is the quotient rounded to the nearest, halves away from zero.
func over(v, by int64) int64 {
	if v < 0 {
		return -over(-v, by)
	}
	return (v + by/2) / by
}

// root is the largest integer whose square is at most v.
func root(v uint64) uint64 {
	if v == 0 {
		return 0
	}
	x := uint64(1) << ((bits.Len64(v) + 1) / 2) // not below the root
	for {
		next := (x + v/x) / 2
		if next >= x {
			return x
		}
		x = next
	}
}

// Exponentials have 30 bits behind the point.
const (
	chanceBits = 30
	certain    = 1 << chanceBits
	log2e      = 1549082005 // of 2^30
)

// halves[i] is 2^(-i/256).
var halves = makeHalves()

// makeHalves takes the square root of a half eight times and multiplies: whole numbers alone, of many bits.
func makeHalves() (table [257]int64) {
	const bits = 128
	step := new(big.Int).Lsh(big.NewInt(1), bits-1)
	for range 8 {
		step.Lsh(step, bits).Sqrt(step)
	}
	power := new(big.Int).Lsh(big.NewInt(1), bits)
	half := new(big.Int).Lsh(big.NewInt(1), bits-chanceBits-1)
	for i := range table {
		rounded := new(big.Int).Add(power, half)
		table[i] = rounded.Rsh(rounded, bits-chanceBits).Int64()
		power.Mul(power, step).Rsh(power, bits)
	}
	return table
}

// decay is e^-v for a v that is not negative.
func decay(v int64) int64 {
	if v >= 32<<point {
		return 0
	}
	exponent := uint64(v) * log2e >> (chanceBits + point - 32) // 32 bits behind the point
	at, rest := exponent>>24&0xff, int64(exponent&(1<<24-1))
	value := halves[at] - shift((halves[at]-halves[at+1])*rest, 24)
	return shift(value<<1, uint(exponent>>32)+1)
}

// sigmoid is 1/(1+e^-v), as a chance.
func sigmoid(v int64) int64 {
	if v < 0 {
		e := decay(-v)
		return over(e<<chanceBits, certain+e)
	}
	return over(certain<<chanceBits, certain+decay(v))
}
