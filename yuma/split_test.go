package yuma_test

import (
	"math/big"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/fixed"
	"github.com/dendra-net/dendra/yuma"
)

// Splitting a validator into two halves that vote alike. What is compared is a network with the whole and one with both
// halves, the second with the highest uid. The whole is not the owner, whose rights cannot be halved, nobody votes for the
// second half, neither half votes for the other as the whole could not for itself, no minimum of stake cuts the halves
// off, and permits are not scarce.

// parted is the network in which half of the stake of neuron v has gone to a new one with the same votes, age and permit.
// Bonds are for the caller to divide.
func parted(in yuma.Input, v int) yuma.Input {
	n := len(in.Stake)
	out := joined(in, in.Stake[v]/2, in.Permits[v])
	out.Stake[v] /= 2
	out.LastUpdate[n], out.RegisteredAt[n], out.Weights[n] = in.LastUpdate[v], in.RegisteredAt[v], in.Weights[v]
	if in.CommitBlock != nil {
		out.CommitBlock[n] = in.CommitBlock[v]
	}
	return out
}

// divisible makes a network in which the neuron it names can be parted.
func divisible(in yuma.Input, seed uint64) (yuma.Input, int) {
	n := len(in.Stake)
	v := int(seed % uint64(n))
	if in.Params.HasOwner && v == int(in.Params.OwnerUID) {
		in.Params.HasOwner = false
	}
	in.Stake = slices.Clone(in.Stake)
	in.Stake[v] &^= 1
	in.Params.MinStake, in.Params.MaxValidators = 0, uint32(n)+1
	in.Weights = slices.Clone(in.Weights)
	in.Weights[v] = slices.DeleteFunc(slices.Clone(in.Weights[v]), func(w yuma.Weight) bool { return int(w.UID) == v })
	return in, v
}

// rounds is how many epochs a history lasts here; the votes change in each.
const rounds = 4

// nextEpoch goes on to the next epoch with new votes for the first n neurons.
func nextEpoch(in yuma.Input, bonds [][]yuma.Cell, r *rng) yuma.Input {
	in.Bonds, in.Weights = bonds, slices.Clone(in.Weights)
	for i, row := range in.Weights {
		in.Weights[i] = slices.Clone(row)
		for k := range row {
			in.Weights[i][k].Value = uint16(r.next())
		}
	}
	in.LastStepBlock, in.Block = in.Block, in.Block+360
	in.LastUpdate = slices.Clone(in.LastUpdate)
	for i := range in.LastUpdate {
		in.LastUpdate[i] += 360
	}
	return in
}

// sameServers wants what servers earn to be the same to the last bit.
func sameServers(t *testing.T, whole, halves yuma.Output) {
	t.Helper()
	n := len(whole.Incentive)
	require.Equal(t, whole.Consensus, halves.Consensus[:n])
	require.Equal(t, whole.Rank, halves.Rank[:n])
	require.Equal(t, whole.Trust, halves.Trust[:n])
	require.Equal(t, whole.ValidatorTrust, halves.ValidatorTrust[:n])
	require.Equal(t, whole.Incentive, halves.Incentive[:n])
	require.Zero(t, halves.Incentive[n])
}

// Plain Yuma, any history in which each half held half of the whole's bonds: the halves together earn what the whole did,
// and nobody else notices.
func TestHalvesEarnWhatTheWholeDidInPlainYuma(t *testing.T) { many(t, 300, plainHalves) }

func FuzzPlainHalves(f *testing.F) { fuzz(f, plainHalves) }

func plainHalves(t *testing.T, in yuma.Input, seed uint64) {
	in.Params.Yuma3 = false
	in, v := divisible(in, seed)
	n, r := len(in.Stake), rng(seed)
	whole, halves := in, parted(in, v)
	halves.Bonds[v], halves.Bonds[n] = halfOf(in.Bonds[v]), halfOf(in.Bonds[v])
	for range rounds {
		a, b := yuma.Epoch(whole), yuma.Epoch(halves)
		sameServers(t, a, b)
		for i := range n {
			have := fracRat(b.Dividends[i])
			if i == v {
				require.Equal(t, b.Dividends[v], b.Dividends[n])
				have = add(have, fracRat(b.Dividends[n]))
			}
			nearRat(t, fracRat(a.Dividends[i]), have, "dividends")
		}
		whole = nextEpoch(whole, a.Bonds, &r)
		votes := whole.Weights
		halves = nextEpoch(halves, b.Bonds, &r)
		halves.Weights = append(slices.Clone(votes), votes[v])
	}
}

func halfOf(row []yuma.Cell) []yuma.Cell {
	out := slices.Clone(row)
	for k := range out {
		out[k].Value /= 2
	}
	return out
}

func nearRat(t *testing.T, want, have *big.Rat, what string) {
	t.Helper()
	off := sub(have, want)
	if off.Abs(off).Cmp(tolerance) > 0 {
		require.Fail(t, what, "have %s, want %s", have.FloatString(20), want.FloatString(20))
	}
}

// Yuma 3, liquid alpha or not, any history in which each half held the same bonds as the whole: bonds do not depend on
// stake, so both halves hold what the whole does, bit for bit. Dividends are as if the whole's bonds were counted twice in
// every column. So the halves together do not in general earn what the whole did.
func TestHalvesHoldTheSameBondsInYuma3(t *testing.T) { many(t, 300, yuma3Halves) }

func FuzzYuma3Halves(f *testing.F) { fuzz(f, yuma3Halves) }

func yuma3Halves(t *testing.T, in yuma.Input, seed uint64) {
	in.Params.Yuma3 = true
	in, v := divisible(in, seed)
	n, r := len(in.Stake), rng(seed)
	whole, halves := in, parted(in, v)
	halves.Bonds[n] = in.Bonds[v]
	for range rounds {
		a, traced := yuma.EpochTraced(whole)
		b := yuma.Epoch(halves)
		sameServers(t, a, b)
		require.Equal(t, a.Bonds, b.Bonds[:n])
		require.Equal(t, a.Bonds[v], b.Bonds[n])
		require.Equal(t, b.Dividends[v], b.Dividends[n])
		want := countedTwice(a, traced.BondsStored, v)
		for i := range n {
			have := fracRat(b.Dividends[i])
			if i == v {
				have = add(have, have)
			}
			nearRat(t, want[i], have, "dividends")
		}
		whole = nextEpoch(whole, a.Bonds, &r)
		votes := whole.Weights
		halves = nextEpoch(halves, b.Bonds, &r)
		halves.Weights = append(slices.Clone(votes), votes[v])
	}
}

// countedTwice returns the dividends of Yuma 3 when the bonds of v are counted twice in every column, but pay once.
func countedTwice(out yuma.Output, bonds [][]yuma.Cell, v int) []*big.Rat {
	n := len(bonds)
	sums, income := zeros(n), zeros(n)
	for i, row := range bonds {
		for _, c := range row {
			sums[c.UID] = add(sums[c.UID], fracRat(c.Value))
			if i == v {
				sums[c.UID] = add(sums[c.UID], fracRat(c.Value))
			}
		}
	}
	for i, row := range bonds {
		for _, c := range row {
			part := quo(fracRat(c.Value), sums[c.UID])
			income[i] = add(income[i], mul(part, mul(fracRat(out.ActiveStake[i]), fracRat(out.Incentive[c.UID]))))
		}
	}
	return normal(income)
}

// Yuma 3, validators that agree and always did: here the halves together earn what the whole did, because counting the
// whole's bonds twice makes no difference between columns.
func TestHalvesEarnWhatTheWholeDidWhereValidatorsAgree(t *testing.T) {
	for seed := range uint64(200) {
		r := rng(seed)
		const n, voters = 9, 4
		in := network(n)
		in.Params.LiquidAlpha = seed%2 == 0
		var row []yuma.Weight
		var bonds []yuma.Cell
		for j := voters; j < n; j++ {
			row = append(row, yuma.Weight{UID: uint16(j), Value: uint16(1 + r.next()%65_535)})
			bonds = append(bonds, yuma.Cell{UID: uint16(j), Value: fixed.Frac(r.next() >> 1)})
		}
		for i := range voters {
			in.Stake[i], in.Permits[i], in.Weights[i], in.Bonds[i] = 2+2*(r.next()>>20), true, row, bonds
		}
		in, v := divisible(in, seed%voters)
		halves := parted(in, v)
		halves.Bonds[n] = bonds
		a, b := yuma.Epoch(in), yuma.Epoch(halves)
		sameServers(t, a, b)
		for i := range voters {
			have := fracRat(b.Dividends[i])
			if i == v {
				have = add(have, fracRat(b.Dividends[n]))
			}
			nearRat(t, fracRat(a.Dividends[i]), have, "dividends")
			nearRat(t, fracRat(a.ActiveStake[i]), fracRat(a.Dividends[i]), "dividends follow stake")
		}
	}
}
