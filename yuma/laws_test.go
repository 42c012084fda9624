package yuma_test

import (
	"encoding/binary"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/yuma"
)

// rules are parameters as a fuzzer draws them; everything else of an epoch follows from the seed.
type rules struct {
	seed                      uint64
	kappa, penalty, low, high uint16
	keepPPM                   uint32
	steepness                 int16
	flags                     byte
	stakes                    []byte // overwrites the first stakes, eight bytes each
}

// drawn turns what a fuzzer made up into an epoch.
func (r rules) drawn() yuma.Input {
	in := randomInput(r.seed)
	p := &in.Params
	p.Kappa, p.BondsPenalty, p.AlphaLow, p.AlphaHigh = r.kappa, r.penalty, max(r.low, slowest), r.high
	p.BondsMovingAveragePPM, p.AlphaSteepness = r.keepPPM%1_000_001, r.steepness
	p.Yuma3, p.LiquidAlpha, p.CommitReveal, p.HasOwner = r.flags&1 > 0, r.flags&2 > 0, r.flags&4 > 0, r.flags&8 > 0
	for i := 0; i < len(in.Stake) && len(r.stakes) >= 8; i, r.stakes = i+1, r.stakes[8:] {
		in.Stake[i] = binary.LittleEndian.Uint64(r.stakes) >> 5 // a sum beyond 64 bits is a matter of its own
	}
	return in
}

// fuzz draws epochs and holds a law against them.
func fuzz(f *testing.F, law func(*testing.T, yuma.Input, uint64)) {
	dust := binary.LittleEndian.AppendUint64(binary.LittleEndian.AppendUint64(nil, math.MaxUint64), 1<<5)
	for seed := range uint64(16) {
		f.Add(seed, uint16(32_767+seed%2), uint16(seed*5_000), uint16(seed*999), uint16(65_535-seed), uint32(seed*60_000), int16(seed*4_000), byte(seed), dust[:seed])
	}
	f.Fuzz(func(t *testing.T, seed uint64, kappa, penalty, low, high uint16, keepPPM uint32, steepness int16, flags byte, stakes []byte) {
		law(t, rules{seed, kappa, penalty, low, high, keepPPM, steepness, flags, stakes}.drawn(), seed)
	})
}

// many holds a law against epochs drawn from seeds, half of them of liquid alpha.
func many(t *testing.T, count uint64, law func(*testing.T, yuma.Input, uint64)) {
	t.Helper()
	for seed := range count {
		in := randomInput(seed)
		in.Params.LiquidAlpha = seed%2 == 0
		law(t, in, seed)
	}
}

func FuzzEpoch(f *testing.F) {
	fuzz(f, func(t *testing.T, in yuma.Input, seed uint64) {
		checkExact(t, in, "")
		checkPayouts(t, in)
		in.Params.ExactPayout = true
		checkPayouts(t, in)
		if seed%3 == 0 { // what is missing reads as zeros
			in.LastUpdate, in.Bonds = in.LastUpdate[:len(in.LastUpdate)/2], in.Bonds[:len(in.Bonds)/2]
			checkPayouts(t, in)
		}
	})
}

// Relabelling neurons relabels the results and changes nothing else, to the last bit; only ties for the last permit follow
// the uid, so stakes are made different.
func TestRelabellingChangesNothing(t *testing.T) { many(t, 600, relabelling) }

func FuzzRelabelling(f *testing.F) { fuzz(f, relabelling) }

func relabelling(t *testing.T, in yuma.Input, seed uint64) {
	taken := map[uint64]bool{}
	for i := range in.Stake {
		for taken[in.Stake[i]] {
			in.Stake[i]++
		}
		taken[in.Stake[i]] = true
	}
	n := len(in.Stake)
	to := make([]int, n) // a rotation followed by a reflection
	for i := range to {
		to[i] = n - 1 - (i+int(seed%uint64(n)))%n
	}
	out, moved := yuma.Epoch(in), yuma.Epoch(relabel(in, to))
	require.Equal(t, out.Carry, moved.Carry)
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

// Only the proportions of stake count, as long as no minimum cuts some of it off.
func TestScalingAllStakeChangesNothing(t *testing.T) { many(t, 400, scaling) }

func FuzzScaling(f *testing.F) { fuzz(f, scaling) }

func scaling(t *testing.T, in yuma.Input, seed uint64) {
	in.Params.MinStake = 0
	scaled := in
	scaled.Stake = make([]uint64, len(in.Stake))
	factor := 1 + seed%2_047
	for i := range in.Stake {
		in.Stake[i] >>= 11
		scaled.Stake[i] = in.Stake[i] * factor
	}
	out, again := yuma.Epoch(in), yuma.Epoch(scaled)
	require.Equal(t, out.Consensus, again.Consensus)
	require.Equal(t, out.NewPermits, again.NewPermits)
	for i := range in.Stake {
		nearOne(t, fracRat(out.Incentive[i]), again.Incentive[i], "incentive")
		nearOne(t, fracRat(out.Dividends[i]), again.Dividends[i], "dividends")
		nearOne(t, fracRat(out.Share[i]), again.Share[i], "share")
	}
}

// A neuron that nobody weighs, without stake and so without a permit, changes nobody's payment and gets none, whatever it
// votes. (In Yuma 3 a permit would matter even without stake: bonds are counted by the column, not by stake.)
func TestNeuronNobodyWeighsChangesNothing(t *testing.T) { many(t, 400, newcomer) }

func FuzzNewcomer(f *testing.F) { fuzz(f, newcomer) }

func newcomer(t *testing.T, in yuma.Input, seed uint64) {
	n := len(in.Stake)
	more := joined(in, 0, false)
	more.Weights[n] = []yuma.Weight{{UID: 0, Value: uint16(seed)}}
	out, again := yuma.Epoch(in), yuma.Epoch(more)
	require.Equal(t, out.Consensus, again.Consensus[:n])
	require.Equal(t, out.Incentive, again.Incentive[:n])
	require.Equal(t, out.Emission, again.Emission[:n])
	require.Equal(t, out.Dividends, again.Dividends[:n])
	require.Zero(t, again.Emission[n])
}

// joined is a network with one neuron more: of no votes, no bonds and the age of the first.
func joined(in yuma.Input, stake uint64, permit bool) yuma.Input {
	in.Stake, in.Permits = append(slices.Clone(in.Stake), stake), append(slices.Clone(in.Permits), permit)
	in.LastUpdate, in.RegisteredAt = append(slices.Clone(in.LastUpdate), in.LastUpdate[0]), append(slices.Clone(in.RegisteredAt), in.RegisteredAt[0])
	in.Weights, in.Bonds = append(slices.Clone(in.Weights), nil), append(slices.Clone(in.Bonds), nil)
	if in.CommitBlock != nil {
		in.CommitBlock = append(slices.Clone(in.CommitBlock), in.CommitBlock[0])
	}
	return in
}
