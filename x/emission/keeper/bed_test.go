package keeper_test

import (
	"context"
	"testing"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/internal/teststore"
	"github.com/dendra-net/dendra/x/emission"
	"github.com/dendra-net/dendra/x/emission/keeper"
)

const tao = 1_000_000_000

// stakes says what each hotkey has, by name.
type stakes map[string]uint64

func (s stakes) StakeOf(_ context.Context, hotkey sdk.AccAddress) (uint64, error) {
	return s[hotkey.String()], nil
}

// bed is a chain's emission with real coins and given stakes.
type bed struct {
	*teststore.Store
	t      testing.TB
	keeper *keeper.Keeper
	msgs   emission.MsgServer
	query  emission.QueryServer
	stakes stakes
}

func newBed(t testing.TB) *bed {
	t.Helper()
	b := emptyBed(t)
	require.NoError(t, b.keeper.InitGenesis(b.Ctx, *emission.DefaultGenesis()))
	return b
}

func emptyBed(t testing.TB) *bed {
	t.Helper()
	s := teststore.New(t, []string{emission.StoreKey}, map[string][]string{
		emission.ModuleName: {"minter", "burner"}, emission.BurntName: nil, "stake": nil, "subnet_lock": nil,
	})
	held := stakes{}
	k := keeper.NewKeeper(s.Codec, s.Service(emission.StoreKey), s.Bank, held, s.Authority)
	return &bed{Store: s, t: t, keeper: k, msgs: keeper.NewMsgServer(k), query: keeper.NewQueryServer(k), stakes: held}
}

func (b *bed) open(netuids ...uint32) {
	b.t.Helper()
	for _, netuid := range netuids {
		require.NoError(b.t, b.keeper.Open(b.Ctx, netuid))
	}
}

// block begins and ends the next block and checks the books.
func (b *bed) block() {
	b.t.Helper()
	b.At(b.Ctx.BlockHeight() + 1)
	require.NoError(b.t, b.keeper.BeginBlock(b.Ctx))
	require.NoError(b.t, b.keeper.EndBlock(b.Ctx))
	b.lawful()
}

func (b *bed) blocks(n int) {
	b.t.Helper()
	for range n {
		b.block()
	}
}

func (b *bed) lawful() {
	b.t.Helper()
	for _, law := range b.keeper.Laws() {
		holds, detail, err := law.Check(b.Ctx)
		require.NoError(b.t, err, law.Name)
		require.True(b.t, holds, "%s: %s", law.Name, detail)
	}
}

// pay settles a subnet and pays all of it to the stake pools, as an epoch does.
func (b *bed) pay(netuid uint32) uint64 {
	b.t.Helper()
	rao, err := b.keeper.Settle(b.Ctx, netuid)
	require.NoError(b.t, err)
	require.NoError(b.t, b.keeper.PayModule(b.Ctx, "stake", rao))
	return rao
}

func (b *bed) vote(hotkey string, row ...uint32) error {
	_, err := b.msgs.SetRootWeights(b.Ctx, ballot(hotkey, row...))
	return err
}

func ballot(hotkey string, row ...uint32) *emission.MsgSetRootWeights {
	m := &emission.MsgSetRootWeights{Hotkey: teststore.Address(hotkey).String()}
	for i := 0; i < len(row); i += 2 {
		m.Netuids, m.Weights = append(m.Netuids, row[i]), append(m.Weights, row[i+1])
	}
	return m
}

func (b *bed) stake(hotkey string, rao uint64) { b.stakes[teststore.Address(hotkey).String()] = rao }

func (b *bed) setParams(change func(*emission.Params)) {
	b.t.Helper()
	p := emission.DefaultParams()
	change(&p)
	_, err := b.msgs.UpdateParams(b.Ctx, &emission.MsgUpdateParams{Authority: b.Authority, Params: p})
	require.NoError(b.t, err)
}

func (b *bed) ledgers() []emission.Ledger {
	b.t.Helper()
	r, err := b.query.Ledgers(b.Ctx, &emission.QueryLedgersRequest{})
	require.NoError(b.t, err)
	return r.Ledgers
}

func (b *bed) shares() []uint64 {
	var out []uint64
	for _, l := range b.ledgers() {
		out = append(out, l.ShareQ32)
	}
	return out
}

func (b *bed) supply() *emission.QuerySupplyResponse {
	b.t.Helper()
	r, err := b.query.Supply(b.Ctx, &emission.QuerySupplyRequest{})
	require.NoError(b.t, err)
	return r
}

func (b *bed) voters() int {
	b.t.Helper()
	r, err := b.query.RootVotes(b.Ctx, &emission.QueryRootVotesRequest{})
	require.NoError(b.t, err)
	return len(r.Votes)
}
