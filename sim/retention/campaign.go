package retention

import (
	"math"
	"math/rand/v2"

	"github.com/dendra-net/dendra/fixed"
	"github.com/dendra-net/dendra/sim"
	"github.com/dendra-net/dendra/yuma"
	"github.com/dendra-net/dendra/yuma/vector"
)

// Setting is a network that lives many epochs.
type Setting struct {
	Rules           yuma.Params
	HonestStakePct  uint64
	Noise           float64 // standard deviation of a vote around its camp's mean, which is 1
	PersistentNoise float64 // the part of the noise's variance that a validator keeps for ever; the rest is new each epoch
	ValidatorShare  float64 // part of the emission that goes to validators
	Network         vector.Network
	Epochs, Settled int // how many epochs are lived, and over how many of the last the pay is averaged
}

// Ours is the setting of our tables: the published network under the chain's rules.
func Ours(honestStakePct uint64) Setting {
	return Setting{Rules: sim.Ours().Yuma, HonestStakePct: honestStakePct, Noise: 0.4, ValidatorShare: 0.5, Network: document, Epochs: 30, Settled: 10}
}

// sway is one validator's judgement of every server in one epoch: positive, with a sum of one in each camp of servers.
type sway []float32

// campaign is one network with all its draws made. How the honest camp and the cabal divide their votes is open, so that
// all divisions are compared in the same weather.
type campaign struct {
	Setting
	population    vector.Population
	honestServers int
	honest        [][]sway // by epoch and validator; validators of the cabal are those behind
	shared        []sway   // by epoch: what a cabal judges together
}

// newCampaign makes the draws of one seed.
func (s Setting) newCampaign(seed uint64) *campaign {
	network := s.Network
	network.Seed = seed
	c := &campaign{Setting: s, population: network.Draw(s.HonestStakePct, 0)}
	for _, is := range c.population.Honest[network.Validators:] {
		if is {
			c.honestServers++
		}
	}
	lasting := make([][]float64, network.Validators)
	random := rand.New(rand.NewPCG(seed, 0x64656e647261))
	for i := range lasting {
		lasting[i] = normals(random, network.N-network.Validators)
	}
	for range s.Epochs {
		epoch := make([]sway, network.Validators)
		for i := range epoch {
			epoch[i] = c.judge(lasting[i], normals(random, network.N-network.Validators))
		}
		c.honest = append(c.honest, epoch)
		c.shared = append(c.shared, c.judge(nil, normals(random, network.N-network.Validators)))
	}
	return c
}

func normals(random *rand.Rand, n int) []float64 {
	out := make([]float64, n)
	for k := range out {
		out[k] = random.NormFloat64()
	}
	return out
}

// judge turns lasting and passing noise into a judgement.
func (c *campaign) judge(lasting, passing []float64) sway {
	keep, add := math.Sqrt(c.PersistentNoise), math.Sqrt(1-c.PersistentNoise)
	if lasting == nil {
		lasting, keep, add = passing, 0, 1
	}
	out := make(sway, len(passing))
	for k := range out {
		noise := float64(keep*lasting[k]) + float64(add*passing[k])
		out[k] = float32(math.Max(0, 1+c.Noise*noise))
	}
	out[:c.honestServers].normalise()
	out[c.honestServers:].normalise()
	return out
}

func (s sway) normalise() {
	sum := float32(0)
	for _, x := range s {
		sum += x
	}
	for k := range s {
		s[k] /= sum
	}
}

// row divides a vote: a part for each camp of servers, by a judgement of each.
func (c *campaign) row(forHonest float64, honest, cabal sway) []yuma.Weight {
	top := float32(0)
	scale := func(k int) float32 {
		if k < c.honestServers {
			return float32(forHonest) * honest[k]
		}
		return float32(1-forHonest) * cabal[k-c.honestServers]
	}
	n := c.Network.N - c.Network.Validators
	for k := range n {
		top = max(top, scale(k))
	}
	out := make([]yuma.Weight, 0, n)
	for k := range n {
		if w := uint16(math.Round(float64(scale(k)) / float64(top) * math.MaxUint16)); w > 0 {
			out = append(out, yuma.Weight{UID: uint16(c.Network.Validators + k), Value: w})
		}
	}
	return out
}

// keeps lives through the epochs and returns the honest camp's part of the pay once things are settled.
func (c *campaign) keeps(honestSelfPPM uint64, attack Attack) float64 {
	in := c.population.Input(attack.on(c.Rules), nil)
	utility := float64(honestSelfPPM) / million
	sum := 0.0
	for e := range c.Epochs {
		in.Weights = c.vote(e, utility, attack)
		out := yuma.Epoch(in)
		if e >= c.Epochs-c.Settled {
			sum += part(c.population.Shares(out).Retained(fixed.FracOf(ppm(c.ValidatorShare), million)))
		}
		live(&in, out)
	}
	return sum / float64(c.Settled)
}
