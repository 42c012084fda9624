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
	// Rand is the validator's own chance, apart from its measurements.
	Rand *rand.Rand

	eye  *eye
	size int
}

// Size is how many slots the subnet has.
func (v *View) Size() int { return v.size }

// Measure evaluates one miner, with error.
func (v *View) Measure(uid int) float64 { return v.eye.measure(uid) }

// MeasureAll evaluates every miner. The draws are made for all slots, so games that differ in who is measured stay alike.
func (v *View) MeasureAll() []float64 {
	row := make([]float64, v.size)
	for _, uid := range v.Miners {
		row[uid] = v.Measure(uid)
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

// lazy measures once every few epochs and repeats itself in between.
type lazy struct {
	every int
	row   []float64
}

// Lazy makes a validator that measures in one epoch of so many, and commits the same row again in the others; 0: it
// measures only once.
func Lazy(every int) func() Actor { return func() Actor { return &lazy{every: every} } }

func (l *lazy) Act(v *View) Action {
	if l.row == nil || l.every > 0 && v.Epoch%l.every == 0 {
		l.row = v.MeasureAll()
		return Action{Row: l.row, Asked: 1, Signed: 1}
	}
	return Action{Row: l.row}
}

// constant gives all miners the same.
type constant struct{}

// Constant makes a validator that finds all miners equally good.
func Constant() Actor { return constant{} }

func (constant) Act(v *View) Action {
	row := make([]float64, v.size)
	for _, uid := range v.Miners {
		row[uid] = 1
	}
	return Action{Row: row}
}

// selfish votes for its friends, and for strangers as far as a part says.
type selfish struct{ toStrangers float64 }

// Selfish makes a validator of a cabal: it divides its votes equally among its friends and gives strangers only a part
// of all weight, by true measurements.
func Selfish(toStrangers float64) func() Actor { return func() Actor { return selfish{toStrangers} } }

func (s selfish) Act(v *View) Action {
	row := make([]float64, v.size)
	a := Action{Row: row}
	if s.toStrangers > 0 {
		row = v.MeasureAll()
		sum := 0.0
		for _, x := range row {
			sum += x
		}
		for uid := range row {
			row[uid] *= s.toStrangers / max(sum, 1e-300)
		}
		a = Action{Row: row, Asked: 1, Signed: 1}
	}
	for _, uid := range v.Friends {
		row[uid] += (1 - s.toStrangers) / float64(len(v.Friends))
	}
	return a
}

// nobody votes for no miner at all.
type nobody struct {
	first, epochs, every int
}

// Nobody makes a validator that votes for nobody in the first epochs out of every so many, from the first on, and works
// in between. With epochs as large as every it never works.
func Nobody(first, epochs, every int) func() Actor {
	return func() Actor { return nobody{first, epochs, max(every, 1)} }
}

func (n nobody) Act(v *View) Action {
	if v.Epoch >= n.first && (v.Epoch-n.first)%n.every < n.epochs {
		return Action{Row: make([]float64, v.size)}
	}
	return honest{}.Act(v)
}

// hidden commits and never reveals.
type hidden struct{ first int }

// Hidden makes a validator that works, and from an epoch on reveals nothing that it commits.
func Hidden(first int) func() Actor { return func() Actor { return hidden{first} } }

func (h hidden) Act(v *View) Action {
	a := honest{}.Act(v)
	a.Withheld = v.Epoch >= h.first
	return a
}
