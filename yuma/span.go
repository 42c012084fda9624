package yuma

import (
	"math/bits"

	"github.com/dendra-net/dendra/fixed"
)

// vector is a direction: its length does not matter, so it is kept scaled to a number of bits at which sums of products
// fit 64 bits.
type vector []int64

// set makes v the halves of a row's values, where there is a past.
func (v vector) set(row []Cell, past []bool) {
	clear(v)
	for _, c := range row {
		if past[c.UID] {
			v[c.UID] = int64(c.Value >> 1)
		}
	}
}

// span is an orthogonal basis of the public vectors.
type span struct {
	bits  int // of a vector's largest number
	free  int // directions there are beside those of the basis
	basis []vector
	norms []uint64 // squares of their lengths
}

// lostBits is how much smaller than the whole a remainder must be to count as nothing: 2^-12, above what rounding weights
// to 16 bits makes.
const lostBits = 12

// newSpan spans what was public of the neurons with a past.
func newSpan(past []bool, public ...[]fixed.Frac) span {
	n := len(past)
	out := span{bits: (62 - bits.Len(uint(n))) / 2, basis: make([]vector, 0, len(public)), norms: make([]uint64, 0, len(public))}
	cells := make(vector, n*len(public))
	for j, past := range past {
		if past {
			out.free++
			for k, p := range public {
				cells[k*n+j] = int64(known(p, j) >> 1)
			}
		}
	}
	nothing := make(vector, n)
	for ; len(cells) > 0; cells = cells[n:] {
		v := cells[:n:n]
		if !v.fit(out.bits, 1) {
			continue
		}
		out.takeOut(v, nothing)
		if v.fit(out.bits, out.bits-lostBits+1) {
			out.basis, out.norms = append(out.basis, v), append(out.norms, uint64(v.dot(v)))
			out.free--
		}
	}
	return out
}

// leastChance is a twentieth: public vectors are noisy pictures of true quality, and that much of it may be left in what
// all who measure say, however many neurons there are.
const leastChance = correlationOne / 20

// chance is the average correlation below which the median validator's is not trusted to be more than that: four standard
// deviations of the average of as many directions as the public vectors leave free, or leastChance.
func (s span) chance(memoryPPM uint32) uint64 {
	const deviations = 4
	keep := uint64(min(memoryPPM, million))
	spread, whole := deviations*deviations*(million-keep), (million+keep)*uint64(max(s.free, 1))
	if spread >= whole {
		return correlationOne
	}
	quo, _ := bits.Div64(spread>>(64-2*correlationBits), spread<<(2*correlationBits), whole)
	return max(root(quo), leastChance)
}

// correlation returns how the news in two vectors go together, in units of 2^-30: what is left of each, in its own memory,
// without its part in the span. Where next to nothing is left there is no news, and no correlation.
func (s span) correlation(v, w vector) int64 {
	if !v.fit(s.bits, 1) || !w.fit(s.bits, 1) {
		return 0
	}
	s.takeOut(v, w)
	least := s.bits - lostBits + 1
	if !v.fit(s.bits, least) || !w.fit(s.bits, least) {
		return 0
	}
	return v.cosine(w)
}

// takeOut takes the span out of two vectors, side by side as that is faster.
func (s span) takeOut(v, w vector) {
	if len(s.basis) == 0 {
		return
	}
	alongV, alongW := v.dot(s.basis[0]), w.dot(s.basis[0])
	for k, b := range s.basis {
		next, norm := s.basis[(k+1)%len(s.basis)], s.norms[k]
		alongV, alongW = subtract(v, w, b, next, coefficient(alongV, norm), coefficient(alongW, norm))
	}
}

// fit scales v so that its largest number has just so many bits, unless it has less than least: then there is no direction
// in v.
func (v vector) fit(to, least int) bool {
	size := v.size()
	if size < least {
		return false
	}
	v.scale(to - size)
	return true
}

// size is the number of bits of the largest number.
func (v vector) size() int {
	all := int64(0)
	for _, x := range v {
		all |= max(x, -x)
	}
	return bits.Len64(uint64(all))
}

// scale shifts v to the left, or to the right where that is negative.
func (v vector) scale(left int) {
	up, down := uint(max(left, 0)), uint(max(-left, 0))
	for j, x := range v {
		v[j] = x << (up & 63) >> (down & 63)
	}
}

// coefficient returns along/norm with 30 fractional bits: of a vector that lies so far along one of the basis, norm being
// the square of that one's length. The one being at most 2*sqrt(n) as long as the other, it and its products fit.
func coefficient(along int64, norm uint64) int64 {
	size := uint64(max(along, -along))
	hi, lo := size>>(64-correlationBits), size<<correlationBits
	if hi >= norm {
		return 0
	}
	quo, _ := bits.Div64(hi, lo, norm)
	if along < 0 {
		return -int64(quo)
	}
	return int64(quo)
}

// subtract takes so many times b out of v and w. It returns their dot products with what is to be taken out next.
func subtract(v, w, b, next vector, timesV, timesW int64) (alongV, alongW int64) {
	v, w, next = v[:len(b)], w[:len(b)], next[:len(b)]
	for j, x := range b {
		leftV, leftW, y := v[j]-timesV*x>>correlationBits, w[j]-timesW*x>>correlationBits, next[j]
		v[j], w[j] = leftV, leftW
		alongV += leftV * y
		alongW += leftW * y
	}
	return alongV, alongW
}

func (v vector) dot(b vector) (sum int64) {
	b = b[:len(v)]
	for j, x := range v {
		sum += x * b[j]
	}
	return sum
}

// cosine returns the correlation of two directions in units of 2^-30.
func (v vector) cosine(b vector) int64 {
	lengths := root(uint64(v.dot(v))) * root(uint64(b.dot(b))) >> correlationBits
	if lengths == 0 {
		return 0
	}
	return min(max(v.dot(b)/int64(lengths), -correlationOne), correlationOne)
}

// root returns the integer square root.
func root(x uint64) uint64 {
	if x == 0 {
		return 0
	}
	r := uint64(1) << ((bits.Len64(x) + 1) / 2)
	for {
		next := (r + x/r) / 2
		if next >= r {
			return r
		}
		r = next
	}
}
