package kernel_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/dendra-net/dendra/nn/kernel"
	"github.com/stretchr/testify/require"
)

// guarded is a random vector with guards behind it.
func guarded(r *rand.Rand, n int) []float32 {
	x := random(r, n+padding)
	for i := range padding {
		x[n+i] = guard
	}
	return x[:n]
}

func requireGuards(t *testing.T, vectors ...[]float32) {
	t.Helper()
	for _, x := range vectors {
		for _, v := range x[len(x) : len(x)+padding] {
			require.Equal(t, float32(guard), v, "wrote beside the vector")
		}
	}
}

func clone(x []float32) []float32 { return append([]float32(nil), x...) }

// onEveryLength calls f for each kernel with lengths that fill vectors and lengths that do not.
func onEveryLength(t *testing.T, f func(t *testing.T, k kernel.Kernel, r *rand.Rand, n int)) {
	for _, k := range kernel.All() {
		t.Run(k.Name(), func(t *testing.T) {
			r := rand.New(rand.NewPCG(11, 11))
			for n := range 70 {
				f(t, k, r, n)
			}
		})
	}
}

func TestScaleAndTimes(t *testing.T) {
	onEveryLength(t, func(t *testing.T, k kernel.Kernel, r *rand.Rand, n int) {
		x, y, dst := guarded(r, n), guarded(r, n), guarded(r, n)
		x0, sum0 := clone(x), guarded(r, n)
		sum := append(clone(sum0), guard, guard, guard, guard, guard)[:n]
		k.Times(dst, 0.7, x, y)
		k.AddTimes(sum, 0.7, x, y)
		k.Scale(0.7, x)
		requireGuards(t, x, dst, sum)
		for i := range n {
			require.InDelta(t, 0.7*float64(x0[i])*float64(y[i]), dst[i], 1e-6)
			require.InDelta(t, float64(sum0[i])+0.7*float64(x0[i])*float64(y[i]), sum[i], 1e-6)
			require.InDelta(t, 0.7*float64(x0[i]), x[i], 1e-6)
		}
		copy(x, x0)
		k.Times(x, 0.7, x, y)
		require.Equal(t, dst, x, "in place")
	})
}

func TestSoftmax(t *testing.T) {
	onEveryLength(t, func(t *testing.T, k kernel.Kernel, r *rand.Rand, n int) {
		if n == 0 {
			require.Panics(t, func() { k.Softmax(nil, 1) })
			return
		}
		x, d := guarded(r, n), guarded(r, n)
		for i := range x {
			x[i] = 20*x[i] - 50
		}
		x0, d0 := clone(x), clone(d)
		most, sum := k.Softmax(x, 0.3)
		k.SoftmaxBack(d, x, 0.3)
		requireGuards(t, x, d)
		want, wantMost := 0.0, math.Inf(-1)
		for _, v := range x0 {
			wantMost = max(wantMost, float64(v))
		}
		for _, v := range x0 {
			want += math.Exp(0.3 * (float64(v) - wantMost))
		}
		require.Equal(t, wantMost, float64(most))
		require.InEpsilon(t, want, sum, 1e-5)
		mean := 0.0
		for i, v := range x0 {
			require.InDelta(t, math.Exp(0.3*(float64(v)-wantMost))/want, x[i], 1e-6)
			mean += float64(x[i]) * float64(d0[i])
		}
		for i := range d {
			require.InDelta(t, 0.3*float64(x[i])*(float64(d0[i])-mean), d[i], 1e-6)
		}
	})
}

// Infinity and what is no number cannot hide among chances, wherever they stand.
func TestSoftmaxOfBrokenNumbers(t *testing.T) {
	onEveryLength(t, func(t *testing.T, k kernel.Kernel, r *rand.Rand, n int) {
		for at := range n {
			for _, broken := range []float64{math.NaN(), math.Inf(1)} {
				x := random(r, n)
				x[at] = float32(broken)
				_, sum := k.Softmax(x, 1)
				require.True(t, sum != sum, "%v at %d of %d sums to %v", broken, at, n, sum)
			}
		}
	})
}

func TestGate(t *testing.T) {
	onEveryLength(t, func(t *testing.T, k kernel.Kernel, r *rand.Rand, n int) {
		hidden, open, gates, up := guarded(r, n), guarded(r, n), guarded(r, n), guarded(r, n)
		dgates, dup, dhidden := guarded(r, n), guarded(r, n), guarded(r, n)
		for i := range gates {
			gates[i] *= 10
		}
		k.Gate(hidden, open, gates, up)
		k.GateBack(dgates, dup, dhidden, open, gates, up)
		requireGuards(t, hidden, open, gates, up, dgates, dup, dhidden)
		silu := func(x float64) float64 { return x / (1 + math.Exp(-x)) }
		for i := range n {
			g, u, d := float64(gates[i]), float64(up[i]), float64(dhidden[i])
			require.InDelta(t, 1/(1+math.Exp(-g)), open[i], 1e-6)
			require.InDelta(t, silu(g)*u, hidden[i], 1e-5)
			require.InDelta(t, silu(g)*d, dup[i], 1e-5)
			require.InDelta(t, (silu(g+1e-5)-silu(g-1e-5))/2e-5*u*d, dgates[i], 1e-5)
		}
	})
}

// A gate that is far open or shut is finite, and its slope too.
func TestGatesFarOff(t *testing.T) {
	for _, k := range kernel.All() {
		for _, n := range []int{1, 8} {
			fill := func(v float32) []float32 {
				x := make([]float32, n)
				for i := range x {
					x[i] = v
				}
				return x
			}
			for _, g := range []float32{-1000, 1000} {
				hidden, open, dgates, dup := fill(0), fill(0), fill(0), fill(0)
				k.Gate(hidden, open, fill(g), fill(2))
				k.GateBack(dgates, dup, fill(1), open, fill(g), fill(2))
				require.Equal(t, fill(2*max(g, 0)), hidden)
				require.Equal(t, fill(max(g, 0)), dup)
				require.Equal(t, fill(max(g, 0)/500), dgates)
			}
		}
	}
}

func TestTurn(t *testing.T) {
	for _, k := range kernel.All() {
		r := rand.New(rand.NewPCG(12, 12))
		for size := 2; size <= 40; size += 2 {
			x, cos, sin := guarded(r, 3*size), random(r, size), random(r, size)
			x0 := clone(x)
			k.Turn(x, cos, sin)
			requireGuards(t, x)
			for i := range x {
				want := float64(x0[i])*float64(cos[i%size]) + float64(x0[i^1])*float64(sin[i%size])
				require.InDelta(t, want, x[i], 1e-6)
			}
		}
		require.Panics(t, func() { k.Turn(make([]float32, 12), make([]float32, 8), make([]float32, 8)) })
		require.Panics(t, func() { k.Turn(make([]float32, 9), make([]float32, 3), make([]float32, 3)) })
		require.Panics(t, func() { k.Turn(make([]float32, 8), make([]float32, 8), make([]float32, 6)) })
		require.Panics(t, func() { k.Turn(nil, nil, nil) })
	}
}

// What takes neither sums nor exponentials gives the same bits on every kernel.
func TestVectorsAreThoseOfThePortableKernel(t *testing.T) {
	results := func(k kernel.Kernel) (all []float32) {
		r := rand.New(rand.NewPCG(13, 13))
		for n := 2; n < 70; n += 2 {
			x, y, z, open, u, v := random(r, n), random(r, n), random(r, n), random(r, n), random(r, n), random(r, n)
			k.Times(x, 0.7, x, y)
			k.AddTimes(z, 0.7, x, y)
			k.Scale(1.3, z)
			k.Turn(x, y, z)
			k.GateBack(u, v, x, open, y, z)
			for _, part := range [][]float32{x, z, u, v} {
				all = append(all, part...)
			}
		}
		return all
	}
	want := results(kernel.Portable())
	for _, k := range kernel.All() {
		require.Equal(t, want, results(k), k.Name())
	}
}

func TestVectorsOfWrongLengthsPanic(t *testing.T) {
	long, short := make([]float32, 16), make([]float32, 8)
	for _, k := range kernel.All() {
		for name, f := range map[string]func(){
			"Times":       func() { k.Times(long, 1, long, short) },
			"AddTimes":    func() { k.AddTimes(long, 1, short, long) },
			"SoftmaxBack": func() { k.SoftmaxBack(short, long, 1) },
			"Gate":        func() { k.Gate(long, long, long, short) },
			"GateBack":    func() { k.GateBack(long, long, long, long, short, long) },
			"VecMul":      func() { k.VecMul(short, short, kernel.Dense(make([]float32, 128), 8, 16)) },
			"Product":     func() { k.Product(kernel.Dense(short, 2, 4), kernel.Dense(long, 4, 4), kernel.Dense(long, 4, 4)) },
		} {
			require.Panics(t, f, "%s of %s", name, k.Name())
		}
	}
}
