package picture

import (
	"image"
	"slices"
)

const (
	sub  = 8          // lines of samples to a pixel row
	full = unit * sub // cover of a pixel that is all ink
)

// canvas collects contours and knows how much of each pixel they cover.
type canvas struct {
	width, height int
	cover         []int        // of each pixel, 0..full
	crossings     [][]crossing // of each line of samples with the contours added since the last press
}

// crossing is where a contour passes a line of samples, downwards (+1) or upwards (-1).
type crossing struct{ x, turn int }

// add puts the area that a contour goes around onto the canvas; areas added before the next press are one shape, whose
// holes are where contours run against each other.
func (c *canvas) add(outline contour) {
	if c.crossings == nil {
		c.crossings = make([][]crossing, c.height*sub)
		arena := make([]crossing, 8*len(c.crossings))
		for i := range c.crossings {
			c.crossings[i] = arena[8*i : 8*i : 8*i+8]
		}
	}
	last := outline[len(outline)-1]
	for _, p := range outline {
		if last.y < p.y {
			c.edge(last, p, 1)
		} else {
			c.edge(p, last, -1)
		}
		last = p
	}
}

// edge notes the crossings of an edge that runs down from a to b.
func (c *canvas) edge(a, b point, turn int) {
	const step = unit / sub
	first := max((a.y+step/2)/step, 0)
	for i := first; i < len(c.crossings) && i*step+step/2 < b.y; i++ {
		if y := i*step + step/2; y >= a.y {
			c.crossings[i] = append(c.crossings[i], crossing{a.x + (y-a.y)*(b.x-a.x)/(b.y-a.y), turn})
		}
	}
}

// press inks what was added since the last press: each pixel is as dark as the darkest of the shapes over it.
func (c *canvas) press() {
	if c.cover == nil {
		c.cover = make([]int, c.width*c.height)
	}
	row := make([]int, c.width)
	for y := range c.height {
		clear(row)
		for i := y * sub; i < (y+1)*sub; i++ {
			c.sweep(row, c.crossings[i])
			c.crossings[i] = c.crossings[i][:0]
		}
		for x, v := range row {
			c.cover[y*c.width+x] = max(c.cover[y*c.width+x], v)
		}
	}
}

// sweep adds one line of samples to the covers of a pixel row.
func (c *canvas) sweep(row []int, crossings []crossing) {
	slices.SortFunc(crossings, func(a, b crossing) int { return a.x - b.x })
	depth := 0
	for i, at := range crossings {
		if depth != 0 {
			span(row, crossings[i-1].x, at.x)
		}
		depth += at.turn
	}
}

// span covers the parts of a row from one place to another.
func span(row []int, from, to int) {
	from, to = max(from, 0), min(to, len(row)*unit)
	for from < to {
		end := min((from/unit+1)*unit, to)
		row[from/unit] += end - from
		from = end
	}
}

// develop turns covers into grey levels.
func (c *canvas) develop(d *Dice, l look) *image.Gray {
	c.press()
	g := image.NewGray(image.Rect(0, 0, c.width, c.height))
	for i, v := range c.cover {
		level := l.paper + (l.ink-l.paper)*v/full + d.grain()*l.noise/255
		g.Pix[i] = uint8(min(max(level, 0), 255))
	}
	return g
}
