package retention

import (
	"fmt"

	"github.com/dendra-net/dendra/yuma"
)

// Attack is how a cabal votes, and what else it is free to choose.
type Attack struct {
	SelfPPM   uint64     `json:"self_weight_ppm"` // part of its votes for its own servers
	Noise     CabalNoise `json:"noise"`
	Few       bool       `json:"few"`          // its own votes go to a quarter of its servers
	Alternate bool       `json:"alternate"`    // and change between two halves of those from epoch to epoch
	Liquid    bool       `json:"liquid_alpha"` // bonds move at speeds of their own (a choice of the subnet's owner)
}

// CabalNoise says how the cabal's votes vary around their division between the camps.
type CabalNoise string

// What a cabal can agree on.
const (
	Still    CabalNoise = "still"    // all vote alike, in every epoch
	Alone    CabalNoise = "alone"    // each with noise of its own, as honest validators do
	Together CabalNoise = "together" // all alike, with new noise in every epoch: news that only they could tell
)

// String names the attack in a few words.
func (a Attack) String() string {
	out := fmt.Sprintf("self %.2f %s", float64(a.SelfPPM)/million, a.Noise)
	for _, c := range []struct {
		on   bool
		name string
	}{{a.Few, " few"}, {a.Alternate, " alternating"}, {a.Liquid, " liquid"}} {
		if c.on {
			out += c.name
		}
	}
	return out
}

// on returns the rules as the cabal has them.
func (a Attack) on(rules yuma.Params) yuma.Params {
	rules.LiquidAlpha = a.Liquid
	return rules
}

// attacks returns every choice with self weights this far apart.
func attacks(stepPPM uint64) (out []Attack) {
	no := []bool{false, true}
	for self := uint64(0); self <= million; self += stepPPM {
		for _, noise := range []CabalNoise{Still, Alone, Together} {
			for _, few := range no {
				for _, alternate := range no {
					for _, liquid := range no {
						out = append(out, Attack{self, noise, few, alternate, liquid})
					}
				}
			}
		}
	}
	return out
}

// vote returns everybody's rows of an epoch.
func (c *campaign) vote(epoch int, utility float64, attack Attack) [][]yuma.Weight {
	out := make([][]yuma.Weight, c.Network.N)
	for i := range c.Network.Validators {
		mine := c.honest[epoch][i]
		if c.population.Honest[i] {
			out[i] = c.row(utility, mine[:c.honestServers], mine[c.honestServers:])
			continue
		}
		if attack.Noise != Alone && i > 0 && !c.population.Honest[i-1] {
			out[i] = out[i-1] // the cabal votes as one
			continue
		}
		mine = c.plot(epoch, i, attack)
		out[i] = c.row(float64(million-attack.SelfPPM)/million, mine[:c.honestServers], mine[c.honestServers:])
	}
	return out
}

// plot returns how a validator of the cabal judges servers.
func (c *campaign) plot(epoch, validator int, attack Attack) sway {
	out := make(sway, c.Network.N-c.Network.Validators)
	switch attack.Noise {
	case Alone:
		copy(out, c.honest[epoch][validator])
	case Together:
		copy(out, c.shared[epoch])
	default:
		for k := range out {
			out[k] = 1
		}
	}
	own := out[c.honestServers:]
	from, to := attack.favourites(epoch, len(own))
	clear(own[:from])
	clear(own[to:])
	out[:c.honestServers].normalise()
	own.normalise()
	return out
}

// favourites returns which of its servers the cabal votes for in an epoch.
func (a Attack) favourites(epoch, servers int) (from, to int) {
	to = servers
	if a.Few {
		to = max(servers/4, 1)
	}
	if a.Alternate && to > 1 {
		if epoch%2 == 0 {
			return 0, to / 2
		}
		return to / 2, to
	}
	return 0, to
}

// tempo is how many blocks lie between epochs.
const tempo = 360

// live moves an input on to the next epoch: what this one stored is there, and every row is new.
func live(in *yuma.Input, out yuma.Output) {
	in.LastStepBlock = in.Block
	in.Block += tempo
	in.Bonds, in.Permits, in.Memory = out.Bonds, out.NewPermits, out.Memory
	for i := range in.LastUpdate {
		in.LastUpdate[i] = in.Block - 1
	}
}
