package scoring

import (
	"math"

	"github.com/dendra-net/dendra/neuron"
)

// Registration names a miner for scoring: a hotkey in one generation of its slot. Neither a uid, which gets new
// owners, nor a hotkey alone, which may come back after having been replaced.
type Registration struct {
	Hotkey     neuron.Address `json:"hotkey"`
	Generation uint32         `json:"generation"`
}

// Standing is what a validator thinks of one registration after all epochs so far.
type Standing struct {
	Registration
	Sum      float64 `json:"sum"`      // moving sum of epoch scores; divided by Mass it is the average
	Variance float64 `json:"variance"` // moving sum of their squared standard errors
	Mass     float64 `json:"mass"`     // 1-(1-alpha)^epochs: how much of the average there is yet
	Silent   int     `json:"silent"`   // epochs in a row without a single answer
	Voted    float64 `json:"voted"`    // the score behind the weight last voted
	HasVoted bool    `json:"has_voted"`
	PruneSum float64 `json:"prune_sum,omitempty"` // moving sum of pruning scores
	Last     Measure `json:"last"`                // of the newest epoch
	Epoch    uint64  `json:"epoch"`               // of Last
}

// fold takes in one epoch. The average is corrected for its start, so that a newcomer's first epoch counts in full:
// after one epoch the score is that epoch's, after many it moves by alpha.
func (s Standing) fold(m Measure, epoch uint64, alpha float64) Standing {
	keep := 1 - alpha
	s.Sum = keep*s.Sum + alpha*m.Mean
	s.Variance = keep*keep*s.Variance + alpha*alpha*m.StdErr*m.StdErr
	s.PruneSum = keep*s.PruneSum + alpha*m.Pruning
	s.Mass = keep*s.Mass + alpha
	s.Silent++
	if m.Answered > 0 {
		s.Silent = 0
	}
	s.Last, s.Epoch = m, epoch
	return s
}

// Score is the moving average, 0..1; 0 before the first epoch.
func (s Standing) Score() float64 {
	if s.Mass == 0 {
		return 0
	}
	return s.Sum / s.Mass
}

// StdErr is the standard error of Score.
func (s Standing) StdErr() float64 {
	if s.Mass == 0 {
		return 0
	}
	return math.Sqrt(s.Variance) / s.Mass
}

// Pruning is the moving average of the pruning scores, bits per byte; 0 before the first epoch.
func (s Standing) Pruning() float64 {
	if s.Mass == 0 {
		return 0
	}
	return s.PruneSum / s.Mass
}

// silentEpochs is how many epochs without any answer end a miner's weight at once.
const silentEpochs = 2

// settle decides the score to vote by. A change of less than two standard errors may be chance, and keeps the score
// of the last vote; silence for two epochs is no chance, and gives zero.
func (s Standing) settle() Standing {
	now := s.Score()
	switch {
	case s.Silent >= silentEpochs:
		s.Voted = 0
	case !s.HasVoted || math.Abs(now-s.Voted) > 2*s.StdErr():
		s.Voted = now
	}
	s.HasVoted = true
	return s
}
