package picture

// unit is how many parts a pixel has in each direction.
const unit = 256

// one is 1 in the numbers of a distortion.
const one = 1 << 16

// distortion maps an outline onto the canvas.
type distortion struct {
	xx, xy, yx, yy int64 // in parts of a pixel times one, for a font unit
	at             point
}

// Bounds of a distortion.
const (
	leastHeight, mostHeight = 11 * unit, 18 * unit // of a capital letter
	leastAspect, mostAspect = 78, 115              // percent
	mostTurn                = 230                  // tangent of half the angle, in 1024ths: 25 degrees
	mostSlant               = 300                  // in 1024ths
	mostShift               = 3 * unit
	capHeight               = 1480 // of the fonts, in their units
)

// distortion draws one for a character around the pixel column at.
func (d *Dice) distortion(at int) distortion {
	high := int64(d.between(leastHeight, mostHeight)) * one / capHeight
	wide := high * int64(d.between(leastAspect, mostAspect)) / 100
	slant, turn := int64(d.between(-mostSlant, mostSlant)), int64(d.between(-mostTurn, mostTurn))
	// (1-t²)/(1+t²) and 2t/(1+t²) are cosine and sine of the angle whose half has the tangent t.
	cos := one * (1024*1024 - turn*turn) / (1024*1024 + turn*turn)
	sin := one * (2 * 1024 * turn) / (1024*1024 + turn*turn)
	slope := high * slant / 1024
	return distortion{
		xx: wide * cos / one, xy: (slope*cos - high*sin) / one,
		yx: wide * sin / one, yy: (slope*sin + high*cos) / one,
		at: point{at*unit + d.between(-mostShift, mostShift), Side*unit/2 + d.between(-mostShift, mostShift)},
	}
}

func (t distortion) apply(c contour) contour {
	out := make(contour, len(c))
	for i, p := range c {
		x, y := int64(p.x), int64(p.y)
		out[i] = point{t.at.x + int((t.xx*x+t.xy*y)/one), t.at.y + int((t.yx*x+t.yy*y)/one)}
	}
	return out
}

// stroke draws a straight line across a canvas of the given width, or from its top to its bottom.
func (d *Dice) stroke(width int, upright bool) contour {
	half := d.between(unit/3, unit*3/4)
	if upright {
		a, b := d.between(0, width*unit), d.between(0, width*unit)
		return contour{{a - half, 0}, {a + half, 0}, {b + half, Side * unit}, {b - half, Side * unit}}
	}
	a, b := d.between(2*unit, (Side-2)*unit), d.between(2*unit, (Side-2)*unit)
	return contour{{0, a - half}, {width * unit, b - half}, {width * unit, b + half}, {0, a + half}}
}
