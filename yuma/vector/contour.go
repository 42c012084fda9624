package vector

import (
	"math/big"

	"github.com/dendra-net/dendra/fixed"
	"github.com/dendra-net/dendra/yuma"
)

// contour asks for one point of a retention plot: the least utility, the part of honest votes for honest servers, with
// which the honest camp retains its stake. A point is the mean over several networks, and each takes a bisection.
type contour struct {
	campaign
	validatorShare    fixed.Frac
	published, oracle *big.Rat
	tol               *big.Rat
}

const (
	contourSeeds = 10 // networks that a published mean is over: seeds 1 to 10
	quickSeeds   = 2  // and a quick verification
	quickCases   = 40 // at most so many points, spread evenly over the file
)

// bisected is the resolution of the figures: one step of the bisection, and half of the last of four digits.
var bisected = big.NewRat(55, 100_000)

func readContour(r *caseReader) testCase {
	c := &contour{}
	c.network, c.rules = r.network, yuma.CompatParams()
	var plot string
	var share, deviation *big.Rat
	r.record(into("plot", r.text, &plot), into("honest_stake", r.stakePart, &c.camps.HonestStakePct),
		into("cabal_self_weight", r.millionths, &c.camps.CabalSelfPPM), into("weight_stddev_ppm", r.height, &c.camps.WeightStddevPPM),
		into("bonds_penalty_u16", r.u16, &c.rules.BondsPenalty), into("kappa_u16", r.u16, &c.rules.Kappa),
		into("validator_share", r.share, &share), into("doc_required_utility", r.share, &c.published),
		into("oracle_required_utility", r.share, &c.oracle), maybe("oracle_sd", r.amount, &deviation))
	if share != nil && r.err == nil {
		c.validatorShare = fracOf(share)
	}
	c.sound(r)
	c.tol = r.tol
	return c
}

func (c *contour) verify(v *verifier) {
	seeds, resolution := uint64(contourSeeds), bisected
	if !v.options.Full {
		if stride := (len(v.file.cases) + quickCases - 1) / quickCases; v.part%stride != 0 {
			v.report.Left++
			return
		}
		seeds, resolution = quickSeeds, c.tol
	}
	if c.onEdge() {
		resolution = c.tol
	}
	have := c.required(seeds)
	v.within("required utility of the drawing", "", have, c.published, c.tol)
	v.within("required utility", "", have, c.oracle, resolution)
}

// onEdge reports that one camp holds exactly as much stake as makes a majority, so that the last digit of a stake decides.
func (c *contour) onEdge() bool {
	stake := c.camps.HonestStakePct * largestWeight
	kappa := uint64(c.rules.Kappa) * 100
	return stake == kappa || 100*largestWeight-stake == kappa
}

// required returns the mean of the least utility over the first networks.
func (c *contour) required(seeds uint64) *big.Rat {
	stake, network, sum := fixed.FracOf(c.camps.HonestStakePct, 100), c.network, uint64(0)
	for network.Seed = 1; network.Seed <= seeds; network.Seed++ {
		p := network.Draw(c.camps.HonestStakePct, c.camps.WeightStddevPPM)
		sum += LeastUtility(func(honestSelfPPM uint64) bool {
			out := yuma.Epoch(p.Input(c.rules, p.Weights(honestSelfPPM, c.camps.CabalSelfPPM)))
			return p.Shares(out).Retained(c.validatorShare) >= stake
		})
	}
	return new(big.Rat).SetFrac64(int64(sum), int64(seeds*million))
}
