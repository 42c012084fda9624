package nn

import "math"

// The same model once more, in float64 and as plainly as it can be written: one byte, one head, one number at a time.

type reference struct {
	c Config
	p map[string][]float64
}

func newReference(m *Model) reference {
	r := reference{m.config, map[string][]float64{}}
	for _, t := range m.Tensors() {
		for _, v := range t.Data {
			r.p[t.Name] = append(r.p[t.Name], float64(v))
		}
	}
	return r
}

func apply(w, x []float64) []float64 {
	out := make([]float64, len(w)/len(x))
	for i := range out {
		for j, v := range x {
			out[i] += w[i*len(x)+j] * v
		}
	}
	return out
}

func plus(x, y []float64) []float64 {
	out := make([]float64, len(x))
	for i := range x {
		out[i] = x[i] + y[i]
	}
	return out
}

func normed(x, gain []float64) []float64 {
	var sum float64
	for _, v := range x {
		sum += v * v
	}
	out := make([]float64, len(x))
	for i, v := range x {
		out[i] = v / math.Sqrt(sum/float64(len(x))+1e-5) * gain[i]
	}
	return out
}

func shares(x []float64) []float64 {
	out := make([]float64, len(x))
	var sum float64
	for i, v := range x {
		out[i] = math.Exp(v)
		sum += out[i]
	}
	for i := range out {
		out[i] /= sum
	}
	return out
}

func (r reference) turned(x []float64, position int) []float64 {
	out, size := make([]float64, len(x)), r.c.HeadSize()
	for i := 0; i < len(x); i += 2 {
		sin, cos := math.Sincos(float64(position) * math.Pow(10000, -float64(i%size)/float64(size)))
		out[i], out[i+1] = x[i]*cos-x[i+1]*sin, x[i]*sin+x[i+1]*cos
	}
	return out
}

// logits of the byte after each of text.
func (r reference) logits(text []byte) [][]float64 {
	d := r.c.Dim
	var xs [][]float64
	for _, b := range text {
		xs = append(xs, r.p["embed"][int(b)*d:][:d])
	}
	for l := range r.c.Layers {
		name := func(s string) []float64 { return r.p[string(rune('0'+l))+"."+s] }
		var qs, ks, vs [][]float64
		for i, x := range xs {
			qkv := apply(name("qkv"), normed(x, name("attention")))
			qs, ks, vs = append(qs, r.turned(qkv[:d], i)), append(ks, r.turned(qkv[d:2*d], i)), append(vs, qkv[2*d:])
		}
		for i := range xs {
			x := plus(xs[i], apply(name("out"), r.mix(qs[i], ks[:i+1], vs[:i+1])))
			wide := apply(name("gateup"), normed(x, name("feed")))
			hidden := make([]float64, r.c.Hidden)
			for j := range hidden {
				hidden[j] = wide[j] / (1 + math.Exp(-wide[j])) * wide[r.c.Hidden+j]
			}
			xs[i] = plus(x, apply(name("down"), hidden))
		}
	}
	out := make([][]float64, len(xs))
	for i, x := range xs {
		out[i] = apply(r.p["embed"], normed(x, r.p["norm"]))
	}
	return out
}

func (r reference) mix(q []float64, ks, vs [][]float64) []float64 {
	size, out := r.c.HeadSize(), make([]float64, len(q))
	for h := 0; h < len(q); h += size {
		scores := make([]float64, len(ks))
		for i, k := range ks {
			scores[i] = apply(k[h:h+size], q[h:h+size])[0] / math.Sqrt(float64(size))
		}
		for i, share := range shares(scores) {
			for j := range size {
				out[h+j] += share * vs[i][h+j]
			}
		}
	}
	return out
}

// loss is the mean cost in nats of targets over windows of the given length.
func (r reference) loss(input, targets []byte, length int) float64 {
	var sum float64
	for at := 0; at < len(input); at += length {
		for i, row := range r.logits(input[at : at+length]) {
			sum -= math.Log(shares(row)[targets[at+i]])
		}
	}
	return sum / float64(len(input))
}
