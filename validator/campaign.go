package validator

import (
	"slices"

	"github.com/dendra-net/dendra/evidence"
	"github.com/dendra-net/dendra/neuron"
	"github.com/dendra-net/dendra/validator/scoring"
)

// campaign is the measuring of one epoch: when its rounds begin, when it must be over, what it brought.
type campaign struct {
	epoch    uint64
	secret   [32]byte
	starts   []int64 // height of each round
	next     int     // first round not begun
	deadline int64   // no round goes on beyond this height, so that the vote lands in its epoch
	begin    int64   // height from which the epoch runs,
	end      int64   // to the one below this
	rounds   []*measuredRound
	over     bool // folded, or too late to begin
}

// newCampaign finds the bounds of an epoch. The last fifth, 2 to 20 blocks, is kept for the vote; a validator that
// comes when it has begun waits for the next epoch.
func newCampaign(secret [32]byte, net neuron.Subnet, height int64) campaign {
	deadline := net.NextEpoch - scoring.Reserve(net.Tempo)
	return campaign{
		epoch: net.Epoch, secret: secret, deadline: deadline, over: height >= deadline,
		begin: max(net.NextEpoch-net.Tempo, 0), end: net.NextEpoch,
	}
}

// layOut spreads rounds over the first part of the epoch.
func (c *campaign) layOut(rounds int) {
	c.starts = scoring.Schedule(c.secret, c.begin, c.begin+(c.deadline-c.begin)*3/4, rounds)
}

// due reports whether a round should begin at this height.
func (c *campaign) due(height int64) bool {
	return !c.over && height < c.deadline && c.next < len(c.starts) && height >= c.starts[c.next]
}

// complete reports whether nothing more will be measured.
func (c *campaign) complete(height int64) bool {
	return c.next >= len(c.starts) || height >= c.deadline
}

// asked lists every question put in the epoch, in the order in which it counts.
func (c *campaign) asked() []neuron.Asked {
	var out []neuron.Asked
	for _, r := range c.rounds {
		for _, x := range r.exchanges {
			out = append(out, x.Asked)
		}
	}
	return out
}

// historyBytes bounds the answers kept for telling copies.
const historyBytes = 64 << 20

// measuredRound is a round with what it brought.
type measuredRound struct {
	evidence.Round
	exchanges []exchange
}

// sharedOnly lists the questions that all miners of the round got.
func (r *measuredRound) sharedOnly() []neuron.Asked {
	var out []neuron.Asked
	for _, x := range r.exchanges {
		if x.shared {
			out = append(out, x.Asked)
		}
	}
	return out
}

// history is recent rounds, for their shared part; newest last.
type history struct {
	rounds []*measuredRound
	limit  int
}

// add takes in a round and forgets the oldest beyond the limits of count and size.
func (h *history) add(r *measuredRound) {
	if len(r.sharedOnly()) == 0 {
		return
	}
	h.rounds = append(h.rounds, r)
	size := 0
	for i := len(h.rounds) - 1; i >= 0; i-- {
		for _, x := range h.rounds[i].exchanges {
			size += len(x.Answer.Body) + len(x.Question.Body)
		}
		if len(h.rounds)-i > h.limit || size > historyBytes && i < len(h.rounds)-1 {
			h.rounds = slices.Delete(h.rounds, 0, i+1)
			return
		}
	}
}

func (h *history) all() []neuron.Asked {
	var out []neuron.Asked
	for _, r := range h.rounds {
		out = append(out, r.sharedOnly()...)
	}
	return out
}
