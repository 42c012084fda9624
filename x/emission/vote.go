package emission

import (
	"cmp"
	"slices"
)

// Row checks the form of a root vote and returns it in the order of netuids (R-EMISSION-7).
func Row(netuids, weights []uint32) ([]uint32, []uint32, error) {
	if len(netuids) != len(weights) || len(netuids) == 0 || len(netuids) > MaxRow {
		return nil, nil, ErrBadVote.Wrapf("%d netuids and %d weights, want as many of both, 1..%d", len(netuids), len(weights), MaxRow)
	}
	order := make([]int, len(netuids))
	some := false
	for i, w := range weights {
		if w > MaxU16 {
			return nil, nil, ErrBadVote.Wrapf("weight %d of subnet %d, want at most %d", w, netuids[i], MaxU16)
		}
		some = some || w > 0
		order[i] = i
	}
	if !some {
		return nil, nil, ErrBadVote.Wrap("every weight is zero")
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(netuids[a], netuids[b]) })
	sortedNetuids, sortedWeights := make([]uint32, len(order)), make([]uint32, len(order))
	for i, at := range order {
		sortedNetuids[i], sortedWeights[i] = netuids[at], weights[at]
		if i > 0 && sortedNetuids[i] == sortedNetuids[i-1] {
			return nil, nil, ErrBadVote.Wrapf("subnet %d is named twice", netuids[at])
		}
	}
	return sortedNetuids, sortedWeights, nil
}
