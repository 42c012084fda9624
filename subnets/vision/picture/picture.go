// Package picture draws characters as they are hard to read: turned, slanted, squeezed, moved, dark on light or light on
// dark, crossed by lines and under noise.
//
// Its one invariant: a picture is a function of its dice, computed in whole numbers only, so every machine and every
// release of Go draws the same pixels and writes the same file.
//
//	dice := picture.NewDice(seed)
//	p := dice.Line(5)           // p.Text is what it shows
//	file := picture.PNG(p.Gray)
package picture

import (
	"image"
	"strings"
)

// Side is the width and height in pixels of a picture of one character, and of each character's cell in a line.
const Side = 24

// Classes are the characters that are drawn, in the order in which classifiers number them. There is no letter O: it
// cannot be told from a nought.
const Classes = "0123456789ABCDEFGHIJKLMNPQRSTUVWXYZ"

// Class returns the number of the character that c is read as: small letters count as large ones, an O as a nought.
func Class(c rune) (int, bool) {
	if c >= 'a' && c <= 'z' {
		c -= 'a' - 'A'
	}
	if c == 'O' {
		c = '0'
	}
	i := strings.IndexRune(Classes, c)
	return i, i >= 0
}

// Picture is an image and the characters in it from left to right.
type Picture struct {
	Text string
	Gray *image.Gray
}

// look is what all characters of a picture have in common.
type look struct {
	paper, ink int // grey levels, 0..255
	noise      int // 0..maxNoise
}

// Bounds of what is drawn. They are such that a person reads most of it and no small model all of it.
const (
	maxNoise     = 96
	leastRange   = 80 // between paper and ink
	lightPercent = 15 // of pictures, light on dark
)

func (d *Dice) look() look {
	l := look{paper: d.between(165, 255), noise: d.between(0, maxNoise)}
	l.ink = d.between(0, l.paper-leastRange)
	if d.chance(lightPercent) {
		l.paper, l.ink = 255-l.paper, 255-l.ink
	}
	return l
}

// Glyph draws one character.
func (d *Dice) Glyph() Picture {
	c := canvas{width: Side, height: Side}
	l := d.look()
	text := d.character(&c, Side/2)
	if d.chance(60) {
		c.add(d.stroke(Side, d.chance(50)))
	}
	return Picture{text, c.develop(d, l)}
}

// MaxLine is the most characters of a line.
const MaxLine = 16

// Line draws n characters, 1 to MaxLine, beside each other, each distorted by itself, and crosses them by one or two
// strokes.
func (d *Dice) Line(n int) Picture {
	n = min(max(n, 1), MaxLine)
	c := canvas{width: n * Side, height: Side}
	l := d.look()
	var text strings.Builder
	for i := range n {
		text.WriteString(d.character(&c, i*Side+Side/2))
	}
	for range d.between(1, 2) {
		c.add(d.stroke(c.width, false))
	}
	return Picture{text.String(), c.develop(d, l)}
}

// character puts one onto the canvas around the pixel column at, and returns it.
func (d *Dice) character(c *canvas, at int) string {
	i := d.intn(len(Classes))
	o := outlines()[d.intn(faces)][i]
	turn := d.distortion(at)
	for _, contour := range o {
		c.add(turn.apply(contour))
	}
	c.press()
	return Classes[i : i+1]
}
