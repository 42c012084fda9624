package classifier

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

// A vnet file, little endian, is a classifier with weights of eight bits:
//
//	"VNETINT" | version 1 (byte) | kind (byte) | width, height, classes, hidden (uint16 each) | layers that learn, in order
//
// A layer is a float32 scale for each output, then the weights of each output, each an int8 of -127 to 127, then a float32
// bias for each output. A weight is worth its integer times its output's scale. The file has the bytes that its head
// makes it have, and no number in it is infinite or beyond the bounds below.
const (
	vnetMagic = "VNETINT\x01"
	vnetHead  = len(vnetMagic) + 1 + 4*2
	top       = 127 // largest weight
)

// Bounds of the numbers in a vnet file.
const (
	MaxScale = 1       // so weights are up to 127
	minScale = 0x1p-60 // of a scale that is not zero
	MaxBias  = 1024
)

// Errors of vnet files.
var (
	ErrFormat = errors.New("no vnet file")
	ErrRange  = errors.New("a number is out of bounds")
)

// kinds by their number in a file, from 1.
var kinds = []Kind{Linear, MLP, CNN}

// Marshal rounds the weights to eight bits and writes a vnet file. It fails with ErrRange on numbers no file can hold.
func (c *Classifier) Marshal() ([]byte, error) {
	out := []byte(vnetMagic)
	for i, k := range kinds {
		if k == c.shape.Kind {
			out = append(out, byte(i+1))
		}
	}
	for _, n := range []int{c.shape.Width, c.shape.Height, c.shape.Classes, c.shape.Hidden} {
		out = binary.LittleEndian.AppendUint16(out, uint16(n))
	}
	rest := c.params
	for _, l := range c.shape.layers() {
		if n, inputs := l.weights(); n > 0 {
			out = appendLayer(out, rest[:n], rest[n:l.parameters()], inputs)
		}
		rest = rest[l.parameters():]
	}
	if _, err := Parse(out); err != nil {
		return nil, err
	}
	return out, nil
}

func appendLayer(out []byte, weights, biases []float32, inputs int) []byte {
	rounded := make([]byte, 0, len(weights))
	for ; len(weights) > 0; weights = weights[inputs:] {
		var scale float32
		scale, rounded = round(rounded, weights[:inputs])
		out = binary.LittleEndian.AppendUint32(out, math.Float32bits(scale))
	}
	out = append(out, rounded...)
	for _, b := range biases {
		out = binary.LittleEndian.AppendUint32(out, math.Float32bits(b))
	}
	return out
}

// round appends a row's integers and returns its scale; a row too small for any scale becomes zero.
func round(out []byte, row []float32) (float32, []byte) {
	var most float32
	for _, v := range row {
		most = max(most, v, -v) // one that is no number stays, and Parse finds it in the scale
	}
	scale := most / top
	if scale < minScale {
		return 0, append(out, make([]byte, len(row))...)
	}
	for _, v := range row {
		q := math.Round(float64(v) / float64(scale))
		out = append(out, byte(int8(math.Max(-top, math.Min(top, q)))))
	}
	return scale, out
}

// Parse reads a vnet file that anyone may have written. It takes memory only for bytes it has been given.
func Parse(raw []byte) (*Classifier, error) {
	if len(raw) < vnetHead || string(raw[:len(vnetMagic)]) != vnetMagic {
		return nil, fmt.Errorf("%w: %d bytes that do not begin as one", ErrFormat, len(raw))
	}
	kind := int(raw[len(vnetMagic)])
	if kind < 1 || kind > len(kinds) {
		return nil, fmt.Errorf("%w: kind %d, it must be 1 to %d", ErrFormat, kind, len(kinds))
	}
	s := Shape{Kind: kinds[kind-1]}
	for i, field := range []*int{&s.Width, &s.Height, &s.Classes, &s.Hidden} {
		*field = int(binary.LittleEndian.Uint16(raw[len(vnetMagic)+1+2*i:]))
	}
	if err := s.Validate(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	if s.Kind == Linear && s.Hidden != 0 {
		return nil, fmt.Errorf("%w: hidden is %d, a linear one has none", ErrFormat, s.Hidden)
	}
	if want := s.vnetSize(); int64(len(raw)) != want {
		return nil, fmt.Errorf("%w: it has %d bytes, its head makes it %d", ErrFormat, len(raw), want)
	}
	params, err := s.readLayers(raw[vnetHead:])
	if err != nil {
		return nil, err
	}
	return FromParameters(s, params)
}

// vnetSize is how many bytes the file of a classifier of a valid shape has.
func (s Shape) vnetSize() int64 {
	size := int64(vnetHead)
	for _, l := range s.layers() {
		n, _ := l.weights()
		size += int64(n) + 8*int64(l.parameters()-n) // each output has a bias and a scale
	}
	return size
}

func (s Shape) readLayers(raw []byte) ([]float32, error) {
	params := make([]float32, 0, s.Parameters())
	for i, l := range s.layers() {
		n, inputs := l.weights()
		if n == 0 {
			continue
		}
		outputs := n / inputs
		scales, weights, biases := raw[:4*outputs], raw[4*outputs:][:n], raw[4*outputs+n:][:4*outputs]
		raw = raw[8*outputs+n:]
		for j := range outputs {
			scale := float32At(scales, j)
			if scale != 0 && !(scale >= minScale && scale <= MaxScale) {
				return nil, fmt.Errorf("%w: scale %d of layer %d is %v, it must be 0 or 2^-60 to %d", ErrRange, j, i, scale, MaxScale)
			}
			for k, w := range weights[j*inputs:][:inputs] {
				if int8(w) < -top {
					return nil, fmt.Errorf("%w: weight %d of output %d of layer %d is %d", ErrRange, k, j, i, int8(w))
				}
				params = append(params, float32(int8(w))*scale)
			}
		}
		for j := range outputs {
			b := float32At(biases, j)
			if !(b >= -MaxBias && b <= MaxBias) {
				return nil, fmt.Errorf("%w: bias %d of layer %d is %v, it must be -%d to %d", ErrRange, j, i, b, MaxBias, MaxBias)
			}
			params = append(params, b)
		}
	}
	return params, nil
}

func float32At(raw []byte, i int) float32 {
	return math.Float32frombits(binary.LittleEndian.Uint32(raw[4*i:]))
}
