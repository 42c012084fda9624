// Package curve draws how the miners of a subnet did over its epochs, as one validator measured them.
//
// Its one invariant: a figure that an epoch does not have leaves a gap; nothing is filled in.
package curve

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/dendra-net/dendra/evidence"
	"github.com/dendra-net/dendra/internal/plot"
	"github.com/dendra-net/dendra/neuron"
)

// Loss is the fact that is drawn where the miners have it: what the model of a miner, or all of them together, lose on
// text they have not seen.
const Loss = "bits_per_byte"

// maxMiners is how many miners a chart shows: those that were measured most often, then by name.
const maxMiners = 12

// Options say how a chart reads.
type Options struct {
	Title string
	// Names are what miners are called; others go by the ends of their hotkeys.
	Names map[neuron.Address]string
	// Together are facts of an epoch as a whole to draw beside the miners' losses, by what the legend calls them.
	Together []Together
}

// Together is a fact of an epoch as a whole.
type Together struct{ Fact, Name string }

// Collective is what exams tell of all miners together.
func Collective() []Together { return []Together{{"mixture", "all together"}} }

// Chart draws a curve: losses in bits a byte where the miners have them, else the scores. Without a point to draw the
// chart has no series.
func Chart(c evidence.Curve, o Options) plot.Chart {
	losses := slices.ContainsFunc(c.Points, func(p evidence.Point) bool {
		return slices.ContainsFunc(p.Miners, func(m evidence.MinerPoint) bool { _, ok := factOf(m.Facts, Loss); return ok })
	})
	chart := plot.Chart{Title: o.Title, X: plot.Axis{Label: "epoch"}, Y: plot.Axis{Label: "score of the epoch"}}
	value := func(m evidence.MinerPoint) (float64, bool) { return m.Share, true }
	if losses {
		chart.Y.Label = "loss on unseen text, bits per byte"
		value = func(m evidence.MinerPoint) (float64, bool) { return factOf(m.Facts, Loss) }
	}
	for _, who := range miners(c, o.Names) {
		points := pointsOf(c, func(p evidence.Point) (float64, bool) {
			i := slices.IndexFunc(p.Miners, func(m evidence.MinerPoint) bool { return m.Hotkey == who })
			if i < 0 {
				return 0, false
			}
			return value(p.Miners[i])
		})
		if len(points) > 0 { // who serves and never answered has none
			chart.Series = append(chart.Series, plot.Series{Name: name(who, o.Names), Points: points})
		}
	}
	for _, t := range o.Together {
		series := plot.Series{Name: t.Name, Style: plot.Dash, Points: pointsOf(c, func(p evidence.Point) (float64, bool) { return factOf(p.Facts, t.Fact) })}
		if losses && len(series.Points) > 0 {
			chart.Series = append(chart.Series, series)
		}
	}
	return chart
}

// pointsOf reads one figure of every epoch; epochs in between that lack it become a gap.
func pointsOf(c evidence.Curve, figure func(evidence.Point) (float64, bool)) []plot.Point {
	var out []plot.Point
	for _, p := range c.Points {
		y, ok := figure(p)
		switch {
		case ok:
			out = append(out, plot.Point{X: float64(p.Epoch), Y: y})
		case len(out) > 0:
			out = append(out, plot.Point{X: float64(p.Epoch), Y: math.NaN()})
		}
	}
	for len(out) > 0 && math.IsNaN(out[len(out)-1].Y) {
		out = out[:len(out)-1]
	}
	return out
}

// miners lists who is drawn, by name.
func miners(c evidence.Curve, names map[neuron.Address]string) []neuron.Address {
	seen := map[neuron.Address]int{}
	var all []neuron.Address
	for _, p := range c.Points {
		for _, m := range p.Miners {
			if seen[m.Hotkey]++; seen[m.Hotkey] == 1 {
				all = append(all, m.Hotkey)
			}
		}
	}
	byName := func(a, b neuron.Address) int { return cmp.Compare(name(a, names), name(b, names)) }
	slices.SortFunc(all, func(a, b neuron.Address) int {
		if d := seen[b] - seen[a]; d != 0 {
			return d
		}
		return byName(a, b)
	})
	all = all[:min(len(all), maxMiners)]
	slices.SortFunc(all, byName)
	return all
}

func name(who neuron.Address, names map[neuron.Address]string) string {
	if n, ok := names[who]; ok {
		return n
	}
	if len(who) > 16 {
		return fmt.Sprintf("%s…%s", who[:9], who[len(who)-4:])
	}
	return string(who)
}

func factOf(facts []evidence.Fact, name string) (float64, bool) {
	for _, f := range facts {
		if f.Name == name {
			return float64(f.Value), true
		}
	}
	return 0, false
}
