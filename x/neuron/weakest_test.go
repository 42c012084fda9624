package neuron_test

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/dendra-net/dendra/x/neuron"
	"github.com/dendra-net/dendra/x/subnet"
)

func slots(registeredAt ...int64) []neuron.Neuron {
	all := make([]neuron.Neuron, len(registeredAt))
	for i, at := range registeredAt {
		all[i] = neuron.Neuron{Uid: uint32(i), RegisteredAt: at}
	}
	return all
}

// R-NEURON-6, by the published cases. Neurons that are never replaced, there the owner's, are here those seated in the
// same block; so the one case in which such a neuron gives way is left out.
func TestWeakestByThePublishedCases(t *testing.T) {
	raw, err := os.ReadFile("../../yuma/testdata/public/prune_choice.json")
	require.NoError(t, err)
	var vector struct {
		Cases []struct {
			Emission       []uint64 `json:"emission"`
			RegisteredAt   []int64  `json:"registered_at"`
			Block          int64    `json:"block"`
			ImmunityPeriod int64    `json:"immunity_period"`
			Immortal       []int64  `json:"immortal"`
			MinNonImmune   uint32   `json:"min_non_immune"`
			Expect         *uint32  `json:"expect"`
		} `json:"cases"`
	}
	require.NoError(t, json.Unmarshal(raw, &vector))
	tried := 0
	for i, c := range vector.Cases {
		if c.Expect != nil && c.RegisteredAt[*c.Expect] == c.Block {
			continue
		}
		for _, uid := range c.Immortal {
			c.RegisteredAt[uid] = c.Block
		}
		tried++
		uid, found := neuron.Weakest(slots(c.RegisteredAt...), neuron.Ranking{EmissionRao: c.Emission}, c.Block,
			subnet.Hyperparameters{ImmunityBlocks: c.ImmunityPeriod, MinReplaceable: c.MinNonImmune})
		require.Equal(t, c.Expect != nil, found, "case %d", i)
		if found {
			require.Equal(t, *c.Expect, uid, "case %d", i)
		}
	}
	require.Equal(t, len(vector.Cases)-1, tried)
}

// R-NEURON-6
func TestWeakest(t *testing.T) {
	for _, c := range []struct {
		name           string
		registeredAt   []int64
		paid           []uint64
		immunity       int64
		minReplaceable uint32
		want           int // -1: nobody
	}{
		{"nobody there", nil, nil, 10, 0, -1},
		{"lowest payout", []int64{1, 2, 3}, []uint64{5, 4, 6}, 10, 0, 1},
		{"then earliest registration", []int64{3, 2, 2}, []uint64{4, 4, 5}, 10, 0, 1},
		{"then lowest uid", []int64{2, 2, 2}, []uint64{4, 4, 4}, 10, 0, 0},
		{"who was not in the last epoch was paid nothing", []int64{1, 1, 80}, []uint64{4, 4}, 10, 0, 2},
		{"immune ones are safe", []int64{1, 95}, []uint64{9, 0}, 10, 0, 0},
		{"immunity ends after its last block", []int64{90, 1}, []uint64{0, 9}, 10, 0, 0},
		{"and not before", []int64{91, 1}, []uint64{0, 9}, 10, 0, 1},
		{"too few past immunity: the weakest immune", []int64{1, 95, 96}, []uint64{0, 2, 1}, 10, 1, 2},
		{"just enough past immunity", []int64{1, 2, 96}, []uint64{3, 2, 1}, 10, 1, 1},
		{"too few past immunity, none immune", []int64{1, 2}, nil, 10, 2, -1},
		{"seated in this block", []int64{100, 100}, nil, 10, 0, -1},
		{"seated in this block, though none is immune", []int64{100, 7}, []uint64{0, 9}, 0, 0, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			uid, found := neuron.Weakest(slots(c.registeredAt...), neuron.Ranking{EmissionRao: c.paid}, 100,
				subnet.Hyperparameters{ImmunityBlocks: c.immunity, MinReplaceable: c.minReplaceable})
			require.Equal(t, c.want >= 0, found)
			if found {
				require.Equal(t, uint32(c.want), uid)
			}
		})
	}
}

// R-NEURON-6: nobody past immunity goes before a weaker one past immunity, whatever the order of seats.
func TestWeakestIsTheMinimum(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 40).Draw(t, "neurons")
		rules := subnet.Hyperparameters{ImmunityBlocks: rapid.Int64Range(0, 60).Draw(t, "immunity"), MinReplaceable: rapid.Uint32Range(0, 5).Draw(t, "min")}
		all, paid := slots(make([]int64, n)...), make([]uint64, n)
		old := uint32(0)
		for i := range all {
			all[i].RegisteredAt = rapid.Int64Range(40, 100).Draw(t, "at")
			paid[i] = rapid.Uint64Range(0, 3).Draw(t, "paid")
			if all[i].RegisteredAt < 100 && all[i].ImmuneUntil(rules) <= 100 {
				old++
			}
		}
		uid, found := neuron.Weakest(all, neuron.Ranking{EmissionRao: paid}, 100, rules)
		if !found {
			return
		}
		chosen := all[uid]
		require.Less(t, chosen.RegisteredAt, int64(100))
		require.Equal(t, old > rules.MinReplaceable, chosen.ImmuneUntil(rules) <= 100)
		for i, other := range all {
			if other.RegisteredAt < 100 && (other.ImmuneUntil(rules) <= 100) == (chosen.ImmuneUntil(rules) <= 100) {
				require.LessOrEqual(t, paid[uid], paid[i])
			}
		}
	})
}

// R-NEURON-19
func TestWeakestByEvidence(t *testing.T) {
	for _, c := range []struct {
		name         string
		registeredAt []int64
		paid         []uint64
		pruning      []uint32
		judges       []bool
		want         uint32
	}{
		{"lowest score, though paid most", []int64{1, 2, 3}, []uint64{9, 4, 6}, []uint32{0, 1, 2}, nil, 0},
		{"then lowest payout", []int64{1, 2, 3}, []uint64{9, 4, 6}, []uint32{1, 1, 1}, nil, 1},
		{"then earliest registration", []int64{3, 2, 2}, []uint64{4, 4, 4}, []uint32{1, 1, 1}, nil, 1},
		{"no scores yet: payout", []int64{1, 2, 3}, []uint64{5, 4, 6}, nil, nil, 1},
		{"who was not in the last epoch adds nothing yet", []int64{1, 2, 3}, []uint64{5, 4}, []uint32{1, 1}, nil, 2},
		{"a validator does not go for a score it cannot have", []int64{1, 2, 3}, []uint64{50, 4, 6}, []uint32{0, 7, 8}, []bool{true, false, false}, 1},
		{"nor for the pay of a miner that adds nothing", []int64{1, 2, 3}, []uint64{5, 9, 4}, []uint32{0, 7, 8}, []bool{true, false, false}, 1},
		{"it goes when it was paid least of all", []int64{1, 2, 3}, []uint64{3, 4, 6}, []uint32{0, 7, 8}, []bool{true, false, false}, 0},
		{"of validators the least paid", []int64{1, 2, 3}, []uint64{3, 2, 6}, []uint32{9, 9, 9}, []bool{true, true, false}, 1},
		{"of equal pay the earlier registered", []int64{5, 2, 3}, []uint64{4, 4, 6}, []uint32{0, 7, 8}, []bool{true, false, false}, 1},
		{"and the lower uid", []int64{2, 2, 3}, []uint64{4, 4, 6}, []uint32{0, 7, 8}, []bool{true, false, false}, 0},
		{"only validators", []int64{5, 2, 3}, []uint64{4, 4, 6}, nil, []bool{true, true, true}, 1},
		{"immune ones are safe", []int64{95, 2, 3}, []uint64{0, 4, 6}, []uint32{0, 7, 8}, nil, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			rules := subnet.Hyperparameters{ImmunityBlocks: 10, PruneByEvidence: true}
			r := neuron.Ranking{EmissionRao: c.paid, PruningUbits: c.pruning, Judges: c.judges}
			uid, found := neuron.Weakest(slots(c.registeredAt...), r, 100, rules)
			require.True(t, found)
			require.Equal(t, c.want, uid)
			rules.PruneByEvidence = false
			uid, _ = neuron.Weakest(slots(c.registeredAt...), r, 100, rules)
			plain, _ := neuron.Weakest(slots(c.registeredAt...), neuron.Ranking{EmissionRao: c.paid}, 100, rules)
			require.Equal(t, plain, uid, "elsewhere scores decide nothing")
		})
	}
}

// R-NEURON-6: nothing by which a neuron was ranked passes to its successor.
func TestVacate(t *testing.T) {
	r := neuron.Ranking{EmissionRao: []uint64{1, 2}, PruningUbits: []uint32{3, 4}, Judges: []bool{true, true}}
	require.True(t, r.Vacate(1))
	require.Equal(t, neuron.Ranking{EmissionRao: []uint64{1, 0}, PruningUbits: []uint32{3, 0}, Judges: []bool{true, false}}, r)
	require.False(t, r.Vacate(2))
}
