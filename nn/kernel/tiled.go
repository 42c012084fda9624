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
	dot        func(x, y []float32) float32
	axpy       func(alpha float32, x, y []float32)
	exp        func(x []float32)
	mulVec     func(dst []float32, w Matrix, x []float32)
	adam       func(params, grads, mean, square []float32, s AdamStep)
}

// A tileFunc adds to the tile at c (rows cStep apart) the sum over depth of a column of a times a row of b: a's element
// (i, k) lies at a[i*aRow+k*aCol], b's rows follow one another.
type tileFunc func(depth int, a []float32, aRow, aCol int, b, c []float32, cStep int)

// Blocks are sized so that a panel of b stays in the first cache and the block of a in the second.
const (
	blockDepth = 256
	blockRows  = 240 // a multiple of every tile's rows
)

func (t *tiled) Name() string { return t.name }

func (t *tiled) Mul(dst, a, b Matrix) {
	if a.Cols != b.Rows || dst.Rows != a.Rows || dst.Cols != b.Cols || !dst.plain() {
		panic(fmt.Sprintf("kernel: %d x %d times %d x %d into %d x %d", a.Rows, a.Cols, b.Rows, b.Cols, dst.Rows, dst.Cols))
	}
	dst.check()
	a.check()
	b.check()
	if dst.Rows == 0 || dst.Cols == 0 {
		return
	}
	room := rooms.Get().(*room)
	defer rooms.Put(room)
	for k := 0; k < a.Cols; k += blockDepth {
		depth := min(blockDepth, a.Cols-k)
		t.packB(room, b.RowsOf(k, depth))
		part := a.Columns(k, depth)
		for i := 0; i < dst.Rows; i += blockRows {
			rows := min(blockRows, dst.Rows-i)
			t.block(room, dst.RowsOf(i, rows), part.RowsOf(i, rows))
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

// block adds a times the packed b to dst.
func (t *tiled) block(r *room, dst, a Matrix) {
	depth := a.Cols
	packed := a.ColStep != 1
	if packed {
		t.packA(r, a)
	}
	for j := 0; j < dst.Cols; j += t.cols {
		b := r.b[j*depth : (j+t.cols)*depth]
		width := min(t.cols, dst.Cols-j)
		for i := 0; i < dst.Rows; i += t.rows {
			height := min(t.rows, dst.Rows-i)
			c := dst.Data[i*dst.RowStep+j:]
			switch {
			case height < t.rows || width < t.cols:
				t.edge(r, c, dst.RowStep, height, width, a.RowsOf(i, height), b)
			case packed:
				t.tile(depth, r.a[i*depth:], 1, t.rows, b, c, dst.RowStep)
			default:
				t.tile(depth, a.Data[i*a.RowStep:], a.RowStep, 1, b, c, dst.RowStep)
			}
		}
	}
}

// edge adds a tile that hangs over the border of dst: it is computed whole, with zeros outside, and cut.
func (t *tiled) edge(r *room, c []float32, cStep, height, width int, a Matrix, b []float32) {
	depth := a.Cols
	r.edge = grow(r.edge, t.rows*(t.cols+depth))
	out, padded := r.edge[:t.rows*t.cols], r.edge[t.rows*t.cols:]
	clear(out)
	t.packPanel(padded, a)
	t.tile(depth, padded, 1, t.rows, b, out, t.cols)
	for i := range height {
		row := c[i*cStep:][:width]
		for j := range row {
			row[j] += out[i*t.cols+j]
		}
	}
}

// packA lays the rows of a out tile by tile, column after column.
func (t *tiled) packA(r *room, a Matrix) {
	panels := (a.Rows + t.rows - 1) / t.rows
	r.a = grow(r.a, panels*t.rows*a.Cols)
	for i := 0; i < a.Rows; i += t.rows {
		t.packPanel(r.a[i*a.Cols:], a.RowsOf(i, min(t.rows, a.Rows-i)))
	}
}

func (t *tiled) packPanel(out []float32, a Matrix) {
	whole := a.RowStep == 1 && a.Rows == t.rows
	for k := range a.Cols {
		column, from := out[k*t.rows:][:t.rows], a.Data[k*a.ColStep:]
		switch {
		case whole && t.rows == 8:
			*(*[8]float32)(column) = [8]float32(from)
		case whole && t.rows == 6:
			*(*[6]float32)(column) = [6]float32(from)
		default:
			for i := range a.Rows {
				column[i] = from[i*a.RowStep]
			}
			clear(column[a.Rows:])
		}
	}
}

// packB lays the columns of b out tile by tile, row after row.
func (t *tiled) packB(r *room, b Matrix) {
	panels := (b.Cols + t.cols - 1) / t.cols
	r.b = grow(r.b, panels*t.cols*b.Rows)
	for j := 0; j < b.Cols; j += t.cols {
		width := min(t.cols, b.Cols-j)
		panel := r.b[j*b.Rows:][:t.cols*b.Rows]
		if width < t.cols {
			clear(panel)
		}
		part := b.Columns(j, width)
		if b.ColStep == 1 {
			t.copyRows(panel, part)
		} else {
			t.copyColumns(panel, part)
		}
	}
}

func (t *tiled) copyRows(panel []float32, b Matrix) {
	for k := range b.Rows {
		copy(panel[k*t.cols:][:b.Cols], b.Data[k*b.RowStep:])
	}
}

func (t *tiled) copyColumns(panel []float32, b Matrix) {
	j := 0
	for ; b.RowStep == 1 && j+4 <= b.Cols; j += 4 {
		t.copyFour(panel[j:], b.Columns(j, 4))
	}
	for ; j < b.Cols; j++ {
		column := b.Data[j*b.ColStep:]
		for k := range b.Rows {
			panel[k*t.cols+j] = column[k*b.RowStep]
		}
	}
}

// copyFour copies four columns whose numbers follow one another.
func (t *tiled) copyFour(panel []float32, b Matrix) {
	p, q := b.Data[:b.Rows], b.Data[b.ColStep:][:b.Rows]
	r, s := b.Data[2*b.ColStep:][:b.Rows], b.Data[3*b.ColStep:][:b.Rows]
	for k := range p {
		*(*[4]float32)(panel[k*t.cols:]) = [4]float32{p[k], q[k], r[k], s[k]}
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

func (t *tiled) Dot(x, y []float32) float32 {
	sameLength(x, y)
	return t.dot(x, y)
}

func (t *tiled) Axpy(alpha float32, x, y []float32) {
	sameLength(x, y)
	t.axpy(alpha, x, y)
}

func (t *tiled) Exp(x []float32) { t.exp(x) }

func (t *tiled) Adam(params, grads, mean, square []float32, s AdamStep) {
	sameLength(params, grads)
	sameLength(params, mean)
	sameLength(params, square)
	t.adam(params, grads, mean, square, s)
}

func sameLength(x, y []float32) {
	if len(x) != len(y) {
		panic(fmt.Sprintf("kernel: vectors of %d and %d numbers", len(x), len(y)))
	}
}
