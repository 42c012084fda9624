package eye

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	_ "image/gif"  // decoded by Decode
	_ "image/jpeg" // decoded by Decode
	_ "image/png"  // decoded by Decode
)

// MaxPixels is the most that an image may have: 1,920 x 1,080 and a little more.
const MaxPixels = 1 << 21

// A progressive JPEG paints the whole picture again with every scan, and a scan takes few bytes; an honest one has a dozen.
const maxScans = 64

var startOfScan = []byte{0xff, 0xda}

// Errors of this package.
var (
	ErrImage    = errors.New("not a PNG, JPEG or GIF image")
	ErrTooLarge = errors.New("the image is too large")
	ErrCrowded  = errors.New("too many characters")
)

// Decode makes grey levels of a PNG, JPEG or GIF file that anyone may have sent; of a GIF the first picture counts. What
// is transparent is white. The size is known to be within MaxPixels before any memory is taken for pixels.
func Decode(file []byte) (*image.Gray, error) {
	config, kind, err := image.DecodeConfig(bytes.NewReader(file))
	if err != nil {
		return nil, fmt.Errorf("%w: %v", ErrImage, err)
	}
	w, h := int64(config.Width), int64(config.Height)
	if w < 1 || h < 1 {
		return nil, fmt.Errorf("%w: it says it has %d x %d pixels", ErrImage, w, h)
	}
	if w > MaxPixels || h > MaxPixels || w*h > MaxPixels {
		return nil, fmt.Errorf("%w: %d x %d pixels, at most %d are read", ErrTooLarge, w, h, MaxPixels)
	}
	if n := bytes.Count(file, startOfScan); kind == "jpeg" && n > maxScans {
		return nil, fmt.Errorf("%w: a JPEG of %d scans, at most %d are read", ErrTooLarge, n, maxScans)
	}
	decoded, _, err := image.Decode(bytes.NewReader(file))
	if err != nil {
		return nil, fmt.Errorf("%w: %v", ErrImage, err)
	}
	if size := decoded.Bounds().Size(); size.X < 1 || size.Y < 1 || size.X*size.Y > MaxPixels {
		return nil, fmt.Errorf("%w: its first picture has %d x %d pixels", ErrImage, size.X, size.Y)
	}
	return gray(decoded), nil
}

func gray(from image.Image) *image.Gray {
	if g, ok := from.(*image.Gray); ok {
		return g
	}
	size := from.Bounds().Size()
	flat := image.NewRGBA(image.Rectangle{Max: size})
	draw.Draw(flat, flat.Rect, image.NewUniform(color.White), image.Point{}, draw.Src)
	draw.Draw(flat, flat.Rect, from, from.Bounds().Min, draw.Over)
	out := image.NewGray(flat.Rect)
	for i := range out.Pix {
		p := flat.Pix[4*i:][:3]
		out.Pix[i] = uint8((299*int(p[0]) + 587*int(p[1]) + 114*int(p[2]) + 500) / 1000)
	}
	return out
}
