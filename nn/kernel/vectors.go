package kernel

import "fmt"

// vectors are the functions behind Vectors. They may take it that lengths were checked.
type vectors struct {
	dot             func(x, y []float32) float32
	axpy            func(alpha float32, x, y []float32)
	scale           func(alpha float32, x []float32)
	times, addTimes func(dst []float32, alpha float32, x, y []float32)
	exp             func(x []float32)
	softmax         func(x []float32, scale float32) (most, sum float32)
	softmaxBack     func(d, chances []float32, mean, scale float32)
	gate            func(hidden, open, gates, up []float32)
	gateBack        func(dgates, dup, dhidden, open, gates, up []float32)
	turn            func(x, cos, sin []float32)
	adam            func(params, grads, mean, square []float32, s AdamStep)
}

func (v *vectors) Dot(x, y []float32) float32 {
	sameLength(x, y)
	return v.dot(x, y)
}

func (v *vectors) Axpy(alpha float32, x, y []float32) {
	sameLength(x, y)
	v.axpy(alpha, x, y)
}

func (v *vectors) Scale(alpha float32, x []float32) { v.scale(alpha, x) }

func (v *vectors) Times(dst []float32, alpha float32, x, y []float32) {
	sameLength(dst, x, y)
	v.times(dst, alpha, x, y)
}

func (v *vectors) AddTimes(dst []float32, alpha float32, x, y []float32) {
	sameLength(dst, x, y)
	v.addTimes(dst, alpha, x, y)
}

func (v *vectors) Exp(x []float32) { v.exp(x) }

func (v *vectors) Softmax(x []float32, scale float32) (most, sum float32) {
	if len(x) == 0 {
		panic("kernel: the softmax of nothing")
	}
	return v.softmax(x, scale)
}

func (v *vectors) SoftmaxBack(d, chances []float32, scale float32) {
	sameLength(d, chances)
	v.softmaxBack(d, chances, v.dot(d, chances), scale)
}

func (v *vectors) Gate(hidden, open, gates, up []float32) {
	sameLength(hidden, open, gates, up)
	v.gate(hidden, open, gates, up)
}

func (v *vectors) GateBack(dgates, dup, dhidden, open, gates, up []float32) {
	sameLength(dgates, dup, dhidden, open, gates, up)
	v.gateBack(dgates, dup, dhidden, open, gates, up)
}

func (v *vectors) Turn(x, cos, sin []float32) {
	sameLength(cos, sin)
	if len(cos) == 0 || len(cos)%2 != 0 || len(x)%len(cos) != 0 {
		panic(fmt.Sprintf("kernel: %d numbers to turn by tables of %d", len(x), len(cos)))
	}
	v.turn(x, cos, sin)
}

func (v *vectors) Adam(params, grads, mean, square []float32, s AdamStep) {
	sameLength(params, grads, mean, square)
	v.adam(params, grads, mean, square, s)
}

func sameLength(x []float32, others ...[]float32) {
	for _, y := range others {
		if len(x) != len(y) {
			panic(fmt.Sprintf("kernel: vectors of %d and %d numbers", len(x), len(y)))
		}
	}
}
