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

// slowest is the least speed of bonds that the chain allows with liquid alpha, a fortieth. At far lower ones, and a steep
// curve, new bonds are smaller than what can be stored, which the exact epoch knows nothing of.
const slowest = 1_638

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
	p.AlphaLow = []uint16{45_875, slowest, max(slowest, uint16(pick(65_536)))}[pick(3)]
	p.AlphaHigh = []uint16{58_982, 65_535, uint16(pick(65_536))}[pick(3)]
	p.AlphaSteepness = []int16{1_000, 0, math.MinInt16, math.MaxInt16, int16(pick(65_536))}[pick(5)]
	return p
}

func TestEpochIsTheExactEpoch(t *testing.T) {
	for seed := range uint64(800) {
		in := randomInput(seed)
		in.Params.LiquidAlpha = seed%2 == 0
		checkExact(t, in, fmt.Sprintf("seed %d", seed))
	}
}

// checkExact holds an epoch against the exact one.
func checkExact(t *testing.T, in yuma.Input, at string) {
	t.Helper()
	out, want := yuma.Epoch(in), refer(in)
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
	if !in.Params.ExactPayout && !out.Carry {
		checkAmounts(t, in.Emission, want.serverShares, out.ServerEmission, at+" to servers")
		checkAmounts(t, in.Emission, want.validatorShares, out.ValidatorEmission, at+" to validators")
		checkAmounts(t, in.Emission, want.shares, out.Emission, at)
	}
}

// checkAmounts wants every payout within the larger of one rao and 10^-13 of the emission.
func checkAmounts(t *testing.T, emission uint64, shares []*big.Rat, paid []uint64, at string) {
	t.Helper()
	allowed := mul(num(emission), big.NewRat(1, 10_000_000_000_000))
	if allowed.Cmp(num(1)) < 0 {
		allowed = num(1)
	}
	for i, share := range shares {
		off := sub(num(paid[i]), mul(num(emission), share))
		if off.Abs(off).Cmp(allowed) > 0 {
			require.Fail(t, at, "paid %d to %d, want %s", paid[i], i, mul(num(emission), share).FloatString(3))
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
