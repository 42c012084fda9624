package eye

import (
	"fmt"
	"image"

	"github.com/dendra-net/dendra/subnets/vision/picture"
)

// MaxCells is the most characters that are read at once.
const MaxCells = 64

// cell is one character of a picture, and what stands between it and the one before: nothing, a space or a new line.
type cell struct {
	before string
	gray   *image.Gray
}

// cells cuts a picture. One whose height is a cell's and whose width is a multiple of it is cut evenly. In any other,
// characters are what blank rows and columns part; where a stroke across the whole picture leaves none blank, it is cut
// evenly into as many squares as it holds.
func cells(g *image.Gray) ([]cell, error) {
	size := g.Rect.Size()
	if size.Y == picture.Side && size.X%picture.Side == 0 {
		return evenly(g, size.X/picture.Side)
	}
	m := newMask(g)
	var out []cell
	for _, row := range m.rows() {
		found, whole := m.characters(row)
		if !whole {
			return evenly(g, max((size.X+size.Y/2)/size.Y, 1))
		}
		if n := len(out) + len(found); n > MaxCells { // before any is scaled: a strip may have a hundred thousand
			return nil, crowded(n)
		}
		for i, f := range found {
			if i == 0 && len(out) > 0 {
				f.before = "\n"
			}
			out = append(out, cell{f.before, m.scaled(g, f.box)})
		}
	}
	if len(out) == 0 {
		return evenly(g, max((size.X+size.Y/2)/size.Y, 1))
	}
	return out, nil
}

func crowded(n int) error {
	return fmt.Errorf("%w: a picture has %d or more, at most %d are read", ErrCrowded, n, MaxCells)
}

// evenly cuts a picture into n equal parts.
func evenly(g *image.Gray, n int) ([]cell, error) {
	if n > MaxCells {
		return nil, crowded(n)
	}
	size := g.Rect.Size()
	out := make([]cell, n)
	for i := range out {
		part := image.Rect(i*size.X/n, 0, (i+1)*size.X/n, size.Y)
		c := image.NewGray(image.Rect(0, 0, picture.Side, picture.Side))
		scale(c, c.Rect, g, part)
		out[i].gray = c
	}
	return out, nil
}

// scale fills a part of to with a part of from: each pixel is the mean of those it covers, or the nearest one.
func scale(to *image.Gray, into image.Rectangle, from *image.Gray, part image.Rectangle) {
	if part.Empty() {
		return
	}
	for y := range into.Dy() {
		top, bottom := stretch(y, into.Dy(), part.Dy())
		for x := range into.Dx() {
			left, right := stretch(x, into.Dx(), part.Dx())
			sum := 0
			for sy := top; sy < bottom; sy++ {
				for _, v := range from.Pix[(part.Min.Y+sy)*from.Stride+part.Min.X:][left:right] {
					sum += int(v)
				}
			}
			n := (bottom - top) * (right - left)
			to.Pix[(into.Min.Y+y)*to.Stride+into.Min.X+x] = uint8((sum + n/2) / n)
		}
	}
}

// stretch tells which of the source's pixels the i-th of a target's covers.
func stretch(i, target, source int) (from, to int) {
	from = i * source / target
	return from, max((i+1)*source/target, from+1)
}
