package vision_test

import (
	"context"
	"errors"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gomedium"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"

	"github.com/dendra-net/dendra/subnets/vision"
	"github.com/dendra-net/dendra/subnets/vision/eye"
)

// written sets lines of text as a word processor would.
func written(t testing.TB, source []byte, size int, ink, paper uint8, lines ...string) *image.Gray {
	t.Helper()
	f, err := opentype.Parse(source)
	require.NoError(t, err)
	face, err := opentype.NewFace(f, &opentype.FaceOptions{Size: float64(size), DPI: 72})
	require.NoError(t, err)
	wide := 0
	for _, l := range lines {
		wide = max(wide, font.MeasureString(face, l).Ceil())
	}
	g := image.NewGray(image.Rect(0, 0, wide+size, (len(lines)+1)*size*3/2))
	draw.Draw(g, g.Rect, image.NewUniform(color.Gray{Y: paper}), image.Point{}, draw.Src)
	d := font.Drawer{Dst: g, Src: image.NewUniform(color.Gray{Y: ink}), Face: face}
	for i, l := range lines {
		d.Dot = fixed.P(size/2, (i+1)*size*3/2)
		d.DrawString(l)
	}
	return g
}

// TestUsersPictures: clean text of any size, dark on light or light on dark, is read nearly without mistakes.
func TestUsersPictures(t *testing.T) {
	reader := open(t, "cnn")
	lines := []string{"THE QUICK BR0WN F0X", "JUMPS 0VER 1234567", "LAZY D0GS 89"}
	want := strings.Join(lines, "\n")
	for _, size := range []int{18, 24, 40, 90} {
		for _, ink := range []uint8{0, 230} {
			for _, source := range [][]byte{goregular.TTF, gomedium.TTF} {
				got, err := reader.Read(context.Background(), written(t, source, size, ink, 240-ink, lines...))
				require.NoError(t, err)
				require.Len(t, got.Text, len(want), got.Text)
				wrong := 0
				for i := range want {
					if want[i] != got.Text[i] {
						wrong++
					}
				}
				t.Logf("size %d, ink %d: %d wrong: %q", size, ink, wrong, got.Text)
				require.LessOrEqual(t, wrong, 3)
			}
		}
	}
}

// heldOut are the figures in the logs beside the models, from pictures drawn with another seed than this test's.
var heldOut = map[string]struct{ right, nats float64 }{
	"linear": {0.2032, 3.2082}, "mlp": {0.8486, 0.4998}, "cnn": {0.9365, 0.2030},
}

// TestHeldOut: the files achieve on characters nobody was trained on what their logs say.
func TestHeldOut(t *testing.T) {
	const n = 2500
	for name, want := range heldOut {
		log, err := os.ReadFile("models/" + name + ".log")
		require.NoError(t, err)
		raw, err := os.ReadFile("models/" + name + ".vnet")
		require.NoError(t, err)
		checkLog(t, string(log), raw, want.right, want.nats)
		right, nats := heldOutFigures(t, raw, n)
		t.Logf("%s: %.4f right, %.4f nats", name, right, nats)
		require.InDelta(t, want.right, right, 0.03)
		require.InDelta(t, want.nats, nats, 0.1)
	}
}

// TestFilesAreSmall: what is shipped stays within 600 KB, and loads at once.
func TestFilesAreSmall(t *testing.T) {
	total := int64(0)
	for _, name := range vision.Models() {
		info, err := os.Stat("models/" + name + ".vnet")
		require.NoError(t, err)
		total += info.Size()
	}
	require.Less(t, total, int64(600<<10))
	_, err := vision.Open("eagle")
	require.ErrorIs(t, err, vision.ErrModel)
}

func TestTesseract(t *testing.T) {
	path := os.Getenv("DENDRA_TESSERACT")
	if path == "" {
		t.Skip("DENDRA_TESSERACT names no tesseract program")
	}
	got, err := vision.Tesseract{Path: path}.Read(context.Background(), written(t, goregular.TTF, 32, 0, 255, "HELL0 W0RLD", "12345"))
	require.NoError(t, err)
	require.Contains(t, got.Text, "12345")
	require.Empty(t, got.Chances)
}

// program writes a shell script that stands for one that misbehaves.
func program(t *testing.T, script string) string {
	t.Helper()
	path := t.TempDir() + "/program"
	require.NoError(t, os.WriteFile(path, []byte("#!/bin/sh\n"+script), 0o755))
	return path
}

func TestTesseractThatMisbehaves(t *testing.T) {
	g := image.NewGray(image.Rect(0, 0, 30, 20))
	for name, c := range map[string]struct {
		script string
		want   error
	}{
		"fails":       {"echo no such language >&2; exit 1", vision.ErrTesseract},
		"hangs":       {"exec sleep 60", context.DeadlineExceeded},
		"leaves kids": {"sleep 2 & exec sleep 60", context.DeadlineExceeded},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := vision.Tesseract{Path: program(t, c.script), Timeout: 100 * time.Millisecond}.Read(context.Background(), g)
			require.ErrorIs(t, err, vision.ErrTesseract)
			require.ErrorIs(t, err, c.want)
		})
	}
	_, err := vision.Tesseract{Path: "/nowhere/tesseract"}.Read(context.Background(), g)
	require.ErrorIs(t, err, os.ErrNotExist)
	got, err := vision.Tesseract{Path: program(t, "cat >/dev/null; yes A | head -c 9999999")}.Read(context.Background(), g)
	require.NoError(t, err)
	require.Equal(t, 64<<10-1, len(got.Text), "a flood is cut")
	got, err = vision.Tesseract{Path: program(t, `cat >/dev/null; printf ' A7\377K \n'`)}.Read(context.Background(), g)
	require.NoError(t, err)
	require.Equal(t, "A7K", got.Text)
}

// TestTesseractGetsBoundedPictures: what the program is given is a picture of a few megabytes, whatever the form of the one
// that was sent, and small letters are enlarged.
func TestTesseractGetsBoundedPictures(t *testing.T) {
	for _, c := range []struct{ wide, high, wantWide, wantHigh int }{
		{24, 24, 4*24 + 2*12, 4*24 + 2*12},
		{192, 24, 4*192 + 2*12, 4*24 + 2*12},
		{1, 1, 8 + 2, 8 + 2},
		{eye.MaxPixels, 1, eye.MaxPixels + 2, 3},
		{1, eye.MaxPixels, 3, eye.MaxPixels + 2},
		{eye.MaxPixels / 16, 1, 4*eye.MaxPixels/16 + 2, 4 + 2},
		{1448, 1448, 1448 + 2*181, 1448 + 2*181},
	} {
		got := filepath.Join(t.TempDir(), "given.png")
		reader := vision.Tesseract{Path: program(t, "cat >"+got)}
		_, err := reader.Read(t.Context(), image.NewGray(image.Rect(0, 0, c.wide, c.high)))
		require.NoError(t, err)
		file, err := os.Open(got)
		require.NoError(t, err)
		size, err := png.DecodeConfig(file)
		require.NoError(t, errors.Join(err, file.Close()))
		require.Equal(t, []int{c.wantWide, c.wantHigh}, []int{size.Width, size.Height}, "%d x %d", c.wide, c.high)
		require.LessOrEqual(t, size.Width*size.Height, 3*(eye.MaxPixels+2))
	}
}

func BenchmarkOpen(b *testing.B) {
	for _, name := range vision.Models() {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, err := vision.Open(name); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkRead measures one picture of one character.
func BenchmarkRead(b *testing.B) {
	g := imagesOf(b, newTask(b, vision.Options{Families: []string{"glyphs"}}).Questions(seed(1), 1)[0])[0]
	for _, name := range vision.Models() {
		reader := open(b, name)
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, err := reader.Read(context.Background(), g); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkAnswer measures a whole question through the handler.
func BenchmarkAnswer(b *testing.B) {
	q := newTask(b, vision.Options{Families: []string{"glyphs"}}).Questions(seed(1), 1)[0]
	reader := open(b, "cnn")
	for b.Loop() {
		reply(b, reader, q)
	}
}

func BenchmarkGrade(b *testing.B) {
	task := newTask(b, vision.Options{Families: []string{"glyphs"}})
	q := task.Questions(seed(1), 1)[0]
	a := reply(b, open(b, "cnn"), q)
	for b.Loop() {
		task.Grade(q, a)
	}
}
