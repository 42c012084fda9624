package emission_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/dendra-net/dendra/x/emission"
)

const quarter = emission.Whole / 4

func voter(stake uint64, age int64, row ...uint32) emission.Voter {
	v := emission.Voter{StakeRao: stake, AgeBlocks: age}
	for i := 0; i < len(row); i += 2 {
		v.Netuids, v.Weights = append(v.Netuids, row[i]), append(v.Weights, row[i+1])
	}
	return v
}

func TestDivide(t *testing.T) { // R-EMISSION-6
	three := []uint32{1, 2, 7}
	noCap := func(p *emission.Params) { p.RootCapU16 = 65535 }
	tests := []struct {
		name   string
		change func(*emission.Params)
		voters []emission.Voter
		open   []uint32
		want   []uint64
	}{
		{"no subnet", noCap, nil, nil, []uint64{}},
		{"nobody voted", noCap, nil, []uint32{1, 2, 3, 4}, []uint64{quarter, quarter, quarter, quarter}},
		{"equal parts that do not divide", noCap, nil, three, []uint64{1431655766, 1431655765, 1431655765}},
		{"one voter", noCap, []emission.Voter{voter(5, 0, 1, 1, 7, 3)}, three, []uint64{quarter, 0, 3 * quarter}},
		{
			"rows are normalised", noCap,
			[]emission.Voter{voter(10, 0, 1, 65535), voter(10, 0, 2, 1)},
			three,
			[]uint64{2 * quarter, 2 * quarter, 0},
		},
		{
			"stake counts", noCap,
			[]emission.Voter{voter(30, 0, 1, 1), voter(10, 0, 7, 1)},
			three,
			[]uint64{3 * quarter, 0, quarter},
		},
		{
			"votes fade", noCap, // half of 216,000 blocks: half the voice of the other
			[]emission.Voter{voter(20, 108_000, 1, 1), voter(30, 0, 7, 1)},
			three,
			[]uint64{quarter, 0, 3 * quarter},
		},
		{
			"a vote that faded to nothing", noCap,
			[]emission.Voter{voter(1000, 216_000, 1, 1), voter(1, 0, 7, 1)},
			three,
			[]uint64{0, 0, emission.Whole},
		},
		{"only faded votes", noCap, []emission.Voter{voter(1000, 216_000, 1, 1)}, []uint32{1, 2}, []uint64{2 * quarter, 2 * quarter}},
		{"no stake is no vote", noCap, []emission.Voter{voter(0, 0, 1, 1)}, []uint32{1, 2}, []uint64{2 * quarter, 2 * quarter}},
		{"closed subnets drop out of the row", noCap, []emission.Voter{voter(9, 0, 1, 1, 5, 100, 7, 1)}, three, []uint64{2 * quarter, 0, 2 * quarter}},
		{"a row of closed subnets only", noCap, []emission.Voter{voter(9, 0, 5, 1), voter(1, 0, 2, 1)}, three, []uint64{0, emission.Whole, 0}},
		{
			"seats go to the most stake", func(p *emission.Params) { p.RootCapU16, p.RootSeats = 65535, 2 },
			[]emission.Voter{voter(10, 0, 1, 1), voter(40, 0, 2, 1), voter(40, 0, 7, 1)},
			three,
			[]uint64{0, 2 * quarter, 2 * quarter},
		},
		{
			"an effective vote is seated before a faded one", func(p *emission.Params) { p.RootCapU16, p.RootSeats = 65535, 1 },
			[]emission.Voter{voter(10, 0, 1, 1), voter(40, 216_000, 2, 1)},
			three,
			[]uint64{emission.Whole, 0, 0},
		},
		{
			"one voter is capped", func(p *emission.Params) { p.RootCapU16 = 32768 }, // 50.0008 %
			[]emission.Voter{voter(1_000_000, 0, 1, 1), voter(1, 0, 2, 1), voter(1, 0, 7, 1)},
			three,
			[]uint64{2147516416, 1073725440, 1073725440},
		},
		{
			"the cap is never below an equal part", func(p *emission.Params) { p.RootCapU16 = 1 },
			[]emission.Voter{voter(1_000_000, 0, 1, 1), voter(5, 0, 2, 1), voter(1, 0, 7, 1), voter(1, 0, 7, 1)},
			three,
			[]uint64{quarter, quarter, 2 * quarter},
		},
		{
			"water filling caps the second too", func(p *emission.Params) { p.RootCapU16 = 26214 }, // 40 %
			[]emission.Voter{voter(800, 0, 1, 1), voter(190, 0, 2, 1), voter(10, 0, 7, 1)},
			three,
			[]uint64{1717986919, 1717986918, 858993459},
		},
		{"all the TAO there is", noCap, []emission.Voter{voter(1<<64-1, 0, 1, 1), voter(emission.MaxRao, 0, 2, 1)}, []uint32{1, 2}, []uint64{2 * quarter, 2 * quarter}},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			p := emission.DefaultParams()
			tc.change(&p)
			require.Equal(t, tc.want, emission.Divide(tc.voters, tc.open, p))
		})
	}
}

// TestDivideProperties: whatever is voted, shares add up to 2^32, the voters' order does not matter, and nobody's vote
// moves more than its cap.
func TestDivideProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		open := slices.Sorted(slices.Values(rapid.SliceOfNDistinct(rapid.Uint32Range(1, 200), 1, 40, rapid.ID).Draw(t, "open")))
		p := emission.DefaultParams()
		p.RootCapU16 = rapid.Uint32Range(1, 65535).Draw(t, "cap")
		p.RootSeats = rapid.Uint32Range(1, 256).Draw(t, "seats")
		stakes := rapid.SliceOfNDistinct(rapid.Uint64Range(1_000_000_000, emission.MaxRao), 0, 30, rapid.ID).Draw(t, "stakes")
		voters := make([]emission.Voter, len(stakes))
		for i, stake := range stakes {
			netuids := rapid.SliceOfNDistinct(rapid.Uint32Range(1, 200), 1, 10, rapid.ID).Draw(t, "netuids")
			voters[i] = emission.Voter{
				StakeRao: stake, AgeBlocks: rapid.Int64Range(0, 300_000).Draw(t, "age"), Netuids: netuids,
				Weights: rapid.SliceOfN(rapid.Uint32Range(0, 65535), len(netuids), len(netuids)).Draw(t, "weights"),
			}
		}
		shares := emission.Divide(voters, open, p)
		require.Equal(t, uint64(emission.Whole), sum(shares))

		turned := slices.Clone(voters)
		slices.Reverse(turned)
		for i, share := range emission.Divide(turned, open, p) {
			require.InDelta(t, shares[i], share, 1, "only a rounding may depend on the order")
		}
		requireCapped(t, voters, open, p)
	})
}

// requireCapped removes the first voter's favourite from all other rows: it then gets at most the cap.
func requireCapped(t *rapid.T, voters []emission.Voter, open []uint32, p emission.Params) {
	const rival = 1000
	if len(voters) == 0 {
		return
	}
	open = append(slices.Clone(open), rival)
	mine := slices.Clone(voters)
	mine[0] = voter(voters[0].StakeRao, 0, rival, 1)
	n := uint64(0)
	for _, v := range mine {
		if v.StakeRao > 0 && v.AgeBlocks < p.RootStaleBlocks && rowCounts(v, open) {
			n++
		}
	}
	n = min(n, uint64(p.RootSeats))
	most := max(float64(p.RootCapU16)/65535, 1/float64(n))
	got := emission.Divide(mine, open, p)
	require.LessOrEqual(t, float64(got[len(got)-1]), most*emission.Whole+2)
}

func rowCounts(v emission.Voter, open []uint32) bool {
	for i, netuid := range v.Netuids {
		if slices.Contains(open, netuid) && v.Weights[i] > 0 {
			return true
		}
	}
	return false
}

func sum(parts []uint64) (total uint64) {
	for _, p := range parts {
		total += p
	}
	return total
}

func BenchmarkDivide(b *testing.B) {
	var voters []emission.Voter
	open := make([]uint32, 128)
	row := make([]uint32, 0, 256)
	for i := range open {
		open[i] = uint32(i + 1)
		row = append(row, open[i], uint32(i))
	}
	for i := range 64 {
		voters = append(voters, voter(uint64(i+1)*1e12, int64(i)*1000, row...))
	}
	for b.Loop() {
		emission.Divide(voters, open, emission.DefaultParams())
	}
}
