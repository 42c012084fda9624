package merit

import "github.com/dendra-net/dendra/mix"

// Deriver returns likelihoods, by position, that anyone could make of members' answers. They come nearest to the
// candidate first; weights, by position and member, are how a blend that has long listened believes them.
type Deriver func(members []Member, weights [][]float64) [][]float64

const (
	nearestAlone = 2    // members who are also taken alone, as if they were surer
	surer        = 1.5  // power of those, and of the blend
	slightly     = 1.25 // power of the blend, and of the product that follows the blend's weights
	evenly       = 1.3  // power of the product of all
)

// Derivations is the Deriver of exams that hold whole distributions: answers returns what a member said at a position,
// or nil, and came are the bytes that came, by position. What anyone can make of others' answers is no news: the two
// members that the candidate is nearest to, made surer; the blend, made surer by two degrees; the product of all, and
// the product of those whom the blend believes. A copy that only tempers, blends or multiplies is within what a mixture
// makes of these, or nearly.
func Derivations(answers func(m Member, position int) *mix.Dist, came []byte) Deriver {
	return func(members []Member, weights [][]float64) [][]float64 {
		alone := min(len(members), nearestAlone)
		made := make([][]float64, alone)
		if len(members) > 1 {
			made = make([][]float64, alone+4)
		}
		for k := range made {
			made[k] = make([]float64, len(came))
		}
		w := workbench{logs: make([][256]float64, len(members))}
		for i, b := range came {
			w.look(members, func(m Member) *mix.Dist { return answers(m, i) })
			for k := range alone {
				if answers(members[k], i) != nil {
					made[k][i] = w.raised(&w.logs[k], surer, b)
				}
			}
			if len(members) > 1 {
				blend := made[alone:]
				w.mean(weights[i])
				blend[0][i], blend[1][i] = w.raised(&w.blend, slightly, b), w.raised(&w.blend, surer, b)
				blend[2][i], blend[3][i] = w.product(weights[i], slightly, b), w.product(nil, evenly, b)
			}
		}
		return made
	}
}

// workbench holds what members said at one position.
type workbench struct {
	dists []*mix.Dist // without those who said nothing
	from  []int       // their numbers
	logs  [][256]float64
	blend [256]float64
	d     [256]float64
}

func (w *workbench) look(members []Member, answer func(Member) *mix.Dist) {
	w.dists, w.from = w.dists[:0], w.from[:0]
	for k, m := range members {
		p := answer(m)
		if p == nil {
			continue
		}
		w.dists, w.from = append(w.dists, p), append(w.from, k)
		for b, v := range p {
			w.logs[k][b] = tables.log2(float64(v))
		}
	}
}

// raised is what a distribution of which these are the logarithms gives the byte when raised to a power.
func (w *workbench) raised(logs *[256]float64, power float64, b byte) float64 {
	for c, l := range logs {
		w.d[c] = tables.exp2(power * l)
	}
	return w.at(b)
}

// mean sets blend to the logarithms of the weighted mean.
func (w *workbench) mean(weights []float64) {
	clear(w.blend[:])
	for j, p := range w.dists {
		weight := weights[w.from[j]]
		for c, v := range p {
			w.blend[c] += float64(weight * float64(v))
		}
	}
	for c, v := range w.blend {
		w.blend[c] = tables.log2(v)
	}
}

// product is what the product gives the byte, each member raised to power times its weight; nil weighs all alike.
func (w *workbench) product(weights []float64, power float64, b byte) float64 {
	clear(w.d[:])
	for _, k := range w.from {
		weight := power / float64(len(w.from))
		if weights != nil {
			weight = power * weights[k]
		}
		for c, l := range w.logs[k] {
			w.d[c] += float64(weight * l)
		}
	}
	for c, v := range w.d {
		w.d[c] = tables.exp2(v)
	}
	return w.at(b)
}

// at is the part of the byte in d.
func (w *workbench) at(b byte) float64 {
	sum := 0.0
	for _, v := range w.d {
		sum += v
	}
	if len(w.dists) == 0 || !(sum > 0) {
		return 0
	}
	return w.d[b] / sum
}
