package mix

import "math"

// A context is told to a learner as a bias and the pairs of neighbouring bytes in its last window bytes, hashed into
// buckets. All features of a context together have length one, but for the bias, which is one itself.
const (
	window  = 64
	buckets = 2048
	bias    = buckets
)

// features are the buckets a context falls into, and the value each occurrence has.
type features struct {
	at    [window]uint16
	count int
	value float64
}

func featuresOf(context []byte) features {
	tail := context[max(0, len(context)-window):]
	f := features{at: [window]uint16{bias}, count: 1}
	for i := 1; i < len(tail); i++ {
		pair := uint32(tail[i-1])<<8 | uint32(tail[i])
		f.at[f.count] = uint16(pair * 0x9E3779B1 >> (32 - 11))
		f.count++
	}
	if f.count > 1 {
		f.value = 1 / math.Sqrt(float64(f.count-1))
	}
	return f
}

// linear is one linear function of the features per expert, learnt by gradient descent whose steps shrink where much
// has been learnt already (Adagrad).
type linear struct {
	experts int
	rate    float64
	weights []float64 // by bucket, then by expert; the bias comes last
	squares []float64 // sums of squared gradients
}

func newLinear(experts int, rate float64) linear {
	n := (buckets + 1) * experts
	return linear{experts: experts, rate: rate, weights: make([]float64, n), squares: make([]float64, n)}
}

// value is what feature number k of f counts.
func (f *features) valueOf(k int) float64 {
	if k == 0 {
		return 1
	}
	return f.value
}

// apply adds the functions' values at f to out.
func (l *linear) apply(f *features, out []float64) {
	for k := range f.count {
		row := l.weights[int(f.at[k])*l.experts:][:l.experts]
		v := f.valueOf(k)
		for i, w := range row {
			out[i] += float64(w * v)
		}
	}
}

// descend takes a step against slopes, the derivatives of the loss by each function's value at f.
func (l *linear) descend(f *features, slopes []float64) {
	for k := range f.count {
		at, v := int(f.at[k])*l.experts, f.valueOf(k)
		for i, s := range slopes {
			g := s * v
			l.squares[at+i] += float64(g * g)
			l.weights[at+i] -= float64(l.rate*g) / math.Sqrt(l.squares[at+i]+1e-2)
		}
	}
}
