package eye

import (
	"image"
	"math"

	"github.com/dendra-net/dendra/subnets/vision/picture"
)

// Inputs is how many numbers a classifier gets for a cell.
const Inputs = picture.Side * picture.Side

// AppendInput appends what a classifier is shown of a cell: how far each pixel is from the mean, in standard deviations.
// What is beyond the image is as its mean.
func AppendInput(out []float32, cell *image.Gray) []float32 {
	var sum, squares, n float64
	size := cell.Rect.Size()
	for y := range min(size.Y, picture.Side) {
		for _, v := range cell.Pix[y*cell.Stride:][:min(size.X, picture.Side)] {
			sum, squares, n = sum+float64(v), squares+float64(v)*float64(v), n+1
		}
	}
	mean := sum / max(n, 1)
	const soft = 8 // so that an empty picture is not all noise
	scale := 1 / (math.Sqrt(max(squares/max(n, 1)-mean*mean, 0)) + soft)
	for y := range picture.Side {
		for x := range picture.Side {
			v := mean
			if x < size.X && y < size.Y {
				v = float64(cell.Pix[y*cell.Stride+x])
			}
			out = append(out, float32((v-mean)*scale))
		}
	}
	return out
}

// Cut returns the n-th cell of a line of cells, as picture draws them. It shares the line's pixels.
func Cut(line *image.Gray, n int) *image.Gray {
	at := image.Rect(n*picture.Side, 0, (n+1)*picture.Side, picture.Side).Add(line.Rect.Min)
	return line.SubImage(at).(*image.Gray)
}

// Examples draws n characters as the task does, half of them alone and half in lines, for classifiers to learn from or to
// be tested on: their inputs one after the other, and the number of each one's class.
func Examples(d *picture.Dice, n int) (inputs []float32, classes []int) {
	inputs, classes = make([]float32, 0, n*Inputs), make([]int, 0, n)
	for len(classes) < n {
		p := d.Glyph()
		if len(classes)%8 >= 4 {
			p = d.Line(min(4, n-len(classes)))
		}
		for i, c := range p.Text {
			class, _ := picture.Class(c)
			inputs, classes = AppendInput(inputs, Cut(p.Gray, i)), append(classes, class)
		}
	}
	return inputs, classes
}
