package merit

import (
	"math"
	"strings"
)

// traitSets are the sorts of characters that tell one kind of text from another.
var traitSets = [...]string{"aeiou", "bcdfghjklmnpqrstvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "0123456789", " ", "\n\r", "\t",
	".,", ";:", "()[]{}", "\"'`", "-_", "=+*/<>%&|!^~#$@?\\"}

const (
	traits   = len(traitSets) + 1 // and one that every context has
	strength = 4                  // of a trait that all of a context has
	ridge    = 0.01               // of a position, that is taken to speak for no trait
)

// profile is where a miner is strong: the least-squares fit, over the traits of a context, of the bits by which it beats
// the public model. Who answers for another has the other's profile. Empty until it is taken.
type profile []float64

func (p profile) valid() bool {
	if len(p) != 0 && len(p) != traits {
		return false
	}
	for _, v := range p {
		if !(math.Abs(v) < 1e6) {
			return false
		}
	}
	return true
}

// at is what the profile foretells where the traits are these.
func (p profile) at(t *[traits]float64) float64 {
	bits := 0.0
	for k, v := range p {
		bits += float64(v * t[k])
	}
	return bits
}

var traitOf = func() (of [256]uint8) {
	for k, set := range traitSets {
		for b := range of {
			if strings.IndexByte(set, byte(b)) >= 0 {
				of[b] = uint8(k + 1)
			}
		}
	}
	return of
}()

func traitsOf(context []byte) (t [traits]float64) {
	tail := context[max(0, len(context)-looksBack):]
	for _, b := range tail {
		t[traitOf[b]] += strength / float64(len(tail))
	}
	t[0] = 1
	return t
}

// profileOf takes the profile of a column.
func (e *exam) profileOf(column int) profile {
	if p, ok := e.profiles[column]; ok {
		return p
	}
	m := make([][]float64, traits)
	for a := range m {
		m[a] = make([]float64, traits+1)
	}
	base, own := e.logsOf(0), e.logsOf(column)
	for i := range own {
		t, edge := e.traitsAt(i), min(max(own[i]-base[i], -farthest), farthest)
		for a, x := range t {
			for b, y := range t {
				m[a][b] += float64(x * y)
			}
			m[a][traits] += float64(x * edge)
		}
	}
	for a := range m {
		m[a][a] += float64(ridge * float64(len(own)))
	}
	p := profile(solve(m))
	for a, v := range p {
		p[a] = math.Round(v*4096) / 4096
	}
	e.profiles[column] = p
	return p
}

// solve eliminates: the matrix is positive definite, its last column what it is to give.
func solve(m [][]float64) []float64 {
	for a := range m {
		for b := range m {
			if b == a {
				continue
			}
			part := m[b][a] / m[a][a]
			for c := a; c <= len(m); c++ {
				m[b][c] -= float64(part * m[a][c])
			}
		}
	}
	list := make([]float64, len(m))
	for a := range m {
		list[a] = m[a][len(m)] / m[a][a]
	}
	return list
}

func (e *exam) traitsAt(position int) *[traits]float64 {
	if e.traits == nil {
		e.traits = make([][traits]float64, len(e.panel.Positions))
		for i, p := range e.panel.Positions {
			e.traits[i] = traitsOf(p.Context)
		}
	}
	return &e.traits[position]
}

// strayed is by how many bits n is now strong elsewhere than when its version began: the root of the mean square over
// positions. 0 when that is not known.
func (e *exam) strayed(n *entrant) float64 {
	was := n.version.Profile
	if len(was) == 0 {
		return 0
	}
	now, squares := e.profileOf(n.column), 0.0
	for i := range e.panel.Positions {
		t := e.traitsAt(i)
		off := now.at(t) - was.at(t)
		squares += float64(off * off)
	}
	return math.Sqrt(squares / float64(len(e.panel.Positions)))
}
