// Package kernel multiplies matrices of float32: the one place of the engines where instructions of a certain CPU count.
//
// Its one invariant: every Kernel computes the same sums, and two of them differ by rounding only; one kernel given the
// same operands gives the same bits on every call, on every machine that has it, and whichever goroutine asks.
//
//	k := kernel.Best()
//	k.Mul(dst, a, b.T()) // dst += a b'
package kernel

import (
	"fmt"
	"strings"
)

// Kernel is what the engines ask of a CPU. It has no state a caller could see and may be used by many goroutines.
type Kernel interface {
	// Name tells kernels apart: "portable", "avx2", "avx512".
	Name() string
	// Mul adds a times b to dst. It panics when the shapes do not fit or dst is no plain row-major matrix: that is a fault
	// of the program, never of its input.
	Mul(dst, a, b Matrix)
	// Product sets dst to a times b, whatever it held, and panics as Mul does.
	Product(dst, a, b Matrix)
	// MulVec sets dst[i] to the product of row i of the plain matrix w and x.
	MulVec(dst []float32, w Matrix, x []float32)
	// VecMul sets dst[j] to the product of x and column j of the plain matrix w.
	VecMul(dst, x []float32, w Matrix)
	Vectors
}

// Vectors is what a Kernel does number by number. The slices of a call are of one length unless it says otherwise; a
// wrong length is a panic. What is no number stays none.
type Vectors interface {
	// Dot is the sum of x[i]*y[i]; the slices are of one length.
	Dot(x, y []float32) float32
	// Axpy adds alpha*x to y; the slices are of one length.
	Axpy(alpha float32, x, y []float32)
	// Scale multiplies each x by alpha.
	Scale(alpha float32, x []float32)
	// Times sets each dst to alpha*x*y. dst may be x or y.
	Times(dst []float32, alpha float32, x, y []float32)
	// AddTimes adds alpha*x*y to each dst.
	AddTimes(dst []float32, alpha float32, x, y []float32)
	// Exp replaces each x by e^x, with a relative error below 1e-6 and 0 below the smallest normal number.
	Exp(x []float32)
	// Softmax replaces each x by e^(scale (x - most)) / sum, where most is the largest x and sum what makes them sum to one.
	// x is not empty.
	Softmax(x []float32, scale float32) (most, sum float32)
	// SoftmaxBack replaces d, a gradient by what Softmax made, by the gradient by what it was given.
	SoftmaxBack(d, chances []float32, scale float32)
	// Gate sets open to 1 / (1 + e^-gates) and hidden to gates*open*up.
	Gate(hidden, open, gates, up []float32)
	// GateBack sets the gradients by gates and up from the one by hidden.
	GateBack(dgates, dup, dhidden, open, gates, up []float32)
	// Turn sets each x[i] to x[i]*cos[i] + x[i^1]*sin[i]. The tables have an even length of which that of x is a multiple, and
	// begin again as often as needed.
	Turn(x, cos, sin []float32)
	// Adam moves params by one step of AdamW and updates the moments; the slices are of one length.
	Adam(params, grads, mean, square []float32, s AdamStep)
}

// AdamStep has what a step of AdamW is made of:
//
//	mean = Beta1 mean + Fresh1 grad, square = Beta2 square + Fresh2 grad^2,
//	param = Keep param - Rate mean / (Root sqrt(square) + Epsilon)
type AdamStep struct {
	Beta1, Fresh1, Beta2, Fresh2, Keep, Rate, Root, Epsilon float32
}

// Matrix is a view of Rows x Cols numbers: element (i, j) is Data[i*RowStep+j*ColStep].
type Matrix struct {
	Data             []float32
	Rows, Cols       int
	RowStep, ColStep int
}

// Dense views data as a matrix whose rows follow one another.
func Dense(data []float32, rows, cols int) Matrix {
	return Matrix{Data: data, Rows: rows, Cols: cols, RowStep: cols, ColStep: 1}
}

// Columns views width columns of m from the one at.
func (m Matrix) Columns(at, width int) Matrix {
	if at < 0 || width < 0 || at+width > m.Cols {
		panic(fmt.Sprintf("kernel: columns %d to %d of %d", at, at+width, m.Cols))
	}
	return m.view(at*m.ColStep, m.Rows, width)
}

// RowsOf views height rows of m from the one at.
func (m Matrix) RowsOf(at, height int) Matrix {
	if at < 0 || height < 0 || at+height > m.Rows {
		panic(fmt.Sprintf("kernel: rows %d to %d of %d", at, at+height, m.Rows))
	}
	return m.view(at*m.RowStep, height, m.Cols)
}

func (m Matrix) view(from, rows, cols int) Matrix {
	m.Rows, m.Cols = rows, cols
	if rows == 0 || cols == 0 {
		m.Data = nil
	} else {
		m.Data = m.Data[from:]
	}
	return m
}

// T views m transposed.
func (m Matrix) T() Matrix {
	m.Rows, m.Cols, m.RowStep, m.ColStep = m.Cols, m.Rows, m.ColStep, m.RowStep
	return m
}

// check panics unless all of m lies inside its data.
func (m Matrix) check() {
	if m.Rows < 0 || m.Cols < 0 {
		panic(fmt.Sprintf("kernel: a matrix of %d x %d", m.Rows, m.Cols))
	}
	if m.Rows == 0 || m.Cols == 0 {
		return
	}
	last := (m.Rows-1)*m.RowStep + (m.Cols-1)*m.ColStep
	if m.RowStep < 0 || m.ColStep < 0 || last >= len(m.Data) {
		panic(fmt.Sprintf("kernel: a matrix of %d x %d needs %d numbers and has %d", m.Rows, m.Cols, last+1, len(m.Data)))
	}
}

func (m Matrix) plain() bool { return m.ColStep == 1 && (m.Rows <= 1 || m.RowStep >= m.Cols) }

// Portable is the kernel every machine has. It rounds after each operation, so it gives the same bits everywhere.
func Portable() Kernel { return portable }

// All lists the kernels this machine can run, slowest first.
func All() []Kernel { return append([]Kernel{portable}, native()...) }

// Best is the fastest kernel this machine can run.
func Best() Kernel {
	all := All()
	return all[len(all)-1]
}

// ByName finds a kernel; the error lists those this machine can run.
func ByName(name string) (Kernel, error) {
	var names []string
	for _, k := range All() {
		if k.Name() == name {
			return k, nil
		}
		names = append(names, k.Name())
	}
	return nil, fmt.Errorf("kernel %q: this machine runs %s", name, strings.Join(names, ", "))
}
