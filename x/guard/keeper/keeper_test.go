package keeper_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"cosmossdk.io/collections"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/internal/teststore"
	"github.com/dendra-net/dendra/x/guard"
	"github.com/dendra-net/dendra/x/guard/keeper"
	"github.com/dendra-net/dendra/x/guard/module"
)

func newKeeper(t *testing.T) (*teststore.Store, *keeper.Keeper) {
	t.Helper()
	s := teststore.New(t, []string{guard.StoreKey}, nil)
	k := keeper.NewKeeper(s.Codec, s.Service(guard.StoreKey), s.Authority)
	require.NoError(t, k.InitGenesis(s.Ctx, *guard.DefaultGenesis()))
	return s, k
}

func law(name string, holds bool, detail string, err error) guard.Law {
	return guard.Law{Name: name, Check: func(context.Context) (bool, string, error) { return holds, detail, err }}
}

func TestCheck(t *testing.T) { // R-GUARD-3
	s, k := newKeeper(t)
	k.SetLaws(
		law("a/holds", true, "", nil),
		law("b/broken", false, "1 and 2", nil),
		law("c/unreadable", true, "", errors.New("no such key")),
		guard.Law{Name: "d/panics", Check: func(context.Context) (bool, string, error) { panic("a bad number") }},
		guard.Law{Name: "e/writes", Check: func(ctx context.Context) (bool, string, error) {
			return true, "", k.Params.Set(ctx, guard.Params{FreeGas: 1})
		}},
	)
	r, err := keeper.NewQueryServer(k).Invariants(s.Ctx, &guard.QueryInvariantsRequest{})
	require.NoError(t, err)
	require.Equal(t, []guard.Invariant{
		{Name: "a/holds", Holds: true},
		{Name: "b/broken", Detail: "1 and 2"},
		{Name: "c/unreadable", Detail: "cannot be computed: no such key"},
		{Name: "d/panics", Detail: "panic: a bad number"},
		{Name: "e/writes", Holds: true},
	}, r.Invariants)
	require.Equal(t, int64(1), r.Height)
	p, err := keeper.NewQueryServer(k).Params(s.Ctx, &guard.QueryParamsRequest{})
	require.NoError(t, err)
	require.Equal(t, guard.DefaultParams(), p.Params, "a law cannot change the state")
}

func TestCheckCutShort(t *testing.T) {
	s, k := newKeeper(t)
	k.SetLaws(guard.Law{Name: "a/reads", Check: func(ctx context.Context) (bool, string, error) {
		_, err := k.Params.Get(ctx)
		return err == nil, "", err
	}})
	_, err := k.Check(s.Ctx.WithGasMeter(storetypes.NewGasMeter(10)))
	require.ErrorIs(t, err, guard.ErrUnchecked, "a query without gas knows nothing: the law is not broken")
	require.ErrorContains(t, err, "a/reads ran out of gas")

	gone, cancel := context.WithCancel(s.Ctx)
	cancel()
	_, err = k.Check(s.Ctx.WithContext(gone))
	require.ErrorIs(t, err, guard.ErrUnchecked)
}

func TestEndBlock(t *testing.T) { // R-GUARD-4
	s, k := newKeeper(t)
	k.SetLaws(law("a/holds", true, "", nil))
	require.NoError(t, module.NewAppModule(k, true).EndBlock(s.Ctx))
	k.SetLaws(law("a/holds", true, "", nil), law("b/broken", false, "pools: 5 rao; account: 4 rao", nil))
	require.NoError(t, module.NewAppModule(k, false).EndBlock(s.Ctx), "not checked in every block")
	require.PanicsWithError(t, "1 at height 1: b/broken: pools: 5 rao; account: 4 rao: a law of the books is broken",
		func() { _ = module.NewAppModule(k, true).EndBlock(s.Ctx) })
}

func TestOncePerBlock(t *testing.T) { // R-GUARD-5
	s, k := newKeeper(t)
	app := module.NewAppModule(k, false)
	alice, bob := teststore.Address("alice"), teststore.Address("bob")
	s.At(7)
	require.NoError(t, k.OncePerBlock(s.Ctx, alice))
	err := k.OncePerBlock(s.Ctx, alice)
	require.ErrorIs(t, err, guard.ErrFreeTwice)
	require.ErrorContains(t, err, "used in block 7")
	require.NoError(t, k.OncePerBlock(s.Ctx, bob), "each key for itself")
	require.Equal(t, 2, entries(t, s.Ctx, k))

	s.At(8)
	require.NoError(t, app.BeginBlock(s.Ctx))
	require.Zero(t, entries(t, s.Ctx, k), "earlier blocks are forgotten")
	require.NoError(t, k.OncePerBlock(s.Ctx, alice))
	require.NoError(t, app.BeginBlock(s.Ctx))
	require.Equal(t, 1, entries(t, s.Ctx, k), "the running block is not")

	for _, bad := range [][]byte{nil, []byte(strings.Repeat("k", 256))} {
		require.ErrorIs(t, k.OncePerBlock(s.Ctx, bad), guard.ErrBadKey)
	}
}

// TestOncePerBlockInTheMempool: the mempool's state is that of the last block, and its transactions are for the next.
func TestOncePerBlockInTheMempool(t *testing.T) { // R-GUARD-5
	s, k := newKeeper(t)
	alice := teststore.Address("alice")
	s.At(7)
	require.NoError(t, k.OncePerBlock(s.Ctx, alice)) // in block 7, which is then committed
	check, _ := s.Ctx.CacheContext()
	check = check.WithIsCheckTx(true)
	require.NoError(t, k.OncePerBlock(check, alice), "one more for block 8")
	require.ErrorIs(t, k.OncePerBlock(check, alice), guard.ErrFreeTwice)
	require.ErrorIs(t, k.OncePerBlock(check.WithIsReCheckTx(true), alice), guard.ErrFreeTwice)

	s.At(8) // the mempool's state was a branch: the block knows nothing of it
	require.NoError(t, k.Forget(s.Ctx))
	require.NoError(t, k.OncePerBlock(s.Ctx, alice))
}

func entries(t *testing.T, ctx sdk.Context, k *keeper.Keeper) (n int) {
	t.Helper()
	require.NoError(t, k.Free.Walk(ctx, nil, func(collections.Pair[int64, []byte]) (bool, error) {
		n++
		return false, nil
	}))
	return n
}

func TestUpdateParams(t *testing.T) { // R-GUARD-1
	s, k := newKeeper(t)
	msgs := keeper.NewMsgServer(k)
	_, err := msgs.UpdateParams(s.Ctx, &guard.MsgUpdateParams{Authority: "tao1x", Params: guard.DefaultParams()})
	require.ErrorIs(t, err, guard.ErrNotAuthority)
	_, err = msgs.UpdateParams(s.Ctx, &guard.MsgUpdateParams{Authority: s.Authority})
	require.ErrorIs(t, err, guard.ErrBadParams)
	want := guard.Params{MinGasPriceMicrorao: 5, FreeGas: 300_000}
	_, err = msgs.UpdateParams(s.Ctx, &guard.MsgUpdateParams{Authority: s.Authority, Params: want})
	require.NoError(t, err)
	g, err := k.ExportGenesis(s.Ctx)
	require.NoError(t, err)
	require.Equal(t, want, g.Params)
	require.Error(t, k.InitGenesis(s.Ctx, guard.GenesisState{}))
	require.NoError(t, k.InitGenesis(s.Ctx, *g))
}
