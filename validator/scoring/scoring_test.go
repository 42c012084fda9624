package scoring

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/dendra-net/dendra/neuron"
)

func key(b byte) neuron.Key { return neuron.KeyFromSeed([32]byte{b}) }

func addr(b byte) neuron.Address { return key(b).Address() }

// numbers is a task of no content: question i of a seed is named i.
type numbers struct{}

func (numbers) Name() string { return "numbers" }

func (numbers) Questions(seed [32]byte, n int) []neuron.Question {
	out := make([]neuron.Question, n)
	for i := range out {
		out[i] = neuron.Question{ID: strconv.Itoa(i), Body: []byte(fmt.Sprintf("%x %d", seed[:8], i)), Difficulty: 1}
	}
	return out
}

func (numbers) Grade(neuron.Question, neuron.Answer) float64 { return 1 }

func serving(n int) []neuron.Neuron {
	var out []neuron.Neuron
	for i := range n {
		out = append(out, neuron.Neuron{UID: uint16(i), Hotkey: addr(byte(i)), Endpoint: "http://127.0.0.1:1"})
	}
	return out
}

func TestSampleIsFairAndLeavesOutWhoDoesNotServe(t *testing.T) {
	neurons := serving(10)
	neurons[3].Endpoint = ""
	counts := map[neuron.Address]int{}
	for i := range 2000 {
		seed := RoundSeed([32]byte{}, 0, int64(i), 0)
		got := SampleMiners(seed, neurons, addr(5), 4)
		require.Len(t, got, 4)
		shuffled := slices.Clone(neurons)
		slices.Reverse(shuffled)
		require.Equal(t, got, SampleMiners(seed, shuffled, addr(5), 4), "the chain's order must not matter")
		for _, n := range got {
			counts[n.Hotkey]++
		}
	}
	require.Len(t, counts, 8)
	require.Zero(t, counts[addr(3)]+counts[addr(5)])
	for who, n := range counts {
		require.InDelta(t, 1000, n, 130, who) // six standard deviations
	}
	require.Len(t, SampleMiners([32]byte{}, neurons, addr(5), 100), 8)
}

func TestPlansShareQuestionsAtTheSameSteps(t *testing.T) {
	seed := [32]byte{9}
	shared := DrawRound(numbers{}, seed, 12)
	a, b := PlanFor(numbers{}, seed, shared, addr(1), 4), PlanFor(numbers{}, seed, shared, addr(2), 4)
	require.Equal(t, a, PlanFor(numbers{}, seed, shared, addr(1), 4))
	require.NotEqual(t, a, b)
	bodies := func(plan []Put, want bool) []string {
		var out []string
		for _, p := range plan {
			if p.Shared == want {
				out = append(out, string(p.Question.Body))
			}
		}
		return out
	}
	require.ElementsMatch(t, bodies(a, true), bodies(b, true))
	require.Equal(t, bodies(a, true), bodies(b, true), "the same step asks everyone the same")
	require.Len(t, bodies(a, false), 4)
	for _, own := range bodies(a, false) {
		require.NotContains(t, bodies(b, false), own)
	}
	names := map[string]bool{}
	for _, p := range append(a, PlanFor(numbers{}, [32]byte{10}, DrawRound(numbers{}, [32]byte{10}, 12), addr(1), 4)...) {
		require.False(t, names[p.Question.ID], "question %s of two rounds has one name", p.Question.ID)
		names[p.Question.ID] = true
	}
}

func TestSchedule(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		first := rapid.Int64Range(0, 1e9).Draw(t, "first")
		last := first + rapid.Int64Range(0, 50_000).Draw(t, "span")
		n := rapid.IntRange(1, 20).Draw(t, "n")
		heights := Schedule([32]byte{byte(n)}, first, last, n)
		require.Len(t, heights, n)
		require.True(t, slices.IsSorted(heights))
		require.GreaterOrEqual(t, heights[0], first)
		require.LessOrEqual(t, heights[n-1], last)
	})
}

func asked(scores ...float64) []neuron.Asked {
	var out []neuron.Asked
	who := addr(1)
	for _, s := range scores {
		out = append(out, neuron.Asked{Question: neuron.Question{Difficulty: 1}, Miner: who, Score: s, Answer: neuron.Answer{Status: 200, Latency: time.Second}})
	}
	return out
}

func TestMeasure(t *testing.T) {
	require.Zero(t, measure(nil))
	m := measure(asked(1, 0, 1, 1))
	require.InDelta(t, 0.75, m.Mean, 1e-12)
	require.Equal(t, 4, m.Answered)
	require.Equal(t, time.Second, m.Latency)
	// eight observations, four of them imagined: five ones and three zeros
	require.InDelta(t, math.Sqrt(5.0/8*3/8/8), m.StdErr, 1e-12)

	hard := asked(1, 0)
	hard[0].Question.Difficulty = 3
	require.InDelta(t, 0.75, measure(hard).Mean, 1e-12)
	require.Greater(t, measure(hard).StdErr, measure(asked(1, 0)).StdErr, "uneven weights are worth fewer questions")

	silent := asked(0, 0)
	for i := range silent {
		silent[i].Answer = neuron.Answer{Err: errors.New("timeout")}
	}
	require.Zero(t, measure(silent).Answered)
	require.Zero(t, measure(silent).Latency)

	bad := asked(1, 1)
	bad[0].Question.Difficulty, bad[1].Question.Difficulty = math.NaN(), -1
	require.InDelta(t, 1, measure(bad).Mean, 1e-12)
	require.Greater(t, measure(asked(1)).StdErr, measure(asked(1, 1, 1, 1, 1, 1, 1, 1)).StdErr)
}

func TestStdErrCovers(t *testing.T) {
	random := source([32]byte{1})
	answers := asked(make([]float64, 16)...)
	for _, quality := range []float64{0.1, 0.5, 0.9, 0.99} {
		inside := 0
		for range 1000 {
			for i := range answers {
				answers[i].Score = 0
				if random.Float64() < quality {
					answers[i].Score = 1
				}
			}
			m := measure(answers)
			if math.Abs(m.Mean-quality) <= 2*m.StdErr {
				inside++
			}
		}
		require.GreaterOrEqual(t, inside, 900, "quality %g", quality)
	}
}

func TestLatencyFactors(t *testing.T) {
	ms := func(d int) time.Duration { return time.Duration(d) * time.Millisecond }
	f := latencyFactors(map[neuron.Address]time.Duration{
		addr(1): ms(100), addr(2): ms(110), addr(3): ms(120), addr(4): ms(500), addr(5): ms(500), addr(6): ms(9000), addr(7): ms(90),
	})
	for _, quick := range []byte{1, 2, 3, 7} {
		require.InDelta(t, 1, f[addr(quick)], 1e-12)
	}
	require.InDelta(t, f[addr(4)], f[addr(5)], 1e-12, "equal latencies, equal factors")
	require.Less(t, f[addr(4)], 1.0)
	require.InDelta(t, 0.9, f[addr(6)], 1e-12, "the slowest loses a tenth, not more")
	require.Equal(t, map[neuron.Address]float64{addr(1): 1}, latencyFactors(map[neuron.Address]time.Duration{addr(1): time.Hour}))
	require.Empty(t, latencyFactors(nil))
	noise := latencyFactors(map[neuron.Address]time.Duration{addr(1): ms(1), addr(2): ms(2), addr(3): ms(40)})
	require.InDelta(t, 1, noise[addr(3)], 1e-12, "50 ms are no difference")
}

func TestResultsApplyFactors(t *testing.T) {
	list := asked(1, 1, 1, 1)
	for _, a := range asked(1, 1, 1, 1) {
		a.Miner = addr(2)
		list = append(list, a)
	}
	got := Results(list, map[neuron.Address]float64{addr(2): 0.25})
	require.InDelta(t, 1, got[addr(1)].Mean, 1e-12)
	require.InDelta(t, 0.25, got[addr(2)].Mean, 1e-12)
	require.InDelta(t, got[addr(1)].StdErr/4, got[addr(2)].StdErr, 1e-12)
	wild := Results(list, map[neuron.Address]float64{addr(1): 7, addr(2): math.NaN()})
	require.InDelta(t, 1, wild[addr(1)].Mean, 1e-12)
	require.Zero(t, wild[addr(2)].Mean)
}

func TestStandingCountsTheFirstEpochInFull(t *testing.T) {
	s := Standing{}.fold(Measure{Mean: 0.8, StdErr: 0.1, N: 16, Answered: 16}, 1, 0.2)
	require.InDelta(t, 0.8, s.Score(), 1e-12)
	require.InDelta(t, 0.1, s.StdErr(), 1e-12)
	s = s.fold(Measure{Mean: 0.4, StdErr: 0.1, N: 16, Answered: 16}, 2, 0.2)
	require.InDelta(t, (0.2*0.4+0.16*0.8)/0.36, s.Score(), 1e-12)
	require.Less(t, s.StdErr(), 0.1)
	for e := range uint64(200) {
		s = s.fold(Measure{Mean: 0.6, StdErr: 0.1, Answered: 1}, e, 0.2)
	}
	require.InDelta(t, 0.6, s.Score(), 1e-9)
	require.InDelta(t, 0.1/3, s.StdErr(), 1e-9, "the average of many epochs is three times as sure at alpha 0.2")
	require.Zero(t, Standing{}.Score())
	require.Zero(t, Standing{}.StdErr())
}

func TestChanceDoesNotMoveWeights(t *testing.T) {
	m := func(mean float64) Measure { return Measure{Mean: mean, StdErr: 0.05, N: 16, Answered: 16} }
	s := Standing{}.fold(m(0.8), 1, 0.2).settle()
	require.InDelta(t, 0.8, s.Voted, 1e-12)
	s = s.fold(m(0.85), 2, 0.2).settle()
	require.InDelta(t, 0.8, s.Voted, 1e-12, "a change within two standard errors is not voted")
	s = s.fold(m(0.3), 3, 0.2).settle()
	require.InDelta(t, s.Score(), s.Voted, 1e-12, "a plain change is")
	require.Less(t, s.Voted, 0.7)
}

func TestSilenceEndsTheWeight(t *testing.T) {
	s := Standing{}.fold(Measure{Mean: 1, StdErr: 0.05, N: 8, Answered: 8}, 1, 0.2).settle()
	s = s.fold(Measure{StdErr: 0.05, N: 8}, 2, 0.2).settle()
	require.Positive(t, s.Voted, "one bad epoch may be an accident")
	s = s.fold(Measure{StdErr: 0.05, N: 8}, 3, 0.2).settle()
	require.Zero(t, s.Voted)
	s = s.fold(Measure{Mean: 1, StdErr: 0.05, N: 8, Answered: 8}, 4, 0.2).settle()
	require.Positive(t, s.Voted, "back at once when it answers")
}

func scoresOfValues(values ...float64) []Score {
	var out []Score
	for i, v := range values {
		out = append(out, Score{UID: uint16(i), Generation: uint32(i * 10), Value: v})
	}
	return out
}

func TestWeights(t *testing.T) {
	v, ok := Weights(scoresOfValues(1, 0.8, 0.5, 0.2, 0.1, 0), Rule{Floor: 0.1, Version: 3})
	require.True(t, ok)
	require.Equal(t, []uint16{0, 1, 2, 3}, v.UIDs)
	require.Equal(t, []uint32{0, 10, 20, 30}, v.Generations)
	require.Equal(t, []uint16{65535, 39645, 12945, 809}, v.Weights)
	require.Equal(t, uint64(3), v.Version)

	v, ok = Weights(scoresOfValues(0, 0.6, 0, 0.1, 0), Rule{Floor: 0.1, MinWeights: 3})
	require.True(t, ok)
	require.Equal(t, []uint16{0, 1, 2}, v.UIDs, "zeros fill up to the minimum")
	require.Equal(t, []uint16{0, 65535, 0}, v.Weights)

	for name, scores := range map[string][]Score{
		"nobody": nil, "all silent": scoresOfValues(0, 0, 0), "all at the floor": scoresOfValues(0.1, 0.1), "no number": scoresOfValues(math.NaN()),
	} {
		v, ok := Weights(scores, Rule{Floor: 0.1, MinWeights: 1})
		require.False(t, ok, name)
		require.Empty(t, v.UIDs, "never a vote for nobody: %s", name)
	}
	v, ok = Weights(scoresOfValues(math.Inf(1), 0.5), Rule{Floor: 7})
	require.True(t, ok)
	require.Equal(t, []uint16{0}, v.UIDs)
}

func thousandth(i int) float64 { return float64(i) / 1000 }

func TestWeightsProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfN(rapid.Map(rapid.IntRange(0, 1000), thousandth), 1, 40).Draw(t, "values")
		rule := Rule{Floor: thousandth(rapid.IntRange(0, 900).Draw(t, "floor")), MinWeights: rapid.IntRange(0, 50).Draw(t, "min")}
		v, ok := Weights(scoresOfValues(values...), rule)
		require.Equal(t, slices.Max(values) > rule.Floor, ok)
		if !ok {
			return
		}
		require.Equal(t, uint16(math.MaxUint16), slices.Max(v.Weights))
		require.True(t, slices.IsSorted(v.UIDs))
		require.GreaterOrEqual(t, len(v.UIDs), min(rule.MinWeights, len(values)))
		for i, uid := range v.UIDs {
			if values[uid] <= rule.Floor {
				require.Zero(t, v.Weights[i])
			}
			for j, other := range v.UIDs {
				if values[uid] > values[other] {
					require.GreaterOrEqual(t, v.Weights[i], v.Weights[j], "more quality, never less weight")
				}
			}
		}
	})
}

func TestFoldAllForgetsGenerations(t *testing.T) {
	neurons := []neuron.Neuron{{UID: 0, Generation: 1, Hotkey: addr(1), Endpoint: "x"}, {UID: 1, Hotkey: addr(2), Endpoint: "x"}, {UID: 2, Hotkey: addr(3)}}
	good := Measure{Mean: 0.9, StdErr: 0.1, N: 8, Answered: 8}
	old := []Standing{
		Standing{Registration: Registration{addr(1), 0}}.fold(good, 1, 0.2), // another generation of the hotkey
		Standing{Registration: Registration{addr(2), 0}}.fold(good, 1, 0.2), // known, not in this sample
		Standing{Registration: Registration{addr(3), 0}}.fold(good, 1, 0.2), // known, serves no more
		Standing{Registration: Registration{addr(4), 0}}.fold(good, 1, 0.2), // gone
	}
	got := FoldAll(old, neurons, map[neuron.Address]Measure{addr(1): {Mean: 0.2, StdErr: 0.1, N: 8, Answered: 8}}, 2, 0.2)
	require.Len(t, got, 3)
	require.Equal(t, Registration{addr(1), 1}, got[0].Registration)
	require.InDelta(t, 0.2, got[0].Score(), 1e-12, "a new registration begins anew")
	require.InDelta(t, 0.9, got[1].Score(), 1e-12)
	require.Equal(t, 1, got[2].Silent)
	require.Less(t, got[2].Score(), 0.9)
	scores := Scores(got, neurons)
	require.Len(t, scores, 3)
	require.InDelta(t, 0.2, scores[0].Value, 1e-12)
	require.Equal(t, uint32(1), scores[0].Generation)
}

func TestLinearRuleIsProportional(t *testing.T) {
	v, ok := Weights(scoresOfValues(0.6, 0.3, 0.1, 0), Rule{Linear: true, Floor: 0.5})
	require.True(t, ok)
	require.Equal(t, []uint16{65535, 32768, 10923}, v.Weights, "no floor, no square")
	_, ok = Weights(scoresOfValues(0, 0), Rule{Linear: true})
	require.False(t, ok)
}

func TestMarked(t *testing.T) {
	examined := []neuron.Candidate{{Neuron: neuron.Neuron{Hotkey: addr(1)}}, {Neuron: neuron.Neuron{Hotkey: addr(2)}}, {Neuron: neuron.Neuron{Hotkey: addr(3)}}}
	f := neuron.Findings{Marks: map[neuron.Address]neuron.Mark{
		addr(1): {Share: 0.7, StdErr: 0.1, N: 9, Pruning: -0.5, Facts: []neuron.Fact{{Name: "a\x1b[2J", Value: 1}, {Name: "b", Value: math.Inf(1)}}},
		addr(2): {Reason: strings.Repeat("silent\n", 99)},
	}}
	require.NoError(t, CheckFindings(examined, f))
	got := Marked(examined, f)
	require.Len(t, got, 3)
	require.Equal(t, Measure{Mean: 0.7, StdErr: 0.1, N: 9, Answered: 9, Pruning: -0.5, Facts: []neuron.Fact{{Name: "a [2J", Value: 1}}}, got[addr(1)])
	require.Zero(t, got[addr(2)].Answered)
	require.Len(t, got[addr(2)].Reason, 256)
	require.Zero(t, got[addr(3)], "no mark is a measure of nothing")

	s := Standing{}.fold(got[addr(1)], 1, 0.2).fold(Measure{Mean: 0.7, Pruning: 1}, 2, 0.2)
	require.InDelta(t, (0.2*1-0.16*0.5)/0.36, s.Pruning(), 1e-12)
	require.Zero(t, Standing{}.Pruning())
}

func TestExaminersThatPanicHaveFoundNothing(t *testing.T) {
	_, err := Examine(t.Context(), trap{}, neuron.Exam{}, nil)
	require.ErrorIs(t, err, ErrFindings)
	require.ErrorContains(t, err, "it panicked: sprung")
}

type trap struct{}

func (trap) Name() string               { return "trap" }
func (trap) Opens(begin, _ int64) int64 { return begin }
func (trap) Examine(context.Context, neuron.Exam) (neuron.Findings, error) {
	panic("sprung")
}
