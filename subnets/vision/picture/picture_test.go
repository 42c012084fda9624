package picture_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/subnets/vision/picture"
)

func seed(n int) [32]byte { return [32]byte{byte(n), byte(n >> 8), 0x71} }

// TestSheet writes what is drawn to the file that VISION_SHEET names, for people to look at.
func TestSheet(t *testing.T) {
	name := os.Getenv("VISION_SHEET")
	if name == "" {
		t.Skip("VISION_SHEET names no file")
	}
	const columns, rows, gap, zoom = 20, 12, 3, 3
	sheet := image.NewGray(image.Rect(0, 0, columns*(picture.Side+gap)*zoom, rows*(picture.Side+gap)*zoom))
	put := func(g *image.Gray, x, y int) {
		for i, v := range g.Pix {
			at := image.Pt(x*(picture.Side+gap)+i%g.Stride, y*(picture.Side+gap)+i/g.Stride).Mul(zoom)
			draw.Draw(sheet, image.Rect(0, 0, zoom, zoom).Add(at), image.NewUniform(color.Gray{Y: v}), image.Point{}, draw.Src)
		}
	}
	d := picture.NewDice(seed(1))
	for y := range rows {
		shown := ""
		for x := 0; x < columns; {
			p := d.Glyph()
			if y >= rows/2 {
				p = d.Line(min(3+y-rows/2, columns-x))
			}
			put(p.Gray, x, y)
			shown += p.Text + " "
			x += len(p.Text)
		}
		t.Log(shown)
	}
	var file bytes.Buffer
	require.NoError(t, png.Encode(&file, sheet))
	require.NoError(t, os.WriteFile(name, file.Bytes(), 0o644))
}

// TestPixelsAreTheSameEverywhere: the digest changes when anybody's pictures do, and with it every model's accuracy.
func TestPixelsAreTheSameEverywhere(t *testing.T) {
	sum := sha256.New()
	d := picture.NewDice(seed(7))
	for i := range 200 {
		p := d.Glyph()
		if i%2 == 1 {
			p = d.Line(i % 9)
		}
		sum.Write([]byte(p.Text))
		sum.Write(picture.PNG(p.Gray))
	}
	require.Equal(t, "4f22e07329deea1865f497346edb648708d434db052c20a4257e42d3ab23cadf", hex.EncodeToString(sum.Sum(nil)))
}

func TestPNGIsRead(t *testing.T) {
	d := picture.NewDice(seed(2))
	for n := range picture.MaxLine + 2 {
		p := d.Line(n)
		require.Len(t, p.Text, min(max(n, 1), picture.MaxLine))
		require.Equal(t, len(p.Text)*picture.Side, p.Gray.Rect.Dx())
		got, err := png.Decode(bytes.NewReader(picture.PNG(p.Gray)))
		require.NoError(t, err)
		require.Equal(t, p.Gray, got)
	}
}

func BenchmarkGlyph(b *testing.B) {
	d := picture.NewDice(seed(3))
	for b.Loop() {
		d.Glyph()
	}
}

func BenchmarkLine8(b *testing.B) {
	d := picture.NewDice(seed(3))
	for b.Loop() {
		d.Line(8)
	}
}
