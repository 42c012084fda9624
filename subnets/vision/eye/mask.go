package eye

import (
	"image"

	"github.com/dendra-net/dendra/subnets/vision/picture"
)

// mask tells ink from paper in a picture.
type mask struct {
	width, height int
	ink           []bool
	paper         uint8 // the grey level of most of the paper
}

// newMask parts ink from paper at the level that separates the two best. Paper is what most of the border is. Specks of
// one pixel are paper too.
func newMask(g *image.Gray) *mask {
	m := &mask{width: g.Rect.Dx(), height: g.Rect.Dy()}
	var levels [256]int
	for y := range m.height {
		for _, v := range g.Pix[y*g.Stride:][:m.width] {
			levels[v]++
		}
	}
	at := threshold(&levels)
	dark := make([]bool, m.width*m.height)
	for i := range dark {
		dark[i] = int(g.Pix[i/m.width*g.Stride+i%m.width]) <= at
	}
	onDark := m.borderIs(dark)
	for i := range dark {
		dark[i] = dark[i] != onDark
	}
	m.ink = m.despeckle(dark)
	m.paper = common(&levels, at, onDark)
	return m
}

// threshold is the level, of those that could part the pixels in two, at which the two parts' means differ most for their
// numbers (N. Otsu, 1979).
func threshold(levels *[256]int) (best int) {
	total, sum := 0, 0
	for v, n := range levels {
		total, sum = total+n, sum+v*n
	}
	most := -1.0
	below, belowSum := 0, 0
	for v, n := range levels {
		below, belowSum = below+n, belowSum+v*n
		if below == 0 || below == total {
			continue
		}
		gap := float64(belowSum)/float64(below) - float64(sum-belowSum)/float64(total-below)
		if between := float64(below) * float64(total-below) * gap * gap; between > most {
			best, most = v, between
		}
	}
	return best
}

// borderIs says whether most of the outermost pixels are in the set.
func (m *mask) borderIs(set []bool) bool {
	in := 0
	count := func(i int) {
		if set[i] {
			in++
		} else {
			in--
		}
	}
	for x := range m.width {
		count(x)
		count((m.height-1)*m.width + x)
	}
	for y := range m.height {
		count(y * m.width)
		count(y*m.width + m.width - 1)
	}
	return in > 0
}

// despeckle keeps those of the set that have another beside them.
func (m *mask) despeckle(set []bool) []bool {
	out := make([]bool, len(set))
	for i, in := range set {
		x, y := i%m.width, i/m.width
		out[i] = in && (x > 0 && set[i-1] || x < m.width-1 && set[i+1] || y > 0 && set[i-m.width] || y < m.height-1 && set[i+m.width])
	}
	return out
}

// common is the most frequent level of the paper.
func common(levels *[256]int, at int, onDark bool) (paper uint8) {
	most := -1
	for v, n := range levels {
		if (v <= at) == onDark && n > most {
			paper, most = uint8(v), n
		}
	}
	return paper
}

// run is a stretch of rows or columns that have ink.
type run struct{ from, to int }

func (r run) size() int { return r.to - r.from }

// runs finds the stretches of 0..n-1 where has is true.
func runs(n int, has func(int) bool) (out []run) {
	for i := range n {
		switch {
		case !has(i):
		case len(out) > 0 && out[len(out)-1].to == i:
			out[len(out)-1].to++
		default:
			out = append(out, run{i, i + 1})
		}
	}
	return out
}

func (m *mask) anyInk(box image.Rectangle) bool {
	for y := box.Min.Y; y < box.Max.Y; y++ {
		for _, ink := range m.ink[y*m.width+box.Min.X:][:box.Dx()] {
			if ink {
				return true
			}
		}
	}
	return false
}

// rows are the lines of text: all that are at least a quarter as high as the highest.
func (m *mask) rows() (out []run) {
	all := runs(m.height, func(y int) bool { return m.anyInk(image.Rect(0, y, m.width, y+1)) })
	highest := 0
	for _, r := range all {
		highest = max(highest, r.size())
	}
	for _, r := range all {
		if r.size() >= max(highest/4, 4) {
			out = append(out, r)
		}
	}
	return out
}

// found is a character in a picture.
type found struct {
	before string
	box    image.Rectangle
}

// characters are those of a line of text, MaxCells+1 at most. It reports false where one stroke reaches from side to side.
func (m *mask) characters(row run) (out []found, whole bool) {
	high, last := row.size(), -1
	for _, r := range runs(m.width, func(x int) bool { return m.anyInk(image.Rect(x, row.from, x+1, row.to)) }) {
		if r.size() == m.width && m.width > 2*high {
			return nil, false
		}
		box := m.tight(image.Rect(r.from, row.from, r.to, row.to))
		if box.Dy() < high/3 {
			continue // a comma, a dash, a speck
		}
		parts := 1
		if r.size()*2 > high*3 { // wider than any letter: letters that touch
			parts = (r.size()*4 + 3*high/2) / (3 * high)
		}
		for i := range parts {
			if len(out) > MaxCells {
				return out, true
			}
			f := found{box: m.tight(image.Rect(r.from+i*r.size()/parts, row.from, r.from+(i+1)*r.size()/parts, row.to))}
			if i == 0 && last >= 0 && (r.from-last)*10 > high*3 {
				f.before = " "
			}
			out = append(out, f)
		}
		last = r.to
	}
	return out, true
}

// tight is the least box around the ink in a box.
func (m *mask) tight(box image.Rectangle) image.Rectangle {
	for box.Dy() > 1 && !m.anyInk(image.Rect(box.Min.X, box.Min.Y, box.Max.X, box.Min.Y+1)) {
		box.Min.Y++
	}
	for box.Dy() > 1 && !m.anyInk(image.Rect(box.Min.X, box.Max.Y-1, box.Max.X, box.Max.Y)) {
		box.Max.Y--
	}
	return box
}

// Sizes in pixels that a character is scaled to in its cell: such as most of those drawn by picture have.
const (
	cellHigh = 15
	cellWide = 20
)

// scaled puts the character in a box into the middle of a cell of paper.
func (m *mask) scaled(g *image.Gray, box image.Rectangle) *image.Gray {
	out := image.NewGray(image.Rect(0, 0, picture.Side, picture.Side))
	for i := range out.Pix {
		out.Pix[i] = m.paper
	}
	high := cellHigh
	wide := min(max(box.Dx()*cellHigh/max(box.Dy(), 1), 1), cellWide)
	at := image.Pt((picture.Side-wide)/2, (picture.Side-high)/2)
	scale(out, image.Rect(at.X, at.Y, at.X+wide, at.Y+high), g, box)
	return out
}
