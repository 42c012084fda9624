package picture

import (
	"math/bits"
	"math/rand/v2"
)

// Dice is the randomness of pictures: ChaCha8, whose stream is specified, and whole-number methods of its own, so that
// the same seed falls alike with every release of Go. It serves one goroutine.
type Dice struct {
	src  *rand.ChaCha8
	left uint64 // bytes of the last word that noise has not used yet
	n    int    // how many
}

// NewDice makes dice that fall as the seed says.
func NewDice(seed [32]byte) *Dice { return &Dice{src: rand.NewChaCha8(seed)} }

// intn returns a number in 0..n-1, each equally likely; n must be at least 1.
func (d *Dice) intn(n int) int {
	bound := uint64(max(n, 1))
	reject := -bound % bound
	for {
		hi, lo := bits.Mul64(d.src.Uint64(), bound)
		if lo >= reject {
			return int(hi)
		}
	}
}

// between returns a number in from..to, both included.
func (d *Dice) between(from, to int) int { return from + d.intn(to-from+1) }

func (d *Dice) chance(percent int) bool { return d.intn(100) < percent }

// grain returns a number in -255..255 that is more often small than large.
func (d *Dice) grain() int {
	up, down := d.octet(), d.octet()
	return up - down
}

func (d *Dice) octet() int {
	if d.n == 0 {
		d.left, d.n = d.src.Uint64(), 8
	}
	b := int(d.left & 0xff)
	d.left >>= 8
	d.n--
	return b
}
