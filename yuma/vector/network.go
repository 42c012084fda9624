package vector

import (
	"fmt"

	"github.com/dendra-net/dendra/fixed"
	"github.com/dendra-net/dendra/yuma"
)

// Network says how large a network of two camps is and what its draws start from. The same values give the same network
// on every machine: everything is integers.
type Network struct {
	N, Validators  int    // neurons; the first Validators of them vote for the others, which serve
	StakeStddevPPM uint64 // spread of stakes around their mean of a million, at most a million
	TotalStake     uint64 // in rao, at most MaxTotalStake
	Seed           uint64
}

// MaxTotalStake is the most stake a Network divides, in rao: more than there will ever be.
const MaxTotalStake = 1 << 57

// Camps says how the validators of a network divide into an honest camp and a cabal, and how they vote. Each camp has as
// large a part of validators and servers as of the stake, but at least one of each.
type Camps struct {
	HonestStakePct uint64 // 1 to 99
	// HonestSelfPPM and CabalSelfPPM are the parts of its votes, in millionths, that a camp gives to its own servers.
	HonestSelfPPM, CabalSelfPPM uint64
	WeightStddevPPM             uint64 // spread of the votes within a camp, at most a million
}

// million is the whole of parts per million.
const million = 1_000_000

// Check refuses what no network can be drawn from.
func (n Network) Check() error {
	switch {
	case n.Validators < 2 || n.N-n.Validators < 2 || n.N > maxN:
		return fmt.Errorf("want two validators and two servers or more among at most %d neurons, have %d of %d", maxN, n.Validators, n.N)
	case n.StakeStddevPPM > million:
		return fmt.Errorf("stakes spread by %d millionths, at most %d", n.StakeStddevPPM, million)
	case n.TotalStake > MaxTotalStake:
		return fmt.Errorf("total stake of %d rao, at most %d", n.TotalStake, uint64(MaxTotalStake))
	}
	return nil
}

// Check refuses what no camps can be drawn from.
func (c Camps) Check() error {
	switch {
	case c.HonestStakePct < 1 || c.HonestStakePct > 99:
		return fmt.Errorf("want honest stake of 1 to 99 %%, have %d", c.HonestStakePct)
	case c.HonestSelfPPM > million || c.CabalSelfPPM > million:
		return fmt.Errorf("votes of %d and %d millionths for oneself, at most %d", c.HonestSelfPPM, c.CabalSelfPPM, million)
	case c.WeightStddevPPM > million:
		return fmt.Errorf("votes spread by %d millionths, at most %d", c.WeightStddevPPM, million)
	}
	return nil
}

// Population is a network with its draws made. Only how the camps divide their votes is open, so that many divisions of
// one population can be compared.
type Population struct {
	Network
	Stake  []uint64 // rao per uid
	Honest []bool   // per uid

	honestServers int
	samples       [][]uint64 // a row of positive samples for each validator, one for each server
}

// Draw makes the draws for a network whose honest camp has so much of the stake and whose votes spread so much; both
// must be within the bounds of Check.
func (n Network) Draw(honestStakePct, weightStddevPPM uint64) Population {
	random, servers := splitMix64(n.Seed), n.N-n.Validators
	honestValidators := inner(honestStakePct, n.Validators)
	p := Population{Network: n, honestServers: inner(honestStakePct, servers), Stake: make([]uint64, n.N), Honest: make([]bool, n.N)}
	for i := range p.Honest {
		p.Honest[i] = i < honestValidators || i >= n.Validators && i < n.Validators+p.honestServers
	}
	n.endow(p.Stake[:honestValidators], honestStakePct, &random)
	n.endow(p.Stake[honestValidators:n.Validators], 100-honestStakePct, &random)
	for range n.Validators {
		p.samples = append(p.samples, random.samples(servers, weightStddevPPM))
	}
	return p
}

// inner returns so many percent of count, but not none and not all.
func inner(pct uint64, count int) int {
	return min(max(int(pct)*count/100, 1), count-1)
}

// endow divides so many percent of the total stake among the members of a camp.
func (n Network) endow(stake []uint64, pct uint64, random *splitMix64) {
	samples := random.samples(len(stake), n.StakeStddevPPM)
	sum := sumOf(samples)
	for i, x := range samples {
		stake[i] = fixed.MulDiv(n.TotalStake, pct*x, sum) / 100
	}
}

func sumOf(v []uint64) (sum uint64) {
	for _, x := range v {
		sum += x
	}
	return sum
}

// Weights returns the votes per uid when the camps give so many millionths to their own servers.
func (p Population) Weights(honestSelfPPM, cabalSelfPPM uint64) [][]yuma.Weight {
	out := make([][]yuma.Weight, p.N)
	raw := make([]uint64, p.N-p.Validators)
	for i, samples := range p.samples {
		forHonest := honestSelfPPM
		if !p.Honest[i] {
			forHonest = million - cabalSelfPPM
		}
		split(raw[:p.honestServers], samples[:p.honestServers], forHonest)
		split(raw[p.honestServers:], samples[p.honestServers:], million-forHonest)
		out[i] = make([]yuma.Weight, len(raw))
		for k, w := range fixed.MaxUpscale(raw) {
			out[i][k] = yuma.Weight{UID: uint16(p.Validators + k), Value: w}
		}
	}
	return out
}

// split divides so many millionths of a vote in proportion to the samples.
func split(raw, samples []uint64, ppm uint64) {
	const whole = 65535
	sum := sumOf(samples)
	for k, x := range samples {
		raw[k] = fixed.MulDiv(whole*ppm, x, sum) / million // two floors in a row are the floor of both divisions at once
	}
}

// Input returns the first epoch of the population's life: no bonds yet, every validator permitted.
func (p Population) Input(rules yuma.Params, weights [][]yuma.Weight) yuma.Input {
	const block, tempo, emission = 2, 65_534, 1_000_000_000
	rules.Tempo, rules.MaxValidators = tempo, uint32(p.Validators)
	in := yuma.Input{
		Params: rules, Block: block, Emission: emission, Stake: p.Stake, LastUpdate: make([]uint64, p.N),
		RegisteredAt: make([]uint64, p.N), Permits: make([]bool, p.N), Weights: weights, Bonds: make([][]yuma.Cell, p.N),
	}
	for i := range p.N {
		in.LastUpdate[i], in.Permits[i] = block-1, i < p.Validators
	}
	return in
}

// Build draws the whole network at once: stake in rao, votes, and who is honest, per uid.
func (n Network) Build(c Camps) (stake []uint64, weights [][]yuma.Weight, honest []bool) {
	p := n.Draw(c.HonestStakePct, c.WeightStddevPPM)
	return p.Stake, p.Weights(c.HonestSelfPPM, c.CabalSelfPPM), p.Honest
}

// splitMix64 is the generator of that name: its state is the whole of it.
type splitMix64 uint64

func (r *splitMix64) next() uint64 {
	*r += 0x9E3779B97F4A7C15
	z := uint64(*r)
	z = (z ^ z>>30) * 0xBF58476D1CE4E5B9
	z = (z ^ z>>27) * 0x94D049BB133111EB
	return z ^ z>>31
}

// sum12 adds up twelve uniform numbers of 16 bits, which is nearly normal: mean 393,210, standard deviation 65,536.
func (r *splitMix64) sum12() (sum uint64) {
	for range 3 {
		z := r.next()
		sum += z&0xFFFF + z>>16&0xFFFF + z>>32&0xFFFF + z>>48
	}
	return sum
}

// samples draws from a normal distribution around a million with this deviation, cut off at zero, in units of 2^-16.
func (r *splitMix64) samples(count int, stddevPPM uint64) []uint64 {
	const mean = 393_210
	out := make([]uint64, count)
	for i := range out {
		out[i] = uint64(max(0, million<<16+int64(stddevPPM)*(int64(r.sum12())-mean)))
	}
	return out
}
