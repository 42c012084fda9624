package keeper_test

import (
	"fmt"
	"testing"

	"cosmossdk.io/math"
	"github.com/cosmos/cosmos-sdk/types/query"
	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/internal/teststore"
	"github.com/dendra-net/dendra/x/stake"
)

func TestQueriesArePaged(t *testing.T) { // R-STAKE-12
	b := newBed(t)
	for i := range 5 {
		who := teststore.Address(fmt.Sprintf("delegator %d", i))
		b.Fund(t, who, 10*tao)
		require.NoError(t, b.add(who, uint64(i+1)*tao))
	}
	var seen []uint64
	page := &query.PageRequest{Limit: 2}
	for page != nil {
		r, err := b.query.Delegators(b.Ctx, &stake.QueryDelegatorsRequest{Hotkey: b.hot.String(), Pagination: page})
		require.NoError(t, err)
		require.LessOrEqual(t, len(r.Holdings), 2)
		for _, h := range r.Holdings {
			seen = append(seen, h.StakeRao)
		}
		page = nil
		if r.Pagination.NextKey != nil {
			page = &query.PageRequest{Key: r.Pagination.NextKey, Limit: 2}
		}
	}
	require.Equal(t, []uint64{tao, 2 * tao, 3 * tao, 4 * tao, 5 * tao}, seen)

	all, err := b.query.Delegators(b.Ctx, &stake.QueryDelegatorsRequest{Hotkey: b.hot.String(), Pagination: &query.PageRequest{Limit: 1 << 62, CountTotal: true}})
	require.NoError(t, err)
	require.Len(t, all.Holdings, 5)
	hotkeys, err := b.query.Hotkeys(b.Ctx, &stake.QueryHotkeysRequest{})
	require.NoError(t, err)
	require.Len(t, hotkeys.Hotkeys, 1)
	one, err := b.query.Hotkey(b.Ctx, &stake.QueryHotkeyRequest{Hotkey: b.hot.String()})
	require.NoError(t, err)
	require.Equal(t, hotkeys.Hotkeys[0], one.Hotkey)
	require.Equal(t, uint64(15*tao), one.Hotkey.PoolRao)

	for range 3 {
		_, err = b.remove(teststore.Address("delegator 4"), tao)
		require.NoError(t, err)
	}
	u, err := b.query.Unbondings(b.Ctx, &stake.QueryUnbondingsRequest{Coldkey: teststore.Address("delegator 4").String(), Pagination: &query.PageRequest{Limit: 2}})
	require.NoError(t, err)
	require.Len(t, u.Unbondings, 2)
	require.Equal(t, uint64(tao), u.Unbondings[0].Rao)
}

func TestQueryRefusals(t *testing.T) {
	b := newBed(t)
	_, err := b.query.Hotkey(b.Ctx, &stake.QueryHotkeyRequest{Hotkey: b.nobody.String()})
	require.ErrorIs(t, err, stake.ErrHotkeyUnknown)
	_, err = b.query.Delegators(b.Ctx, &stake.QueryDelegatorsRequest{Hotkey: b.nobody.String()})
	require.ErrorIs(t, err, stake.ErrHotkeyUnknown)
	_, err = b.query.Hotkey(b.Ctx, &stake.QueryHotkeyRequest{Hotkey: "x"})
	require.ErrorIs(t, err, stake.ErrBadAddress)
	_, err = b.query.Holdings(b.Ctx, &stake.QueryHoldingsRequest{})
	require.ErrorIs(t, err, stake.ErrBadAddress)
	_, err = b.query.Unbondings(b.Ctx, &stake.QueryUnbondingsRequest{})
	require.ErrorIs(t, err, stake.ErrBadAddress)
}

func TestLawsSeeWhatIsWrong(t *testing.T) { // R-STAKE-10
	tests := []struct {
		law  string
		harm func(b *bed)
		says string
	}{
		{"stake/pools", func(b *bed) {
			h, err := b.keeper.Hotkeys.Get(b.Ctx, b.hot)
			require.NoError(b.t, err)
			h.PoolRao++
			require.NoError(b.t, b.keeper.Hotkeys.Set(b.Ctx, b.hot, h))
		}, "pools: 10000000001 rao; account stake: 10000000000 rao; difference 1 rao"},
		{"stake/unbonding", func(b *bed) {
			require.NoError(b.t, b.keeper.Unbondings.Set(b.Ctx, 9, stake.Unbonding{Id: 9, Rao: 5}))
		}, "unbondings: 5 rao; account unbonding: 0 rao"},
		{"stake/shares", func(b *bed) {
			h, err := b.keeper.Hotkeys.Get(b.Ctx, b.hot)
			require.NoError(b.t, err)
			h.Shares = h.Shares.Add(math.OneInt())
			require.NoError(b.t, b.keeper.Hotkeys.Set(b.Ctx, b.hot, h))
		}, "positions have"},
	}
	for _, tc := range tests {
		t.Run(tc.law, func(t *testing.T) {
			b := newBed(t)
			require.NoError(t, b.add(b.alice, 10*tao))
			b.lawful()
			tc.harm(b)
			for _, law := range b.keeper.Laws() {
				holds, detail, err := law.Check(b.Ctx)
				require.NoError(t, err)
				require.Equal(t, law.Name != tc.law, holds, law.Name)
				if !holds {
					require.Contains(t, detail, tc.says)
				}
			}
		})
	}
}

func TestGenesisRoundTrip(t *testing.T) { // R-STAKE-11
	b := newBed(t)
	require.NoError(t, b.add(b.alice, 10*tao))
	require.NoError(t, b.add(b.bob, 20*tao))
	b.reward(12_345, 67_891)
	_, err := b.remove(b.bob, 3*tao)
	require.NoError(t, err)
	out, err := b.keeper.ExportGenesis(b.Ctx)
	require.NoError(t, err)
	require.NoError(t, out.Validate())

	again := emptyBed(t)
	require.ErrorIs(t, again.keeper.InitGenesis(again.Ctx, *out), stake.ErrBadGenesis, "the bank has no coins for it")

	again = emptyBed(t)
	for _, module := range []string{stake.ModuleName, stake.UnbondingName} {
		amount := teststore.Coins(b.ModuleBalance(b.Ctx, module))
		require.NoError(t, again.Bank.MintCoins(again.Ctx, "faucet", amount))
		require.NoError(t, again.Bank.SendCoinsFromModuleToModule(again.Ctx, "faucet", module, amount))
	}
	require.NoError(t, again.keeper.InitGenesis(again.Ctx, *out))
	back, err := again.keeper.ExportGenesis(again.Ctx)
	require.NoError(t, err)
	require.Equal(t, out, back)
	require.Equal(t, b.holding(b.alice), again.holding(b.alice))
	again.endBlock(21_601)
	require.Equal(t, uint64(3*tao), again.Balance(again.Ctx, b.bob))
}

func TestGenesisNeedsTheAccounts(t *testing.T) {
	b := emptyBed(t)
	s := teststore.New(t, []string{stake.StoreKey}, nil)
	b.serve(b.keeperOn(s, s.Bank))
	require.ErrorContains(t, b.keeper.InitGenesis(s.Ctx, *stake.DefaultGenesis()), `no module account "stake"`)
}
