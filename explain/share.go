package explain

import (
	"fmt"
	"math/bits"
	"strings"

	"github.com/dendra-net/dendra/fixed"
)

// Share is a part of one, exact to 63 bits.
type Share fixed.Frac

// decimals are enough to tell any two shares apart.
const decimals = 19

// String returns the share with 19 decimals, rounded half up, without trailing zeros.
func (s Share) String() string {
	const scale = 10_000_000_000_000_000_000
	hi, lo := bits.Mul64(uint64(s), scale)
	lo, carry := bits.Add64(lo, 1<<(fixed.FracBits-1), 0)
	units, over := (hi+carry)<<1|lo>>fixed.FracBits, (hi+carry)>>fixed.FracBits
	if over > 0 || units >= scale {
		return "1" // nothing is more than the whole
	}
	if units == 0 {
		return "0"
	}
	return "0." + strings.TrimRight(fmt.Sprintf("%0*d", decimals, units), "0")
}

// MarshalJSON writes a number.
func (s Share) MarshalJSON() ([]byte, error) { return []byte(s.String()), nil }

// Float is the share as nearly as a float can say it, for bars and percentages.
func (s Share) Float() float64 { return float64(s) / float64(fixed.FracOne) }

// of48 is a share as the chain stores it, with 48 bits.
func of48(q uint64) Share { return Share(min(q, 1<<fixed.QBits)) << (fixed.FracBits - fixed.QBits) }

// stored cuts a share down to what the chain keeps of it.
func stored(f fixed.Frac) Share { return of48(uint64(f.Q())) }

// times multiplies shares.
func (s Share) times(t Share) Share { return Share(fixed.Frac(s).Mul(fixed.Frac(t))) }
