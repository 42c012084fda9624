package merit

import (
	"math"

	"github.com/dendra-net/dendra/mix"
)

// sharpened is how many members are also taken as more sure of themselves than they are.
const sharpened = 2

// Deriver returns likelihoods, by position, that anyone could make of members' answers. They come nearest to the
// candidate first; weights, by position and member, are how a blend that has long listened believes them.
type Deriver func(members []Member, weights [][]float64) [][]float64

// Derivations is the Deriver of exams that hold whole distributions: answers returns what a member said at a position,
// or nil, and came are the bytes that came, by position. What anyone can make of others' answers is no news: the two
// members that the candidate is nearest to, made surer; the product of all, made surer; and their blend, made surer by
// two degrees. A copy that only tempers or blends is within what a mixture makes of these.
func Derivations(answers func(m Member, position int) *mix.Dist, came []byte) Deriver {
	return func(members []Member, weights [][]float64) [][]float64 {
		var made [][]float64
		for _, m := range members[:min(len(members), sharpened)] {
			made = append(made, likelihoods(came, func(i int, d *[256]float64) bool {
				return add(d, answers(m, i), 1) && raise(d, 8)
			}))
		}
		if len(members) < 2 {
			return made
		}
		for _, sixteenths := range []int{4, 8} {
			made = append(made, likelihoods(came, func(i int, d *[256]float64) bool {
				some := false
				for k, m := range members {
					some = add(d, answers(m, i), weights[i][k]) || some
				}
				return some && raise(d, sixteenths)
			}))
		}
		return append(made, likelihoods(came, func(i int, d *[256]float64) bool {
			return multiply(d, members, func(m Member) *mix.Dist { return answers(m, i) })
		}))
	}
}

// likelihoods is what weights, which need not sum to one, give the bytes that came; zero where there are none.
func likelihoods(came []byte, weigh func(position int, d *[256]float64) bool) []float64 {
	column := make([]float64, len(came))
	for i, b := range came {
		var d [256]float64
		if !weigh(i, &d) {
			continue
		}
		sum := 0.0
		for _, w := range d {
			sum += w
		}
		if sum > 0 {
			column[i] = d[b] / sum
		}
	}
	return column
}

// add adds what somebody said, if anything.
func add(d *[256]float64, p *mix.Dist, weight float64) bool {
	if p == nil {
		return false
	}
	for b, v := range p {
		d[b] += float64(weight * max(0, float64(v)))
	}
	return true
}

// raise multiplies d by its own power of so many sixteenths.
func raise(d *[256]float64, sixteenths int) bool {
	for b, v := range d {
		d[b] = v * rootPower(v, sixteenths)
	}
	return true
}

// multiply sets d to the product of what members said, each to the power of about 1.3 by their number: in sixteenths,
// so that roots make it.
func multiply(d *[256]float64, members []Member, answer func(Member) *mix.Dist) bool {
	n := 0
	for b := range d {
		d[b] = 1
	}
	for _, m := range members {
		p := answer(m)
		if p == nil {
			continue
		}
		n++
		for b, v := range p {
			d[b] *= max(float64(v), mix.Floor)
		}
	}
	if n == 0 {
		return false
	}
	sixteenths := max(1, (16*13+5*n)/(10*n))
	for b, v := range d {
		d[b] = rootPower(v, sixteenths)
	}
	return true
}

// rootPower is x to the power of k sixteenths, k being 1 to 31.
func rootPower(x float64, k int) float64 {
	y := 1.0
	for bit := 16; bit > 0 && k > 0; bit /= 2 {
		if k >= bit {
			y *= x
			k -= bit
		}
		x = math.Sqrt(x)
	}
	return y
}
