package yuma_test

import (
	"fmt"
	"math"
	"math/big"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/fixed"
	"github.com/dendra-net/dendra/yuma"
)

// tolerance is what an epoch may be off the exact value: a tenth of what the format of the vectors allows.
var tolerance = big.NewRat(1, 1_000_000_000_000)

// randomInput is a network drawn from a seed: sizes, rules, gaps, ties and newcomers included, and some input that an
// honest chain would not give.
func randomInput(seed uint64) yuma.Input {
	r := rng(seed)
	pick := func(n uint64) uint64 { return r.next() % n }
	in := network(1 + int(pick(12)))
	in.Params = randomParams(pick, len(in.Stake))
	in.Emission = r.next() >> (10 + pick(50))
	if pick(4) == 0 {
		in.LastStepBlock = 0
	}
	for i := range in.Stake {
		in.Stake[i] = pick(5) * 1e9 * (1 + pick(3)*pick(1_000_000_007))
		in.Permits[i] = pick(4) > 0
		in.LastUpdate[i] = []uint64{9_900, 9_990, 9_000, 100, 1}[pick(5)]
		in.RegisteredAt[i] = []uint64{100, 100, 0, 9_640, 9_641, 9_950}[pick(6)]
		for j := range in.Stake {
			if pick(3) > 0 {
				in.Weights[i] = append(in.Weights[i], yuma.Weight{UID: uint16(j), Value: uint16([]uint64{pick(65_536), pick(8), 65_535}[pick(3)])})
			}
			if pick(2) > 0 {
				in.Bonds[i] = append(in.Bonds[i], yuma.Cell{UID: uint16(j), Value: fixed.Frac(r.next() >> (1 + pick(17)))})
			}
		}
	}
	if pick(2) == 0 {
		in.CommitBlock = make([]uint64, len(in.Stake))
		for i := range in.CommitBlock {
			in.CommitBlock[i] = []uint64{yuma.NoCommit, 50, 9_700}[pick(3)]
		}
	}
	return in
}

func randomParams(pick func(uint64) uint64, n int) yuma.Params {
	p := yuma.CompatParams()
	p.Kappa = []uint16{32_767, 32_768, 0, 65_535, uint16(pick(65_536))}[pick(5)]
	p.BondsMovingAveragePPM = []uint32{900_000, 0, 1_000_000, uint32(pick(1_000_001))}[pick(4)]
	p.BondsPenalty = []uint16{0, 65_535, uint16(pick(65_536))}[pick(3)]
	p.MaxValidators = uint32(pick(uint64(n) + 2))
	p.MinStake = []uint64{0, 0, 3e9}[pick(3)]
	p.ActivityCutoff = 500
	p.HasOwner, p.OwnerUID = pick(3) == 0, uint16(pick(uint64(n)))
	p.CommitReveal, p.Yuma3 = pick(2) == 0, pick(2) == 0
	return p
}

func TestEpochIsTheExactEpoch(t *testing.T) {
	for seed := range uint64(800) {
		in := randomInput(seed)
		out, want := yuma.Epoch(in), refer(in)
		at := fmt.Sprintf("seed %d", seed)
		require.Equal(t, want.active, out.Active, at)
		require.Equal(t, want.newPermits, out.NewPermits, at)
		near(t, want.stake, out.Stake, at+" stake")
		near(t, want.consensus, out.Consensus, at+" consensus")
		near(t, want.trust, out.ValidatorTrust, at+" validator trust")
		near(t, want.incentive, out.Incentive, at+" incentive")
		near(t, want.dividends, out.Dividends, at+" dividends")
		near(t, want.shares, out.Share, at+" share")
		for i := range in.Stake {
			nearRow(t, want.bonds[i], out.Bonds[i], fmt.Sprintf("%s bonds of %d", at, i))
		}
	}
}

func near(t *testing.T, want []*big.Rat, have []fixed.Frac, what string) {
	t.Helper()
	for i := range want {
		nearOne(t, want[i], have[i], fmt.Sprintf("%s of %d", what, i))
	}
}

func nearOne(t *testing.T, want *big.Rat, have fixed.Frac, what string) {
	t.Helper()
	off := sub(fracRat(have), want)
	if off.Abs(off).Cmp(tolerance) > 0 {
		require.Fail(t, what, "have %s, want %s", have, want.FloatString(20))
	}
}

func nearRow(t *testing.T, want map[int]*big.Rat, have []yuma.Cell, what string) {
	t.Helper()
	rest := len(want)
	last := -1
	for _, c := range have {
		require.Greater(t, int(c.UID), last, what)
		require.NotZero(t, c.Value, what)
		last = int(c.UID)
		exact, ok := want[int(c.UID)]
		require.True(t, ok, "%s: unexpected bond to %d", what, c.UID)
		nearOne(t, exact, c.Value, what)
		rest--
	}
	for _, v := range want {
		if v.Cmp(tolerance) <= 0 {
			rest--
		}
	}
	require.LessOrEqual(t, rest, 0, what)
}

func TestPayoutsSumToTheEmission(t *testing.T) {
	for seed := range uint64(3_000) {
		in := randomInput(seed)
		checkPayouts(t, in)
		in.Params.LiquidAlpha, in.Params.AlphaSteepness = true, int16(seed*7)
		in.Params.ExactPayout = true
		checkPayouts(t, in)
		in.Params.CarryIfNoIncentive = true
		checkPayouts(t, in)
	}
}

func checkPayouts(t *testing.T, in yuma.Input) {
	t.Helper()
	out := yuma.Epoch(in)
	var sides, together fixed.Wide
	for i := range out.Emission {
		sides = sides.Add(fixed.Wide{Lo: out.ServerEmission[i]}).Add(fixed.Wide{Lo: out.ValidatorEmission[i]})
		together = together.Add(fixed.Wide{Lo: out.Emission[i]})
	}
	whole := fixed.Wide{Lo: in.Emission}
	switch {
	case out.Carry:
		require.True(t, sides.IsZero() && together.IsZero())
	case in.Params.ExactPayout:
		require.Equal(t, whole, sides)
		require.Equal(t, whole, together)
	default:
		require.False(t, whole.Less(sides))
		require.False(t, whole.Less(together))
	}
}

// Relabelling neurons relabels the results and changes nothing else, to the last bit; only ties for the last permit follow
// the uid, so stakes are made different here.
func TestRelabellingChangesNothing(t *testing.T) {
	for seed := range uint64(600) {
		in := randomInput(seed)
		for i := range in.Stake {
			in.Stake[i] += uint64(i)
		}
		n := len(in.Stake)
		to := make([]int, n) // a rotation followed by a reflection
		for i := range to {
			to[i] = n - 1 - (i+int(seed))%n
		}
		out, moved := yuma.Epoch(in), yuma.Epoch(relabel(in, to))
		for i, k := range to {
			require.Equal(t, out.Consensus[i], moved.Consensus[k])
			require.Equal(t, out.ValidatorTrust[i], moved.ValidatorTrust[k])
			require.Equal(t, out.Incentive[i], moved.Incentive[k])
			require.Equal(t, out.Dividends[i], moved.Dividends[k])
			require.Equal(t, out.Emission[i], moved.Emission[k])
			require.Equal(t, out.NewPermits[i], moved.NewPermits[k])
			require.Equal(t, relabelCells(out.Bonds[i], to), moved.Bonds[k])
		}
	}
}

func relabel(in yuma.Input, to []int) yuma.Input {
	n := len(to)
	out := network(n)
	out.Params, out.Emission, out.LastStepBlock = in.Params, in.Emission, in.LastStepBlock
	out.Params.OwnerUID = uint16(to[in.Params.OwnerUID])
	if in.CommitBlock != nil {
		out.CommitBlock = make([]uint64, n)
	}
	for i, k := range to {
		out.Stake[k], out.Permits[k] = in.Stake[i], in.Permits[i]
		out.LastUpdate[k], out.RegisteredAt[k] = in.LastUpdate[i], in.RegisteredAt[i]
		out.Bonds[k] = relabelCells(in.Bonds[i], to)
		for _, w := range in.Weights[i] {
			out.Weights[k] = append(out.Weights[k], yuma.Weight{UID: uint16(to[w.UID]), Value: w.Value})
		}
		slices.SortFunc(out.Weights[k], func(a, b yuma.Weight) int { return int(a.UID) - int(b.UID) })
		if in.CommitBlock != nil {
			out.CommitBlock[k] = in.CommitBlock[i]
		}
	}
	return out
}

func relabelCells(row []yuma.Cell, to []int) []yuma.Cell {
	var out []yuma.Cell
	for _, c := range row {
		out = append(out, yuma.Cell{UID: uint16(to[c.UID]), Value: c.Value})
	}
	slices.SortFunc(out, func(a, b yuma.Cell) int { return int(a.UID) - int(b.UID) })
	return out
}

func TestScalingAllStakeChangesNothing(t *testing.T) {
	for seed := range uint64(300) {
		in := randomInput(seed)
		in.Params.MinStake = 0
		scaled := in
		scaled.Stake = make([]uint64, len(in.Stake))
		for i := range in.Stake {
			in.Stake[i] >>= 11
			scaled.Stake[i] = in.Stake[i] << 7
		}
		out, again := yuma.Epoch(in), yuma.Epoch(scaled)
		require.Equal(t, out.Consensus, again.Consensus)
		require.Equal(t, out.NewPermits, again.NewPermits)
		for i := range in.Stake {
			nearOne(t, fracRat(out.Share[i]), again.Share[i], "share")
		}
	}
}

func TestNeuronNobodyWeighsChangesNothing(t *testing.T) {
	for seed := range uint64(300) {
		in := randomInput(seed)
		n := len(in.Stake)
		in.Params.MaxValidators = uint32(n) + 1
		more := in
		more.Stake, more.Permits = append(slices.Clone(in.Stake), 0), append(slices.Clone(in.Permits), false)
		more.LastUpdate, more.RegisteredAt = append(slices.Clone(in.LastUpdate), 1), append(slices.Clone(in.RegisteredAt), 1)
		if in.CommitBlock != nil {
			more.CommitBlock = append(slices.Clone(in.CommitBlock), yuma.NoCommit)
		}
		out, again := yuma.Epoch(in), yuma.Epoch(more)
		require.Equal(t, out.Incentive, again.Incentive[:n])
		require.Equal(t, out.Dividends, again.Dividends[:n])
		require.Equal(t, out.Emission, again.Emission[:n])
		require.Zero(t, again.Emission[n])
	}
}

func TestBondsNeitherStickNorDrift(t *testing.T) {
	for _, yuma3 := range []bool{false, true} {
		in := fullNetwork(8, 4)
		in.Params.Yuma3 = yuma3
		for j := range in.Weights[3] {
			in.Weights[3][j].Value = uint16(1 + 13*j) // an outsider with another opinion
		}
		want := yuma.Output{}
		for range 1_000 {
			out := yuma.Epoch(in)
			in.Bonds, want = out.Bonds, out
		}
		settled := yuma.Epoch(in)
		for i, row := range settled.Bonds {
			for k, c := range row {
				off := int64(c.Value) - int64(want.Bonds[i][k].Value)
				require.LessOrEqual(t, max(off, -off), int64(1)<<12, "settled to 2^-51")
			}
		}
		if yuma3 {
			_, trace := yuma.EpochTraced(in)
			for i, row := range settled.Bonds {
				for k, c := range row {
					off := int64(c.Value) - int64(trace.BondsDelta[i][k].Value)
					require.LessOrEqual(t, max(off, -off), int64(1)<<12, "a bond settles at its vote")
				}
			}
		}
	}
}

func TestCarryWhenAMajorityVotesForNobody(t *testing.T) {
	in := network(4)
	in.Stake, in.Permits = []uint64{51, 49, 0, 0}, []bool{true, true, false, false}
	in.Weights[1] = []yuma.Weight{{UID: 2, Value: 1}, {UID: 3, Value: 1}}
	out := yuma.Epoch(in)
	require.True(t, out.Carry)
	require.Equal(t, make([]uint64, 4), out.Emission)
	in.Params.CarryIfNoIncentive = false
	out = yuma.Epoch(in)
	require.False(t, out.Carry)
	require.Equal(t, in.Emission*51/100, out.Emission[0])
}

func TestNobodyToPay(t *testing.T) {
	require.True(t, yuma.Epoch(yuma.Input{}).Carry)
	out := yuma.Epoch(yuma.Input{Stake: []uint64{0, 0}, Emission: 5})
	require.True(t, out.Carry)
	require.Equal(t, []uint64{0, 0}, out.Emission)
}

func TestInputIsTotal(t *testing.T) {
	strange := yuma.Input{
		Params: yuma.Params{
			Kappa: 65_535, BondsMovingAveragePPM: math.MaxUint32, BondsPenalty: 65_535, MaxValidators: math.MaxUint32,
			ActivityCutoff: math.MaxUint64, Tempo: math.MaxUint64, HasOwner: true, OwnerUID: 9, Yuma3: true, LiquidAlpha: true,
			AlphaLow: 65_535, AlphaSteepness: math.MinInt16,
		},
		Block: math.MaxUint64, LastStepBlock: math.MaxUint64, Emission: math.MaxUint64,
		Stake:       []uint64{math.MaxUint64, math.MaxUint64, math.MaxUint64},
		LastUpdate:  []uint64{math.MaxUint64, math.MaxUint64, 5},
		Permits:     []bool{true, true},
		CommitBlock: []uint64{math.MaxUint64},
		Weights:     [][]yuma.Weight{{{2, 9}, {1, 9}, {1, 8}, {60_000, 1}}, {{0, 65_535}, {2, 65_535}}},
		Bonds:       [][]yuma.Cell{{{2, math.MaxUint64}, {0, 1}}, {{9, 9}, {2, 1}}, {{2, 7}}},
	}
	for _, yuma3 := range []bool{false, true} {
		strange.Params.Yuma3 = yuma3
		out := yuma.Epoch(strange)
		require.Len(t, out.Emission, 3)
		checkPayouts(t, strange)
		for _, row := range out.Bonds {
			for _, c := range row {
				require.LessOrEqual(t, c.Value, fixed.FracOne)
			}
		}
	}
}

// A vote whose cells are out of order counts only as far as it is in order.
func TestCellsOutOfOrderAreIgnored(t *testing.T) {
	in := fullNetwork(6, 3)
	want := yuma.Epoch(in)
	in.Weights[0] = slices.Clone(in.Weights[0])
	in.Weights[0] = append(in.Weights[0], yuma.Weight{UID: 1, Value: 60_000}, yuma.Weight{UID: 5, Value: 60_000})
	in.Bonds[1] = []yuma.Cell{{UID: 7, Value: 1}, {UID: 0, Value: 1}}
	require.Equal(t, want, yuma.Epoch(in))
}

func FuzzEpoch(f *testing.F) {
	for seed := range uint64(8) {
		f.Add(seed, uint16(seed*9_000), int16(seed*4_000), uint64(1)<<(seed*8))
	}
	f.Fuzz(func(t *testing.T, seed uint64, kappa uint16, steepness int16, emission uint64) {
		in := randomInput(seed)
		in.Params.Kappa, in.Params.AlphaSteepness, in.Emission = kappa, steepness, emission
		in.Params.LiquidAlpha = seed%2 == 0
		if seed%3 == 0 {
			in.LastUpdate, in.Bonds = in.LastUpdate[:len(in.LastUpdate)/2], in.Bonds[:len(in.Bonds)/2]
		}
		checkPayouts(t, in)
		in.Params.ExactPayout = true
		checkPayouts(t, in)
	})
}
