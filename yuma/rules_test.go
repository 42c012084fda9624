package yuma_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/fixed"
	"github.com/dendra-net/dendra/yuma"
)

func TestCountStake(t *testing.T) {
	const tao = 1_000_000_000
	tests := []struct {
		name           string
		stake, counted []uint64
		want           []uint64
	}{
		{"everything counts at first", []uint64{5, 0, 7}, nil, []uint64{5, 0, 7}},
		{"what left is gone at once", []uint64{40, 60}, []uint64{100, 60}, []uint64{40, 60}},
		{"little comes in whole", []uint64{100 * tao, 101 * tao}, []uint64{100 * tao, 100 * tao}, []uint64{100 * tao, 101 * tao}},
		{"much comes in by and by", []uint64{90 * tao, 360 * tao}, []uint64{90 * tao, 10 * tao}, []uint64{90 * tao, 11_500_000_000}},
		{"in proportion", []uint64{200 * tao, 0, 300 * tao}, []uint64{0, 0, 200 * tao}, []uint64{2 * tao, 0, 201 * tao}},
		{"one rao does not hold a subnet", []uint64{1, 5_120 * tao}, []uint64{1, 0}, []uint64{1, 10*tao - 1}},
		{"beyond 64 bits", []uint64{1 << 63, 1 << 63, 1 << 63}, []uint64{1 << 63, 1 << 63, 0}, []uint64{1 << 63, 1 << 63, 1 << 63 / 1000 * 30}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := yuma.CountStake(test.stake, test.counted, 15_000)
			for i := range test.want {
				require.InEpsilon(t, float64(test.want[i])+1, float64(got[i])+1, 1e-9, "uid %d", i)
			}
		})
	}
	require.Equal(t, []uint64{1, 1000}, yuma.CountStake([]uint64{1, 1000}, []uint64{1, 1}, 1_000_000), "no limit")
}

// voting is a network of validators (the first uids) and servers, whose votes a test sets epoch by epoch.
type voting struct {
	in         yuma.Input
	validators int
}

func newVoting(validators, servers int, tune func(*yuma.Params)) *voting {
	v := &voting{in: network(validators + servers), validators: validators}
	v.in.Params = yuma.CompatParams()
	v.in.Params.Yuma3 = true
	tune(&v.in.Params)
	for i := range validators {
		v.in.Stake[i], v.in.Permits[i] = 1000, true
	}
	return v
}

// epoch runs with the rows given and carries everything on.
func (v *voting) epoch(rows ...[]uint16) yuma.Output {
	for i, row := range rows {
		v.in.Weights[i] = nil
		for s, w := range row {
			v.in.Weights[i] = append(v.in.Weights[i], yuma.Weight{UID: uint16(v.validators + s), Value: w})
		}
	}
	out := yuma.Epoch(v.in)
	v.in.Bonds, v.in.Memory = out.Bonds, out.Memory
	v.in.LastStepBlock = v.in.Block
	v.in.Block += 360
	for i := range v.in.LastUpdate {
		v.in.LastUpdate[i] += 360
	}
	return out
}

func TestAverageOfVotes(t *testing.T) {
	v := newVoting(3, 2, func(p *yuma.Params) { p.VoteMemoryPPM = 750_000 })
	share := func(out yuma.Output) float64 { return float64(out.Incentive[3]) / float64(fixed.FracOne) }
	even, first := []uint16{1, 1}, []uint16{1, 0}
	require.InDelta(t, 0.5, share(v.epoch(even, even, even)), 1e-12, "a first row enters whole")
	require.InDelta(t, 0.625, share(v.epoch(first, first, first)), 1e-12)
	require.InDelta(t, 0.71875, share(v.epoch(first, first, first)), 1e-12)

	v.in.RegisteredAt[4] = v.in.LastStepBlock + 1 // somebody new sits at uid 4
	for i := range 3 {
		v.in.LastUpdate[i] = v.in.Block
	}
	require.Equal(t, 1.0, share(v.epoch(first, first, first)), "nothing is remembered of who sat there before")
	nobody := []uint16{}
	for range 150 {
		out := v.epoch(nobody, nobody, nobody)
		if out.Memory.Votes[0] == nil {
			require.Zero(t, out.Incentive[3])
			return
		}
		require.Equal(t, 1.0, share(out), "votes fade together")
	}
	t.Fatal("votes for nobody never faded")
}

// A validator that measures keeps its share, one that repeats what is public loses it, and so does one that repeats it
// with noise of its own. Nobody's loss is larger than the share.
func TestInformationShare(t *testing.T) {
	const servers, share = 64, 32_768
	v := newVoting(9, servers, func(p *yuma.Params) {
		p.VoteMemoryPPM, p.InformationShare, p.InformationMemoryPPM = 700_000, share, 950_000
	})
	r, quality := rng(7), make([]int64, servers)
	for s := range quality {
		quality[s] = 20_000
	}
	noisy := func(q int64, sd uint64) uint16 {
		return uint16(min(max(q+int64(r.next()%(2*sd+1))-int64(sd), 1), 65_535))
	}
	var out yuma.Output
	for range 100 {
		rows := make([][]uint16, 9)
		for s := range quality {
			quality[s] = int64(noisy(quality[s], 1_500))
			public := int64(20_000)
			if v.in.Memory.Median != nil {
				public = int64(v.in.Memory.Median[9+s].Of(servers * 20_000))
			}
			rows[0] = append(rows[0], noisy(public, 0))
			rows[1] = append(rows[1], noisy(public, 2_000))
			for i := 2; i < 9; i++ {
				rows[i] = append(rows[i], noisy(quality[s], 2_000))
			}
		}
		out = v.epoch(rows...)
	}
	kept := func(i int) float64 { return float64(out.Information[i]) / float64(fixed.FracOne) }
	require.Less(t, kept(0), 0.05, "a copier")
	require.Less(t, kept(1), 0.1, "a copier that adds noise")
	for i := 2; i < 9; i++ {
		require.Greater(t, kept(i), 0.6, "validator %d measures", i)
		require.InDelta(t, 0.5, float64(out.Dividends[0])/float64(out.Dividends[i]), 0.15)
	}
}

// With few neurons there is little to tell news by, and what chance makes of it costs nobody anything.
func TestInformationOfFewNeurons(t *testing.T) {
	v := newVoting(3, 6, func(p *yuma.Params) {
		p.VoteMemoryPPM, p.InformationShare, p.InformationMemoryPPM = 700_000, 32_768, 950_000
	})
	r, sum := rng(11), 0.0
	const epochs = 400
	for range epochs {
		rows := make([][]uint16, 3)
		for i := range rows {
			for range 6 {
				rows[i] = append(rows[i], uint16(18_000+r.next()%4_000))
			}
		}
		out := v.epoch(rows...)
		for i := range rows {
			sum += float64(out.Information[i]) / float64(fixed.FracOne) / 3 / epochs
		}
	}
	require.Greater(t, sum, 0.9)
}

func TestReceiptShare(t *testing.T) {
	v := newVoting(2, 2, func(p *yuma.Params) { p.ReceiptShare = 65_535 / 5 })
	row := []uint16{2, 1}
	require.InDelta(t, 0.5, float64(v.epoch(row, row).Dividends[0])/float64(fixed.FracOne), 1e-12, "nobody was asked")
	v.in.Receipts = []fixed.Frac{fixed.FracOne, 0}
	out := v.epoch(row, row)
	require.InDelta(t, 0.8, float64(out.Dividends[1])/float64(out.Dividends[0]), 1e-12)
}
