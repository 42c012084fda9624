package mix

// tally counts counts: tally[c-1] symbols have been seen exactly c times in contexts of one length.
type tally [4]uint32

// rise tells that a count has gone from c to c+1.
func (t *tally) rise(c uint32) { t.move(c, c+1) }

// move tells that a count has gone from one value to another; counts of zero and over four are not kept.
func (t *tally) move(from, to uint32) {
	if from >= 1 && from <= 4 {
		t[from-1]--
	}
	if to >= 1 && to <= 4 {
		t[to-1]++
	}
}

// discounts are what is taken from counts of one, two, and more, and given to shorter contexts.
type discounts [3]float64

// guess serves until there are counts of every kind.
var guess = discounts{0.7, 1.1, 1.4}

// discounts estimates by leaving one out: of n1 symbols seen once, n2 seen twice and so on,
// y = n1/(n1+2n2), and a count of c loses c - (c+1) y n(c+1)/n(c).
func (t *tally) discounts() discounts {
	for _, n := range t {
		if n == 0 {
			return guess
		}
	}
	y := float64(t[0]) / (float64(t[0]) + 2*float64(t[1]))
	var d discounts
	for i := range d {
		c := float64(i + 1)
		lost := float64(float64((c+1)*y) * float64(t[i+1]) / float64(t[i]))
		d[i] = min(max(c-lost, 0.05), c-0.05)
	}
	return d
}

func (d *discounts) of(count uint32) float64 { return d[min(count, 3)-1] }
