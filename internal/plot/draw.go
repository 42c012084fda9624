package plot

import (
	"image/color"
	"math"
	"strconv"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// colours can be told apart by people who see fewer of them, and on a grey print by their lightness.
var colours = []color.Color{
	color.RGBA{0x00, 0x72, 0xb2, 0xff}, // blue
	color.RGBA{0xd5, 0x5e, 0x00, 0xff}, // vermilion
	color.RGBA{0x00, 0x9e, 0x73, 0xff}, // green
	color.RGBA{0xcc, 0x79, 0xa7, 0xff}, // pink
	color.RGBA{0xe6, 0x9f, 0x00, 0xff}, // orange
	color.RGBA{0x56, 0xb4, 0xe9, 0xff}, // sky
	color.RGBA{0x00, 0x00, 0x00, 0xff}, // black
	color.RGBA{0x88, 0x55, 0x22, 0xff}, // brown
}

var (
	ground = color.RGBA{0xff, 0xff, 0xff, 0xff}
	ink    = color.RGBA{0x22, 0x22, 0x22, 0xff}
	grid   = color.RGBA{0xdd, 0xdd, 0xdd, 0xff}
)

// dashes tell series of the same colour apart: the second round of colours is broken, the third dotted.
var dashes = [][]vg.Length{nil, {vg.Points(7), vg.Points(3)}, {vg.Points(2), vg.Points(2)}}

const (
	lineWidth   = 1.8 // points
	ringRadius  = 3
	letters     = 10 // points
	margin      = 8
	thumbnail   = 22
	titleFactor = 1.3
)

// draw puts the chart on a canvas, with the legend to the right of the data so that it never hides any.
func (c Chart) draw(on draw.Canvas) error {
	p := c.frame()
	for i, s := range c.Series {
		if err := s.addTo(p, i); err != nil {
			return err
		}
	}
	c.X.fit(&p.X)
	c.Y.fit(&p.Y)
	on.SetColor(ground)
	on.Fill(on.Rectangle.Path())
	inner := draw.Crop(on, margin, -margin, margin, -margin)
	legend := p.Legend
	p.Legend = plot.NewLegend()
	room := legend.Rectangle(inner).Size().X
	if room > 0 {
		room += 2 * margin
	}
	p.Draw(draw.Crop(inner, 0, -room, 0, 0))
	legend.Draw(draw.Crop(inner, inner.Size().X-room+margin, 0, 0, -3*letters)) // below the title's line
	return nil
}

// frame is a chart without data: titles, axes, grid.
func (c Chart) frame() *plot.Plot {
	p := plot.New()
	p.BackgroundColor = ground
	sans := func(style *font.Font, size font.Length) { style.Variant, style.Size = "Sans", size }
	p.Title.Text = c.Title
	p.Title.Padding = margin
	sans(&p.Title.TextStyle.Font, letters*titleFactor)
	p.Title.TextStyle.Color = ink
	p.X.Label.Text, p.Y.Label.Text = c.X.Label, c.Y.Label
	for _, axis := range []*plot.Axis{&p.X, &p.Y} {
		axis.Label.Padding = margin / 2
		sans(&axis.Label.TextStyle.Font, letters*1.1)
		sans(&axis.Tick.Label.Font, letters)
		axis.Label.TextStyle.Color, axis.Tick.Label.Color = ink, ink
		axis.Color, axis.Tick.Color = ink, ink
	}
	p.Legend.Top, p.Legend.Left = true, true
	p.Legend.ThumbnailWidth = thumbnail
	p.Legend.Padding = 3
	sans(&p.Legend.TextStyle.Font, letters)
	p.Legend.TextStyle.Color = ink
	lines := plotter.NewGrid()
	lines.Vertical.Color, lines.Horizontal.Color = grid, grid
	p.Add(lines)
	return p
}

// fit widens the range of an axis to what was asked for, or to what is more than a point, and sets its ticks.
func (a Axis) fit(axis *plot.Axis) {
	if a.Min < a.Max {
		axis.Min, axis.Max = math.Min(axis.Min, a.Min), math.Max(axis.Max, a.Max)
	}
	if least := math.Max(math.Abs(axis.Min), math.Abs(axis.Max)) * leastRange; axis.Max-axis.Min <= least {
		around := math.Max(least, 1)
		axis.Min, axis.Max = axis.Min-around, axis.Max+around
	}
	if a.Ticks > 0 && (axis.Max-axis.Min)/a.Ticks <= maxTicks {
		axis.Tick.Marker = plot.ConstantTicks(every(a.Ticks, axis.Min, axis.Max))
	}
}

const (
	leastRange = 1e-9 // of the numbers on an axis, below which they are one number
	maxTicks   = 50
)

// every returns labelled ticks at the multiples of a distance.
func every(distance, low, high float64) []plot.Tick {
	const slack = 1e-9
	first := math.Ceil(low/distance - slack)
	count := int(high/distance + slack - first)
	var out []plot.Tick
	for k := range count + 1 {
		value := (first + float64(k)) * distance
		out = append(out, plot.Tick{Value: value, Label: strconv.FormatFloat(math.Round(value*1e9)/1e9, 'g', -1, 64)})
	}
	return out
}

// addTo draws a series and names it in the legend, once, however many gaps it has.
func (s Series) addTo(p *plot.Plot, place int) error {
	if s.Hue > 0 {
		place = s.Hue - 1
	}
	colour := colours[place%len(colours)]
	if s.Style == Marks {
		return s.addMarks(p, colour)
	}
	style := draw.LineStyle{Color: colour, Width: lineWidth, Dashes: dashes[place/len(colours)%len(dashes)]}
	if s.Style == Dash {
		style.Dashes = dashes[1]
	}
	for _, part := range s.parts() {
		line, err := plotter.NewLine(part)
		if err != nil {
			return err
		}
		line.LineStyle = style
		p.Add(line)
	}
	if s.Name != "" {
		p.Legend.Add(s.Name, &plotter.Line{LineStyle: style})
	}
	return nil
}

func (s Series) addMarks(p *plot.Plot, colour color.Color) error {
	var all plotter.XYs
	for _, part := range s.parts() {
		all = append(all, part...)
	}
	if len(all) == 0 {
		return nil
	}
	marks, err := plotter.NewScatter(all)
	if err != nil {
		return err
	}
	marks.GlyphStyle = draw.GlyphStyle{Color: colour, Radius: ringRadius, Shape: draw.RingGlyph{}}
	p.Add(marks)
	if s.Name != "" {
		p.Legend.Add(s.Name, marks)
	}
	return nil
}

// parts cuts a series at its gaps.
func (s Series) parts() []plotter.XYs {
	var out []plotter.XYs
	open := false
	for _, q := range s.Points {
		if math.IsNaN(q.Y) {
			open = false
			continue
		}
		if !open {
			out = append(out, nil)
		}
		last := &out[len(out)-1]
		*last, open = append(*last, plotter.XY(q)), true
	}
	return out
}
