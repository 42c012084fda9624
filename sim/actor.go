package sim

import (
	"math"
	"math/rand/v2"
)

// Actor decides what a validator votes. It may remember what it saw; every validator of a game has its own.
type Actor interface {
	// Act is asked once an epoch, when it is time to commit or, without reveals, to set a row.
	Act(v *View) Action
}

// Action is what a validator does in an epoch.
type Action struct {
	// Row is its opinion by uid, of any scale; all zeros is a vote for nobody. nil: it does not vote, and its last row
	// stays.
	Row []float64
	// Withheld commits without ever revealing.
	Withheld bool
	// Asked is the part of all queries of a full evaluation that it made: what it pays for.
	Asked float64
	// Signed is the part of queries for which it has receipts. Without accomplices it is Asked.
	Signed float64
	// Stake, when not 0, is the stake in rao that it has from now on.
	Stake uint64
}

// View is what a validator knows when it acts.
type View struct {
	Epoch   int
	Self    int   // its uid
	Miners  []int // uids that serve
	Friends []int // miners of its own camp
	Stake   uint64
	AllRao  uint64 // stake of the subnet
	History *History
	// Fresh are the uids of neurons that registered since the validator was asked last.
	Fresh []int
	// Patience is how many epochs a newcomer is left alone before it is measured.
	Patience int
	// Rand is the validator's own chance, apart from its measurements.
	Rand *rand.Rand

	eye  *eye
	size int
	born []int // epoch in which the neuron of a uid came
}

// Size is how many slots the subnet has.
func (v *View) Size() int { return v.size }

// Measure evaluates one miner, with error.
func (v *View) Measure(uid int) float64 { return v.eye.measure(uid) }

// MeasureAll evaluates every miner that is old enough.
func (v *View) MeasureAll() []float64 {
	row := make([]float64, v.size)
	for _, uid := range v.Miners {
		if v.Epoch-v.born[uid] >= v.Patience {
			row[uid] = v.Measure(uid)
		}
	}
	return row
}

// measureWith evaluates every miner with a part of the usual queries, so with a larger error.
func (v *View) measureWith(part float64) []float64 {
	noise := v.eye.noise
	v.eye.noise = noise / math.Sqrt(part)
	row := v.MeasureAll()
	v.eye.noise = noise
	return row
}

// honest measures everybody and votes what it measured.
type honest struct{}

// Honest makes a validator that does its work.
func Honest() Actor { return honest{} }

func (honest) Act(v *View) Action { return Action{Row: v.MeasureAll(), Asked: 1, Signed: 1} }
