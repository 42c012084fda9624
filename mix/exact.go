package mix

import "math"

// The library's exp and log are written per processor and differ in the last bit. These are slower, within two units of
// that bit, and the same everywhere: only sums, products that are rounded before they are added, and quotients.

const (
	ln2High = 6.93147180369123816490e-01 // its last 32 bits are zero, so that small multiples are exact
	ln2Low  = 1.90821492927058770002e-10
)

// exp is e to the power of x. Below -700 it is 0 and above 700 it is as at 700, which a softmax never needs.
func exp(x float64) float64 {
	if x < -700 {
		return 0
	}
	x = min(x, 700)
	k := math.Floor(x/math.Ln2 + 0.5)
	r := x - float64(k*ln2High) - float64(k*ln2Low)
	sum := 1.0
	for n := 14.0; n > 0; n-- {
		sum = 1 + float64(sum*r)/n
	}
	return math.Ldexp(sum, int(k))
}

// ln is the natural logarithm of a positive number.
func ln(x float64) float64 {
	m, e := math.Frexp(x)
	if m < math.Sqrt2/2 {
		m, e = 2*m, e-1
	}
	f := (m - 1) / (m + 1)
	square, sum := float64(f*f), 0.0
	for n := 25.0; n > 0; n -= 2 {
		sum = float64(sum*square) + 1/n
	}
	return float64(float64(e)*ln2High) + (float64(float64(2*f)*sum) + float64(float64(e)*ln2Low))
}

func log2(x float64) float64 { return ln(x) / math.Ln2 }

// Log2 is the binary logarithm of a positive number, the same to the last bit on every machine.
func Log2(x float64) float64 { return log2(x) }
