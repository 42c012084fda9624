package gguf

import (
	"encoding/binary"
	"fmt"
	"math"
)

// A block of Q8_0 is 32 numbers of a row: a float16 scale and an int8 for each number, which is worth that times the scale.
const (
	blockNumbers = 32
	blockBytes   = 2 + blockNumbers
)

// appendBlocks rounds numbers to blocks. Their count is a multiple of blockNumbers.
func appendBlocks(out []byte, list []float32) ([]byte, error) {
	for ; len(list) > 0; list = list[blockNumbers:] {
		block := list[:blockNumbers]
		var most float32
		for _, v := range block {
			most = max(most, v, -v) // one that is no number stays, and has no half
		}
		scale := half(most / 127)
		if scale >= halfInfinite {
			return nil, fmt.Errorf("a number of %v is too large for weights of eight bits", most)
		}
		out = binary.LittleEndian.AppendUint16(out, scale)
		unit := single(scale)
		for _, v := range block {
			var q float64
			if unit != 0 {
				q = math.Round(float64(v) / float64(unit))
			}
			out = append(out, byte(int8(math.Max(-127, math.Min(127, q)))))
		}
	}
	return out, nil
}

// readBlocks reads the numbers of whole blocks and fails on a scale that is none.
func readBlocks(into []float32, raw []byte) error {
	for n := 0; len(raw) > 0; n, raw = n+blockNumbers, raw[blockBytes:] {
		scale := binary.LittleEndian.Uint16(raw)
		unit := single(scale)
		if scale&halfInfinite == halfInfinite {
			return fmt.Errorf("the scale at number %d is %v", n, unit)
		}
		for i, q := range raw[2:blockBytes] {
			into[n+i] = float32(int8(q)) * unit
		}
	}
	return nil
}

// halfInfinite is a float16's exponent when it is infinite or no number.
const halfInfinite = 0x7c00

// half rounds to the nearest float16, to even between two.
func half(x float32) uint16 {
	bits := math.Float32bits(x)
	sign, rest := uint16(bits>>16&0x8000), bits&0x7fffffff
	switch {
	case rest > 0x7f800000:
		return sign | halfInfinite | 1
	case rest < 113<<23: // below the least float16 with a full fraction: whole steps of 2^-24
		return sign | uint16(math.RoundToEven(float64(math.Float32frombits(rest))*(1<<24)))
	}
	rest += 1<<12 - 1 + rest>>13&1
	return sign | uint16(min(rest>>13-112<<10, halfInfinite))
}

// single is a float16 as float32, which holds them all.
func single(h uint16) float32 {
	sign, exponent, fraction := uint32(h&0x8000)<<16, uint32(h>>10&0x1f), uint32(h&0x3ff)
	switch exponent {
	case 0:
		small := float32(fraction) / (1 << 24)
		return math.Float32frombits(sign | math.Float32bits(small))
	case 0x1f:
		return math.Float32frombits(sign | 0x7f800000 | fraction<<13)
	}
	return math.Float32frombits(sign | (exponent+112)<<23 | fraction<<13)
}
