package neuron_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/dendra-net/dendra/x/neuron"
	"github.com/dendra-net/dendra/x/subnet"
)

// R-NEURON-2
func TestStartPriceIsOneTaoWithinTheBounds(t *testing.T) {
	rules := subnet.DefaultHyperparameters()
	require.Equal(t, neuron.Price{Netuid: 3, BurnRao: subnet.Tao, BurnAt: 9, Difficulty: 1_000_000, DifficultyAt: 9}, neuron.StartPrice(3, rules, 9))
	rules.MaxBurnRao = 7
	require.Equal(t, uint64(7), neuron.StartPrice(3, rules, 9).BurnRao)
	rules.MinBurnRao, rules.MaxBurnRao = 2*subnet.Tao, 3*subnet.Tao
	require.Equal(t, uint64(2*subnet.Tao), neuron.StartPrice(3, rules, 9).BurnRao)
}

// R-NEURON-3: halved each half-life, at any half-life, and never below the minimum.
func TestBurnPriceHalves(t *testing.T) {
	rules := subnet.DefaultHyperparameters()
	for _, halfLife := range []uint32{1, 10, 360, 36_100} {
		rules.BurnHalfLife = halfLife
		p := neuron.Price{BurnRao: subnet.Tao, BurnAt: 5}
		require.Equal(t, uint64(subnet.Tao), p.BurnPrice(rules, 5))
		require.InDelta(t, subnet.Tao/2, p.BurnPrice(rules, 5+int64(halfLife)), 10_000, "half-life %d", halfLife)
		require.InDelta(t, subnet.Tao/8, p.BurnPrice(rules, 5+3*int64(halfLife)), 10_000, "half-life %d", halfLife)
		require.Equal(t, rules.MinBurnRao, p.BurnPrice(rules, 1<<40))
		require.Equal(t, uint64(subnet.Tao), p.BurnPrice(rules, 1), "a height before the price is none later")
	}
}

// R-NEURON-3: whatever happens, prices stay within bounds, fall with time and rise with registrations; nothing overflows.
func TestPricesStayWithinBounds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rules, params := subnet.DefaultHyperparameters(), neuron.DefaultParams()
		rules.MinBurnRao = rapid.Uint64Range(1, subnet.MaxRao).Draw(t, "min burn")
		rules.MaxBurnRao = rapid.Uint64Range(rules.MinBurnRao, subnet.MaxRao).Draw(t, "max burn")
		rules.BurnHalfLife = rapid.Uint32Range(1, 36_100).Draw(t, "half-life")
		rules.BurnStepPpm = rapid.Uint32Range(1_000_000, 3_000_000).Draw(t, "step")
		rules.MinDifficulty = rapid.Uint64Range(1, 1<<62).Draw(t, "min difficulty")
		rules.MaxDifficulty = rapid.Uint64Range(rules.MinDifficulty, 1<<62).Draw(t, "max difficulty")
		params.DifficultyStepPpm = rapid.Uint32Range(1_000_000, 3_000_000).Draw(t, "difficulty step")
		require.NoError(t, rules.Validate())
		height := int64(1)
		p := neuron.StartPrice(1, rules, height)
		for range 20 {
			burn, difficulty := p.BurnPrice(rules, height), p.WorkDifficulty(rules, params, height)
			wait := rapid.Int64Range(0, 5000).Draw(t, "wait")
			require.LessOrEqual(t, p.BurnPrice(rules, height+wait), burn)
			require.LessOrEqual(t, p.WorkDifficulty(rules, params, height+wait), difficulty)
			height += wait
			burn, difficulty = p.BurnPrice(rules, height), p.WorkDifficulty(rules, params, height)
			p = p.AfterBurn(rules, height).AfterWork(rules, params, height)
			require.GreaterOrEqual(t, p.BurnPrice(rules, height), burn)
			require.GreaterOrEqual(t, p.WorkDifficulty(rules, params, height), difficulty)
			for _, v := range []struct{ value, low, high uint64 }{
				{p.BurnRao, rules.MinBurnRao, rules.MaxBurnRao},
				{p.Difficulty, rules.MinDifficulty, rules.MaxDifficulty},
			} {
				require.True(t, v.low <= v.value && v.value <= v.high, "%d outside %d..%d", v.value, v.low, v.high)
			}
		}
	})
}

// R-NEURON-3: at the top, three times 2^62 does not wrap around.
func TestStepsSaturate(t *testing.T) {
	rules, params := subnet.DefaultHyperparameters(), neuron.DefaultParams()
	rules.BurnStepPpm, params.DifficultyStepPpm = 3_000_000, 3_000_000
	p := neuron.Price{BurnRao: rules.MaxBurnRao, Difficulty: rules.MaxDifficulty}
	require.Equal(t, rules.MaxBurnRao, p.AfterBurn(rules, 0).BurnRao)
	require.Equal(t, rules.MaxDifficulty, p.AfterWork(rules, params, 0).Difficulty)
}

// R-NEURON-7
func TestWorkIsCountedPerBlock(t *testing.T) {
	rules, params := subnet.DefaultHyperparameters(), neuron.DefaultParams()
	p := neuron.StartPrice(1, rules, 1)
	require.Zero(t, p.WorkIn(7))
	p = p.AfterWork(rules, params, 7).AfterWork(rules, params, 7)
	require.Equal(t, uint32(2), p.WorkIn(7))
	require.Zero(t, p.WorkIn(8))
	require.Equal(t, uint32(1), p.AfterWork(rules, params, 8).WorkIn(8))
}

// R-NEURON-3
func TestSettledChangesNothingNow(t *testing.T) {
	rules, params := subnet.DefaultHyperparameters(), neuron.DefaultParams()
	p := neuron.StartPrice(1, rules, 1).AfterBurn(rules, 5).AfterWork(rules, params, 6)
	s := p.Settled(rules, params, 777)
	require.Equal(t, p.BurnPrice(rules, 777), s.BurnPrice(rules, 777))
	require.Equal(t, p.WorkDifficulty(rules, params, 777), s.WorkDifficulty(rules, params, 777))
	require.Equal(t, [2]int64{777, 777}, [2]int64{s.BurnAt, s.DifficultyAt})
}

func BenchmarkBurnPrice(b *testing.B) {
	rules := subnet.DefaultHyperparameters()
	p := neuron.StartPrice(1, rules, 1)
	for i := range b.N {
		p.BurnPrice(rules, int64(i))
	}
}
