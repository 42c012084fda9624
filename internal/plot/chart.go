package plot

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"

	"github.com/dendra-net/dendra/internal/durable"
)

var (
	// ErrPath marks a file that no picture can be written to: its extension is not one of svg and png, or its directory
	// is not there.
	ErrPath = errors.New("no place for a picture")
	// ErrData marks what cannot be drawn: nothing at all, too much, or numbers beyond 1e15.
	ErrData = errors.New("no data to draw")
)

// Bounds of a chart: what a page can show, and what a file should hold.
const (
	maxSeries = 24
	maxPoints = 1_000_000 // of all series together
	maxNumber = 1e15      // on either side of zero: there is no more money in rao, nor more time
)

// Chart is a line chart on a light ground, 900 by 600 pixels.
type Chart struct {
	Title  string
	X, Y   Axis
	Series []Series // named in the legend in this order
}

// Axis is one direction of a chart.
type Axis struct {
	Label    string  // with its unit
	Min, Max float64 // what is shown at least; both 0: what the data need
	Ticks    float64 // distance of the labelled ticks; 0: chosen by the data
}

// Series is one line, or one set of marks.
type Series struct {
	Name   string // empty: not in the legend
	Points []Point
	Style  Style
	Hue    int // which colour: 1 is the first; 0 goes by the place in the chart
}

// Point is a place in the units of the axes. A Y that is no number leaves a gap in the line.
type Point struct{ X, Y float64 }

// Style is how a series is drawn.
type Style int

// The styles.
const (
	Line  Style = iota
	Dash        // a broken line
	Marks       // a ring around every point, without a line
)

// Check refuses a file that Write could not write a picture to, with ErrPath. It writes nothing.
func Check(path string) error {
	if _, err := canvasFor(path); err != nil {
		return err
	}
	dir := filepath.Dir(path)
	info, err := os.Stat(dir)
	switch {
	case err != nil:
		return fmt.Errorf("%w: %v", ErrPath, err)
	case !info.IsDir():
		return fmt.Errorf("%w: %s is not a directory", ErrPath, dir)
	}
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return fmt.Errorf("%w: %s is there and is not a regular file", ErrPath, path)
	}
	return nil
}

// Write draws the chart into a file, as SVG or PNG by its extension, in place of what was there. It fails with ErrPath or
// ErrData, or as writing files does.
func (c Chart) Write(path string) error {
	if err := Check(path); err != nil {
		return err
	}
	canvas, err := canvasFor(path)
	if err != nil {
		return err
	}
	picture, err := c.picture(canvas)
	if err != nil {
		return err
	}
	return durable.Replace(path, picture, 0o644)
}

// SVG returns the chart as an SVG file. It fails with ErrData.
func (c Chart) SVG() ([]byte, error) { return c.picture(vgsvg.New(width, height)) }

func (c Chart) picture(on canvas) ([]byte, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	if err := c.draw(draw.New(on)); err != nil {
		return nil, err
	}
	var picture bytes.Buffer
	if _, err := on.WriteTo(&picture); err != nil {
		return nil, fmt.Errorf("draw %q: %w", c.Title, err)
	}
	return picture.Bytes(), nil
}

// The size of a picture, and how fine its pixels are.
const (
	dpi    = 96
	width  = 900 * vg.Inch / dpi
	height = 600 * vg.Inch / dpi
)

// canvas is what the library draws on.
type canvas interface {
	vg.CanvasSizer
	io.WriterTo
}

func canvasFor(path string) (canvas, error) {
	switch extension := strings.ToLower(filepath.Ext(path)); extension {
	case ".svg":
		return vgsvg.New(width, height), nil
	case ".png":
		return vgimg.PngCanvas{Canvas: vgimg.NewWith(vgimg.UseWH(width, height), vgimg.UseDPI(dpi))}, nil
	default:
		return nil, fmt.Errorf("%w: %q ends in %q; pictures are .svg or .png", ErrPath, path, extension)
	}
}

// check refuses what the library would draw as nonsense.
func (c Chart) check() error {
	points, numbers := 0, 0
	for _, s := range c.Series {
		points += len(s.Points)
		for _, p := range s.Points {
			if math.IsNaN(p.X) || math.Abs(p.X) > maxNumber || math.Abs(p.Y) > maxNumber {
				return fmt.Errorf("%w: series %q has a point at (%g, %g)", ErrData, s.Name, p.X, p.Y)
			}
			if !math.IsNaN(p.Y) {
				numbers++
			}
		}
	}
	switch {
	case len(c.Series) > maxSeries || points > maxPoints:
		return fmt.Errorf("%w: %d series of %d points together, at most %d and %d", ErrData, len(c.Series), points, maxSeries, maxPoints)
	case numbers == 0:
		return fmt.Errorf("%w: the chart %q has no points", ErrData, c.Title)
	}
	return nil
}
