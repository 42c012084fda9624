package retention

import (
	"context"
	"fmt"
	"math"

	"github.com/dendra-net/dendra/fixed"
	"github.com/dendra-net/dendra/yuma"
)

// Tolerance is how near our figures should be to the published ones, of which the drawings are read to about 0.002.
const Tolerance = 0.01

// Point is a published point and ours.
type Point struct {
	Reading
	Utility   float64 `json:"utility"`   // the mean over the networks
	Deviation float64 `json:"deviation"` // standard deviation between networks
}

// Off is how far ours is from the published one.
func (p Point) Off() float64 { return math.Abs(p.Utility - p.Published) }

// Contours are all published points beside ours.
type Contours struct {
	Seeds      int     `json:"seeds"`
	Unreadable int     `json:"unreadable"` // points of the drawings that could not be read
	Points     []Point `json:"points"`
	Worst      Point   `json:"worst"`
	Beyond     []Point `json:"beyond_tolerance"`
}

// PlotContours plays the networks of every published point, of the plots that are named or of all.
func PlotContours(ctx context.Context, o Options, names ...string) (Contours, error) {
	readings, unreadable, err := Readings(names...)
	if err != nil {
		return Contours{}, err
	}
	out := Contours{Seeds: o.seedsOr(documentSeeds), Unreadable: unreadable, Beyond: []Point{}}
	for _, r := range readings {
		out.Points = append(out.Points, Point{Reading: r})
	}
	return out, out.play(ctx, o.Progress)
}

// play finds every point's utility in every network.
func (c *Contours) play(ctx context.Context, progress Progress) error {
	found := make([]uint64, len(c.Points)*c.Seeds)
	err := each(ctx, len(found), progress, func(k int) {
		found[k] = c.Points[k/c.Seeds].required(uint64(k%c.Seeds) + 1)
	})
	if err != nil {
		return err
	}
	for k := range c.Points {
		p := &c.Points[k]
		p.Utility, p.Deviation = meanOf(found[k*c.Seeds : (k+1)*c.Seeds])
		if p.Off() > Tolerance {
			c.Beyond = append(c.Beyond, *p)
		}
		if k == 0 || p.Off() > c.Worst.Off() {
			c.Worst = *p
		}
	}
	return nil
}

// required returns the least utility of the point in one network.
func (r Reading) required(seed uint64) uint64 {
	plot := plotNamed(r.Plot)
	network := document
	network.Seed = seed
	p := network.Draw(r.HonestStakePct, plot.stddevPPM)
	share := fixed.FracOf(ppm(plot.validatorShare), million)
	stake := fixed.FracOf(r.HonestStakePct, 100)
	return least(func(honestSelfPPM uint64) float64 {
		out := yuma.Epoch(p.Input(plot.rules(), p.Weights(honestSelfPPM, ppm(r.CabalSelf))))
		return margin(p.Shares(out).Retained(share), stake)
	})
}

// margin returns by how much the first exceeds the second, exact in its sign.
func margin(a, b fixed.Frac) float64 {
	if a < b {
		return -part(b - a)
	}
	return part(a - b)
}

// part returns a share as a floating point number.
func part(f fixed.Frac) float64 { return float64(f) / float64(fixed.FracOne) }

// plotNamed returns a published plot; Readings names no others.
func plotNamed(name string) plotted {
	for _, p := range plots {
		if p.name == name {
			return p
		}
	}
	panic(fmt.Sprintf("retention: no plot %q", name))
}

// meanOf returns the mean of millionths and their standard deviation, as parts of one.
func meanOf(ppm []uint64) (mean, deviation float64) {
	for _, x := range ppm {
		mean += float64(x)
	}
	mean /= float64(len(ppm))
	for _, x := range ppm {
		deviation += (float64(x) - mean) * (float64(x) - mean)
	}
	if len(ppm) > 1 {
		deviation = math.Sqrt(deviation / float64(len(ppm)-1))
	}
	return mean / million, deviation / million
}
