package validator

import (
	"slices"

	"github.com/dendra-net/dendra/neuron"
)

// campaign is the measuring of one epoch: when its rounds begin, when it must be over, what it brought.
type campaign struct {
	epoch    uint64
	secret   [32]byte
	starts   []int64 // height of each round
	next     int     // first round not begun
	deadline int64   // no round goes on beyond this height, so that the vote lands in its epoch
	asked    []neuron.Asked
	over     bool // folded, or too late to begin
}

// newCampaign lays out the rounds over the first part of what is left of the epoch. The last fifth, 2 to 20 blocks,
// is kept for the vote; a validator that comes when it has begun waits for the next epoch.
func newCampaign(secret [32]byte, net neuron.Subnet, height int64, rounds int) campaign {
	reserve := min(max(net.Tempo/5, 2), 20)
	c := campaign{epoch: net.Epoch, secret: secret, deadline: net.NextEpoch - reserve}
	if height >= c.deadline {
		c.over = true
		return c
	}
	begin := max(net.NextEpoch-net.Tempo, 0)
	c.starts = schedule(secret, begin, begin+(c.deadline-begin)*3/4, rounds)
	return c
}

// due reports whether a round should begin at this height.
func (c *campaign) due(height int64) bool {
	return !c.over && height < c.deadline && c.next < len(c.starts) && height >= c.starts[c.next]
}

// complete reports whether nothing more will be measured.
func (c *campaign) complete(height int64) bool {
	return c.next >= len(c.starts) || height >= c.deadline
}

// historyBytes bounds the answers kept for telling copies.
const historyBytes = 64 << 20

// history is the shared part of recent rounds, newest last.
type history struct {
	rounds [][]neuron.Asked
	limit  int
}

// add takes in a round and forgets the oldest beyond the limits of count and size.
func (h *history) add(shared []neuron.Asked) {
	if len(shared) == 0 {
		return
	}
	h.rounds = append(h.rounds, shared)
	size := 0
	for i := len(h.rounds) - 1; i >= 0; i-- {
		for _, a := range h.rounds[i] {
			size += len(a.Answer.Body) + len(a.Question.Body)
		}
		if len(h.rounds)-i > h.limit || size > historyBytes && i < len(h.rounds)-1 {
			h.rounds = slices.Delete(h.rounds, 0, i+1)
			return
		}
	}
}

func (h *history) all() []neuron.Asked { return slices.Concat(h.rounds...) }
