package keeper_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/internal/teststore"
	"github.com/dendra-net/dendra/x/emission"
)

func TestSupplyParts(t *testing.T) { // R-EMISSION-11
	b := newBed(t)
	b.open(1, 2, 3)
	b.blocks(10)
	rao, err := b.keeper.Settle(b.Ctx, 1)
	require.NoError(t, err)
	require.NoError(t, b.keeper.PayModule(b.Ctx, "stake", tao))
	require.NoError(t, b.keeper.PayModule(b.Ctx, "fee_collector", tao/2))
	require.NoError(t, b.keeper.PayAccount(b.Ctx, teststore.Address("alice"), rao-tao-tao/2))
	s := b.supply()
	require.Equal(t, []emission.Part{
		{Name: "emission_pending", Rao: 6_666_666_664},
		{Name: "emission_undivided", Rao: 2},
		{Name: "stake", Rao: tao},
		{Name: "unbonding", Rao: 0},
		{Name: "subnet_lock", Rao: 0},
		{Name: "burnt", Rao: 0},
		{Name: "fee_collector", Rao: tao / 2},
		{Name: "accounts", Rao: 1_833_333_334},
	}, s.Parts)
	total := uint64(0)
	for _, p := range s.Parts {
		total += p.Rao
	}
	require.Equal(t, s.IssuedRao, total)
	require.Equal(t, uint64(tao), s.PerBlockRao)
	require.Equal(t, uint64(emission.MaxRao), s.CapRao)
	require.Equal(t, b.Ctx.BlockHeight(), s.Height)
	require.Zero(t, s.Halvings)
}

// TestCap plays the end of issuance: books that are nearly full mint less and less and never pass the cap.
func TestCap(t *testing.T) { // R-EMISSION-2
	tests := []struct {
		name               string
		left, after        uint64 // rao below the cap, before and after ten blocks
		halvings, perBlock uint64
	}{
		{"into the last era", 39_115_549, 39_115_537, 29, 1},
		{"to the end of issuance", 19_557_779, 19_557_774, 30, 0},
		{"after it", 19_557, 19_557, 30, 0},
		{"every rao there can be", 0, 0, 30, 0},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			b := emptyBed(t)
			g := emission.DefaultGenesis()
			g.Books.MintedRao = emission.MaxRao - tc.left
			b.Fund(t, teststore.Address("everybody"), g.Books.MintedRao)
			require.NoError(t, b.keeper.InitGenesis(b.Ctx, *g))
			b.open(1)
			b.blocks(10)
			s := b.supply()
			require.Equal(t, tc.after, emission.MaxRao-s.IssuedRao)
			require.Equal(t, tc.perBlock, s.PerBlockRao)
			require.Equal(t, tc.halvings, uint64(s.Halvings))
		})
	}
}

func TestUpdateParams(t *testing.T) { // R-EMISSION-1
	b := newBed(t)
	_, err := b.msgs.UpdateParams(b.Ctx, &emission.MsgUpdateParams{Authority: teststore.Address("alice").String(), Params: emission.DefaultParams()})
	require.ErrorIs(t, err, emission.ErrNotAuthority)
	_, err = b.msgs.UpdateParams(b.Ctx, &emission.MsgUpdateParams{Authority: b.Authority})
	require.ErrorIs(t, err, emission.ErrBadParams)
	b.setParams(func(p *emission.Params) { p.BlockMillis = 1000 })
	r, err := b.query.Params(b.Ctx, &emission.QueryParamsRequest{})
	require.NoError(t, err)
	require.Equal(t, uint64(1000), r.Params.BlockMillis)
	b.open(1)
	b.blocks(12)
	require.Equal(t, uint64(12*83_333_333), b.supply().IssuedRao, "12 blocks of a second")
}

func TestLawsSeeWhatIsWrong(t *testing.T) { // R-EMISSION-13
	tests := []struct {
		laws []string
		harm func(b *bed)
		says string
	}{
		{[]string{"emission/supply"}, func(b *bed) { b.Fund(b.t, teststore.Address("thief"), 5) }, "minted less recycled: 10000000000 rao; supply of the bank: 10000000005 rao; difference -5 rao"},
		{[]string{"emission/supply", "emission/cap"}, func(b *bed) { b.Fund(b.t, teststore.Address("thief"), emission.MaxRao) }, ""},
		{[]string{"emission/pending"}, func(b *bed) {
			l, err := b.keeper.Ledgers.Get(b.Ctx, 1)
			require.NoError(b.t, err)
			l.PendingRao++
			require.NoError(b.t, b.keeper.Ledgers.Set(b.Ctx, 1, l))
		}, "pending and undivided: 10000000001 rao; account emission: 10000000000 rao"},
		{[]string{"emission/pending"}, func(b *bed) {
			_, err := b.keeper.Settle(b.Ctx, 1)
			require.NoError(b.t, err)
		}, "account emission"},
		{[]string{"emission/burnt"}, func(b *bed) {
			books, err := b.keeper.Books.Get(b.Ctx)
			require.NoError(b.t, err)
			books.BurntRao++
			require.NoError(b.t, b.keeper.Books.Set(b.Ctx, books))
		}, "burnt: 1 rao; account burnt: 0 rao"},
	}
	for i, tc := range tests {
		t.Run(fmt.Sprint(i, tc.laws), func(t *testing.T) {
			b := newBed(t)
			b.open(1)
			b.blocks(10)
			tc.harm(b)
			var broken []string
			for _, law := range b.keeper.Laws() {
				holds, detail, err := law.Check(b.Ctx)
				require.NoError(t, err)
				if !holds {
					broken = append(broken, law.Name)
					require.Contains(t, detail, tc.says)
				}
			}
			require.Equal(t, tc.laws, broken)
		})
	}
}

func TestGenesisRoundTrip(t *testing.T) { // R-EMISSION-12
	b := newBed(t)
	b.open(1, 2, 3)
	b.stake("val", 100*tao)
	require.NoError(t, b.vote("val", 1, 3, 3, 1))
	b.blocks(107)
	b.pay(2)
	_, err := b.keeper.Settle(b.Ctx, 1)
	require.NoError(t, err)
	require.NoError(t, b.keeper.RecycleFromModule(b.Ctx, emission.ModuleName, 5))
	drawn, err := b.keeper.Drawn.Get(b.Ctx)
	require.NoError(t, err)
	require.NoError(t, b.keeper.Return(b.Ctx, 1, drawn))
	out, err := b.keeper.ExportGenesis(b.Ctx)
	require.NoError(t, err)
	require.NoError(t, out.Validate())

	again := emptyBed(t)
	err = again.keeper.InitGenesis(again.Ctx, *out)
	require.ErrorIs(t, err, emission.ErrBadGenesis, "the bank knows nothing of it")
	require.ErrorContains(t, err, "emission/supply")

	again = emptyBed(t)
	mint := teststore.Coins(b.supply().IssuedRao)
	require.NoError(t, again.Bank.MintCoins(again.Ctx, emission.ModuleName, mint))
	require.NoError(t, again.Bank.SendCoinsFromModuleToModule(again.Ctx, emission.ModuleName, "stake",
		teststore.Coins(b.ModuleBalance(b.Ctx, "stake"))))
	require.NoError(t, again.keeper.InitGenesis(again.Ctx, *out))
	back, err := again.keeper.ExportGenesis(again.Ctx)
	require.NoError(t, err)
	require.Equal(t, out, back)
	again.open(1, 2, 3)
	back, err = again.keeper.ExportGenesis(again.Ctx)
	require.NoError(t, err)
	require.Equal(t, out, back, "opening what is open changes nothing")
}

func TestEveryChangeHasAnEvent(t *testing.T) { // R-EMISSION-14
	b := newBed(t)
	b.open(1)
	b.stake("val", tao)
	require.NoError(t, b.vote("val", 1, 1))
	b.block()
	b.pay(1)
	b.Fund(t, teststore.Address("alice"), 2)
	require.NoError(t, b.keeper.RecycleFromAccount(b.Ctx, teststore.Address("alice"), 1))
	_, err := b.msgs.Burn(b.Ctx, &emission.MsgBurn{Coldkey: teststore.Address("alice").String(), Rao: 1})
	require.NoError(t, err)
	b.setParams(func(p *emission.Params) { p.RootStaleBlocks = 1 })
	require.NoError(t, b.keeper.Close(b.Ctx, 1))
	var got, want []string
	for _, e := range b.Ctx.EventManager().Events() {
		if strings.HasPrefix(e.Type, "dendra.") {
			got = append(got, e.Type)
		}
	}
	for _, name := range []string{"SharesSet", "RootWeightsSet", "Recycled", "Burnt", "ParamsUpdated", "RootVoteDropped", "SharesSet"} {
		want = append(want, "dendra.emission.v1.Event"+name)
	}
	require.Equal(t, want, got)
}
