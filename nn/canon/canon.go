// Package canon runs a model of eight bits in whole numbers: weights and activations of eight bits, sums of 32, and fixed
// point for norms, attention and gates.
//
// Its one invariant: the same file and the same bytes give the same logits, bit by bit, on every machine, so that anyone
// can replay what a model has answered. There is no float in this package, and no kernel can change a result: sums of
// integers do not depend on their order.
//
//	m := canon.New(file)
//	s := m.Session()
//	logits, _ := s.Feed('a')
//	next := canon.Pick(logits, 0, 0) // the likeliest
package canon

import (
	"github.com/dendra-net/dendra/nn"
	"github.com/dendra-net/dendra/nn/kernel"
	"github.com/dendra-net/dendra/nn/rope"
	"github.com/dendra-net/dendra/nn/tlm"
)

// group is how many activations share a scale.
const group = kernel.Group

// Model is a file made ready. Many goroutines may run one model.
type Model struct {
	config   nn.Config
	embed    matrix
	layers   []layer
	norm     []int64
	turns    rope.Table
	headUnit uint64 // 1 over the root of a head's size, with 32 bits behind the point
}

type layer struct {
	qkv, out, gateUp, down matrix
	attention, feed        []int64
}

// matrix has for each row the factor by which its integer sums become fixed-point numbers.
type matrix struct {
	rows, cols int
	weights    []int8
	factors    []factor
}

// factor stands for by/2^down.
type factor struct {
	by   uint64
	down uint
}

// New makes a file, as Quantize or Parse returned it, ready to run.
func New(f *tlm.File) *Model {
	c := f.Config
	m := &Model{
		config: c, embed: newMatrix(f.Matrices[0]), norm: gains(f.Gains[2*c.Layers]), turns: rope.New(c.HeadSize(), c.Context),
		headUnit: root((1<<62)/uint64(c.HeadSize())) << 1,
	}
	for i := range c.Layers {
		part, gain := f.Matrices[1+4*i:], f.Gains[2*i:]
		m.layers = append(m.layers, layer{
			newMatrix(part[0]), newMatrix(part[1]), newMatrix(part[2]), newMatrix(part[3]), gains(gain[0]), gains(gain[1]),
		})
	}
	return m
}

const spare = 32 // more bits of a factor than a scale has, so that dividing by 127 loses nothing that counts

func newMatrix(t tlm.Matrix) matrix {
	m := matrix{rows: t.Rows, cols: t.Cols, weights: t.Weights, factors: make([]factor, t.Rows)}
	for i, s := range t.Scales {
		mantissa, exponent := s.Parts()
		m.factors[i] = factor{uint64(over(int64(mantissa)<<spare, topActivation)), uint(spare - exponent)}
	}
	return m
}

// gains are fixed-point numbers; what is smaller than half of their last bit is nothing.
func gains(list []tlm.Number) []int64 {
	out := make([]int64, len(list))
	for i, n := range list {
		mantissa, exponent := n.Parts()
		down := -exponent - point // at least 1, for a gain is at most 64
		out[i] = shift(int64(mantissa), uint(min(down, 40)))
	}
	return out
}

// Config is the model's shape.
func (m *Model) Config() nn.Config { return m.config }

// topActivation is the largest activation of eight bits.
const topActivation = 127

// quantized are activations of eight bits; each group has the fixed-point value of its largest, which stands for 127.
type quantized struct {
	values []int8
	unit   []int32
}

func newQuantized(n int) quantized {
	return quantized{make([]int8, n), make([]int32, (n+group-1)/group)}
}

func (q quantized) set(x []int32) quantized {
	q.values, q.unit = q.values[:len(x)], q.unit[:(len(x)+group-1)/group]
	for g := range q.unit {
		part := x[g*group : min((g+1)*group, len(x))]
		var most int32
		for _, v := range part {
			most = max(most, v, -v)
		}
		q.unit[g] = most
		for i, v := range part {
			q.values[g*group+i] = int8(over(int64(v)*topActivation, int64(max(most, 1))))
		}
	}
	return q
}

// multiply sets out to m times what x stands for.
func (s *Session) multiply(out []int32, m matrix, x []int32) {
	q, sums := s.quantized.set(x), s.sums[:m.rows]
	kernel.ProductInt8(sums, m.rows, m.cols, m.weights, q.values, q.unit)
	for i, f := range m.factors {
		out[i] = scale(sums[i], f.by, f.down)
	}
}

// norm sets out to x over its root mean square, times the gains.
func norm(out, x []int32, gains []int64) {
	const (
		epsilon = 42950 // 0.00001, of squares
		more    = 10    // bits, so that a small root is precise
	)
	var sum int64
	for _, v := range x {
		sum += int64(v) * int64(v)
	}
	mean := uint64(sum)/uint64(len(x)) + epsilon
	r := int64(root(mean << more))
	for i, v := range x {
		out[i] = clamp(shift(over(int64(v)<<(point+more/2), r)*gains[i], point))
	}
}
