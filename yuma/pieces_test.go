package yuma_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/fixed"
	"github.com/dendra-net/dendra/yuma"
)

func TestMedian(t *testing.T) {
	half, most := fixed.FracOf(1, 2), fixed.FracOf(7, 10)
	for _, c := range []struct {
		name  string
		stake []uint64
		score []fixed.Frac
		want  fixed.Frac
	}{
		{"nobody", nil, nil, 0},
		{"one", []uint64{100}, []fixed.Frac{half}, half},
		{"a majority above", []uint64{49, 51}, []fixed.Frac{half, most}, most},
		{"a majority below", []uint64{51, 49}, []fixed.Frac{half, most}, half},
		{"zero stake does not vote", []uint64{49, 0, 51}, []fixed.Frac{half, fixed.FracOne, most}, most},
		{"too few", []uint64{20, 30}, []fixed.Frac{half, most}, 0},
		{"equality counts", []uint64{25, 26}, []fixed.Frac{most, most}, most},
		{"lists of unequal length", []uint64{60, 60}, []fixed.Frac{half}, half},
	} {
		t.Run(c.name, func(t *testing.T) { require.Equal(t, c.want, yuma.Median(c.stake, c.score, 51)) })
	}
}

// Quick-select agrees with a sort for all sizes, with ties, orders and patterns that make pivots unlucky.
func TestMedianOfManyIsThatOfASort(t *testing.T) {
	r := rng(9)
	for n := 1; n < 400; n += 1 + n/8 {
		for shape := range 6 {
			stake, score := make([]uint64, n), make([]fixed.Frac, n)
			var total uint64
			for i := range n {
				stake[i] = 1 + r.next()%1_000
				total += stake[i]
				score[i] = fixed.Frac([]uint64{
					r.next() >> 1, r.next() % 3, uint64(i), uint64(n - i), uint64(min(i, n-i)), uint64(i % 7 * i),
				}[shape])
			}
			for _, need := range []uint64{1, total / 3, total/2 + 1, total, total + 1} {
				require.Equal(t, sortedMedian(stake, score, need), yuma.Median(stake, score, need), "n %d shape %d", n, shape)
			}
		}
	}
}

func sortedMedian(stake []uint64, score []fixed.Frac, need uint64) fixed.Frac {
	order := make([]int, len(stake))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		if score[a] > score[b] {
			return -1
		}
		return 1
	})
	var held uint64
	for _, i := range order {
		if held += stake[i]; held >= need {
			return score[i]
		}
	}
	return 0
}

func TestTopK(t *testing.T) {
	for _, c := range []struct {
		name   string
		values []uint64
		k      int
		want   []bool
	}{
		{"none", nil, 5, []bool{}},
		{"no room", []uint64{1, 2}, 0, []bool{false, false}},
		{"negative room", []uint64{1, 2}, -1, []bool{false, false}},
		{"never a zero", []uint64{0, 1, 0}, 3, []bool{false, true, false}},
		{"largest", []uint64{9, 0, 8, 1}, 2, []bool{true, false, true, false}},
		{"ties go to the higher uid", []uint64{0, 1, 2, 3, 4, 5, 5, 5, 5, 6}, 3, []bool{false, false, false, false, false, false, false, true, true, true}},
	} {
		t.Run(c.name, func(t *testing.T) { require.Equal(t, c.want, yuma.TopK(c.values, c.k)) })
	}
}

func TestPruneChoice(t *testing.T) {
	for _, c := range []struct {
		name   string
		in     yuma.PruneInput
		want   int
		nobody bool
	}{
		{"least paid of the immune", yuma.PruneInput{Emission: []uint64{100, 110}, RegisteredAt: []uint64{0, 1}, Block: 1, ImmunityPeriod: 2}, 0, false},
		{"least paid", yuma.PruneInput{Emission: []uint64{110, 100}, RegisteredAt: []uint64{0, 1}, Block: 9, ImmunityPeriod: 2}, 1, false},
		{"immortal", yuma.PruneInput{Emission: []uint64{0, 0, 1}, RegisteredAt: []uint64{0, 1, 2}, Block: 11, ImmunityPeriod: 1, Immortal: []bool{true}}, 1, false},
		{"older first among equals", yuma.PruneInput{Emission: []uint64{10, 10, 1}, RegisteredAt: []uint64{850, 800, 990}, Block: 1000, ImmunityPeriod: 100}, 1, false},
		{"lower uid last of all", yuma.PruneInput{Emission: []uint64{10, 10, 10}, RegisteredAt: []uint64{7, 7, 7}, Block: 9}, 0, false},
		{"too few free", yuma.PruneInput{Emission: []uint64{0, 0, 0, 0}, RegisteredAt: []uint64{1, 2, 3, 1009}, Block: 1009, ImmunityPeriod: 1000, MinNonImmune: 3}, 3, false},
		{"all immortal", yuma.PruneInput{Emission: []uint64{0, 0}, RegisteredAt: []uint64{0, 0}, Block: 1, Immortal: []bool{true, true}}, 0, true},
		{"too few free and nobody immune", yuma.PruneInput{Emission: []uint64{0}, RegisteredAt: []uint64{0}, Block: 9, MinNonImmune: 1}, 0, true},
		{"empty", yuma.PruneInput{}, 0, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			uid, ok := yuma.PruneChoice(c.in)
			require.Equal(t, !c.nobody, ok)
			require.Equal(t, c.want, uid)
		})
	}
}

// With equal bounds liquid alpha is a plain moving average.
func TestLiquidAlphaWithEqualBoundsIsPlain(t *testing.T) {
	in := fullNetwork(12, 5)
	in.Params.BondsMovingAveragePPM = 0
	in.Bonds = yuma.Epoch(in).Bonds
	in.Params.BondsMovingAveragePPM = 200_000
	for i := range in.Weights {
		slices.Reverse(in.Weights[i])
		for k := range in.Weights[i] {
			in.Weights[i][k].UID = uint16(11 - int(in.Weights[i][k].UID))
		}
	}
	plain := yuma.Epoch(in)
	in.Params.LiquidAlpha, in.Params.AlphaLow, in.Params.AlphaHigh = true, 52_428, 52_428 // 0.8
	require.Equal(t, plain.Dividends, yuma.Epoch(in).Dividends)
	in.Params.AlphaLow = 6_553
	require.NotEqual(t, plain.Dividends, yuma.Epoch(in).Dividends)
}

func TestProfiles(t *testing.T) {
	chain := yuma.ChainParams()
	require.Greater(t, 2*int(chain.Kappa), 65_535, "a strict majority")
	require.True(t, chain.ExactPayout && chain.CarryIfNoIncentive && chain.Yuma3)
	require.False(t, yuma.CompatParams().ExactPayout)
}
