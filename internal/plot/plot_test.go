package plot_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"image"
	_ "image/png"
	"io"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/internal/plot"
)

// waves is a chart with everything in it: more series than colours, a gap, marks, a broken line.
func waves() plot.Chart {
	c := plot.Chart{Title: "Waves & others", X: plot.Axis{Label: "time (s)"}, Y: plot.Axis{Label: "height (m)", Min: -2, Max: 2, Ticks: 0.5}}
	for k := range 10 {
		s := plot.Series{Name: string(rune('a' + k))}
		for x := range 50 {
			s.Points = append(s.Points, plot.Point{X: float64(x), Y: math.Sin(float64(x)/8 + float64(k)/4)})
		}
		s.Points[20+k].Y = math.NaN()
		c.Series = append(c.Series, s)
	}
	c.Series[8].Style = plot.Dash
	c.Series[9].Style, c.Series[9].Hue = plot.Marks, 1
	return c
}

// words returns the text of an SVG file.
func words(t *testing.T, svg []byte) []string {
	t.Helper()
	var out []string
	decoder := xml.NewDecoder(bytes.NewReader(svg))
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return out
		}
		require.NoError(t, err)
		if text, ok := token.(xml.CharData); ok && len(bytes.TrimSpace(text)) > 0 {
			out = append(out, string(bytes.TrimSpace(text)))
		}
	}
}

func TestSVGNamesEverything(t *testing.T) {
	path := filepath.Join(t.TempDir(), "waves.svg")
	require.NoError(t, waves().Write(path))
	svg, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Subset(t, words(t, svg), []string{"Waves & others", "time (s)", "height (m)", "a", "h", "j", "-1.5", "0", "2"})
}

func TestPNGHasItsSizeAndColours(t *testing.T) {
	path := filepath.Join(t.TempDir(), "waves.PNG")
	require.NoError(t, waves().Write(path))
	f, err := os.Open(path)
	require.NoError(t, err)
	defer f.Close()
	picture, kind, err := image.Decode(f)
	require.NoError(t, err)
	require.Equal(t, "png", kind)
	require.Equal(t, image.Rect(0, 0, 900, 600), picture.Bounds())
	seen := map[[3]uint32]int{}
	for x := range 900 {
		for y := range 600 {
			r, g, b, _ := picture.At(x, y).RGBA()
			seen[[3]uint32{r >> 8, g >> 8, b >> 8}]++
		}
	}
	require.Greater(t, seen[[3]uint32{255, 255, 255}], 900*600*2/3, "the ground is light")
	require.Greater(t, seen[[3]uint32{0x00, 0x72, 0xb2}], 200, "the first line is blue")
	require.Greater(t, seen[[3]uint32{0xd5, 0x5e, 0x00}], 200, "the second is vermilion")
}

func TestOtherFilesAreRefusedBeforeTheyAreTouched(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(dir, "folder.svg"), 0o700))
	for name, want := range map[string]string{
		"plot.pdf": `ends in ".pdf"; pictures are .svg or .png`, "plot": `ends in ""`, "none/plot.svg": "none", "folder.svg": "not a regular file",
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(dir, name)
			require.ErrorIs(t, plot.Check(path), plot.ErrPath)
			err := waves().Write(path)
			require.ErrorIs(t, err, plot.ErrPath)
			require.ErrorContains(t, err, want)
		})
	}
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, entries, 1, "nothing was written")
}

func TestWhatCannotBeDrawnLeavesTheOldPicture(t *testing.T) {
	path := filepath.Join(t.TempDir(), "plot.svg")
	require.NoError(t, os.WriteFile(path, []byte("old"), 0o600))
	one := func(x, y float64) plot.Chart {
		return plot.Chart{Series: []plot.Series{{Points: []plot.Point{{X: x, Y: y}}}}}
	}
	for name, chart := range map[string]plot.Chart{
		"nothing": {}, "only gaps": one(1, math.NaN()), "infinite": one(1, math.Inf(1)), "beyond all": one(-2e15, 1), "no place": one(math.NaN(), 1),
		"many series": {Series: append(make([]plot.Series, 25), one(1, 1).Series...)},
		"many points": {Series: []plot.Series{{Points: make([]plot.Point, 1_000_001)}}},
	} {
		require.ErrorIs(t, chart.Write(path), plot.ErrData, name)
	}
	left, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, "old", string(left))
	require.NoError(t, one(1, 1).Write(path), "one point is a chart")
}

func TestExtremesAreDrawn(t *testing.T) {
	path := filepath.Join(t.TempDir(), "plot.svg")
	for name, y := range map[string]float64{"flat": 0, "huge": 1e15, "tiny": 1e-300, "below": -5} {
		chart := plot.Chart{Y: plot.Axis{Ticks: 1e-3}, Series: []plot.Series{{Name: "<&>\"", Points: []plot.Point{{X: 0, Y: y}, {X: 1, Y: y}}}}}
		require.NoError(t, chart.Write(path), name)
		svg, err := os.ReadFile(path)
		require.NoError(t, err)
		require.Contains(t, words(t, svg), "<&>\"", name)
	}
}
