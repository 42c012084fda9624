package merit

import (
	"math"

	"github.com/dendra-net/dendra/mix"
)

// Derivations take millions of logarithms and powers, of which three digits are enough. They are looked up in tables
// that are made of exact functions and so are the same on every machine.

const tableBits = 12

type logTables struct {
	log [1 << tableBits]float64 // of 1 to 2
	exp [1 << tableBits]float64 // of 0 to 1
}

var tables = newLogTables()

func newLogTables() *logTables {
	t := &logTables{}
	const n = 1 << tableBits
	for i := range n {
		t.log[i] = mix.Log2(1 + (float64(i)+0.5)/n)
	}
	root := 2.0 // 2 to the power of 1/n
	for range tableBits {
		root = math.Sqrt(root)
	}
	v := math.Sqrt(root)
	for i := range n {
		t.exp[i] = v
		v *= root
	}
	return t
}

// log2 is about the binary logarithm of x, taken to be at least mix.Floor.
func (t *logTables) log2(x float64) float64 {
	if !(x > mix.Floor) {
		x = mix.Floor
	}
	bits := math.Float64bits(x)
	return float64(int(bits>>52)-1023) + t.log[bits>>(52-tableBits)&(1<<tableBits-1)]
}

// exp2 is about 2 to the power of x, which is from -1000 to 0.
func (t *logTables) exp2(x float64) float64 {
	x = max(x, -1000)
	whole := math.Floor(x)
	return math.Float64frombits(uint64(int(whole)+1023)<<52) * t.exp[int((x-whole)*(1<<tableBits))&(1<<tableBits-1)]
}
