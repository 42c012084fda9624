package merit

import (
	"math"
	"slices"
)

// A gate weighs the members of a pool at a position: a softmax over the pairs of neighbouring bytes before it, learnt by
// gradient descent. It is mix.Router but for two savings, without which nobody could afford one for every pool: steps
// shrink by bucket and not by weight, and what a context holds is looked up once for all pools.

const (
	looksBack = 48   // bytes of a context that are heeded
	buckets   = 1024 // that pairs of bytes are hashed into; the one after the last is in every context
	rate      = 0.3  // of the first steps
	caution   = 1e-2 // squared gradients that a bucket is taken to have had
)

// feature is a bucket of a context and how strongly it is there.
type feature struct {
	bucket int32
	value  float64
}

// featuresOf lists the buckets of a context once each. But for the common bucket they have length one together.
func featuresOf(context []byte) []feature {
	tail := context[max(0, len(context)-looksBack):]
	at := make([]int32, 0, looksBack)
	for i := 1; i < len(tail); i++ {
		pair := uint32(tail[i-1])<<8 | uint32(tail[i])
		at = append(at, int32(pair*0x9E3779B1>>(32-10)))
	}
	slices.Sort(at)
	list := []feature{{buckets, 1}}
	squares := 0.0
	for i := 0; i < len(at); {
		j := i
		for j < len(at) && at[j] == at[i] {
			j++
		}
		list = append(list, feature{at[i], float64(j - i)})
		squares += float64((j - i) * (j - i))
		i = j
	}
	for k := 1; k < len(list); k++ {
		list[k].value /= math.Sqrt(squares)
	}
	return list
}

// gate holds one weight per bucket and member.
type gate struct {
	width   int
	weights []float64
	squares []float64 // by bucket
	scores  []float64 // of the position at hand, then its slopes
}

func newGate(width int) *gate {
	return &gate{
		width:   width,
		weights: make([]float64, (buckets+1)*width),
		squares: make([]float64, buckets+1),
		scores:  make([]float64, width),
	}
}

// forget makes the gate believe everybody alike.
func (g *gate) forget() {
	clear(g.weights)
	clear(g.squares)
}

// mixed is the probability of what came, of which the members gave row. It leaves the weights in g.scores.
func (g *gate) mixed(context []feature, row []float64) float64 {
	z := g.scores
	clear(z)
	for _, f := range context {
		for k, w := range g.weights[int(f.bucket)*g.width:][:len(z)] {
			z[k] += float64(w * f.value)
		}
	}
	top := slices.Max(z)
	sum, mixed := 0.0, 0.0
	for k, v := range z {
		e := power(v - top)
		z[k] = e
		sum += e
		mixed += float64(e * row[k])
	}
	for k := range z {
		z[k] /= sum
	}
	return mixed / sum
}

// learn takes a step against the surprise at what came.
func (g *gate) learn(context []feature, row []float64) {
	mixed := g.mixed(context, row)
	slopes, squares := g.scores, 0.0
	for k, w := range slopes {
		slopes[k] = w - float64(w*row[k])/mixed
		squares += float64(slopes[k] * slopes[k])
	}
	squares /= float64(g.width)
	for _, f := range context {
		g.squares[f.bucket] += float64(squares * float64(f.value*f.value))
		step := rate * f.value / math.Sqrt(g.squares[f.bucket]+caution)
		weights := g.weights[int(f.bucket)*g.width:][:len(slopes)]
		for k, s := range slopes {
			weights[k] -= float64(step * s)
		}
	}
}

// power is about e to the power of x, for x from -30 to 0, by squaring alone; less is as -30.
func power(x float64) float64 {
	y := 1 + max(x, -30)/1024
	for range 10 {
		y *= y
	}
	return y
}
