package vector

import (
	"fmt"
	"math/big"

	"github.com/dendra-net/dendra/fixed"
	"github.com/dendra-net/dendra/yuma"
)

// documentNetwork is the network of the published plots.
var documentNetwork = Network{N: 512, Validators: 64, StakeStddevPPM: 300_000, TotalStake: 21_000_000_000_000_000, Seed: 1}

// maxPairs bounds the validators times servers of a network in a file.
const maxPairs = 1 << 20

// network reads the network of a file.
func (s *scanner) network() *Network {
	n, seen := &Network{}, map[string]bool{}
	s.object(func(key string) {
		seen[key] = true
		switch key {
		case "n":
			n.N = int(s.whole(maxN))
		case "validators":
			n.Validators = int(s.whole(maxN))
		case "stake_stddev_ppm":
			n.StakeStddevPPM = s.height()
		case "total_stake":
			n.TotalStake = s.height()
		case "seed":
			n.Seed = s.height()
		default:
			s.unknown(key)
		}
	})
	for _, key := range []string{"n", "validators", "stake_stddev_ppm", "total_stake", "seed"} {
		if !seen[key] {
			s.fail("field %q is missing", key)
		}
	}
	if err := n.Check(); err != nil {
		s.fail("%v", err)
	} else if n.Validators*(n.N-n.Validators) > maxPairs {
		s.fail("%d validators times %d servers, at most %d together", n.Validators, n.N-n.Validators, maxPairs)
	}
	return n
}

// campaign is what the cases about two camps have in common.
type campaign struct {
	network Network
	camps   Camps
	rules   yuma.Params
}

// percent reads a whole percentage and returns millionths.
func (s *scanner) percent() uint64 { return s.whole(100) * (million / 100) }

// fields reads a campaign; the parameters that a case leaves out are the original's.
func (c *campaign) fields(r *caseReader) []field {
	c.network, c.rules = r.network, yuma.CompatParams()
	return []field{
		into("honest_stake_pct", r.height, &c.camps.HonestStakePct), into("honest_self_weight_pct", r.percent, &c.camps.HonestSelfPPM),
		into("cabal_self_weight_pct", r.percent, &c.camps.CabalSelfPPM), into("weight_stddev_ppm", r.height, &c.camps.WeightStddevPPM),
		maybe("bonds_penalty_u16", r.u16, &c.rules.BondsPenalty), maybe("kappa_u16", r.u16, &c.rules.Kappa),
	}
}

func (c *campaign) sound(r *caseReader) {
	if err := c.camps.Check(); err != nil {
		r.fail("%v", err)
	}
}

// run lives one epoch.
func (c *campaign) run() CampShares {
	p := c.network.Draw(c.camps.HonestStakePct, c.camps.WeightStddevPPM)
	return p.Shares(yuma.Epoch(p.Input(c.rules, p.Weights(c.camps.HonestSelfPPM, c.camps.CabalSelfPPM))))
}

// printed is half of the last of nine digits, with which shares of camps are given.
var printed = big.NewRat(1, 2_000_000_000)

// retention asks whether the honest camp's part of the emission is no less than its part of the stake, or how much it is.
type retention struct {
	campaign
	retained      *bool
	near, nearTol *big.Rat
	oracle        *big.Rat
}

func readRetention(r *caseReader) testCase {
	c := &retention{}
	var boundary bool
	r.record(append(c.fields(r),
		field{"expect_retained", func() { yes := r.boolean(); c.retained = &yes }, true},
		field{"expect_near", func() { c.near, c.nearTol = r.about() }, true},
		maybe("boundary", r.boolean, &boundary), maybe("oracle_share", r.share, &c.oracle))...)
	if (c.retained == nil) == (c.near == nil) {
		r.fail(`want one of "expect_retained" and "expect_near"`)
	}
	c.sound(r)
	return c
}

// about reads {"share": x, "tol": y}.
func (s *scanner) about() (share, tol *big.Rat) {
	s.object(func(key string) {
		switch key {
		case "share":
			share = s.share()
		case "tol":
			tol = s.amount()
		default:
			s.unknown(key)
		}
	})
	if share == nil || tol == nil {
		s.fail(`want "share" and "tol"`)
	}
	return share, tol
}

func (c *retention) verify(v *verifier) {
	have := c.run().Emission
	if c.retained != nil {
		stake := fixed.FracOf(c.camps.HonestStakePct, 100)
		v.verdict(have >= stake == *c.retained, "honest share is the honest stake or more", "", have.String(), fmt.Sprint(*c.retained), "0")
	} else {
		v.within("honest share near the boundary", "", rational(have), c.near, c.nearTol)
	}
	if c.oracle != nil {
		v.real("honest share", "", rational(have), c.oracle, printed)
	}
}

// retentionShare asks for the honest camp's shares and for the trust of either camp.
type retentionShare struct {
	campaign
	expect map[string]*big.Rat
	tol    *big.Rat
}

// campFields are the figures of a campaign under the names of the format.
var campFields = []struct {
	name string
	read func(CampShares) fixed.Frac
}{
	{"emission", func(s CampShares) fixed.Frac { return s.Emission }},
	{"incentive", func(s CampShares) fixed.Frac { return s.Incentive }},
	{"dividends", func(s CampShares) fixed.Frac { return s.Dividends }},
	{"vtrust_honest", func(s CampShares) fixed.Frac { return s.HonestTrust }},
	{"vtrust_cabal", func(s CampShares) fixed.Frac { return s.CabalTrust }},
}

func readRetentionShare(r *caseReader) testCase {
	c := &retentionShare{expect: map[string]*big.Rat{}}
	r.record(append(c.fields(r), field{name: "expect_share", read: func() { c.readExpected(r) }})...)
	if len(c.expect) == 0 {
		r.fail("expect_share: want at least one figure")
	}
	c.sound(r)
	c.tol = r.tol
	return c
}

func (c *retentionShare) readExpected(r *caseReader) {
	r.object(func(key string) {
		for _, f := range campFields {
			if f.name == key {
				c.expect[key] = r.share()
				return
			}
		}
		r.unknown(key)
	})
}

func (c *retentionShare) verify(v *verifier) {
	have := c.run()
	for _, f := range campFields {
		if want := c.expect[f.name]; want != nil {
			v.within(f.name, "", rational(f.read(have)), want, c.tol)
		}
	}
}

// millionths reads a part of one that is a whole number of millionths.
func (s *scanner) millionths() uint64 {
	x := new(big.Rat).Mul(s.share(), big.NewRat(million, 1))
	if !x.IsInt() {
		s.fail("want at most six decimals, have %s", x.Quo(x, big.NewRat(million, 1)).FloatString(9))
	}
	return floor(x)
}

// stakePart reads a part of one that is a whole percentage, and returns that.
func (s *scanner) stakePart() uint64 {
	ppm := s.millionths()
	if ppm%(million/100) != 0 {
		s.fail("want whole percents, have %d millionths", ppm)
	}
	return ppm / (million / 100)
}
