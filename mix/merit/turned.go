package merit

import (
	"math"
	"slices"
)

// slack is added to variances, so that who answers alike shares what follows from them.
const slack = 0.02

// turn is by how many times what chance leaves n's answers, in the panels from a height on, no longer follow from others'
// and from the text as they did before; 1 or so when n is what it was, see Doubtful. It is the least of this whichever one of
// the others is left out, as that one may have turned itself, and those of but are left out from the beginning. It is not
// known of who was not there before.
func (e *exam) turn(n *entrant, from int64, but ...*entrant) (times float64, known bool) {
	before, now := e.panelsOf(n, from)
	if n.column == 0 || len(before) == 0 || len(now) == 0 {
		return 0, false
	}
	c := change{who: []tied{n.tied()}, columns: [][]float64{e.offsOf(0), e.offsOf(n.column)}, panels: 1/float64(len(before)) + 1/float64(len(now))}
	for _, k := range e.worthTying() {
		everywhere := func(t ties) bool { return slices.Contains(t.Who, k.tied()) }
		if k != n && k.version.Admitted && !slices.Contains(but, k) && all(before, everywhere) && all(now, everywhere) {
			c.who, c.columns = append(c.who, k.tied()), append(c.columns, e.offsOf(k.column))
		}
	}
	c.columns = append(c.columns, e.traitColumns()...)
	c.before, c.now, c.passages = pooled(before, c.who), pooled(now, c.who), e.pools.passages
	times = math.Inf(1)
	for out := 1; out < len(c.who); out++ {
		times = min(times, c.times(out+1))
	}
	if len(c.who) == 1 {
		times = c.times(0)
	}
	return times, true
}

// panelsOf are the ties of panels with n before a height, and of those from it on, this one's among them.
func (e *exam) panelsOf(n *entrant, from int64) (before, now []ties) {
	if e.now.Who == nil {
		e.now = e.tiesNow()
	}
	for _, t := range append(slices.Clone(e.ties), e.now) {
		switch {
		case !slices.Contains(t.Who, n.tied()):
		case t.Height < from:
			before = append(before, t)
		default:
			now = append(now, t)
		}
	}
	return before, now
}

func all(panels []ties, is func(ties) bool) bool {
	return !slices.ContainsFunc(panels, func(t ties) bool { return !is(t) })
}

// change compares how one's answers follow from others' and from the text with how they did.
type change struct {
	who         []tied      // the one, and the others
	columns     [][]float64 // of this panel: the public model's, the one's, the others', the traits
	before, now [][]float64 // covariances of these
	panels      float64     // the sum of one by the number of panels of before, and of now
	passages    [][]int32
}

// one is its column.
const one = 1

// times is the surplus of what is left of the one's answers when they are foretold as before over what is left when they
// are fitted, by that which is to be expected of chance. out is a column that is not used; 0 when all are.
func (c *change) times(out int) float64 {
	var others []int
	for k := range c.columns {
		if k != one && (k == 0 || k != out) {
			others = append(others, k)
		}
	}
	was, is := follow(c.before, others), follow(c.now, others)
	surplus := left(c.now, others, was) - left(c.now, others, is)
	chance := c.chance(others, is) * c.panels
	if !(chance > 0) {
		return 0
	}
	return surplus / chance
}

// chance is the surplus that one panel's chance is expected to bring: positions of a passage go together, so it is found
// from what is left over of whole passages (the variance of least squares by clusters).
func (c *change) chance(others []int, parts []float64) float64 {
	n := len(c.columns[one])
	rest := slices.Clone(c.columns[one])
	for k, o := range others {
		for i, v := range c.columns[o] {
			rest[i] -= float64(parts[k] * v)
		}
	}
	inverse := inverted(covariances(c.columns, others))
	pull, sum := make([]float64, len(others)), 0.0
	for _, passage := range c.passages {
		for k, o := range others {
			pull[k] = 0
			for _, i := range passage {
				pull[k] += float64(c.columns[o][i] * rest[i])
			}
		}
		for k, row := range inverse {
			sum += float64(pull[k] * dot(row, pull))
		}
	}
	return sum / (float64(n) * float64(n))
}

// covariances are those of some columns, with slack.
func covariances(columns [][]float64, some []int) [][]float64 {
	m := make([][]float64, len(some))
	for i, a := range some {
		m[i] = make([]float64, len(some))
		for j, b := range some[:i+1] {
			m[i][j] = dot(columns[a], columns[b]) / float64(len(columns[a]))
			m[j][i] = m[i][j]
		}
		m[i][i] += slack
	}
	return m
}

// follow is how the one's answers follow from the others, by least squares.
func follow(covariances [][]float64, others []int) []float64 {
	m := make([][]float64, len(others))
	for i, x := range others {
		for _, y := range others {
			m[i] = append(m[i], covariances[x][y])
		}
		m[i][i] += slack
		m[i] = append(m[i], covariances[x][one])
	}
	eliminate(m)
	parts := make([]float64, len(others))
	for i, row := range m {
		parts[i] = row[len(others)]
	}
	return parts
}

// left is the variance of the one's answers that is left when they are foretold by these parts of the others.
func left(covariances [][]float64, others []int, parts []float64) float64 {
	v := covariances[one][one]
	for i, x := range others {
		v -= float64(2 * parts[i] * covariances[x][one])
		for j, y := range others {
			v += float64(float64(parts[i]*parts[j]) * covariances[x][y])
		}
	}
	return v
}

// inverted is the inverse of a symmetric, positive definite matrix, which is used up.
func inverted(m [][]float64) [][]float64 {
	for i := range m {
		unit := make([]float64, len(m))
		unit[i] = 1
		m[i] = append(m[i], unit...)
	}
	eliminate(m)
	for i := range m {
		m[i] = m[i][len(m):]
	}
	return m
}

// eliminate makes the left square of a matrix, symmetric and positive definite, one; what is right of it follows. What is
// nearly told by the rows before it counts for no more than slack allows, also where rounding made it less than that.
func eliminate(m [][]float64) {
	for a, row := range m {
		pivot := max(row[a], slack/2)
		for c := a; c < len(row); c++ {
			row[c] /= pivot
		}
		row[a] = 1
		for b := range m {
			if b == a {
				continue
			}
			part := m[b][a]
			for c := a; c < len(row); c++ {
				m[b][c] -= float64(part * row[c])
			}
		}
	}
}
