package picture

import (
	"fmt"
	"sync"

	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/gobolditalic"
	"golang.org/x/image/font/gofont/goitalic"
	"golang.org/x/image/font/gofont/gomedium"
	"golang.org/x/image/font/gofont/gomono"
	"golang.org/x/image/font/gofont/gomonobold"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// faces is how many fonts there are.
const faces = 7

// point is a place on the canvas, in unit parts of a pixel from its upper left corner, or in an outline, in font units
// from the outline's middle, 2048 to the em.
type point struct{ x, y int }

// contour is a closed line; its end is joined to its start.
type contour []point

// outlines holds the contours of every class in every face.
var outlines = sync.OnceValue(func() (all [faces][len(Classes)][]contour) {
	sources := [faces][]byte{goregular.TTF, gobold.TTF, goitalic.TTF, gobolditalic.TTF, gomedium.TTF, gomono.TTF, gomonobold.TTF}
	for i, source := range sources {
		font, err := sfnt.Parse(source)
		for j, c := range Classes {
			if err == nil {
				all[i][j], err = outline(font, c)
			}
		}
		if err != nil {
			panic(fmt.Sprintf("read font %d of the program: %v", i, err)) // cannot happen: the fonts are part of it
		}
	}
	return all
})

const em = 2048 // font units

func outline(font *sfnt.Font, c rune) ([]contour, error) {
	if n := font.UnitsPerEm(); n != em {
		return nil, fmt.Errorf("its em has %d units, not %d", n, em)
	}
	var buf sfnt.Buffer
	glyph, err := font.GlyphIndex(&buf, c)
	if err != nil {
		return nil, err
	}
	segments, err := font.LoadGlyph(&buf, glyph, fixed.Int26_6(em), nil) // at this size a unit is a unit
	if err != nil {
		return nil, err
	}
	if glyph == 0 || len(segments) == 0 {
		return nil, fmt.Errorf("it has no %q", c)
	}
	return flatten(segments)
}

// flatten turns curves into lines and moves the middle of them all to 0, 0.
func flatten(segments sfnt.Segments) ([]contour, error) {
	var out []contour
	for _, s := range segments {
		to := point{int(s.Args[0].X), int(s.Args[0].Y)}
		if s.Op == sfnt.SegmentOpMoveTo {
			out = append(out, contour{to})
			continue
		}
		if len(out) == 0 {
			return nil, fmt.Errorf("an outline begins with operation %d", s.Op)
		}
		last := &out[len(out)-1]
		switch s.Op {
		case sfnt.SegmentOpLineTo:
			*last = append(*last, to)
		case sfnt.SegmentOpQuadTo:
			*last = append(*last, curve((*last)[len(*last)-1], to, point{int(s.Args[1].X), int(s.Args[1].Y)})...)
		default:
			return nil, fmt.Errorf("operation %d is not of this kind of font", s.Op)
		}
	}
	center(out)
	return out, nil
}

// curve follows a parabola in pieces.
func curve(from, bend, to point) (out []point) {
	const pieces = 6
	for i := 1; i <= pieces; i++ {
		a, b, c := (pieces-i)*(pieces-i), 2*i*(pieces-i), i*i
		out = append(out, point{(a*from.x + b*bend.x + c*to.x) / (pieces * pieces), (a*from.y + b*bend.y + c*to.y) / (pieces * pieces)})
	}
	return out
}

func center(contours []contour) {
	least, most := contours[0][0], contours[0][0]
	for _, c := range contours {
		for _, p := range c {
			least = point{min(least.x, p.x), min(least.y, p.y)}
			most = point{max(most.x, p.x), max(most.y, p.y)}
		}
	}
	for _, c := range contours {
		for i := range c {
			c[i].x -= (least.x + most.x) / 2
			c[i].y -= (least.y + most.y) / 2
		}
	}
}
