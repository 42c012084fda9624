package nn

import "github.com/dendra-net/dendra/nn/kernel"

// gradients are of the loss by each parameter, and scratch memory for the way back.
type gradients struct {
	params       []float32
	weights      weights
	stream       []float32 // by the residual stream, a row per byte
	wide, hidden []float32
	qkv, small   []float32
	chances      []float32
}

func newGradients(c Config, n int) *gradients {
	g := &gradients{params: make([]float32, c.Parameters())}
	g.weights = c.view(g.params)
	rows := func(width int) []float32 { return make([]float32, n*width) }
	g.stream, g.small = rows(c.Dim), rows(c.Dim)
	g.wide, g.hidden, g.qkv = rows(2*c.Hidden), rows(c.Hidden), rows(3*c.Dim)
	return g
}

// backward sets the gradients of the last loss.
func (p *pass) backward() {
	g, d := p.back, p.config.Dim
	clear(g.params)
	p.through(g.small, p.logits, p.normed, p.weights.embed, g.weights.embed)
	clear(g.stream)
	p.normBack(g.small, p.last, p.scale, p.weights.norm, g.weights.norm)
	for i := len(p.layers) - 1; i >= 0; i-- {
		t, w, dw := &p.layers[i], p.weights.layers[i], g.weights.layers[i]
		p.feedBack(t, w, dw)
		p.attendBack(t, w, dw)
	}
	for i, b := range p.input {
		p.kernel.Axpy(1, g.stream[i*d:][:d], g.weights.embed.Data[int(b)*d:][:d])
	}
}

// through goes back through out = x w': it sets dx and adds to dw.
func (p *pass) through(dx, dout, x []float32, w, dw kernel.Matrix) {
	n := p.windows * p.length
	out := kernel.Dense(dout, n, w.Rows)
	p.kernel.Product(kernel.Dense(dx, n, w.Cols), out, w)
	p.kernel.Mul(dw, out.T(), kernel.Dense(x, n, w.Cols))
}

// normBack goes back through a norm: it adds to the stream and to the gains' gradient.
func (p *pass) normBack(dout, x, scale, gains, dgains []float32) {
	d, k := len(gains), p.kernel
	for i, s := range scale {
		row, in, stream := dout[i*d:][:d], x[i*d:][:d], p.back.stream[i*d:][:d]
		k.AddTimes(dgains, s, in, row)
		k.Times(row, 1, row, gains)
		// The scale too depends on every number of the row.
		pull := k.Dot(row, in) * s * s * s / float32(d)
		k.Axpy(s, row, stream)
		k.Axpy(-pull, in, stream)
	}
}

func (p *pass) feedBack(t *tape, w, dw layer) {
	g, f := p.back, p.config.Hidden
	p.through(g.hidden, g.stream, t.hidden, w.down, dw.down)
	for i := range p.windows * p.length {
		in, out := t.gateUp[i*2*f:][:2*f], g.wide[i*2*f:][:2*f]
		p.kernel.GateBack(out[:f], out[f:], g.hidden[i*f:][:f], t.open[i*f:][:f], in[:f], in[f:])
	}
	p.through(g.small, g.wide, t.normed2, w.gateUp, dw.gateUp)
	p.normBack(g.small, t.mid, t.scale2, w.feed, dw.feed)
}

func (p *pass) attendBack(t *tape, w, dw layer) {
	g, d := p.back, p.config.Dim
	p.through(g.small, g.stream, t.mixed, w.out, dw.out)
	clear(g.qkv)
	for window := range p.windows {
		for at := range p.config.Heads {
			p.lookBack(p.head(t, window, at), p.headBack(window, at))
		}
	}
	for i := range p.windows * p.length {
		p.angles.turnBack(p.kernel, g.qkv[i*3*d:][:2*d], i%p.length)
	}
	p.through(g.small, g.qkv, t.normed, w.qkv, dw.qkv)
	p.normBack(g.small, t.in, t.scale, w.attention, dw.attention)
}

// headBack is where the gradients of a head go; mixed is where they come from.
func (p *pass) headBack(window, at int) head {
	g, d, size, n := p.back, p.config.Dim, p.config.HeadSize(), p.length
	if len(g.chances) < n*n {
		g.chances = make([]float32, n*n)
	}
	qkv := kernel.Dense(g.qkv, p.windows*n, 3*d).RowsOf(window*n, n)
	return head{
		q: qkv.Columns(at*size, size), k: qkv.Columns(d+at*size, size), v: qkv.Columns(2*d+at*size, size),
		chances: kernel.Dense(g.chances[:n*n], n, n),
		mixed:   kernel.Dense(g.small, p.windows*n, d).RowsOf(window*n, n).Columns(at*size, size),
	}
}

func (p *pass) lookBack(h, d head) {
	scale := headScale(p.config)
	for from := 0; from < p.length; from += stripe {
		rows := min(stripe, p.length-from)
		seen := from + rows
		chances, dchances := h.chances.RowsOf(from, rows).Columns(0, seen), d.chances.RowsOf(from, rows).Columns(0, seen)
		mixed := d.mixed.RowsOf(from, rows)
		p.kernel.Product(dchances, mixed, h.v.RowsOf(0, seen).T())
		p.kernel.Mul(d.v.RowsOf(0, seen), chances.T(), mixed)
		for i := range rows {
			p.kernel.SoftmaxBack(dchances.Data[i*dchances.RowStep:][:seen], chances.Data[i*chances.RowStep:][:seen], scale)
		}
		p.kernel.Product(d.q.RowsOf(from, rows), dchances, h.k.RowsOf(0, seen))
		p.kernel.Mul(d.k.RowsOf(0, seen), dchances.T(), h.q.RowsOf(from, rows))
	}
}
