package kernel

import "golang.org/x/sys/cpu"

var (
	avx2 = &tiled{
		name: "avx2", rows: 6, cols: 16, tile: tileAVX2, pair: pairAVX2,
		mulVec: mulVecAVX2, vecMul: vecMulAVX2, copyRows: copyRowsAVX2, transpose: transposeAVX2, vectors: vectorsAVX2,
	}
	avx512 = &tiled{
		name: "avx512", rows: 8, cols: 32, tile: tileAVX512,
		mulVec: mulVecAVX2, vecMul: vecMulAVX2, copyRows: copyRowsAVX2, transpose: transposeAVX2, vectors: vectorsAVX2,
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
func tile6x16(depth int, a *float32, aRow, aCol int, b, c *float32, cStep int, set bool)

//go:noescape
func tile2x16(depth int, a *float32, aRow, aCol int, b, c *float32, cStep int, set bool)

//go:noescape
func tile8x32(depth int, a *float32, aRow, aCol int, b, c *float32, cStep int, set bool)

func tileAVX2(depth int, a []float32, aRow, aCol int, b, c []float32, cStep int, set bool) {
	checkTile(6, 16, depth, a, aRow, aCol, b, c, cStep)
	tile6x16(depth, &a[0], aRow, aCol, &b[0], &c[0], cStep, set)
}

func pairAVX2(depth int, a []float32, aRow, aCol int, b, c []float32, cStep int, set bool) {
	checkTile(2, 16, depth, a, aRow, aCol, b, c, cStep)
	tile2x16(depth, &a[0], aRow, aCol, &b[0], &c[0], cStep, set)
}

func tileAVX512(depth int, a []float32, aRow, aCol int, b, c []float32, cStep int, set bool) {
	checkTile(8, 32, depth, a, aRow, aCol, b, c, cStep)
	tile8x32(depth, &a[0], aRow, aCol, &b[0], &c[0], cStep, set)
}

// checkTile touches the last number of each operand, so that a wrong size is a panic and not a read of foreign memory.
func checkTile(rows, cols, depth int, a []float32, aRow, aCol int, b, c []float32, cStep int) {
	_ = a[(rows-1)*aRow+(depth-1)*aCol]
	_ = b[depth*cols-1]
	_ = c[(rows-1)*cStep+cols-1]
}

// The copies take one row or more.

//go:noescape
func copy6(rows int, dst, src *float32, step int)

//go:noescape
func copy8(rows int, dst, src *float32, step int)

//go:noescape
func copy16(rows int, dst, src *float32, step int)

//go:noescape
func copy32(rows int, dst, src *float32, step int)

func copyRowsAVX2(dst []float32, to int, src []float32, step, width, rows int) {
	if to != width || rows == 0 {
		copyRowsPortable(dst, to, src, step, width, rows)
		return
	}
	_, _ = dst[rows*width-1], src[(rows-1)*step+width-1]
	switch width {
	case 6:
		copy6(rows, &dst[0], &src[0], step)
	case 8:
		copy8(rows, &dst[0], &src[0], step)
	case 16:
		copy16(rows, &dst[0], &src[0], step)
	case 32:
		copy32(rows, &dst[0], &src[0], step)
	default:
		copyRowsPortable(dst, to, src, step, width, rows)
	}
}

// transpose8 copies eight columns of 8 blocks numbers each.
//
//go:noescape
func transpose8(blocks int, dst *float32, to int, src *float32, step int)

func transposeAVX2(dst []float32, to int, src []float32, step, width, rows int) {
	whole, j := rows&^7, 0
	for ; whole > 0 && j+8 <= width; j += 8 {
		_, _ = dst[(whole-1)*to+j+7], src[(j+7)*step+rows-1]
		transpose8(whole/8, &dst[j], to, &src[j*step], step)
	}
	if j > 0 && whole < rows {
		transposePortable(dst[whole*to:], to, src[whole:], step, j, rows-whole)
	}
	if j < width {
		transposePortable(dst[j:], to, src[j*step:], step, width-j, rows)
	}
}

// dots4 sets dst[0] to dst[4 fours - 1] to the products of x and as many rows that lie step apart, over n numbers.
//
//go:noescape
func dots4(fours, n int, dst, w *float32, step int, x *float32)

func mulVecAVX2(dst []float32, w Matrix, x []float32) {
	cols, rows := len(x)&^7, len(dst)&^3
	if cols == 0 {
		rows = 0
	}
	if rows > 0 {
		dots4(rows/4, cols, &dst[0], &w.Data[0], w.RowStep, &x[0])
	}
	if cols < len(x) {
		for i := range rows {
			dst[i] += dotPortable(w.Data[i*w.RowStep+cols:][:w.Cols-cols], x[cols:])
		}
	}
	for i := rows; i < len(dst); i++ {
		dst[i] = dotAVX2(w.Data[i*w.RowStep:][:w.Cols], x)
	}
}

// blend32 sets dst[0] to dst[31] to the sum over n of x[i] times row i; the rows lie step apart.
//
//go:noescape
func blend32(n int, dst, x, w *float32, step int)

// blend8 is blend32 for eight numbers.
//
//go:noescape
func blend8(n int, dst, x, w *float32, step int)

func vecMulAVX2(dst, x []float32, w Matrix) {
	j := 0
	for ; j+32 <= len(dst); j += 32 {
		blend32(len(x), &dst[j], &x[0], &w.Data[j], w.RowStep)
	}
	for ; j+8 <= len(dst); j += 8 {
		blend8(len(x), &dst[j], &x[0], &w.Data[j], w.RowStep)
	}
	if j < len(dst) {
		vecMulPortable(dst[j:], x, w.Columns(j, len(dst)-j))
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
