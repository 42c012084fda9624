package nn

import (
	"math"

	"github.com/dendra-net/dendra/nn/kernel"
)

const epsilon = 1e-5 // keeps a norm from dividing by zero

// pass runs windows of one length through a model, all at once, and keeps what going back needs.
type pass struct {
	*Model
	windows, length int // of bytes
	input           []byte
	layers          []tape
	last, normed    []float32 // residual stream after the last layer, and its norm
	scale           []float32 // of the last norm, a number per byte
	logits          []float32 // Vocabulary numbers per byte; after loss, their gradient
	back            *gradients
}

// tape is what one layer leaves behind, a row per byte.
type tape struct {
	in, normed, qkv, mixed []float32 // the first half of the layer
	chances                []float32 // of each head in each window, length x length
	mid, normed2           []float32 // the second half
	gateUp, open, hidden   []float32 // open is the sigmoid of the gate
	scale, scale2          []float32 // of the norms
}

func (m *Model) newPass(windows, length int, train bool) *pass {
	c, n := m.config, windows*length
	p := &pass{Model: m, windows: windows, length: length, layers: make([]tape, c.Layers)}
	for i := range p.layers {
		if train || i == 0 {
			p.layers[i] = newTape(c, windows, length)
		} else {
			p.layers[i] = p.layers[0] // nobody goes back
		}
	}
	p.last, p.normed = make([]float32, n*c.Dim), make([]float32, n*c.Dim)
	p.scale, p.logits = make([]float32, n), make([]float32, n*Vocabulary)
	if train {
		p.back = newGradients(c, n)
	}
	return p
}

func newTape(c Config, windows, length int) tape {
	n := windows * length
	rows := func(width int) []float32 { return make([]float32, n*width) }
	return tape{
		in: rows(c.Dim), normed: rows(c.Dim), qkv: rows(3 * c.Dim), mixed: rows(c.Dim),
		chances: rows(c.Heads * length),
		mid:     rows(c.Dim), normed2: rows(c.Dim),
		gateUp: rows(2 * c.Hidden), open: rows(c.Hidden), hidden: rows(c.Hidden),
		scale: rows(1), scale2: rows(1),
	}
}

// forward computes the logits after each byte of input, which is windows times length bytes.
func (p *pass) forward(input []byte) {
	p.input = input
	d := p.config.Dim
	x := p.layers[0].in
	for i, b := range input {
		copy(x[i*d:][:d], p.weights.embed.Data[int(b)*d:])
	}
	for i := range p.layers {
		t, w := &p.layers[i], p.weights.layers[i]
		p.attend(t, w)
		out := p.last
		if i+1 < len(p.layers) {
			out = p.layers[i+1].in
		}
		p.feed(t, w, out)
	}
	p.norm(p.normed, p.scale, p.last, p.weights.norm)
	p.multiply(p.logits, p.normed, p.weights.embed)
}

// multiply sets out to x w', a row per byte.
func (p *pass) multiply(out, x []float32, w kernel.Matrix) {
	n := p.windows * p.length
	p.kernel.Product(kernel.Dense(out, n, w.Rows), kernel.Dense(x, n, w.Cols), w.T())
}

// add adds x w' to out.
func (p *pass) add(out, x []float32, w kernel.Matrix) {
	n := p.windows * p.length
	p.kernel.Mul(kernel.Dense(out, n, w.Rows), kernel.Dense(x, n, w.Cols), w.T())
}

// norm divides each row of x by its root mean square, times the gains.
func (p *pass) norm(out, scale, x, gains []float32) {
	d := len(gains)
	for i := range scale {
		scale[i] = normRow(p.kernel, out[i*d:][:d], x[i*d:][:d], gains)
	}
}

func normRow(k kernel.Kernel, out, x, gains []float32) (scale float32) {
	mean := k.Dot(x, x)/float32(len(x)) + epsilon
	scale = 1 / float32(math.Sqrt(float64(mean)))
	k.Times(out, scale, x, gains)
	return scale
}

func (p *pass) attend(t *tape, w layer) {
	d := p.config.Dim
	p.norm(t.normed, t.scale, t.in, w.attention)
	p.multiply(t.qkv, t.normed, w.qkv)
	for i := range p.windows * p.length {
		p.angles.turn(p.kernel, t.qkv[i*3*d:][:2*d], i%p.length)
	}
	for window := range p.windows {
		for head := range p.config.Heads {
			p.look(p.head(t, window, head))
		}
	}
	copy(t.mid, t.in)
	p.add(t.mid, t.mixed, w.out)
}

// head is what one head sees of one window.
type head struct {
	q, k, v, chances, mixed kernel.Matrix
}

func (p *pass) head(t *tape, window, at int) head {
	d, size, n := p.config.Dim, p.config.HeadSize(), p.length
	qkv := kernel.Dense(t.qkv, p.windows*n, 3*d).RowsOf(window*n, n)
	place := (window*p.config.Heads + at) * n * n
	return head{
		q: qkv.Columns(at*size, size), k: qkv.Columns(d+at*size, size), v: qkv.Columns(2*d+at*size, size),
		chances: kernel.Dense(t.chances[place:][:n*n], n, n),
		mixed:   kernel.Dense(t.mixed, p.windows*n, d).RowsOf(window*n, n).Columns(at*size, size),
	}
}

// stripe is how many bytes of a window look back together; they see one another too, and that is masked.
const stripe = 64

func (p *pass) look(h head) {
	scale := headScale(p.config)
	for from := 0; from < p.length; from += stripe {
		rows := min(stripe, p.length-from)
		seen := from + rows
		chances := h.chances.RowsOf(from, rows).Columns(0, seen)
		p.kernel.Product(chances, h.q.RowsOf(from, rows), h.k.RowsOf(0, seen).T())
		for i := range rows {
			row := chances.Data[i*chances.RowStep:][:seen]
			p.kernel.Softmax(row[:from+i+1], scale)
			clear(row[from+i+1:])
		}
		p.kernel.Product(h.mixed.RowsOf(from, rows), chances, h.v.RowsOf(0, seen))
	}
}

func headScale(c Config) float32 { return float32(1 / math.Sqrt(float64(c.HeadSize()))) }

func (p *pass) feed(t *tape, w layer, out []float32) {
	f := p.config.Hidden
	p.norm(t.normed2, t.scale2, t.mid, w.feed)
	p.multiply(t.gateUp, t.normed2, w.gateUp)
	for i := range p.windows * p.length {
		row := t.gateUp[i*2*f:][:2*f]
		p.kernel.Gate(t.hidden[i*f:][:f], t.open[i*f:][:f], row[:f], row[f:])
	}
	copy(out, t.mid)
	p.add(out, t.hidden, w.down)
}

// loss is the mean of the bits each target costs, in nats; logits become the gradient of that mean.
func (p *pass) loss(targets []byte) float64 {
	var sum float64
	share := 1 / float32(len(targets))
	for i, target := range targets {
		row := p.logits[i*Vocabulary:][:Vocabulary]
		sum += surprise(p.kernel, row, target)
		p.kernel.Scale(share, row)
		row[target] -= share
	}
	return sum / float64(len(targets))
}

// surprise turns logits into chances and returns the negative logarithm of the target's.
func surprise(k kernel.Kernel, logits []float32, target byte) float64 {
	own := logits[target]
	most, sum := k.Softmax(logits, 1)
	return math.Log(float64(sum)) - float64(own-most)
}
