package vision

import (
	"crypto/sha256"
	"encoding/binary"
	"math/bits"
	"math/rand/v2"

	"github.com/dendra-net/dendra/subnets/vision/picture"
)

// draw is the randomness of one question: words and form from its own stream, pictures from dice of their own.
type draw struct {
	*picture.Dice
	src *rand.ChaCha8
}

func newDraw(seed [32]byte, i int) *draw {
	key := func(purpose string) [32]byte {
		b := append([]byte("dendra/vision/"+purpose+"/"), seed[:]...)
		return sha256.Sum256(binary.BigEndian.AppendUint64(b, uint64(i)))
	}
	return &draw{picture.NewDice(key("pictures")), rand.NewChaCha8(key("form"))}
}

// intn returns a number in 0..n-1, each equally likely; n must be at least 1.
func (d *draw) intn(n int) int {
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
func (d *draw) between(from, to int) int { return from + d.intn(to-from+1) }

func (d *draw) chance(percent int) bool { return d.intn(100) < percent }

func oneOf[T any](d *draw, options ...T) T { return options[d.intn(len(options))] }

// some returns n different elements of options, in random order.
func some[T any](d *draw, n int, options []T) []T {
	all := append([]T(nil), options...)
	for i := len(all) - 1; i > 0; i-- {
		j := d.intn(i + 1)
		all[i], all[j] = all[j], all[i]
	}
	return all[:min(n, len(all))]
}
