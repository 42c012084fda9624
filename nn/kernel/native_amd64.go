package kernel

import "golang.org/x/sys/cpu"

var (
	avx2 = &tiled{
		name: "avx2", rows: 6, cols: 16,
		tile: tileAVX2, dot: dotAVX2, axpy: axpyAVX2, exp: expAVX2, mulVec: mulVecAVX2, adam: adamAVX2,
	}
	avx512 = &tiled{
		name: "avx512", rows: 8, cols: 32,
		tile: tileAVX512, dot: dotAVX2, axpy: axpyAVX2, exp: expAVX2, mulVec: mulVecAVX2, adam: adamAVX2,
	}
)

func native() []Kernel {
	var list []Kernel
	if cpu.X86.HasAVX2 && cpu.X86.HasFMA {
		list = append(list, avx2)
		if cpu.X86.HasAVX512F {
			list = append(list, avx512)
		}
	}
	return list
}

// The assembly below reads and writes through the pointers it is given; the Go around it has checked every bound.

//go:noescape
func tile6x16(depth int, a *float32, aRow, aCol int, b, c *float32, cStep int)

//go:noescape
func tile8x32(depth int, a *float32, aRow, aCol int, b, c *float32, cStep int)

//go:noescape
func dot8(n int, x, y *float32) float32

//go:noescape
func axpy8(n int, alpha float32, x, y *float32)

//go:noescape
func exp8(n int, x *float32)

//go:noescape
func adam8(n int, params, grads, mean, square *float32, s *AdamStep)

// dots4 sets dst[0..3] to the products of x and four rows that lie step numbers apart, over n numbers.
//
//go:noescape
func dots4(n int, dst, w *float32, step int, x *float32)

func tileAVX2(depth int, a []float32, aRow, aCol int, b, c []float32, cStep int) {
	checkTile(6, 16, depth, a, aRow, aCol, b, c, cStep)
	tile6x16(depth, &a[0], aRow, aCol, &b[0], &c[0], cStep)
}

func tileAVX512(depth int, a []float32, aRow, aCol int, b, c []float32, cStep int) {
	checkTile(8, 32, depth, a, aRow, aCol, b, c, cStep)
	tile8x32(depth, &a[0], aRow, aCol, &b[0], &c[0], cStep)
}

// checkTile touches the last number of each operand, so that a wrong size is a panic and not a read of foreign memory.
func checkTile(rows, cols, depth int, a []float32, aRow, aCol int, b, c []float32, cStep int) {
	_ = a[(rows-1)*aRow+(depth-1)*aCol]
	_ = b[depth*cols-1]
	_ = c[(rows-1)*cStep+cols-1]
}

func dotAVX2(x, y []float32) float32 {
	whole := len(x) &^ 7
	var sum float32
	if whole > 0 {
		sum = dot8(whole, &x[0], &y[0])
	}
	return sum + dotPortable(x[whole:], y[whole:])
}

func axpyAVX2(alpha float32, x, y []float32) {
	whole := len(x) &^ 7
	if whole > 0 {
		axpy8(whole, alpha, &x[0], &y[0])
	}
	axpyPortable(alpha, x[whole:], y[whole:])
}

func adamAVX2(params, grads, mean, square []float32, s AdamStep) {
	whole := len(params) &^ 7
	if whole > 0 {
		adam8(whole, &params[0], &grads[0], &mean[0], &square[0], &s)
	}
	adamPortable(params[whole:], grads[whole:], mean[whole:], square[whole:], s)
}

// expAVX2 pads what is left over to a whole vector, so that a number's result does not depend on where it stands.
func expAVX2(x []float32) {
	whole := len(x) &^ 7
	if whole > 0 {
		exp8(whole, &x[0])
	}
	if rest := x[whole:]; len(rest) > 0 {
		var tail [8]float32
		copy(tail[:], rest)
		exp8(8, &tail[0])
		copy(rest, tail[:])
	}
}

func mulVecAVX2(dst []float32, w Matrix, x []float32) {
	whole := len(x) &^ 7
	i := 0
	for ; whole > 0 && i+4 <= len(dst); i += 4 {
		dots4(whole, &dst[i], &w.Data[i*w.RowStep], w.RowStep, &x[0])
		if whole < len(x) {
			for r := i; r < i+4; r++ {
				dst[r] += dotPortable(w.Data[r*w.RowStep+whole:][:w.Cols-whole], x[whole:])
			}
		}
	}
	for ; i < len(dst); i++ {
		dst[i] = dotAVX2(w.Data[i*w.RowStep:][:w.Cols], x)
	}
}

// groups32 is groupsPortable over n groups, of which there is at least one.
//
//go:noescape
func groups32(n int, row, x *int8, unit *int32) int64

func groups(row, x []int8, unit []int32) int64 {
	if len(unit) == 0 || !cpu.X86.HasAVX2 {
		return groupsPortable(row, x, unit)
	}
	_, _ = row[len(unit)*Group-1], x[len(unit)*Group-1]
	return groups32(len(unit), &row[0], &x[0], &unit[0])
}
