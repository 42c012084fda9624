package eye

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"

	"github.com/dendra-net/dendra/nn/classifier"
	"github.com/dendra-net/dendra/subnets/vision/picture"
)

// written sets lines of text as a word processor would.
func written(t testing.TB, size int, ink, paper uint8, lines ...string) *image.Gray {
	t.Helper()
	f, err := opentype.Parse(goregular.TTF)
	require.NoError(t, err)
	face, err := opentype.NewFace(f, &opentype.FaceOptions{Size: float64(size), DPI: 72})
	require.NoError(t, err)
	wide := 0
	for _, l := range lines {
		wide = max(wide, font.MeasureString(face, l).Ceil())
	}
	g := image.NewGray(image.Rect(0, 0, wide+2*size, (len(lines)+1)*size*3/2))
	draw.Draw(g, g.Rect, image.NewUniform(color.Gray{Y: paper}), image.Point{}, draw.Src)
	d := font.Drawer{Dst: g, Src: image.NewUniform(color.Gray{Y: ink}), Face: face}
	for i, l := range lines {
		d.Dot = fixed.P(size, (i+1)*size*3/2)
		d.DrawString(l)
	}
	return g
}

func TestCells(t *testing.T) {
	for _, size := range []int{16, 24, 40, 100} {
		for _, ink := range []uint8{0, 255} {
			g := written(t, size, ink, 255-ink, "AB 12", "XYZ")
			got, err := cells(g)
			require.NoError(t, err)
			befores := ""
			for _, c := range got {
				befores += c.before + "."
				require.Equal(t, image.Rect(0, 0, picture.Side, picture.Side), c.gray.Rect)
			}
			require.Equal(t, ".. ..\n...", befores, "size %d, ink %d", size, ink)
		}
	}
}

// TestCellsOfQuestions: what the task asks is cut where it was joined, enlarged or not.
func TestCellsOfQuestions(t *testing.T) {
	d := picture.NewDice([32]byte{1})
	for n := 1; n <= 8; n++ {
		p := d.Line(n)
		got, err := cells(p.Gray)
		require.NoError(t, err)
		require.Len(t, got, n)
		for i, c := range got {
			require.Equal(t, AppendInput(nil, Cut(p.Gray, i)), AppendInput(nil, c.gray))
		}
	}
}

func TestCellsOfAnything(t *testing.T) {
	for _, size := range [][2]int{{1, 1}, {1, 500}, {500, 1}, {2, 2}, {24, 24}, {25, 23}, {300, 40}} {
		for _, fill := range []func(int) uint8{
			func(int) uint8 { return 0 }, func(int) uint8 { return 255 }, func(i int) uint8 { return uint8(i * 77) },
			func(i int) uint8 { return uint8(i / 7 % 2 * 255) },
		} {
			g := image.NewGray(image.Rect(0, 0, size[0], size[1]))
			for i := range g.Pix {
				g.Pix[i] = fill(i)
			}
			got, err := cells(g)
			if err != nil {
				require.ErrorIs(t, err, ErrCrowded)
				continue
			}
			require.NotEmpty(t, got)
			require.LessOrEqual(t, len(got), MaxCells)
		}
	}
	_, err := cells(image.NewGray(image.Rect(0, 0, (MaxCells+1)*picture.Side, picture.Side)))
	require.ErrorIs(t, err, ErrCrowded)
}

// TestCrowdsTakeNoMemory: a strip that holds more characters than are read is refused before it is cut up.
func TestCrowdsTakeNoMemory(t *testing.T) {
	const wide, high = MaxPixels / 6, 6 // four rows of ink between two of paper
	for name, ink := range map[string]func(x int) bool{
		"one letter that would be thousands": func(x int) bool { return x > 0 },
		"thousands of letters":               func(x int) bool { return x%2 == 1 },
	} {
		g := image.NewGray(image.Rect(0, 0, wide, high))
		for i := range g.Pix {
			if y := i / wide; y == 0 || y == high-1 || !ink(i%wide) {
				g.Pix[i] = 255
			}
		}
		list, whole := newMask(g).characters(run{1, high - 1})
		require.True(t, whole, name)
		require.Len(t, list, MaxCells+1, name)
		_, err := cells(g)
		require.ErrorIs(t, err, ErrCrowded, name)
	}
}

func TestEyeNeedsAFittingClassifier(t *testing.T) {
	for _, s := range []classifier.Shape{
		{Kind: classifier.Linear, Width: 24, Height: 24, Classes: 34}, {Kind: classifier.Linear, Width: 24, Height: 23, Classes: 35},
	} {
		net, err := classifier.New(s, 1)
		require.NoError(t, err)
		_, err = New(net)
		require.Error(t, err)
	}
}

func TestReadStopsWithItsContext(t *testing.T) {
	net, err := classifier.New(classifier.Shape{Kind: classifier.Linear, Width: 24, Height: 24, Classes: 35}, 1)
	require.NoError(t, err)
	e, err := New(net)
	require.NoError(t, err)
	ctx, stop := context.WithCancel(context.Background())
	stop()
	_, err = e.Read(ctx, image.NewGray(image.Rect(0, 0, 24, 24)))
	require.ErrorIs(t, err, context.Canceled)
	r, err := e.Read(context.Background(), written(t, 30, 0, 255, "AB C"))
	require.NoError(t, err)
	require.Len(t, r.Chances, 3)
	require.Len(t, r.Text, 4)
	require.Equal(t, byte(' '), r.Text[2])
}

// TestTransparentIsWhite: ink on nothing is ink on paper.
func TestTransparentIsWhite(t *testing.T) {
	from := image.NewNRGBA(image.Rect(0, 0, 3, 1))
	from.Set(1, 0, color.NRGBA{A: 255})
	from.Set(2, 0, color.NRGBA{R: 255, A: 255})
	var file bytes.Buffer
	require.NoError(t, png.Encode(&file, from))
	g, err := Decode(file.Bytes())
	require.NoError(t, err)
	require.Equal(t, []uint8{255, 0, 76}, g.Pix)
}

// scans is a progressive JPEG of 1,440 x 1,440 pixels whose n scans say nothing in few bytes.
func scans(n int) []byte {
	out := []byte{0xff, 0xd8, 0xff, 0xdb, 0, 67, 0}
	out = append(out, bytes.Repeat([]byte{1}, 64)...)
	out = append(out, 0xff, 0xc2, 0, 11, 8, 5, 0xa0, 5, 0xa0, 1, 1, 0x11, 0) // one component
	out = append(out, 0xff, 0xc4, 0, 20, 0x10, 1)                            // one code of one bit:
	out = append(out, append(make([]byte, 15), 0xe0)...)                     // as many empty blocks as the next 14 bits say, and 2^14
	for range n {
		out = append(out, 0xff, 0xda, 0, 8, 1, 1, 0, 1, 63, 0, 0x7f, 0xfe, 0x7f, 0xfe) // two such codes
	}
	return append(out, 0xff, 0xd9)
}

// TestScans: an honest number of scans is painted, a flood of them refused before any is.
func TestScans(t *testing.T) {
	g, err := Decode(scans(maxScans))
	require.NoError(t, err)
	require.Equal(t, 1440*1440, len(g.Pix))
	_, err = Decode(scans(maxScans + 1))
	require.ErrorIs(t, err, ErrTooLarge)
	_, err = Decode(scans(100_000))
	require.ErrorIs(t, err, ErrTooLarge)
}

func FuzzDecode(f *testing.F) {
	d := picture.NewDice([32]byte{2})
	f.Add(picture.PNG(d.Glyph().Gray))
	f.Add([]byte("GIF89a\x01\x00\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"))
	f.Add([]byte("\xff\xd8\xff\xe0"))
	f.Fuzz(func(t *testing.T, file []byte) {
		g, err := Decode(file)
		if err != nil {
			return
		}
		if len(g.Pix) > MaxPixels {
			t.Fatalf("%d bytes became %d pixels", len(file), len(g.Pix))
		}
		if got, err := cells(g); err == nil && (len(got) == 0 || len(got) > MaxCells) {
			t.Fatalf("%v has %d cells", g.Rect, len(got))
		}
	})
}

func BenchmarkCells(b *testing.B) {
	g := written(b, 40, 0, 255, "THE QUICK BROWN FOX 42")
	for b.Loop() {
		if _, err := cells(g); err != nil {
			b.Fatal(err)
		}
	}
}
