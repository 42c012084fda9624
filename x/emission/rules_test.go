package emission_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/dendra-net/dendra/internal/prefix"
	"github.com/dendra-net/dendra/internal/teststore"
	"github.com/dendra-net/dendra/issuance"
	"github.com/dendra-net/dendra/x/emission"
)

func TestParamsBounds(t *testing.T) { // R-EMISSION-1
	tests := []struct {
		name   string
		change func(*emission.Params)
		says   string
	}{
		{"defaults", func(*emission.Params) {}, ""},
		{"no rate limit", func(p *emission.Params) { p.RootRateLimit = 0 }, ""},
		{"no time", func(p *emission.Params) { p.BlockMillis = 0 }, "block_millis is 0"},
		{"too much time", func(p *emission.Params) { p.BlockMillis = 60_001 }, "block_millis is 60001"},
		{"all the time there is", func(p *emission.Params) { p.BlockMillis = 1<<64 - 1 }, "block_millis"},
		{"no tempo", func(p *emission.Params) { p.RootTempo = 0 }, "root_tempo is 0"},
		{"no seats", func(p *emission.Params) { p.RootSeats = 0 }, "root_seats is 0"},
		{"too many seats", func(p *emission.Params) { p.RootSeats = 257 }, "root_seats is 257"},
		{"votes that fade at once", func(p *emission.Params) { p.RootStaleBlocks = 0 }, "root_stale_blocks is 0"},
		{"no cap", func(p *emission.Params) { p.RootCapU16 = 0 }, "root_cap_u16 is 0"},
		{"cap above all", func(p *emission.Params) { p.RootCapU16 = 65536 }, "root_cap_u16 is 65536"},
		{"negative rate limit", func(p *emission.Params) { p.RootRateLimit = -1 }, "root_rate_limit is -1"},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			p := emission.DefaultParams()
			tc.change(&p)
			requireSays(t, p.Validate(), tc.says)
		})
	}
}

func TestBooks(t *testing.T) { // R-EMISSION-2, R-EMISSION-9
	var b emission.Books
	b, rao, err := b.Mint(12_000)
	require.NoError(t, err)
	require.Equal(t, uint64(1_000_000_000), rao)
	b, err = b.Recycle(400_000_000)
	require.NoError(t, err)
	require.Equal(t, uint64(600_000_000), b.IssuedRao())
	_, err = b.Recycle(600_000_001)
	require.ErrorIs(t, err, emission.ErrBooks)

	// A halving follows the issued supply: recycled TAO puts it off.
	at := emission.Books{MintedRao: issuance.Threshold(1)}
	_, rao, err = at.Mint(12_000)
	require.NoError(t, err)
	require.Equal(t, uint64(500_000_000), rao)
	at.RecycledRao = 1
	_, rao, err = at.Mint(12_000)
	require.NoError(t, err)
	require.Equal(t, uint64(1_000_000_000), rao)

	_, _, err = emission.Books{MintedRao: 1<<64 - 1, RecycledRao: 1<<64 - 1}.Mint(12_000)
	require.ErrorIs(t, err, emission.ErrBooks, "minted and recycled for ages")
	_, err = emission.Books{BurntRao: 1<<64 - 1}.Burn(1)
	require.ErrorIs(t, err, emission.ErrBooks)
	for _, bad := range []emission.Books{
		{MintedRao: 1, RecycledRao: 2}, {MintedRao: emission.MaxRao + 1}, {MintedRao: 5, BurntRao: 6},
	} {
		require.ErrorIs(t, bad.Validate(), emission.ErrBooks)
	}
}

func TestDue(t *testing.T) {
	require.Equal(t, uint64(0), emission.Due(1, emission.Whole-1))
	require.Equal(t, uint64(1), emission.Due(1, emission.Whole))
	require.Equal(t, uint64(emission.MaxRao), emission.Due(emission.MaxRao, emission.Whole))
	require.Equal(t, uint64(emission.MaxRao/4), emission.Due(emission.MaxRao, emission.Whole/4))
	require.Equal(t, uint64(1<<64-1), emission.Due(1<<64-1, emission.Whole))
}

// TestEraIsExact: however an era is settled, what was taken and what is left is what was emitted (R-EMISSION-5).
func TestEraIsExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 20).Draw(t, "subnets")
		ledgers := make([]emission.Ledger, n)
		open := make([]uint32, n)
		for i := range ledgers {
			open[i] = uint32(i)
		}
		for i, share := range emission.Divide(nil, open, emission.DefaultParams()) {
			ledgers[i] = emission.Ledger{Netuid: open[i], ShareQ32: share}
		}
		var era emission.Era
		var emitted uint64
		for range rapid.IntRange(0, 30).Draw(t, "steps") {
			rao := rapid.Uint64Range(0, 1e15).Draw(t, "rao")
			next, err := era.Emit(rao)
			require.NoError(t, err)
			era, emitted = next, emitted+rao
			at := rapid.IntRange(0, n-1).Draw(t, "settle")
			ledgers[at], err = ledgers[at].Settled(era)
			require.NoError(t, err)
			left, err := emission.Undivided(ledgers, era)
			require.NoError(t, err)
			require.Equal(t, emitted, left+pending(ledgers))
		}
		ended, left, err := emission.EndEra(ledgers, era)
		require.NoError(t, err)
		require.Equal(t, emitted, left+pending(ended))
		for _, l := range ended {
			require.Zero(t, l.TakenRao, "nothing is taken of the next era")
		}
		require.Less(t, left, uint64(n), "the floors leave less than a rao for each subnet")
	})
}

func pending(ledgers []emission.Ledger) (total uint64) {
	for _, l := range ledgers {
		total += l.PendingRao
	}
	return total
}

func TestEraRefusesWrongBooks(t *testing.T) {
	whole := emission.Ledger{Netuid: 3, ShareQ32: emission.Whole}
	took := whole
	took.TakenRao = 11
	_, err := took.Settled(emission.Era{EmittedRao: 10})
	require.ErrorContains(t, err, "subnet 3 took 11 rao of the era, 10 are due")
	_, _, err = emission.EndEra([]emission.Ledger{took}, emission.Era{EmittedRao: 10})
	require.ErrorIs(t, err, emission.ErrBooks)
	_, _, err = emission.EndEra([]emission.Ledger{whole, whole}, emission.Era{EmittedRao: 10})
	require.ErrorIs(t, err, emission.ErrBooks, "shares above the whole")
	_, err = emission.Undivided([]emission.Ledger{took}, emission.Era{EmittedRao: 10})
	require.ErrorIs(t, err, emission.ErrBooks)
	_, err = emission.Era{EmittedRao: 1<<64 - 1}.Emit(1)
	require.ErrorIs(t, err, emission.ErrBooks)
	full := emission.Ledger{ShareQ32: emission.Whole, PendingRao: 1<<64 - 1}
	_, err = full.Settled(emission.Era{EmittedRao: 1})
	require.ErrorIs(t, err, emission.ErrBooks)
}

func TestRow(t *testing.T) { // R-EMISSION-7
	netuids, weights, err := emission.Row([]uint32{9, 1, 5}, []uint32{90, 10, 0})
	require.NoError(t, err)
	require.Equal(t, []uint32{1, 5, 9}, netuids)
	require.Equal(t, []uint32{10, 0, 90}, weights)
	long := make([]uint32, emission.MaxRow+1)
	for name, bad := range map[string][2][]uint32{
		"empty":        {nil, nil},
		"unequal":      {{1}, {1, 2}},
		"too long":     {long, long},
		"twice":        {{1, 1}, {1, 2}},
		"all zero":     {{1, 2}, {0, 0}},
		"above 16 bit": {{1}, {65536}},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := emission.Row(bad[0], bad[1])
			require.ErrorIs(t, err, emission.ErrBadVote)
		})
	}
}

func TestGenesisContradictions(t *testing.T) { // R-EMISSION-12
	prefix.Set()
	hot := teststore.Address("hot").String()
	tests := []struct {
		name   string
		change func(*emission.GenesisState)
		says   string
	}{
		{"sound", func(*emission.GenesisState) {}, ""},
		{"no subnets", func(g *emission.GenesisState) { g.Ledgers = nil }, ""},
		{"bad params", func(g *emission.GenesisState) { g.Params.RootTempo = 0 }, "root_tempo"},
		{"bad books", func(g *emission.GenesisState) { g.Books.RecycledRao = 101 }, "more recycled than minted"},
		{"negative era", func(g *emission.GenesisState) { g.Era.StartedAt = -1 }, "height -1"},
		{"era above the cap", func(g *emission.GenesisState) { g.Era.EmittedRao = emission.MaxRao + 1 }, "era of"},
		{"subnet twice", func(g *emission.GenesisState) { g.Ledgers[1].Netuid = 1 }, "named twice"},
		{"share above all", func(g *emission.GenesisState) { g.Ledgers[1].ShareQ32 = emission.Whole + 1 }, "above 2^32"},
		{"shares do not add up", func(g *emission.GenesisState) { g.Ledgers[1].ShareQ32-- }, "shares add up to 4294967295"},
		{"took too much", func(g *emission.GenesisState) { g.Ledgers[1].TakenRao = 21 }, "took 21 rao"},
		{"more votes than seats", func(g *emission.GenesisState) { g.Params.RootSeats = 1; g.Votes = append(g.Votes, g.Votes[0]) }, "2 root votes, there are 1 seats"},
		{"vote twice", func(g *emission.GenesisState) { g.Votes = append(g.Votes, g.Votes[0]) }, "twice"},
		{"bad voter", func(g *emission.GenesisState) { g.Votes[0].Hotkey = "x" }, "root voter"},
		{"bad row", func(g *emission.GenesisState) { g.Votes[0].Weights[0] = 0 }, "every weight is zero"},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			g := emission.GenesisState{
				Params: emission.DefaultParams(),
				Books:  emission.Books{MintedRao: 100},
				Ledgers: []emission.Ledger{
					{Netuid: 1, ShareQ32: emission.Whole / 2, TakenRao: 20, PendingRao: 5},
					{Netuid: 2, ShareQ32: emission.Whole / 2},
				},
				Era:   emission.Era{EmittedRao: 41, StartedAt: 7},
				Votes: []emission.RootVote{{Hotkey: hot, Netuids: []uint32{1}, Weights: []uint32{1}, Height: 3}},
			}
			tc.change(&g)
			requireSays(t, g.Validate(), tc.says)
		})
	}
}

// requireSays wants no error for an empty text, and else one that contains it.
func requireSays(t *testing.T, err error, says string) {
	t.Helper()
	if says == "" {
		require.NoError(t, err)
		return
	}
	require.ErrorContains(t, err, says)
}
