package text

import (
	"math/bits"
	"math/rand/v2"
	"strings"

	"github.com/dendra-net/dendra/subnets/text/lexi/wordnet"
)

const maxLevel = 5

// draw is the randomness of one question: ChaCha8, whose stream is specified, and integer methods of our own, so that
// the same seed gives the same question with every release of Go.
type draw struct {
	src   *rand.ChaCha8
	level int // 1..maxLevel
	words *wordnet.DB
}

func newSource(seed [32]byte) *rand.ChaCha8 { return rand.NewChaCha8(seed) }

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

func shuffle[T any](d *draw, s []T) {
	for i := len(s) - 1; i > 0; i-- {
		j := d.intn(i + 1)
		s[i], s[j] = s[j], s[i]
	}
}

// some returns n different elements of options, in random order.
func some[T any](d *draw, n int, options []T) []T {
	all := append([]T(nil), options...)
	shuffle(d, all)
	return all[:min(n, len(all))]
}

// fill chooses a template and replaces "{x}" by the value after "x".
func (d *draw) fill(values []string, templates ...string) string {
	pairs := make([]string, 0, len(values))
	for i := 0; i+1 < len(values); i += 2 {
		pairs = append(pairs, "{"+values[i]+"}", values[i+1])
	}
	return strings.NewReplacer(pairs...).Replace(oneOf(d, templates...))
}

const (
	onsets = "b br c cl d dr f fl g gr h j k l m n p pl pr r s sk sl st t tr v w z"
	vowels = "a e i o u a e o ai ou"
	codas  = " l n r s t m nd rk st x"
)

// coin invents a pronounceable word of the given number of syllables.
func (d *draw) coin(syllables int) string {
	var b strings.Builder
	for i := range syllables {
		b.WriteString(oneOf(d, strings.Split(onsets, " ")...))
		b.WriteString(oneOf(d, strings.Split(vowels, " ")...))
		if i == syllables-1 || d.chance(30) {
			b.WriteString(oneOf(d, strings.Split(codas, " ")...))
		}
	}
	return b.String()
}

// name invents a proper name.
func (d *draw) name(syllables int) string {
	w := d.coin(syllables)
	return strings.ToUpper(w[:1]) + w[1:]
}
