package nn

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/dendra-net/dendra/nn/kernel"
	"github.com/dendra-net/dendra/nn/rope"
)

// Model is a Config with its parameters. Many goroutines may run one model; none may while it is trained.
type Model struct {
	config  Config
	params  []float32
	weights weights
	angles  angles
	kernel  kernel.Kernel
}

// New makes a model with random parameters drawn from seed.
func New(c Config, seed uint64) (*Model, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	m, err := FromParameters(c, make([]float32, c.Parameters()))
	if err != nil {
		return nil, err
	}
	r := rand.New(rand.NewPCG(seed, uint64(c.Parameters())))
	fill(r, m.weights.embed.Data, 0.02)
	into := 1 / math.Sqrt(float64(c.Dim))
	for _, l := range m.weights.layers {
		// What is added to the residual stream starts smaller the more layers add to it.
		share := 1 / math.Sqrt(2*float64(c.Layers))
		fill(r, l.qkv.Data, into)
		fill(r, l.out.Data, into*share)
		fill(r, l.gateUp.Data, into)
		fill(r, l.down.Data, share/math.Sqrt(float64(c.Hidden)))
	}
	for i := c.matrices(); i < len(m.params); i++ {
		m.params[i] = 1
	}
	return m, nil
}

func fill(r *rand.Rand, x []float32, deviation float64) {
	for i := range x {
		x[i] = float32(r.NormFloat64() * deviation)
	}
}

// FromParameters makes a model of parameters in the order of Tensors, which it keeps.
func FromParameters(c Config, params []float32) (*Model, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	if len(params) != c.Parameters() {
		return nil, fmt.Errorf("%w: it has %d parameters, %d are given", ErrConfig, c.Parameters(), len(params))
	}
	return &Model{config: c, params: params, weights: c.view(params), angles: newAngles(c), kernel: kernel.Best()}, nil
}

// Use makes the model compute with k instead of the fastest kernel of this machine.
func (m *Model) Use(k kernel.Kernel) { m.kernel = k }

// Config is the model's shape.
func (m *Model) Config() Config { return m.config }

// Clone is a copy that shares nothing with m.
func (m *Model) Clone() *Model {
	params := append([]float32(nil), m.params...)
	return &Model{config: m.config, params: params, weights: m.config.view(params), angles: m.angles, kernel: m.kernel}
}

// Tensor is a matrix of parameters, row after row, or with one row the gains of a norm.
type Tensor struct {
	Name       string
	Rows, Cols int
	Data       []float32
}

// Gain tells the gains of a norm from a matrix.
func (t Tensor) Gain() bool { return t.Rows == 1 }

// Tensors are the model's parameters, matrices first: they are the model's own, not copies.
//
//	embed [256, dim]; for each layer i: i.qkv [3 dim, dim] (queries, keys and values), i.out [dim, dim],
//	i.gateup [2 hidden, dim], i.down [dim, hidden]; for each layer i: i.attention [dim], i.feed [dim]; norm [dim]
func (m *Model) Tensors() []Tensor { return m.config.tensors(m.params) }

func (c Config) tensors(params []float32) []Tensor {
	var list []Tensor
	add := func(name string, rows, cols int) {
		list = append(list, Tensor{name, rows, cols, params[: rows*cols : rows*cols]})
		params = params[rows*cols:]
	}
	add("embed", Vocabulary, c.Dim)
	for i := range c.Layers {
		add(fmt.Sprintf("%d.qkv", i), 3*c.Dim, c.Dim)
		add(fmt.Sprintf("%d.out", i), c.Dim, c.Dim)
		add(fmt.Sprintf("%d.gateup", i), 2*c.Hidden, c.Dim)
		add(fmt.Sprintf("%d.down", i), c.Dim, c.Hidden)
	}
	for i := range c.Layers {
		add(fmt.Sprintf("%d.attention", i), 1, c.Dim)
		add(fmt.Sprintf("%d.feed", i), 1, c.Dim)
	}
	add("norm", 1, c.Dim)
	return list
}

// weights are the tensors by their use. The same view serves parameters and their gradients.
type weights struct {
	embed  kernel.Matrix
	layers []layer
	norm   []float32
}

type layer struct {
	qkv, out, gateUp, down kernel.Matrix
	attention, feed        []float32
}

func (c Config) view(params []float32) weights {
	list := c.tensors(params)
	matrix := func(t Tensor) kernel.Matrix { return kernel.Dense(t.Data, t.Rows, t.Cols) }
	w := weights{embed: matrix(list[0]), layers: make([]layer, c.Layers), norm: list[len(list)-1].Data}
	gains := list[1+4*c.Layers:]
	for i := range w.layers {
		m := list[1+4*i:]
		w.layers[i] = layer{
			qkv: matrix(m[0]), out: matrix(m[1]), gateUp: matrix(m[2]), down: matrix(m[3]),
			attention: gains[2*i].Data, feed: gains[2*i+1].Data,
		}
	}
	return w
}

// angles turn queries and keys by their position. A row of each table is what kernel.Turn takes for one head; back is sin
// for turning the other way.
type angles struct {
	size           int
	cos, sin, back []float32
}

func newAngles(c Config) angles {
	t := rope.New(c.HeadSize(), c.Context)
	n := 2 * len(t.Cos)
	a := angles{size: 2 * t.Pairs, cos: make([]float32, n), sin: make([]float32, n), back: make([]float32, n)}
	const unit = 1 << rope.Bits
	for i := range t.Cos {
		cos, sin := float32(t.Cos[i])/unit, float32(t.Sin[i])/unit
		a.cos[2*i], a.cos[2*i+1] = cos, cos
		a.sin[2*i], a.sin[2*i+1] = -sin, sin
		a.back[2*i], a.back[2*i+1] = sin, -sin
	}
	return a
}

// turn turns the pairs of every head in x for a position.
func (a angles) turn(k kernel.Kernel, x []float32, position int) {
	k.Turn(x, a.cos[position*a.size:][:a.size], a.sin[position*a.size:][:a.size])
}

// turnBack undoes turn.
func (a angles) turnBack(k kernel.Kernel, x []float32, position int) {
	k.Turn(x, a.cos[position*a.size:][:a.size], a.back[position*a.size:][:a.size])
}
