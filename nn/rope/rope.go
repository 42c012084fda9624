// Package rope makes the tables that tell a model where in the text a byte stands: the cosine and sine by which pairs of
// numbers are turned at each position.
//
// Its one invariant: the tables are made of whole numbers alone, so they are the same on every machine.
package rope

import (
	"math/big"
	"math/bits"
)

// Bits is the fraction of a table's numbers: 1 is 1<<Bits.
const Bits = 30

// base is the 10,000 of the llama architecture, as its natural logarithm in units of 1e-33.
const base = "9210340371976182736071965818737456"

const fraction = 128 // bits behind the point while the tables are made

var one = new(big.Int).Lsh(big.NewInt(1), fraction)

// Table holds Pairs numbers for each position; Cos[p*Pairs+i] turns pair i at position p.
type Table struct {
	Pairs    int
	Cos, Sin []int32
}

// New makes the table for heads of the given size at positions 0 to positions-1. Pair i of a head turns by
// 10000^(-2i/headSize) at each step.
func New(headSize, positions int) Table {
	t := Table{Pairs: headSize / 2}
	t.Cos = make([]int32, t.Pairs*positions)
	t.Sin = make([]int32, t.Pairs*positions)
	for i := range t.Pairs {
		t.fill(i, positions, angle(i, headSize))
	}
	return t
}

// fill turns by step once per position, in 64 bits: after a thousand turns 50 of them are still right.
func (t Table) fill(pair, positions int, step *big.Int) {
	stepCos, stepSin := turn(step)
	c, s := narrow(stepCos), narrow(stepSin)
	cos, sin := int64(1)<<wide, int64(0)
	for p := range positions {
		t.Cos[p*t.Pairs+pair], t.Sin[p*t.Pairs+pair] = short(cos), short(sin)
		cos, sin = product(cos, c)-product(sin, s), product(sin, c)+product(cos, s)
	}
}

const wide = 61 // bits behind the point while turning

func narrow(x *big.Int) int64 { return new(big.Int).Rsh(x, fraction-wide).Int64() }

// product rounds towards nothing.
func product(x, y int64) int64 {
	hi, lo := bits.Mul64(magnitude(x), magnitude(y))
	out := int64(hi<<(64-wide) | lo>>wide)
	if x < 0 != (y < 0) {
		return -out
	}
	return out
}

func magnitude(x int64) uint64 {
	if x < 0 {
		return uint64(-x)
	}
	return uint64(x)
}

// short rounds to the fraction of a table.
func short(x int64) int32 { return int32((x + 1<<(wide-Bits-1)) >> (wide - Bits)) }

// angle is e^(-ln(10000) 2 pair/headSize).
func angle(pair, headSize int) *big.Int {
	x, _ := new(big.Int).SetString(base, 10)
	x.Mul(x, big.NewInt(int64(2*pair))).Lsh(x, fraction)
	scale := new(big.Int).Exp(big.NewInt(10), big.NewInt(33), nil)
	x.Quo(x, scale.Mul(scale, big.NewInt(int64(headSize))))
	// e^-x = 1/e^x: the series of e^x has terms of one sign only.
	sum, term := new(big.Int), new(big.Int).Set(one)
	for n := int64(1); term.Sign() != 0; n++ {
		sum.Add(sum, term)
		term = times(term, x)
		term.Quo(term, big.NewInt(n))
	}
	return sum.Quo(new(big.Int).Lsh(one, fraction), sum)
}

// turn is the cosine and sine of an angle of at most 1.
func turn(x *big.Int) (cos, sin *big.Int) {
	parts := [2]*big.Int{new(big.Int), new(big.Int)}
	term := new(big.Int).Set(one)
	for n := int64(0); term.Sign() != 0; n++ {
		part := parts[n%2]
		if n%4 < 2 {
			part.Add(part, term)
		} else {
			part.Sub(part, term)
		}
		term = times(term, x)
		term.Quo(term, big.NewInt(n+1))
	}
	return parts[0], parts[1]
}

func times(x, y *big.Int) *big.Int {
	z := new(big.Int).Mul(x, y)
	return z.Rsh(z, fraction)
}
