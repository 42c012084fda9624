package retention

import (
	"fmt"

	"github.com/dendra-net/dendra/internal/plot"
)

// mainPlot is the published drawing at the original's defaults.
const mainPlot = "weights_stddev_40"

// Chart draws the contour lines of one plot as the document does, with the published points as rings: of the plot that
// was played, or of the one at the original's defaults.
func (c Contours) Chart() plot.Chart {
	name := c.Points[0].Plot
	if name != c.Points[len(c.Points)-1].Plot {
		name = mainPlot
	}
	chart := plot.Chart{
		Title: fmt.Sprintf("Utility with which the honest camp keeps its stake: %s", name),
		X:     plot.Axis{Label: "cabal's votes for itself (part of 1)", Min: 0, Max: 1, Ticks: 0.1},
		Y:     plot.Axis{Label: "honest votes for honest servers (part of 1)", Min: 0, Max: 1, Ticks: 0.1},
	}
	at, hue := uint64(0), 0
	var rings []plot.Series
	for _, p := range c.Points {
		if p.Plot != name || p.Maximum {
			continue
		}
		if p.HonestStakePct != at {
			at, hue = p.HonestStakePct, hue+1
			chart.Series = append(chart.Series, plot.Series{Name: fmt.Sprintf("%d %% stake", at), Hue: hue})
			rings = append(rings, plot.Series{Hue: hue, Style: plot.Marks})
		}
		ours, read := &chart.Series[hue-1], &rings[hue-1]
		ours.Points = append(ours.Points, plot.Point{X: p.CabalSelf, Y: p.Utility})
		read.Points = append(read.Points, plot.Point{X: p.CabalSelf, Y: p.Published})
	}
	rings[0].Name = "published"
	chart.Series = append(chart.Series, rings...)
	return chart
}

// shareNoise is the noise of the lines that are drawn of the table of shares.
const shareNoise = 0.4

// Chart draws the honest camp's share by its utility, a line for each stake, with the published figures as rings.
func (s Shares) Chart() plot.Chart {
	chart := plot.Chart{
		Title: fmt.Sprintf("Honest share of the emission at vote noise %.1f, against a cabal that votes for itself", shareNoise),
		X:     plot.Axis{Label: "honest votes for honest servers (part of 1)", Min: 0.5, Max: 1, Ticks: 0.1},
		Y:     plot.Axis{Label: "honest share of the emission (part of 1)", Min: 0.3, Max: 1, Ticks: 0.1},
	}
	at, hue := uint64(0), 0
	var rings []plot.Series
	for _, l := range s.Lines {
		if l.Noise != shareNoise {
			continue
		}
		if l.HonestStakePct != at {
			at, hue = l.HonestStakePct, hue+1
			chart.Series = append(chart.Series, plot.Series{Name: fmt.Sprintf("%d %% stake", at), Hue: hue})
			rings = append(rings, plot.Series{Hue: hue, Style: plot.Marks})
		}
		ours, read := &chart.Series[hue-1], &rings[hue-1]
		ours.Points = append(ours.Points, plot.Point{X: l.Utility, Y: l.Ours.Emission})
		read.Points = append(read.Points, plot.Point{X: l.Utility, Y: l.Published.Emission})
	}
	rings[0].Name = "published"
	chart.Series = append(chart.Series, rings...)
	return chart
}

// Chart draws the utility needed by what the table varies: a line for the mean at each stake, a broken one for the worst
// network. A table whose lines are no numbers has no chart: Drawable says so.
func (t Table) Chart() plot.Chart {
	chart := plot.Chart{
		Title: "Utility needed, " + t.About,
		X:     plot.Axis{Label: t.Axis}, Y: plot.Axis{Label: "honest votes for honest servers (part of 1)", Min: 0.5, Max: 1, Ticks: 0.1},
	}
	for k, pct := range honestStakes {
		mean := plot.Series{Name: fmt.Sprintf("%d %% stake, mean", pct), Hue: k + 1}
		worst := plot.Series{Name: fmt.Sprintf("%d %% stake, worst", pct), Hue: k + 1, Style: plot.Dash}
		for _, l := range t.Lines {
			if l.HonestStakePct == pct {
				mean.Points = append(mean.Points, plot.Point{X: l.at, Y: l.Mean})
				worst.Points = append(worst.Points, plot.Point{X: l.at, Y: l.Worst})
			}
		}
		chart.Series = append(chart.Series, mean, worst)
	}
	return chart
}
