package stake_test

import (
	"testing"

	"cosmossdk.io/math"
	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/internal/prefix"
	"github.com/dendra-net/dendra/internal/teststore"
	"github.com/dendra-net/dendra/x/stake"
)

func TestParamsBounds(t *testing.T) { // R-STAKE-1
	tests := []struct {
		name   string
		change func(*stake.Params)
		says   string
	}{
		{"defaults", func(*stake.Params) {}, ""},
		{"no take at all", func(p *stake.Params) { p.MaxTakeU16, p.DefaultTakeU16 = 0, 0 }, ""},
		{"no waiting", func(p *stake.Params) { p.UnbondingBlocks, p.TakeRaiseBlocks, p.FreeUnstakeBlocks = 0, 0, 0 }, ""},
		{"take above all", func(p *stake.Params) { p.MaxTakeU16 = 65536 }, "max_take_u16 is 65536"},
		{"default above most", func(p *stake.Params) { p.DefaultTakeU16 = 11797 }, "default_take_u16 is 11797"},
		{"no least stake", func(p *stake.Params) { p.MinStakeRao = 0 }, "min_stake_rao is 0"},
		{"least stake above all TAO", func(p *stake.Params) { p.MinStakeRao = stake.MaxRao + 1 }, "min_stake_rao"},
		{"negative unbonding", func(p *stake.Params) { p.UnbondingBlocks = -1 }, "unbonding_blocks is -1"},
		{"unbonding for ever", func(p *stake.Params) { p.UnbondingBlocks = 1 << 62 }, "unbonding_blocks"},
		{"raise for ever", func(p *stake.Params) { p.TakeRaiseBlocks = 1 << 62 }, "take_raise_blocks"},
		{"free unstaking never", func(p *stake.Params) { p.FreeUnstakeBlocks = 1 << 62 }, "free_unstake_blocks"},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			p := stake.DefaultParams()
			tc.change(&p)
			requireSays(t, p.Validate(), tc.says)
		})
	}
}

func TestTake(t *testing.T) { // R-STAKE-5
	p := stake.DefaultParams()
	h := stake.Hotkey{TakeU16: 1000, TakeRaisedAt: 50}
	require.NoError(t, h.CheckTake(999, p, 51), "lower at any time")
	require.NoError(t, h.CheckTake(1000, p, 51), "the same at any time")
	require.ErrorIs(t, h.CheckTake(1001, p, 216_049), stake.ErrTakeTooSoon)
	require.ErrorContains(t, h.CheckTake(1001, p, 216_049), "from height 216050, 1 blocks from now")
	require.NoError(t, h.CheckTake(1001, p, 216_050))
	require.NoError(t, h.CheckTake(11_796, p, 216_050))
	require.ErrorIs(t, h.CheckTake(11_797, p, 216_050), stake.ErrTakeTooHigh)
}

func TestGenesisContradictions(t *testing.T) { // R-STAKE-11
	prefix.Set()
	hot, cold := teststore.Address("hot").String(), teststore.Address("cold").String()
	tests := []struct {
		name   string
		change func(*stake.GenesisState)
		says   string
	}{
		{"sound", func(*stake.GenesisState) {}, ""},
		{"bad params", func(g *stake.GenesisState) { g.Params.MinStakeRao = 0 }, "min_stake_rao"},
		{"bad hotkey", func(g *stake.GenesisState) { g.Hotkeys[0].Hotkey = "tao1x" }, "bad address"},
		{"hotkey twice", func(g *stake.GenesisState) { g.Hotkeys = append(g.Hotkeys, g.Hotkeys[0]) }, "named twice"},
		{"take above all", func(g *stake.GenesisState) { g.Hotkeys[0].TakeU16 = 65536 }, "take 65536"},
		{"no shares", func(g *stake.GenesisState) { g.Hotkeys[0].Shares = math.Int{} }, "both must be zero or neither"},
		{"rao without shares", func(g *stake.GenesisState) { g.Hotkeys[0].Shares = math.ZeroInt() }, "both must be zero or neither"},
		{"shares without rao", func(g *stake.GenesisState) { g.Hotkeys[0].PoolRao = 0 }, "both must be zero or neither"},
		{"worthless shares", func(g *stake.GenesisState) { g.Hotkeys[0].Shares = math.NewInt(1 << 62).MulRaw(1 << 20) }, "more than 2^64 shares a rao"},
		{"too much rao", func(g *stake.GenesisState) { g.Hotkeys[0].PoolRao = stake.MaxRao + 1 }, "more rao than there can be"},
		{"shares of nobody", func(g *stake.GenesisState) { g.Positions = nil }, "belong to nobody"},
		{"too many shares", func(g *stake.GenesisState) { g.Positions[0].Shares = math.NewInt(71) }, "more than the pool has left"},
		{"position twice", func(g *stake.GenesisState) { g.Positions = append(g.Positions, g.Positions[0]) }, "named twice"},
		{"position of no hotkey", func(g *stake.GenesisState) { g.Positions[0].Hotkey = cold }, "hotkey unknown"},
		{"negative position", func(g *stake.GenesisState) { g.Positions[0].Shares = math.NewInt(-1) }, "no shares"},
		{"unbonding twice", func(g *stake.GenesisState) { g.Unbondings = append(g.Unbondings, g.Unbondings[0]) }, "named twice"},
		{"unbonding of the future", func(g *stake.GenesisState) { g.NextUnbondingId = 4 }, "next_unbonding_id"},
		{"empty unbonding", func(g *stake.GenesisState) { g.Unbondings[0].Rao = 0 }, "0 rao"},
		{"unstaked twice", func(g *stake.GenesisState) { g.LastUnstakes = append(g.LastUnstakes, g.LastUnstakes[0]) }, "twice"},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			g := stake.GenesisState{
				Params:          stake.DefaultParams(),
				Hotkeys:         []stake.Hotkey{{Hotkey: hot, Coldkey: cold, PoolRao: 7, Shares: math.NewInt(70)}},
				Positions:       []stake.Position{{Hotkey: hot, Coldkey: cold, Shares: math.NewInt(70)}},
				Unbondings:      []stake.Unbonding{{Id: 4, Coldkey: cold, Hotkey: hot, Rao: 3, ReleaseHeight: 9}},
				NextUnbondingId: 5,
				LastUnstakes:    []stake.LastUnstake{{Coldkey: cold, Height: 2}},
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
