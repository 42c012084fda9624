package scoring

import (
	"cmp"
	"math"
	"slices"

	"github.com/dendra-net/dendra/neuron"
)

// Score is one neuron as a vote sees it.
type Score struct {
	UID        uint16
	Generation uint32
	Value      float64 // 0..1
}

// Rule says how scores become weights.
type Rule struct {
	Linear     bool    // weights in proportion to scores, for shares of what miners earn; Floor is left out of account
	Floor      float64 // what a miner who does nothing scores; at or below it the weight is zero
	MinWeights int     // fewest entries of a vote; reached by entries of weight zero
	Version    uint64  // the subnet's version key
}

// Weights makes a vote of scores: weight = ((score-floor)/(1-floor))², scaled so that the best has 65535.
//
// It is convex, so that two slots of half the quality earn less than one good one: at floor 0.1, scores of 1.0, 0.8,
// 0.5 and 0.2 weigh 1, 0.60, 0.20 and 0.01. Entries of weight zero appear only as far as MinWeights demands. Scores
// name each uid once. A linear rule weighs by the score itself. It reports false, and no vote, when no score is above the floor: there is no vote for nobody.
func Weights(scores []Score, r Rule) (neuron.Vote, bool) {
	ordered := slices.Clone(scores)
	slices.SortFunc(ordered, func(a, b Score) int { return cmp.Compare(a.UID, b.UID) })
	raw := make([]float64, len(ordered))
	best := 0.0
	for i, s := range ordered {
		raw[i] = r.worth(s.Value)
		best = max(best, raw[i])
	}
	if best == 0 {
		return neuron.Vote{}, false
	}
	weights := make([]uint16, len(raw))
	positive := 0
	for i, x := range raw {
		weights[i] = uint16(math.Round(x / best * math.MaxUint16))
		if weights[i] > 0 {
			positive++
		}
	}
	v := neuron.Vote{Version: r.Version}
	for i, zeros := 0, r.MinWeights-positive; i < len(weights); i++ {
		if weights[i] == 0 {
			if zeros <= 0 {
				continue
			}
			zeros--
		}
		v.UIDs = append(v.UIDs, ordered[i].UID)
		v.Generations = append(v.Generations, ordered[i].Generation)
		v.Weights = append(v.Weights, weights[i])
	}
	return v, true
}

// worth is what a score weighs before scaling.
func (r Rule) worth(score float64) float64 {
	if r.Linear {
		return Unit(score)
	}
	floor := min(Unit(r.Floor), 0.99)
	above := max(Unit(score)-floor, 0) / (1 - floor)
	return above * above
}
