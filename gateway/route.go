package gateway

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/dendra-net/dendra/neuron"
)

const (
	// explorationShare of the first choices goes to miners without incentive, so that newcomers are measured.
	explorationShare = 0.05
	// slowest is the least that latency leaves of a miner's weight.
	slowest = 0.05
	// seniorStep and leastPart make the draw prefer the older registrations while nobody has incentive.
	seniorStep = 8
	leastPart  = 1e-4
)

// candidate is a miner that may be asked, with its weight in the draw.
type candidate struct {
	neuron.Neuron
	standing
	wait   time.Duration // latency in the mode that is asked for
	weight float64
}

// serving returns the neurons of s that answer questions: those with a usable endpoint that are not plain validators.
func serving(s neuron.Subnet) []neuron.Neuron {
	var miners []neuron.Neuron
	for _, n := range s.Neurons {
		validates := n.Permit && n.Incentive == 0 && (n.Dividend > 0 || n.ValidatorTrust > 0)
		if usable(n.Endpoint) && !validates {
			miners = append(miners, n)
		}
	}
	return miners
}

// selling returns the validators of s that answer questions: those with a permit and a usable endpoint.
func selling(s neuron.Subnet) []neuron.Neuron {
	var validators []neuron.Neuron
	for _, n := range s.Neurons {
		if n.Permit && usable(n.Endpoint) {
			validators = append(validators, n)
		}
	}
	return validators
}

// answering returns the neurons of s that answer for the model.
func (m Model) answering(s neuron.Subnet) []neuron.Neuron {
	if m.Validators {
		return selling(s)
	}
	return serving(s)
}

// usable reports whether an endpoint, which anybody may write on the chain, is a plain HTTP address.
func usable(endpoint string) bool {
	u, err := url.Parse(endpoint)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && u.User == nil && u.RawQuery == "" && u.Fragment == ""
}

// choose returns the miners to ask, in order.
func (g *Gateway) choose(model Model, s neuron.Subnet, p pin, m mode) ([]neuron.Neuron, error) {
	most := g.cfg.Limits.MaxAttempts
	if p.maxAttempts > 0 {
		most = min(most, p.maxAttempts)
	}
	miners := model.answering(s)
	if len(p.uids) > 0 {
		return pinned(s, miners, p.uids, most)
	}
	if len(miners) == 0 {
		return nil, unavailable(http.StatusServiceUnavailable, "no_miner",
			"subnet %d has %s and none of them serves: `dendra neuron list --subnet %d` shows them", s.Netuid, plural(len(s.Neurons), "neuron"), s.Netuid)
	}
	order := draw(g.weigh(s.Netuid, miners, m), g.cfg.Now(), g.cfg.Random)
	return order[:min(most, len(order))], nil
}

// pinned returns the miners the client named, in its order.
func pinned(s neuron.Subnet, miners []neuron.Neuron, uids []uint16, most int) ([]neuron.Neuron, error) {
	var chosen []neuron.Neuron
	for i, uid := range uids {
		at := slices.IndexFunc(miners, func(n neuron.Neuron) bool { return n.UID == uid })
		if at < 0 {
			return nil, invalid("neuron_not_found", "dendra.uids", "dendra.uids[%d]: subnet %d has no serving neuron %d among its %d", i, s.Netuid, uid, len(miners))
		}
		if !slices.ContainsFunc(chosen, func(n neuron.Neuron) bool { return n.UID == uid }) {
			chosen = append(chosen, miners[at])
		}
	}
	return chosen[:min(most, len(chosen))], nil
}

// weigh gives every miner its weight: its part of the incentive, times how fast it is beside the fastest, divided
// among what it is answering already. A miner that was never measured counts as fast.
func (g *Gateway) weigh(netuid uint16, miners []neuron.Neuron, m mode) []candidate {
	candidates := make([]candidate, len(miners))
	var sum float64
	poor := 0
	var fastest time.Duration
	for i, n := range miners {
		st := g.board.of(minerKey{netuid, n.Hotkey})
		wait := st.latency(m)
		candidates[i] = candidate{Neuron: n, standing: st, wait: wait}
		sum += n.Incentive
		if n.Incentive <= 0 {
			poor++
		}
		if wait > 0 && (fastest == 0 || wait < fastest) {
			fastest = wait
		}
	}
	for i := range candidates {
		c := &candidates[i]
		c.weight = share(c.Incentive, sum, poor) * speed(c.wait, fastest) / float64(1+c.inFlight)
	}
	if sum <= 0 {
		preferSeniors(candidates)
	}
	return candidates
}

// preferSeniors divides each weight by seniorStep for every miner that registered before: until the first epoch has
// paid somebody, age is all that is known of a miner.
func preferSeniors(candidates []candidate) {
	order := make([]*candidate, len(candidates))
	for i := range candidates {
		order[i] = &candidates[i]
	}
	slices.SortFunc(order, func(a, b *candidate) int {
		return cmp.Or(cmp.Compare(a.RegisteredAt, b.RegisteredAt), cmp.Compare(a.UID, b.UID))
	})
	part := 1.0
	for _, c := range order {
		c.weight *= part
		part = max(part/seniorStep, leastPart)
	}
}

// share is a miner's part of the first choices, before latency: its incentive, or its part of the exploration share.
func share(incentive, sum float64, poor int) float64 {
	switch {
	case sum <= 0:
		return 1
	case incentive <= 0:
		return explorationShare / float64(poor)
	case poor == 0:
		return incentive / sum
	}
	return incentive / sum * (1 - explorationShare)
}

func speed(wait, fastest time.Duration) float64 {
	if wait == 0 {
		return 1
	}
	return max(slowest, float64(fastest)/float64(wait))
}

// draw orders the candidates: first those at work, drawn by weight without replacement, then the resting ones, the
// one that rests shortest first.
func draw(candidates []candidate, now time.Time, random func() float64) []neuron.Neuron {
	var ready, resting []candidate
	for _, c := range candidates {
		if c.resting(now) {
			resting = append(resting, c)
		} else {
			ready = append(ready, c)
		}
	}
	slices.SortStableFunc(resting, func(a, b candidate) int { return cmp.Compare(a.rest.UnixNano(), b.rest.UnixNano()) })
	order := make([]neuron.Neuron, 0, len(candidates))
	for len(ready) > 0 {
		i := pick(ready, random())
		order = append(order, ready[i].Neuron)
		ready = slices.Delete(ready, i, i+1)
	}
	for _, c := range resting {
		order = append(order, c.Neuron)
	}
	return order
}

// pick returns the index at which a draw in [0,1) falls.
func pick(candidates []candidate, at float64) int {
	var sum float64
	for _, c := range candidates {
		sum += c.weight
	}
	at *= sum
	for i, c := range candidates {
		if at -= c.weight; at < 0 {
			return i
		}
	}
	return len(candidates) - 1
}

// tell names the neurons of a list for people.
func tell(neurons []neuron.Neuron) string {
	s := ""
	for i, n := range neurons {
		if i > 0 {
			s += ", "
		}
		s += fmt.Sprint(n.UID)
	}
	return s
}
