package kernel

import "math"

var portable = &tiled{
	name: "portable", rows: 2, cols: 4,
	tile: tilePortable, dot: dotPortable, axpy: axpyPortable, exp: expPortable, mulVec: mulVecPortable, adam: adamPortable,
}

// tilePortable rounds each product before it is added: a compiler may fuse the two where the conversion is missing, and
// machines would differ.
func tilePortable(depth int, a []float32, aRow, aCol int, b, c []float32, cStep int) {
	var c00, c01, c02, c03, c10, c11, c12, c13 float32
	for k := range depth {
		row := b[k*4:][:4]
		x, y := a[k*aCol], a[aRow+k*aCol]
		c00 += float32(x * row[0])
		c01 += float32(x * row[1])
		c02 += float32(x * row[2])
		c03 += float32(x * row[3])
		c10 += float32(y * row[0])
		c11 += float32(y * row[1])
		c12 += float32(y * row[2])
		c13 += float32(y * row[3])
	}
	add4(c, c00, c01, c02, c03)
	add4(c[cStep:], c10, c11, c12, c13)
}

func add4(c []float32, p, q, r, s float32) {
	c = c[:4]
	c[0] += p
	c[1] += q
	c[2] += r
	c[3] += s
}

func dotPortable(x, y []float32) float32 {
	var a, b, c, d float32
	y = y[:len(x)]
	i := 0
	for ; i+4 <= len(x); i += 4 {
		a += float32(x[i] * y[i])
		b += float32(x[i+1] * y[i+1])
		c += float32(x[i+2] * y[i+2])
		d += float32(x[i+3] * y[i+3])
	}
	for ; i < len(x); i++ {
		a += float32(x[i] * y[i])
	}
	return (a + b) + (c + d)
}

func axpyPortable(alpha float32, x, y []float32) {
	y = y[:len(x)]
	for i := range x {
		y[i] += float32(alpha * x[i])
	}
}

func mulVecPortable(dst []float32, w Matrix, x []float32) {
	for i := range dst {
		dst[i] = dotPortable(w.Data[i*w.RowStep:][:w.Cols], x)
	}
}

func adamPortable(params, grads, mean, square []float32, s AdamStep) {
	grads, mean, square = grads[:len(params)], mean[:len(params)], square[:len(params)]
	for i, g := range grads {
		m := float32(s.Beta1*mean[i]) + float32(s.Fresh1*g)
		v := float32(s.Beta2*square[i]) + float32(s.Fresh2*float32(g*g))
		mean[i], square[i] = m, v
		root := float32(math.Sqrt(float64(v)))
		params[i] = float32(s.Keep*params[i]) - float32(s.Rate*m)/(float32(s.Root*root)+s.Epsilon)
	}
}

// The exponential: x = n ln 2 + r, e^x = 2^n e^r with |r| <= ln 2 / 2, and e^r by its series to the sixth power.
const (
	log2e    = 1.44269504088896340736
	ln2Upper = 0.693145751953125 // 15 bits, so that n times it is exact
	ln2Lower = 1.428606765330187e-06
	expMin   = -87.33654 // below it e^x is no normal number
	expMax   = 88.72283  // above it e^x is infinite
)

func expPortable(x []float32) {
	for i, v := range x {
		x[i] = exp(v)
	}
}

func exp(x float32) float32 {
	switch {
	case x != x:
		return x
	case x < expMin:
		return 0
	case x > expMax:
		return float32(math.Inf(1))
	}
	const magic = 3 << 22 // adding and taking it away rounds to the nearest whole number
	n := float32(float32(x*log2e)+magic) - magic
	r := float32(x-float32(n*ln2Upper)) - float32(n*ln2Lower)
	p := float32(float32(r*(1./720)) + 1./120)
	p = float32(p*r) + 1./24
	p = float32(p*r) + 1./6
	p = float32(p*r) + 0.5
	p = float32(p*r) + 1
	p = float32(p*r) + 1
	half := int32(n) >> 1 // in two steps: 2^128 is no float32
	return p * pow2(half) * pow2(int32(n)-half)
}

func pow2(n int32) float32 { return math.Float32frombits(uint32(n+127) << 23) }
