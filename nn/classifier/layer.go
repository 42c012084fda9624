package classifier

import "github.com/dendra-net/dendra/nn/kernel"

// layer is one step of a network over n images at once. A layer keeps what it needs to go back, so it serves one run.
type layer interface {
	parameters() int
	// weights says how many of the parameters, the first ones, are weights, and how many of them meet in one output.
	weights() (n, inputs int)
	forward(k kernel.Kernel, params, in []float32, n int) []float32
	// backward returns the gradient by the input of the last forward and adds that by the parameters to dparams.
	backward(k kernel.Kernel, params, dparams, dout []float32, n int) []float32
}

// run carries n images through a network of its own.
type run struct {
	*Classifier
	n      int
	layers []layer
}

func (c *Classifier) newRun(n int) *run { return &run{c, n, c.shape.layers()} }

func (r *run) forward(in []float32) []float32 {
	params := r.params
	for _, l := range r.layers {
		in = l.forward(r.kernel, params[:l.parameters()], in, r.n)
		params = params[l.parameters():]
	}
	return in
}

func (r *run) backward(dparams, dout []float32) {
	at := len(r.params)
	for i := len(r.layers) - 1; i >= 0; i-- {
		l := r.layers[i]
		from := at - l.parameters()
		dout = l.backward(r.kernel, r.params[from:at], dparams[from:at], dout, r.n)
		at = from
	}
}

// dense weighs every input for every output: out x in weights, then out biases.
type dense struct {
	in, out int
	last    []float32
}

func (d *dense) parameters() int          { return (d.in + 1) * d.out }
func (d *dense) weights() (n, inputs int) { return d.in * d.out, d.in }

func (d *dense) forward(k kernel.Kernel, params, in []float32, n int) []float32 {
	d.last = in
	w, bias := kernel.Dense(params[:d.in*d.out], d.out, d.in), params[d.in*d.out:]
	out := make([]float32, n*d.out)
	for i := range n {
		copy(out[i*d.out:], bias)
	}
	k.Mul(kernel.Dense(out, n, d.out), kernel.Dense(in, n, d.in), w.T())
	return out
}

func (d *dense) backward(k kernel.Kernel, params, dparams, dout []float32, n int) []float32 {
	w, dw := kernel.Dense(params[:d.in*d.out], d.out, d.in), kernel.Dense(dparams[:d.in*d.out], d.out, d.in)
	out := kernel.Dense(dout, n, d.out)
	k.Mul(dw, out.T(), kernel.Dense(d.last, n, d.in))
	for i := range n {
		k.Axpy(1, dout[i*d.out:][:d.out], dparams[d.in*d.out:])
	}
	din := make([]float32, n*d.in)
	k.Mul(kernel.Dense(din, n, d.in), out, w)
	return din
}

// relu lets pass what is positive.
type relu struct{ last []float32 }

func (*relu) parameters() int          { return 0 }
func (*relu) weights() (n, inputs int) { return 0, 0 }

func (r *relu) forward(_ kernel.Kernel, _, in []float32, _ int) []float32 {
	out := make([]float32, len(in))
	for i, v := range in {
		if v > 0 || v != v { // what is no number must not pass for nothing
			out[i] = v
		}
	}
	r.last = out
	return out
}

func (r *relu) backward(_ kernel.Kernel, _, _, dout []float32, _ int) []float32 {
	for i, v := range r.last {
		if v <= 0 {
			dout[i] = 0
		}
	}
	return dout
}

// area is an image of so many numbers a pixel; they stand together, pixel after pixel, row after row.
type area struct{ width, height, channels int }

func (a area) size() int       { return a.width * a.height * a.channels }
func (a area) at(x, y int) int { return (y*a.width + x) * a.channels }

// convolution weighs the 3 x 3 pixels around each pixel, with nothing beyond the border.
type convolution struct {
	from    area
	out     int // channels
	patches []float32
}

const window = 3 // pixels, across and down

func (c *convolution) patch() int               { return window * window * c.from.channels }
func (c *convolution) parameters() int          { return (c.patch() + 1) * c.out }
func (c *convolution) weights() (n, inputs int) { return c.patch() * c.out, c.patch() }

// inner is the same layer seen as a dense one over patches.
func (c *convolution) inner() *dense { return &dense{in: c.patch(), out: c.out, last: c.patches} }

func (c *convolution) forward(k kernel.Kernel, params, in []float32, n int) []float32 {
	pixels := n * c.from.width * c.from.height
	c.patches = make([]float32, pixels*c.patch())
	c.each(n, func(pixel, patch, count int) {
		copy(c.patches[patch:][:count], in[pixel:])
	})
	return c.inner().forward(k, params, c.patches, pixels)
}

func (c *convolution) backward(k kernel.Kernel, params, dparams, dout []float32, n int) []float32 {
	patches := c.inner().backward(k, params, dparams, dout, n*c.from.width*c.from.height)
	din := make([]float32, n*c.from.size())
	c.each(n, func(pixel, patch, count int) {
		to, from := din[pixel:][:count], patches[patch:][:count]
		for i, v := range from {
			to[i] += v
		}
	})
	return din
}

// each calls f with the places of count numbers that stand together both in the images and in the patches, which are a
// row of a window, until all numbers of all patches that are not beyond the border have come.
func (c *convolution) each(n int, f func(pixel, patch, count int)) {
	width, channels := c.from.width, c.from.channels
	row := 0
	for image := range n {
		for y := range c.from.height {
			for x := range width {
				left, right := max(x-1, 0), min(x+1, width-1)
				for py := max(y-1, 0); py <= min(y+1, c.from.height-1); py++ {
					patch := row + ((py-y+1)*window+left-x+1)*channels
					f(image*c.from.size()+c.from.at(left, py), patch, (right-left+1)*channels)
				}
				row += c.patch()
			}
		}
	}
}

// pool keeps the largest of each 2 x 2 pixels; an odd row or column at the end is dropped.
type pool struct {
	from   area
	winner []int
	size   int
}

func (*pool) parameters() int          { return 0 }
func (*pool) weights() (n, inputs int) { return 0, 0 }

func (p *pool) forward(_ kernel.Kernel, _, in []float32, n int) []float32 {
	to := area{p.from.width / 2, p.from.height / 2, p.from.channels}
	out := make([]float32, n*to.size())
	p.winner, p.size = make([]int, len(out)), len(in)
	for image := range n {
		for y := range to.height {
			for x := range to.width {
				for channel := range to.channels {
					place := image*to.size() + to.at(x, y) + channel
					best := p.best(in, image*p.from.size()+channel, 2*x, 2*y)
					out[place], p.winner[place] = in[best], best
				}
			}
		}
	}
	return out
}

func (p *pool) best(in []float32, base, x, y int) int {
	best := base + p.from.at(x, y)
	for _, at := range [3]int{p.from.at(x+1, y), p.from.at(x, y+1), p.from.at(x+1, y+1)} {
		if in[base+at] > in[best] {
			best = base + at
		}
	}
	return best
}

func (p *pool) backward(_ kernel.Kernel, _, _, dout []float32, _ int) []float32 {
	din := make([]float32, p.size)
	for i, at := range p.winner {
		din[at] += dout[i]
	}
	return din
}
