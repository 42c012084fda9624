package kernel_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/dendra-net/dendra/nn/kernel"
	"github.com/stretchr/testify/require"
)

// padding surrounds what kernels write, to catch those that write beside it.
const padding, guard = 5, 12345

func random(r *rand.Rand, n int) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = r.Float32()*2 - 1
	}
	return x
}

// randomMatrix draws a matrix with room between its rows, transposed or not.
func randomMatrix(r *rand.Rand, rows, cols int) kernel.Matrix {
	plain := func(rows, cols int) kernel.Matrix {
		step := cols + r.IntN(4)
		return kernel.Matrix{Data: random(r, rows*step), Rows: rows, Cols: cols, RowStep: step, ColStep: 1}
	}
	if r.IntN(2) == 0 {
		return plain(cols, rows).T()
	}
	return plain(rows, cols)
}

func at(m kernel.Matrix, i, j int) float64 { return float64(m.Data[i*m.RowStep+j*m.ColStep]) }

// checkMul compares a kernel's product to the same sums in float64, number by number.
func checkMul(t *testing.T, k kernel.Kernel, r *rand.Rand, m, n, depth int) {
	t.Helper()
	a, b := randomMatrix(r, m, depth), randomMatrix(r, depth, n)
	dst := kernel.Matrix{Data: random(r, m*(n+padding)+1), Rows: m, Cols: n, RowStep: n + padding, ColStep: 1}
	for i := range m {
		for j := range padding {
			dst.Data[i*dst.RowStep+n+j] = guard
		}
	}
	before := append([]float32(nil), dst.Data...)
	k.Mul(dst, a, b)
	requireProduct(t, k, dst, a, b, before)
	for i := range m {
		for j := range n {
			dst.Data[i*dst.RowStep+j] = float32(math.NaN()) // what Product does not look at
		}
	}
	k.Product(dst, a, b)
	requireProduct(t, k, dst, a, b, make([]float32, len(before)))
}

// requireProduct checks that dst is what was before and a times b.
func requireProduct(t *testing.T, k kernel.Kernel, dst, a, b kernel.Matrix, before []float32) {
	t.Helper()
	m, n, depth := dst.Rows, dst.Cols, a.Cols
	for i := range m {
		for j := range dst.RowStep {
			if j >= n {
				require.Equal(t, float32(guard), dst.Data[i*dst.RowStep+j], "wrote beside the matrix")
				continue
			}
			want := float64(before[i*dst.RowStep+j])
			for l := range depth {
				want += at(a, i, l) * at(b, l, j)
			}
			require.InDelta(t, want, at(dst, i, j), 1e-6*float64(depth+10), "%s %dx%dx%d at %d,%d", k.Name(), m, n, depth, i, j)
		}
	}
}

func TestMul(t *testing.T) {
	sizes := [][3]int{{0, 0, 0}, {0, 3, 2}, {3, 0, 2}, {3, 2, 0}, {1, 1, 1}, {1, 33, 5}, {8, 32, 7}, {6, 16, 3}, {13, 47, 300}, {241, 33, 17}, {7, 15, 513}, {9, 16, 5}, {11, 40, 9}}
	for _, k := range kernel.All() {
		t.Run(k.Name(), func(t *testing.T) {
			for seed := range uint64(6) {
				r := rand.New(rand.NewPCG(seed, 1))
				for _, s := range sizes {
					checkMul(t, k, r, s[0], s[1], s[2])
				}
			}
		})
	}
}

func FuzzMul(f *testing.F) {
	f.Add(uint8(8), uint8(32), uint16(257), uint64(1))
	f.Add(uint8(0), uint8(1), uint16(0), uint64(2))
	f.Add(uint8(19), uint8(31), uint16(5), uint64(3))
	f.Fuzz(func(t *testing.T, m, n uint8, depth uint16, seed uint64) {
		for _, k := range kernel.All() {
			checkMul(t, k, rand.New(rand.NewPCG(seed, 0)), int(m)%40, int(n)%80, int(depth)%600)
		}
	})
}

func TestVectors(t *testing.T) {
	for _, k := range kernel.All() {
		t.Run(k.Name(), func(t *testing.T) {
			r := rand.New(rand.NewPCG(7, 7))
			for n := range 70 {
				x, y := random(r, n), random(r, n)
				var dot float64
				for i := range x {
					dot += float64(x[i]) * float64(y[i])
				}
				require.InDelta(t, dot, k.Dot(x, y), 1e-5)
				sum := append([]float32(nil), y...)
				k.Axpy(0.5, x, sum)
				for i := range x {
					require.InDelta(t, float64(y[i])+0.5*float64(x[i]), sum[i], 1e-6)
				}
				checkMulVec(t, k, r, n%11, n)
			}
		})
	}
}

func TestAdam(t *testing.T) {
	s := kernel.AdamStep{Beta1: 0.9, Fresh1: 0.1, Beta2: 0.98, Fresh2: 0.02, Keep: 0.99, Rate: 0.05, Root: 1.5, Epsilon: 1e-3}
	for _, k := range kernel.All() {
		r := rand.New(rand.NewPCG(9, 9))
		for n := range 27 {
			p, g, m, v := random(r, n), random(r, n), random(r, n), random(r, n)
			k.Exp(v) // a mean of squares is positive
			p0, m0, v0 := append([]float32(nil), p...), append([]float32(nil), m...), append([]float32(nil), v...)
			k.Adam(p, g, m, v, s)
			for i := range p {
				mean := 0.9*float64(m0[i]) + 0.1*float64(g[i])
				square := 0.98*float64(v0[i]) + 0.02*float64(g[i])*float64(g[i])
				require.InDelta(t, mean, m[i], 1e-6)
				require.InDelta(t, square, v[i], 1e-6)
				require.InDelta(t, 0.99*float64(p0[i])-0.05*mean/(1.5*math.Sqrt(square)+1e-3), p[i], 1e-6)
			}
		}
		require.Panics(t, func() { k.Adam(make([]float32, 8), make([]float32, 8), make([]float32, 7), make([]float32, 8), s) })
	}
}

func checkMulVec(t *testing.T, k kernel.Kernel, r *rand.Rand, rows, cols int) {
	t.Helper()
	w := kernel.Matrix{Data: random(r, rows*(cols+3)), Rows: rows, Cols: cols, RowStep: cols + 3, ColStep: 1}
	x, dst := random(r, cols), random(r, rows)
	k.MulVec(dst, w, x)
	for i := range rows {
		var want float64
		for j := range cols {
			want += at(w, i, j) * float64(x[j])
		}
		require.InDelta(t, want, dst[i], 1e-5)
	}
	checkVecMul(t, k, r, rows, cols)
}

func checkVecMul(t *testing.T, k kernel.Kernel, r *rand.Rand, rows, cols int) {
	t.Helper()
	w := kernel.Matrix{Data: random(r, rows*(cols+3)), Rows: rows, Cols: cols, RowStep: cols + 3, ColStep: 1}
	x, dst := random(r, rows), guarded(r, cols)
	k.VecMul(dst, x, w)
	requireGuards(t, dst)
	for j := range cols {
		var want float64
		for i := range rows {
			want += at(w, i, j) * float64(x[i])
		}
		require.InDelta(t, want, dst[j], 1e-5)
	}
}

func TestExp(t *testing.T) {
	inf := float32(math.Inf(1))
	for _, k := range kernel.All() {
		t.Run(k.Name(), func(t *testing.T) {
			x := []float32{0, 1, -1, -87.4, -1000, -inf, 88.8, 1000, inf, float32(math.NaN())}
			want := []float32{1, math.E, 1 / math.E, 0, 0, 0, inf, inf, inf}
			k.Exp(x)
			require.True(t, math.IsNaN(float64(x[len(want)])))
			for i := range want {
				if want[i] == 0 || want[i] == inf {
					require.Equal(t, want[i], x[i])
					continue
				}
				require.InEpsilon(t, want[i], x[i], 1e-6)
			}
			for v := float32(-87.3); v < 88.7; v += 0.0137 {
				one := []float32{v}
				k.Exp(one)
				require.InEpsilon(t, math.Exp(float64(v)), one[0], 1e-6, "e^%v", v)
			}
		})
	}
}

// The same operands give the same bits, wherever in memory or in a vector they stand.
func TestRepeats(t *testing.T) {
	for _, k := range kernel.All() {
		r := rand.New(rand.NewPCG(3, 3))
		a, b := randomMatrix(r, 50, 300), randomMatrix(r, 300, 70)
		once, twice := make([]float32, 3500), make([]float32, 3501)[1:]
		k.Mul(kernel.Dense(once, 50, 70), a, b)
		k.Mul(kernel.Dense(twice, 50, 70), a, b)
		require.Equal(t, once, twice)
		row := []float32{0.3, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3}
		k.Exp(row)
		require.Equal(t, row[0], row[8])
	}
}

func TestWrongShapesPanic(t *testing.T) {
	d := func(rows, cols int) kernel.Matrix { return kernel.Dense(make([]float32, rows*cols), rows, cols) }
	short := d(2, 2)
	short.Data = short.Data[:3]
	for _, k := range kernel.All() {
		require.Panics(t, func() { k.Mul(d(2, 2), d(2, 3), d(2, 2)) })
		require.Panics(t, func() { k.Mul(d(2, 2).T(), d(2, 2), d(2, 2)) })
		require.Panics(t, func() { k.Mul(d(2, 2), short, d(2, 2)) })
		require.Panics(t, func() { k.Dot(make([]float32, 8), make([]float32, 16)) })
		require.Panics(t, func() { k.Axpy(1, make([]float32, 16), make([]float32, 8)) })
		require.Panics(t, func() { k.MulVec(make([]float32, 2), short, make([]float32, 2)) })
	}
}

func TestByName(t *testing.T) {
	for _, k := range kernel.All() {
		got, err := kernel.ByName(k.Name())
		require.NoError(t, err)
		require.Same(t, k, got)
	}
	_, err := kernel.ByName("abacus")
	require.ErrorContains(t, err, `"abacus"`)
	require.Equal(t, kernel.All()[len(kernel.All())-1], kernel.Best())
}
