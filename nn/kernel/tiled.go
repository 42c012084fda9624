package kernel

import (
	"fmt"
	"sync"
)

// tiled multiplies by tiles small enough for a CPU's registers; its functions are what differs between CPUs.
type tiled struct {
	name       string
	rows, cols int // of one tile
	tile       tileFunc
	pair       tileFunc // of two rows, for borders; nil where there is none
	mulVec     func(dst []float32, w Matrix, x []float32)
	vecMul     func(dst, x []float32, w Matrix)
	// copyRows copies rows that lie step apart, width numbers of each, to rows that lie to apart; transpose does so with
	// as many columns of rows numbers, which lie step apart.
	copyRows, transpose func(dst []float32, to int, src []float32, step, width, rows int)
	vectors
}

// A tileFunc adds to the tile at c (rows cStep apart) the sum over depth of a column of a times a row of b, or sets it to
// that: a's element (i, k) lies at a[i*aRow+k*aCol], b's rows follow one another.
type tileFunc func(depth int, a []float32, aRow, aCol int, b, c []float32, cStep int, set bool)

// Blocks are sized so that a panel of b stays in the first cache and the block of a in the second.
const (
	blockDepth = 256
	blockRows  = 240 // a multiple of every tile's rows
)

func (t *tiled) Name() string { return t.name }

func (t *tiled) Mul(dst, a, b Matrix) { t.multiply(dst, a, b, false) }

func (t *tiled) Product(dst, a, b Matrix) { t.multiply(dst, a, b, true) }

func (t *tiled) multiply(dst, a, b Matrix, set bool) {
	if a.Cols != b.Rows || dst.Rows != a.Rows || dst.Cols != b.Cols || !dst.plain() {
		panic(fmt.Sprintf("kernel: %d x %d times %d x %d into %d x %d", a.Rows, a.Cols, b.Rows, b.Cols, dst.Rows, dst.Cols))
	}
	dst.check()
	a.check()
	b.check()
	if dst.Rows == 0 || dst.Cols == 0 {
		return
	}
	if a.Cols == 0 && set {
		for i := range dst.Rows {
			clear(dst.Data[i*dst.RowStep:][:dst.Cols])
		}
	}
	room := rooms.Get().(*room)
	defer rooms.Put(room)
	for k := 0; k < a.Cols; k += blockDepth {
		depth := min(blockDepth, a.Cols-k)
		t.packB(room, b.RowsOf(k, depth))
		part := a.Columns(k, depth)
		for i := 0; i < dst.Rows; i += blockRows {
			rows := min(blockRows, dst.Rows-i)
			t.block(room, dst.RowsOf(i, rows), part.RowsOf(i, rows), set && k == 0)
		}
	}
}

// room is scratch memory: packed operands and a tile for the edges.
type room struct{ a, b, edge []float32 }

var rooms = sync.Pool{New: func() any { return new(room) }}

func grow(s []float32, n int) []float32 {
	if cap(s) < n {
		return make([]float32, n)
	}
	return s[:n]
}

// block adds a times the packed b to dst, or sets it to that.
func (t *tiled) block(r *room, dst, a Matrix, set bool) {
	rows, whole := t.packA(r, a), dst.Rows-dst.Rows%t.rows
	for j := 0; j < dst.Cols; j += t.cols {
		b := r.b[j*a.Cols : (j+t.cols)*a.Cols]
		if dst.Cols-j < t.cols {
			t.edges(r, dst.Columns(j, dst.Cols-j), rows, 0, b, set)
			return
		}
		for i := 0; i < whole; i += t.rows {
			t.tile(a.Cols, rows.data[i*rows.step:], rows.row, rows.col, b, dst.Data[i*dst.RowStep+j:], dst.RowStep, set)
		}
		i := whole
		for ; t.pair != nil && i+2 <= dst.Rows; i += 2 {
			t.pair(a.Cols, rows.at(i, whole), rows.row, rows.col, b, dst.Data[i*dst.RowStep+j:], dst.RowStep, set)
		}
		if i < dst.Rows {
			t.edges(r, dst.Columns(j, t.cols), rows, i, b, set)
		}
	}
}

// edges does the rows of a block from row i on, with tiles that hang over the border of dst: computed whole, and cut.
func (t *tiled) edges(r *room, dst Matrix, rows panels, i int, b []float32, set bool) {
	depth := len(b) / t.cols
	r.edge = grow(r.edge, t.rows*(t.cols+depth))
	out, padded := r.edge[:t.rows*t.cols], r.edge[t.rows*t.cols:]
	for ; i < dst.Rows; i += t.rows {
		height, from := min(t.rows, dst.Rows-i), rows.at(i, i-i%t.rows)
		if height == t.rows {
			t.tile(depth, from, rows.row, rows.col, b, out, t.cols, true)
		} else {
			t.packPanel(padded, Matrix{Data: from, Rows: height, Cols: depth, RowStep: rows.row, ColStep: rows.col})
			t.tile(depth, padded, 1, t.rows, b, out, t.cols, true)
		}
		for y := range height {
			to := dst.Data[(i+y)*dst.RowStep:][:dst.Cols]
			if set {
				copy(to, out[y*t.cols:])
			} else {
				t.axpy(1, out[y*t.cols:][:len(to)], to)
			}
		}
	}
}

func (t *tiled) MulVec(dst []float32, w Matrix, x []float32) {
	w.check()
	if len(dst) != w.Rows || len(x) != w.Cols || !w.plain() {
		panic(fmt.Sprintf("kernel: %d x %d times %d into %d", w.Rows, w.Cols, len(x), len(dst)))
	}
	if len(x) == 0 {
		clear(dst)
		return
	}
	t.mulVec(dst, w, x)
}

func (t *tiled) VecMul(dst, x []float32, w Matrix) {
	w.check()
	if len(x) != w.Rows || len(dst) != w.Cols || !w.plain() {
		panic(fmt.Sprintf("kernel: %d times %d x %d into %d", len(x), w.Rows, w.Cols, len(dst)))
	}
	if len(x) == 0 {
		clear(dst)
		return
	}
	t.vecMul(dst, x, w)
}
