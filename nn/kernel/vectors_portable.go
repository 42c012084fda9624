package kernel

import "math"

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

func scalePortable(alpha float32, x []float32) {
	for i := range x {
		x[i] *= alpha
	}
}

func timesPortable(dst []float32, alpha float32, x, y []float32) {
	x, y = x[:len(dst)], y[:len(dst)]
	for i := range dst {
		dst[i] = float32(alpha*x[i]) * y[i]
	}
}

func addTimesPortable(dst []float32, alpha float32, x, y []float32) {
	x, y = x[:len(dst)], y[:len(dst)]
	for i := range dst {
		dst[i] += float32(float32(alpha*x[i]) * y[i])
	}
}

func softmaxPortable(x []float32, scale float32) (most, sum float32) {
	most = largest(x)
	for i, v := range x {
		x[i] = exp(float32(v-most) * scale)
		sum += x[i]
	}
	scalePortable(1/sum, x)
	return most, sum
}

func largest(x []float32) float32 {
	most := x[0]
	for _, v := range x {
		most = max(most, v)
	}
	return most
}

func softmaxBackPortable(d, chances []float32, mean, scale float32) {
	d = d[:len(chances)]
	for i, c := range chances {
		d[i] = float32(c*float32(d[i]-mean)) * scale
	}
}

func gatePortable(hidden, open, gates, up []float32) {
	hidden, open, up = hidden[:len(gates)], open[:len(gates)], up[:len(gates)]
	for i, g := range gates {
		s := 1 / (1 + exp(-g))
		open[i] = s
		hidden[i] = float32(g*s) * up[i]
	}
}

func gateBackPortable(dgates, dup, dhidden, open, gates, up []float32) {
	dgates, dup, open = dgates[:len(dhidden)], dup[:len(dhidden)], open[:len(dhidden)]
	gates, up = gates[:len(dhidden)], up[:len(dhidden)]
	for i, dh := range dhidden {
		s, x := open[i], gates[i]
		silu := float32(x * s)
		dgates[i] = float32(dh*up[i]) * float32(s+float32(silu*float32(1-s)))
		dup[i] = dh * silu
	}
}

func turnPortable(x, cos, sin []float32) {
	sin = sin[:len(cos)]
	for ; len(x) > 0; x = x[len(cos):] {
		for i := 0; i+1 < len(cos); i += 2 {
			p, q := x[i], x[i+1]
			x[i] = float32(p*cos[i]) + float32(q*sin[i])
			x[i+1] = float32(q*cos[i+1]) + float32(p*sin[i+1])
		}
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
