package retention

import (
	"context"
	"encoding/json"
	"io/fs"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/internal/plot"
)

func TestReadings(t *testing.T) {
	readings, unreadable, err := Readings()
	require.NoError(t, err)
	require.Len(t, readings, 1104)
	require.Equal(t, 84, unreadable)
	perPlot, maxima := map[string]int{}, 0
	for _, r := range readings {
		perPlot[r.Plot]++
		if r.Maximum {
			maxima++
		}
		require.NotPanics(t, func() { plotNamed(r.Plot) })
	}
	require.Len(t, perPlot, len(plots))
	require.Equal(t, 11*len(plots), maxima)
	require.Contains(t, readings, Reading{Plot: "weights_stddev_40", HonestStakePct: 60, CabalSelf: 0.8, Published: 0.733})
	require.Contains(t, readings, Reading{Plot: "bonds_penalty_0", HonestStakePct: 80, CabalSelf: 0.601, Published: 0.825, Maximum: true})
}

// Of the 13 drawings, five are the same numbers; the others are ours.
func TestDrawingsLeftOutAreRepetitions(t *testing.T) {
	raw, err := fs.ReadFile(published, "testdata/doc_retention_contours.json")
	require.NoError(t, err)
	var drawings map[string]any
	require.NoError(t, json.Unmarshal(raw, &drawings))
	for _, alike := range []string{"bonds_penalty_100", "kappa_50", "validator_emission_50", "retention-lines"} {
		require.Equal(t, drawings[mainPlot+".svg"], drawings[alike+".svg"], alike)
		delete(drawings, alike+".svg")
	}
	require.Len(t, drawings, len(plots))
}

// A part of the points, in two networks each: the command plays all of them in ten.
func TestContoursReproduceTheDocument(t *testing.T) {
	readings, _, err := Readings()
	require.NoError(t, err)
	c := Contours{Seeds: 2}
	for k := 7; k < len(readings); k += 43 {
		c.Points = append(c.Points, Point{Reading: readings[k]})
	}
	require.NoError(t, c.play(context.Background(), nil))
	require.Empty(t, c.Beyond, "points farther than %g from the drawings", Tolerance)
	t.Logf("%d points, worst %.4f: %+v", len(c.Points), c.Worst.Off(), c.Worst)

	c.Points[0].Published += 2 * Tolerance
	require.NoError(t, c.play(context.Background(), nil))
	require.Len(t, c.Beyond, 1, "a wrong point is noticed")
	require.Equal(t, c.Points[0], c.Worst)
}

func TestSharesReproduceTheTable(t *testing.T) {
	lines, err := publishedShares()
	require.NoError(t, err)
	require.Len(t, lines, 330)
	for k := 3; k < len(lines); k += 23 {
		lines[k].Ours = lines[k].play(2)
		off, what := lines[k].Off()
		require.LessOrEqual(t, off, Tolerance, "%s of %+v", what, lines[k])
	}
}

func TestWorkEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	calls := 0
	_, err := PlotContours(ctx, Options{Seeds: 1, Progress: func(int, int) { calls++; cancel() }}, mainPlot)
	require.ErrorIs(t, err, context.Canceled)
	require.Less(t, calls, 100)
}

func TestChartsShowBothFigures(t *testing.T) {
	c := Contours{Seeds: 1}
	for _, stake := range []uint64{51, 60} {
		c.Points = append(c.Points, Point{Reading: Reading{Plot: mainPlot, HonestStakePct: stake, CabalSelf: 0.3, Published: 0.5}, Utility: 0.51},
			Point{Reading: Reading{Plot: mainPlot, HonestStakePct: stake, CabalSelf: 0.77, Published: 0.6, Maximum: true}, Utility: 0.6})
	}
	chart := c.Chart()
	require.Len(t, chart.Series, 4)
	require.Equal(t, "60 % stake", chart.Series[1].Name)
	require.Equal(t, []plot.Point{{X: 0.3, Y: 0.51}}, chart.Series[1].Points, "a maximum is no point of the grid")
	require.Equal(t, []plot.Point{{X: 0.3, Y: 0.5}}, chart.Series[3].Points)
	require.NoError(t, chart.Write(filepath.Join(t.TempDir(), "contours.svg")))
	require.Equal(t, []PlotSummary{{mainPlot, 4, c.Points[0]}}, c.ByPlot())

	shares := Shares{Lines: []Share{{HonestStakePct: 60, Noise: 0.2, Utility: 0.5},
		{HonestStakePct: 60, Noise: 0.4, Utility: 0.7, Published: Camps{Emission: 0.58}, Ours: Camps{Emission: 0.57}}}}
	chart = shares.Chart()
	require.Len(t, chart.Series, 2)
	require.Equal(t, []plot.Point{{X: 0.7, Y: 0.57}}, chart.Series[0].Points)
	require.Equal(t, []plot.Point{{X: 0.7, Y: 0.58}}, chart.Series[1].Points)
	require.Len(t, shares.ByNoise(), 2)
	off, what := shares.ByNoise()[1].Worst.Off()
	require.InDelta(t, 0.01, off, 1e-12)
	require.Equal(t, "emission", what)
	require.Len(t, Camps{}.figures(), FigureCount)
}
