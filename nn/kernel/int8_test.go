package kernel_test

import (
	"math/rand/v2"
	"testing"

	"github.com/dendra-net/dendra/nn/kernel"
	"github.com/stretchr/testify/require"
)

func bytesOf(r *rand.Rand, n int, extreme bool) []int8 {
	x := make([]int8, n)
	for i := range x {
		if x[i] = int8(r.IntN(255) - 127); extreme {
			x[i] = int8(127 - 254*r.IntN(2))
		}
	}
	return x
}

func checkInt8(t *testing.T, rows, cols int, seed uint64, extreme bool) {
	t.Helper()
	r := rand.New(rand.NewPCG(seed, 2))
	w, x := bytesOf(r, rows*cols, extreme), bytesOf(r, cols, extreme)
	unit := make([]int32, (cols+kernel.Group-1)/kernel.Group)
	for i := range unit {
		if unit[i] = r.Int32N(1<<26 + 1); extreme {
			unit[i] = 1 << 26
		}
	}
	dst := make([]int64, rows)
	kernel.ProductInt8(dst, rows, cols, w, x, unit)
	for i, got := range dst {
		var want int64
		for j := range cols {
			want += int64(w[i*cols+j]) * int64(x[j]) * int64(unit[j/kernel.Group])
		}
		require.Equal(t, want, got, "row %d of %d x %d", i, rows, cols)
	}
}

func TestProductInt8(t *testing.T) {
	for _, rows := range []int{0, 1, 3} {
		for cols := range 130 {
			checkInt8(t, rows, cols, uint64(cols), cols%2 == 0)
		}
	}
	require.Panics(t, func() {
		kernel.ProductInt8(make([]int64, 1), 1, 33, make([]int8, 33), make([]int8, 33), make([]int32, 1))
	})
}

func FuzzProductInt8(f *testing.F) {
	f.Add(uint8(3), uint16(97), uint64(1), true)
	f.Fuzz(func(t *testing.T, rows uint8, cols uint16, seed uint64, extreme bool) {
		checkInt8(t, int(rows)%9, int(cols)%1100, seed, extreme)
	})
}
