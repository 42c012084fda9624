package vector

import (
	"math/big"
	"strconv"

	"github.com/dendra-net/dendra/fixed"
)

// decay is how a cabal decays in the mechanism before Yuma: incentive is rank times a logistic of trust, and stake grows
// in proportion to it. None of our rules is like it; what is checked is the chain's logistic, a hundred times in a row.
type decay struct {
	tau, temperature, honest, cabal *big.Rat
	published, expect               []*big.Rat
	tol                             *big.Rat
}

func readDecay(r *caseReader) testCase {
	c := &decay{}
	r.record(into("tau", r.share, &c.tau), into("temperature", r.amount, &c.temperature), into("honest_start", r.share, &c.honest),
		into("cabal_start", r.share, &c.cabal), into("published_cabal_share", r.amounts, &c.published), into("cabal_share", r.amounts, &c.expect))
	if new(big.Rat).Add(c.honest, c.cabal).Cmp(one) != 0 {
		r.fail("want shares of stake that sum to one, have %s and %s", c.honest.FloatString(9), c.cabal.FloatString(9))
	}
	if c.temperature.Cmp(big.NewRat(1000, 1)) > 0 {
		r.fail("temperature is above 1000")
	}
	if len(c.published) > len(c.expect) {
		r.fail("published_cabal_share: want at most %d elements, have %d", len(c.expect), len(c.published))
	}
	c.tol = r.tol
	return c
}

func (c *decay) verify(v *verifier) {
	tau, cabal := fracOf(c.tau), fracOf(c.cabal)
	temperature := fixed.Q(nearest(new(big.Rat).Mul(c.temperature, big.NewRat(int64(fixed.One), 1))))
	for k, want := range c.expect {
		honest := cabal.Complement()
		ofHonest, ofCabal := honest.Mul(trusted(honest, temperature)), cabal.Mul(trusted(cabal, temperature))
		grown := cabal + tau.Mul(fixed.FracOf(uint64(ofCabal), uint64(ofHonest+ofCabal)))
		cabal = fixed.FracOf(uint64(grown), uint64(fixed.FracOne+tau))
		v.real("cabal share", strconv.Itoa(k), rational(cabal), want, c.tol)
		if k < len(c.published) {
			v.real("published cabal share", strconv.Itoa(k), rational(cabal), c.published[k], c.tol)
		}
	}
}

// trusted returns the logistic of temperature times how far a share is above one half.
func trusted(share fixed.Frac, temperature fixed.Q) fixed.Frac {
	const half = fixed.FracOne / 2
	if share < half {
		return trusted(share.Complement(), temperature).Complement()
	}
	return fixed.Logistic(fixed.Q(fixed.Product(uint64(share-half), uint64(temperature)).Shift(fixed.FracBits)))
}
