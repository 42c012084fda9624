package vector

import (
	"github.com/dendra-net/dendra/fixed"
	"github.com/dendra-net/dendra/yuma"
)

// CampShares is what an epoch gives to the honest camp, as shares of the whole network, and how far the votes of either
// camp agreed with the consensus, as the mean over its validators.
type CampShares struct {
	Emission, Incentive, Dividends fixed.Frac
	HonestTrust, CabalTrust        fixed.Frac
}

// Shares adds up an epoch's results by camp.
func (p Population) Shares(out yuma.Output) (s CampShares) {
	var honest, cabal fixed.Wide
	honestValidators := 0
	for i, is := range p.Honest {
		switch {
		case is:
			s.Emission += out.Share[i]
			s.Incentive += out.Incentive[i]
			s.Dividends += out.Dividends[i]
			honest = honest.Add(fixed.Wide{Lo: uint64(out.ValidatorTrust[i])})
		case i < p.Validators:
			cabal = cabal.Add(fixed.Wide{Lo: uint64(out.ValidatorTrust[i])})
		}
		if is && i < p.Validators {
			honestValidators++
		}
	}
	s.HonestTrust = mean(honest, honestValidators)
	s.CabalTrust = mean(cabal, p.Validators-honestValidators)
	return s
}

func mean(sum fixed.Wide, count int) fixed.Frac {
	return fixed.FracOfWide(sum, fixed.Product(uint64(count), uint64(fixed.FracOne)))
}

// Retained returns the part of the emission that the honest camp keeps when validators receive validatorShare of it and
// servers the rest: the measure of the retention plots.
func (s CampShares) Retained(validatorShare fixed.Frac) fixed.Frac {
	return s.Dividends.Mul(validatorShare) + s.Incentive.Mul(validatorShare.Complement())
}

// utilitySteps is the resolution of LeastUtility: the unit interval is halved until less than 1/2000 of it is left.
const utilitySteps = 2048

// LeastUtility finds, by bisection, the least part of honest votes given to honest servers, in millionths, with which the
// honest camp retains its stake; retained judges one such part, and is taken to stay true from some part on. The result
// is a multiple of 1/2048; a million when not even that is enough.
func LeastUtility(retained func(honestSelfPPM uint64) bool) uint64 {
	least, most := uint64(0), uint64(utilitySteps) // retained at most, unless nothing is enough
	for most-least > 1 {
		if middle := (least + most) / 2; retained(ofSteps(middle)) {
			most = middle
		} else {
			least = middle
		}
	}
	return ofSteps(most)
}

func ofSteps(k uint64) uint64 { return (k*million + utilitySteps/2) / utilitySteps }
