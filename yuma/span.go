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
	for ; len(cells) > 0; cells = cells[n:] {
		if v := out.news(cells[:n:n]); v != nil {
			out.basis, out.norms = append(out.basis, v), append(out.norms, uint64(v.dot(v)))
			out.free--
		}
	}
	return out
}

// chance is the average correlation below which the median validator's is not trusted to be more than that: four standard
// deviations of the average of as many directions as the public vectors leave free.
func (s span) chance(memoryPPM uint32) uint64 {
	const deviations = 4
	keep := uint64(min(memoryPPM, million))
	spread, whole := deviations*deviations*(million-keep), (million+keep)*uint64(max(s.free, 1))
	if spread >= whole {
		return correlationOne
	}
	quo, _ := bits.Div64(spread>>(64-2*correlationBits), spread<<(2*correlationBits), whole)
	return max(root(quo), 1)
}

// news returns what of v is not in the span, in v's own memory, or nil when next to nothing is left.
func (s span) news(v vector) vector {
	size := v.size()
	if size == 0 {
		return nil
	}
	v.scale(s.bits - size)
	along := int64(0)
	if len(s.basis) > 0 {
		along = v.dot(s.basis[0])
	}
	for k, b := range s.basis {
		next := s.basis[(k+1)%len(s.basis)]
		along = v.subtract(b, coefficient(along, s.norms[k]), next)
	}
	if size = v.size(); size <= s.bits-lostBits {
		return nil
	}
	v.scale(s.bits - size)
	return v
}

// size is the number of bits of the largest number; a vector of size 0 has no direction.
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

// subtract takes times b out of v. It returns the dot product of what is left with the next one to be taken out.
func (v vector) subtract(b vector, times int64, next vector) (along int64) {
	v, next = v[:len(b)], next[:len(b)]
	for j, x := range b {
		left := v[j] - times*x>>correlationBits
		v[j] = left
		along += left * next[j]
	}
	return along
}

func (v vector) dot(b vector) (sum int64) {
	b = b[:len(v)]
	for j, x := range v {
		sum += x * b[j]
	}
	return sum
}

// cosine returns the correlation of two directions in units of 2^-30; with nothing there is none.
func (v vector) cosine(b vector) int64 {
	if v == nil || b == nil {
		return 0
	}
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
