// Package tlm is the file in which a language model of package nn travels: weights of eight bits, a scale for each row.
//
// Its one invariant: a file is what its head says, to the byte, and every number in it is finite and within bounds; Parse
// refuses all else, and takes memory only for bytes it has been given.
//
// A file, little endian:
//
//	"TLMINT8" | version 1 (byte) | dim, layers, heads, hidden, context (uint32 each) | tensors in the order of nn's Tensors
//
// A matrix is a float32 scale for each row, then its weights row after row, each an int8 of -127 to 127; a weight is worth
// its integer times the scale. The gains of a norm are float32.
package tlm

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"

	"github.com/dendra-net/dendra/nn"
)

const (
	magic    = "TLMINT8\x01"
	headSize = len(magic) + 5*4
	top      = 127 // largest weight
)

// Bounds of the numbers in a file: within them integers of 64 bits hold whatever a model computes.
const (
	MaxScale    = 1        // so weights are up to 127
	minExponent = 127 - 60 // of a scale that is not zero: 2^-60
	MaxGain     = 64
)

// Errors of this package.
var (
	ErrFormat = errors.New("no tlm file")
	ErrRange  = errors.New("a number is out of bounds")
)

// Number is a float32 by its bits, so that those who compute without floats may read it.
type Number uint32

// Float is the number as others know it.
func (n Number) Float() float32 { return math.Float32frombits(uint32(n)) }

// Parts are such that the number is mantissa times 2^exponent, exactly.
func (n Number) Parts() (mantissa int32, exponent int) {
	mantissa, exponent = int32(n&(1<<23-1)), int(n>>23&0xff)
	if exponent == 0 {
		exponent = 1 // a number too small to have its first bit left out
	} else {
		mantissa |= 1 << 23
	}
	if n>>31 == 1 {
		mantissa = -mantissa
	}
	return mantissa, exponent - 150
}

func number(x float32) Number { return Number(math.Float32bits(x)) }

// Matrix holds weights row after row, and a scale for each row.
type Matrix struct {
	Rows, Cols int
	Scales     []Number
	Weights    []int8
}

// File is a model of eight bits.
type File struct {
	Config   nn.Config
	Matrices []Matrix   // in the order of nn's Tensors
	Gains    [][]Number // likewise
}

// Size is how many bytes a file of a model of shape c has.
func Size(c nn.Config) int64 {
	d, l, h := int64(c.Dim), int64(c.Layers), int64(c.Hidden)
	weights := nn.Vocabulary*d + l*(4*d*d+3*h*d)
	rows := nn.Vocabulary + l*(4*d+2*h+d)
	return int64(headSize) + weights + 4*(rows+(2*l+1)*d)
}

// Quantize rounds a model's weights to eight bits. It fails with ErrRange on a model that no file can hold.
func Quantize(m *nn.Model) (*File, error) {
	f := &File{Config: m.Config()}
	for _, t := range m.Tensors() {
		if t.Gain() {
			gains := make([]Number, len(t.Data))
			for i, v := range t.Data {
				gains[i] = number(v)
			}
			f.Gains = append(f.Gains, gains)
			continue
		}
		matrix := Matrix{Rows: t.Rows, Cols: t.Cols, Scales: make([]Number, t.Rows), Weights: make([]int8, len(t.Data))}
		for i := range t.Rows {
			matrix.Scales[i] = round(matrix.Weights[i*t.Cols:][:t.Cols], t.Data[i*t.Cols:][:t.Cols])
		}
		f.Matrices = append(f.Matrices, matrix)
	}
	if err := f.check(); err != nil {
		return nil, err
	}
	return f, nil
}

// round rounds a row and returns its scale; a row too small for any scale becomes zero.
func round(weights []int8, row []float32) Number {
	var most float32
	for _, v := range row {
		most = max(most, v, -v) // one that is no number stays, and check finds it in the scale
	}
	scale := most / top
	if scale < math.Float32frombits(minExponent<<23) {
		return 0
	}
	for i, v := range row {
		q := math.Round(float64(v) / float64(scale))
		weights[i] = int8(math.Max(-top, math.Min(top, q)))
	}
	return number(scale)
}

// Model is the model that the file holds, in float32.
func (f *File) Model() (*nn.Model, error) {
	params := make([]float32, 0, f.Config.Parameters())
	for _, m := range f.Matrices {
		for i, w := range m.Weights {
			params = append(params, float32(w)*m.Scales[i/m.Cols].Float())
		}
	}
	for _, g := range f.Gains {
		for _, n := range g {
			params = append(params, n.Float())
		}
	}
	return nn.FromParameters(f.Config, params)
}

// Marshal writes the file.
func (f *File) Marshal() []byte {
	c := f.Config
	out := make([]byte, 0, Size(c))
	out = append(out, magic...)
	for _, n := range []int{c.Dim, c.Layers, c.Heads, c.Hidden, c.Context} {
		out = binary.LittleEndian.AppendUint32(out, uint32(n))
	}
	for _, m := range f.Matrices {
		out = appendNumbers(out, m.Scales)
		for _, w := range m.Weights {
			out = append(out, byte(w))
		}
	}
	for _, g := range f.Gains {
		out = appendNumbers(out, g)
	}
	return out
}

func appendNumbers(out []byte, list []Number) []byte {
	for _, n := range list {
		out = binary.LittleEndian.AppendUint32(out, uint32(n))
	}
	return out
}

// Parse reads a file that anyone may have written.
func Parse(raw []byte) (*File, error) {
	if len(raw) < headSize || string(raw[:len(magic)]) != magic {
		return nil, fmt.Errorf("%w: %d bytes that do not begin as one", ErrFormat, len(raw))
	}
	var c nn.Config
	for i, field := range []*int{&c.Dim, &c.Layers, &c.Heads, &c.Hidden, &c.Context} {
		*field = int(binary.LittleEndian.Uint32(raw[len(magic)+4*i:]))
	}
	if err := c.Validate(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	if want := Size(c); int64(len(raw)) != want {
		return nil, fmt.Errorf("%w: it has %d bytes, its head makes it %d", ErrFormat, len(raw), want)
	}
	f := &File{Config: c}
	f.read(raw[headSize:])
	if err := f.check(); err != nil {
		return nil, err
	}
	return f, nil
}

// read takes apart what has exactly the right length.
func (f *File) read(raw []byte) {
	c := f.Config
	matrix := func(rows, cols int) {
		m := Matrix{Rows: rows, Cols: cols, Weights: make([]int8, rows*cols)}
		m.Scales, raw = readNumbers(raw, rows)
		for i := range m.Weights {
			m.Weights[i] = int8(raw[i])
		}
		raw = raw[len(m.Weights):]
		f.Matrices = append(f.Matrices, m)
	}
	matrix(nn.Vocabulary, c.Dim)
	for range c.Layers {
		matrix(3*c.Dim, c.Dim)
		matrix(c.Dim, c.Dim)
		matrix(2*c.Hidden, c.Dim)
		matrix(c.Dim, c.Hidden)
	}
	for range 2*c.Layers + 1 {
		var gains []Number
		gains, raw = readNumbers(raw, c.Dim)
		f.Gains = append(f.Gains, gains)
	}
}

func readNumbers(raw []byte, n int) (list []Number, rest []byte) {
	list = make([]Number, n)
	for i := range list {
		list[i] = Number(binary.LittleEndian.Uint32(raw[4*i:]))
	}
	return list, raw[4*n:]
}

// check looks at every number.
func (f *File) check() error {
	largest := number(MaxScale)
	for i, m := range f.Matrices {
		for j, n := range m.Scales {
			if n != 0 && (n>>23 < minExponent || n > largest) { // bits grow with the number, and a sign is beyond them all
				return fmt.Errorf("%w: scale %d of matrix %d is %v, it must be 0 or 2^-60 to %d", ErrRange, j, i, n.Float(), MaxScale)
			}
		}
		for j, w := range m.Weights {
			if w < -top {
				return fmt.Errorf("%w: weight %d of matrix %d is %d", ErrRange, j, i, w)
			}
		}
	}
	for i, gains := range f.Gains {
		for j, n := range gains {
			if g := n.Float(); !(g >= -MaxGain && g <= MaxGain) {
				return fmt.Errorf("%w: gain %d of norm %d is %v, it must be -%d to %d", ErrRange, j, i, g, MaxGain, MaxGain)
			}
		}
	}
	return nil
}
