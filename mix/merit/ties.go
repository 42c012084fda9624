package merit

import (
	"math"
	"slices"
)

const (
	faint      = -12.0 // binary logarithm of a likelihood; less is no less
	remembered = 12    // panels whose ties are kept
)

// ties are how, in one panel, the answers of the public model and of those who are or may be in go together with each other
// and with the sort of text: the covariances of their logarithms, and of traits. How one's answers follow from the others'
// and from the text holds from panel to panel, as long as it stays what it is.
type ties struct {
	Height      int64
	Who         []tied
	Covariances []float64 // of the public model, of Who and of the traits, row by row, up to one with itself
}

// tied is a version of somebody.
type tied struct {
	ID    string
	Begun int64
}

func (n *entrant) tied() tied { return tied{n.version.ID, n.version.Begun} }

func (t *ties) valid() bool {
	width := 1 + len(t.Who) + traits
	if len(t.Who) > mostMembers+mostPending || len(t.Covariances) != width*(width+1)/2 {
		return false
	}
	for _, w := range t.Who {
		if w.ID == "" || len(w.ID) > maxName {
			return false
		}
	}
	for _, v := range t.Covariances {
		if !(math.Abs(v) < 1e6) {
			return false
		}
	}
	return true
}

func (t *ties) at(i, j int) float64 {
	i, j = max(i, j), min(i, j)
	return t.Covariances[i*(i+1)/2+j]
}

// tiesNow are the ties of this panel.
func (e *exam) tiesNow() ties {
	t := ties{Height: e.panel.Height}
	columns := [][]float64{e.offsOf(0)}
	for _, n := range e.worthTying() {
		t.Who, columns = append(t.Who, n.tied()), append(columns, e.offsOf(n.column))
	}
	columns = append(columns, e.traitColumns()...)
	for i, a := range columns {
		for _, b := range columns[:i+1] {
			t.Covariances = append(t.Covariances, math.Round(dot(a, b)/float64(len(a))*4096)/4096)
		}
	}
	return t
}

// worthTying are the most skilled of those who are in, and of those who may be.
func (e *exam) worthTying() []*entrant {
	in, pending := e.seen()
	return append(in[:min(len(in), mostMembers)], pending[:min(len(pending), mostPending)]...)
}

// offsOf is how far the logarithms of a column are from their mean.
func (e *exam) offsOf(column int) []float64 {
	if list, ok := e.offs[column]; ok {
		return list
	}
	list := slices.Clone(e.logsOf(column))
	for i, v := range list {
		list[i] = max(v, faint)
	}
	center(list)
	e.offs[column] = list
	return list
}

func dot(a, b []float64) (sum float64) {
	for i, v := range a {
		sum += float64(v * b[i])
	}
	return sum
}

// pooled is the mean of several panels' covariances of the public model, of these versions and of the traits, in that order.
func pooled(panels []ties, who []tied) [][]float64 {
	width := 1 + len(who) + traits
	m := make([][]float64, width)
	for i := range m {
		m[i] = make([]float64, width)
	}
	for _, t := range panels {
		place := make([]int, 0, width)
		place = append(place, 0)
		for _, w := range who {
			place = append(place, 1+slices.Index(t.Who, w))
		}
		for k := range traits {
			place = append(place, 1+len(t.Who)+k)
		}
		for i := range m {
			for j := range m {
				m[i][j] += t.at(place[i], place[j]) / float64(len(panels))
			}
		}
	}
	return m
}
