package kernel

var portable = &tiled{
	name: "portable", rows: 2, cols: 4,
	tile: tilePortable, mulVec: mulVecPortable, vecMul: vecMulPortable, copyRows: copyRowsPortable, transpose: transposePortable,
	vectors: vectors{
		dot: dotPortable, axpy: axpyPortable, scale: scalePortable, times: timesPortable, addTimes: addTimesPortable,
		exp: expPortable, softmax: softmaxPortable, softmaxBack: softmaxBackPortable,
		gate: gatePortable, gateBack: gateBackPortable, turn: turnPortable, adam: adamPortable,
	},
}

// tilePortable rounds each product before it is added: a compiler may fuse the two where the conversion is missing, and
// machines would differ.
func tilePortable(depth int, a []float32, aRow, aCol int, b, c []float32, cStep int, set bool) {
	var c00, c01, c02, c03, c10, c11, c12, c13 float32
	for k := range depth {
		row := b[k*4:][:4]
		x, y := a[k*aCol], a[aRow+k*aCol]
		c00 += float32(x * row[0])
		c01 += float32(x * row[1])
		c02 += float32(x * row[2])
		c03 += float32(x * row[3])
		c10 += float32(y * row[0])
		c11 += float32(y * row[1])
		c12 += float32(y * row[2])
		c13 += float32(y * row[3])
	}
	if set {
		clear(c[:4])
		clear(c[cStep:][:4])
	}
	add4(c, c00, c01, c02, c03)
	add4(c[cStep:], c10, c11, c12, c13)
}

func add4(c []float32, p, q, r, s float32) {
	c = c[:4]
	c[0] += p
	c[1] += q
	c[2] += r
	c[3] += s
}

func mulVecPortable(dst []float32, w Matrix, x []float32) {
	for i := range dst {
		dst[i] = dotPortable(w.Data[i*w.RowStep:][:w.Cols], x)
	}
}

func vecMulPortable(dst, x []float32, w Matrix) {
	clear(dst)
	for i, v := range x {
		axpyPortable(v, w.Data[i*w.RowStep:][:w.Cols], dst)
	}
}

func copyRowsPortable(dst []float32, to int, src []float32, step, width, rows int) {
	for i := range rows {
		copy(dst[i*to:][:width], src[i*step:])
	}
}

// transposePortable copies four columns at a time.
func transposePortable(dst []float32, to int, src []float32, step, width, rows int) {
	j := 0
	for ; j+4 <= width; j += 4 {
		p, q := src[j*step:][:rows], src[(j+1)*step:][:rows]
		r, s := src[(j+2)*step:][:rows], src[(j+3)*step:][:rows]
		for k := range p {
			*(*[4]float32)(dst[k*to+j:]) = [4]float32{p[k], q[k], r[k], s[k]}
		}
	}
	for ; j < width; j++ {
		for k, v := range src[j*step:][:rows] {
			dst[k*to+j] = v
		}
	}
}
