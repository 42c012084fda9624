package kernel

import "math"

// vectorsAVX2 take eight numbers at a time; those without sums and exponentials give the bits of the portable ones.
var vectorsAVX2 = vectors{
	dot: dotAVX2, axpy: axpyAVX2, scale: scaleAVX2, times: timesAVX2, addTimes: addTimesAVX2,
	exp: expAVX2, softmax: softmaxAVX2, softmaxBack: softmaxBackAVX2,
	gate: gateAVX2, gateBack: gateBackAVX2, turn: turnAVX2, adam: adamAVX2,
}

// Each n below is a multiple of eight and not 0.

//go:noescape
func dot8(n int, x, y *float32) float32

//go:noescape
func axpy8(n int, alpha float32, x, y *float32)

//go:noescape
func scale8(n int, alpha float32, x *float32)

//go:noescape
func times8(n int, alpha float32, dst, x, y *float32)

//go:noescape
func addTimes8(n int, alpha float32, dst, x, y *float32)

//go:noescape
func exp8(n int, x *float32)

//go:noescape
func max8(n int, x *float32) float32

// chances8 replaces each x by e^(scale (x - most)) and returns their sum.
//
//go:noescape
func chances8(n int, most, scale float32, x *float32) float32

//go:noescape
func softmaxBack8(n int, mean, scale float32, d, chances *float32)

//go:noescape
func gate8(n int, hidden, open, gates, up *float32)

//go:noescape
func gateBack8(n int, dgates, dup, dhidden, open, gates, up *float32)

//go:noescape
func turn8(n int, x, cos, sin *float32)

//go:noescape
func adam8(n int, params, grads, mean, square *float32, s *AdamStep)

func dotAVX2(x, y []float32) float32 {
	whole := len(x) &^ 7
	var sum float32
	if whole > 0 {
		sum = dot8(whole, &x[0], &y[0])
	}
	return sum + dotPortable(x[whole:], y[whole:])
}

func axpyAVX2(alpha float32, x, y []float32) {
	whole := len(x) &^ 7
	if whole > 0 {
		axpy8(whole, alpha, &x[0], &y[0])
	}
	axpyPortable(alpha, x[whole:], y[whole:])
}

func scaleAVX2(alpha float32, x []float32) {
	whole := len(x) &^ 7
	if whole > 0 {
		scale8(whole, alpha, &x[0])
	}
	scalePortable(alpha, x[whole:])
}

func timesAVX2(dst []float32, alpha float32, x, y []float32) {
	whole := len(x) &^ 7
	if whole > 0 {
		times8(whole, alpha, &dst[0], &x[0], &y[0])
	}
	timesPortable(dst[whole:], alpha, x[whole:], y[whole:])
}

func addTimesAVX2(dst []float32, alpha float32, x, y []float32) {
	whole := len(x) &^ 7
	if whole > 0 {
		addTimes8(whole, alpha, &dst[0], &x[0], &y[0])
	}
	addTimesPortable(dst[whole:], alpha, x[whole:], y[whole:])
}

// expAVX2 pads what is left over to a whole vector, so that a number's result does not depend on where it stands.
func expAVX2(x []float32) {
	whole := len(x) &^ 7
	if whole > 0 {
		exp8(whole, &x[0])
	}
	if rest := x[whole:]; len(rest) > 0 {
		var tail [8]float32
		copy(tail[:], rest)
		exp8(8, &tail[0])
		copy(rest, tail[:])
	}
}

// softmaxAVX2 pads what is left over with numbers whose exponentials are 0.
func softmaxAVX2(x []float32, scale float32) (most, sum float32) {
	whole := len(x) &^ 7
	rest, tail := x[whole:], [8]float32{}
	for i := range tail {
		tail[i] = float32(math.Inf(-1))
	}
	copy(tail[:], rest)
	most = max8(8, &tail[0])
	if whole > 0 {
		most = max(most, max8(whole, &x[0]))
		sum = chances8(whole, most, scale, &x[0])
	}
	if len(rest) > 0 {
		sum += chances8(8, most, scale, &tail[0])
		copy(rest, tail[:])
	}
	scaleAVX2(1/sum, x)
	return most, sum
}

func softmaxBackAVX2(d, chances []float32, mean, scale float32) {
	whole := len(d) &^ 7
	if whole > 0 {
		softmaxBack8(whole, mean, scale, &d[0], &chances[0])
	}
	softmaxBackPortable(d[whole:], chances[whole:], mean, scale)
}

func gateAVX2(hidden, open, gates, up []float32) {
	whole := len(gates) &^ 7
	if whole > 0 {
		gate8(whole, &hidden[0], &open[0], &gates[0], &up[0])
	}
	gatePortable(hidden[whole:], open[whole:], gates[whole:], up[whole:])
}

func gateBackAVX2(dgates, dup, dhidden, open, gates, up []float32) {
	whole := len(gates) &^ 7
	if whole > 0 {
		gateBack8(whole, &dgates[0], &dup[0], &dhidden[0], &open[0], &gates[0], &up[0])
	}
	gateBackPortable(dgates[whole:], dup[whole:], dhidden[whole:], open[whole:], gates[whole:], up[whole:])
}

func turnAVX2(x, cos, sin []float32) {
	if len(cos)%8 != 0 {
		turnPortable(x, cos, sin)
		return
	}
	for ; len(x) > 0; x = x[len(cos):] {
		turn8(len(cos), &x[0], &cos[0], &sin[0])
	}
}

func adamAVX2(params, grads, mean, square []float32, s AdamStep) {
	whole := len(params) &^ 7
	if whole > 0 {
		adam8(whole, &params[0], &grads[0], &mean[0], &square[0], &s)
	}
	adamPortable(params[whole:], grads[whole:], mean[whole:], square[whole:], s)
}
