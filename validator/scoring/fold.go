package scoring

import (
	"cmp"
	"slices"

	"github.com/dendra-net/dendra/neuron"
)

// FoldAll updates the standings of everybody registered now, settles the scores to vote by, and forgets the others.
// Whoever is known but has stopped serving counts as asked and silent; whoever was not in a sample keeps the standing.
func FoldAll(old []Standing, neurons []neuron.Neuron, measured map[neuron.Address]Measure, epoch uint64, alpha float64) []Standing {
	known := make(map[Registration]Standing, len(old))
	for _, s := range old {
		known[s.Registration] = s
	}
	var out []Standing
	for _, n := range neurons {
		r := Registration{n.Hotkey, n.Generation}
		s, seen := known[r]
		m, asked := measured[n.Hotkey]
		switch {
		case asked:
			s.Registration = r
			s = s.fold(m, epoch, alpha)
		case seen && n.Endpoint == "":
			s = s.fold(Measure{}, epoch, alpha)
		case !seen:
			continue
		}
		out = append(out, s.settle())
	}
	return out
}

// Scores lists every neuron with the score to vote by: zero for strangers and, having none, for the validator
// itself. Zeros enter a vote only where it must be longer.
func Scores(standings []Standing, neurons []neuron.Neuron) []Score {
	voted := make(map[Registration]float64, len(standings))
	for _, s := range standings {
		voted[s.Registration] = s.Voted
	}
	var out []Score
	for _, n := range neurons {
		out = append(out, Score{UID: n.UID, Generation: n.Generation, Value: voted[Registration{n.Hotkey, n.Generation}]})
	}
	return out
}

// Sort puts standings in the order of their files: by hotkey, then generation.
func Sort(standings []Standing) {
	slices.SortFunc(standings, func(a, b Standing) int {
		return cmp.Or(cmp.Compare(a.Hotkey, b.Hotkey), cmp.Compare(a.Generation, b.Generation))
	})
}
