package keeper_test

import (
	"context"
	"testing"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/gogoproto/proto"
	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/internal/teststore"
	"github.com/dendra-net/dendra/x/stake"
	"github.com/dendra-net/dendra/x/stake/keeper"
)

const tao = 1_000_000_000

// bed is a chain's stake with one hotkey, hot, owned by olga, and three coldkeys with 1000 TAO each.
type bed struct {
	*teststore.Store
	t                        testing.TB
	keeper                   *keeper.Keeper
	msgs                     stake.MsgServer
	query                    stake.QueryServer
	hot                      sdk.AccAddress
	olga, alice, bob, nobody sdk.AccAddress
}

func newBed(t testing.TB) *bed {
	t.Helper()
	b := emptyBed(t)
	require.NoError(t, b.keeper.InitGenesis(b.Ctx, *stake.DefaultGenesis()))
	for _, who := range []sdk.AccAddress{b.olga, b.alice, b.bob} {
		b.Fund(t, who, 1000*tao)
	}
	b.Fund(t, teststore.Address("emission"), 1_000_000*tao)
	require.NoError(t, b.keeper.BindHotkey(b.Ctx, b.hot, b.olga))
	return b
}

func emptyBed(t testing.TB) *bed {
	t.Helper()
	s := teststore.New(t, []string{stake.StoreKey}, map[string][]string{stake.ModuleName: nil, stake.UnbondingName: nil})
	k := keeper.NewKeeper(s.Codec, s.Service(stake.StoreKey), s.Accounts, s.Bank, s.Authority)
	return &bed{
		Store: s, t: t, keeper: k, msgs: keeper.NewMsgServer(k), query: keeper.NewQueryServer(k),
		hot: teststore.Address("hot"), olga: teststore.Address("olga"), alice: teststore.Address("alice"),
		bob: teststore.Address("bob"), nobody: teststore.Address("nobody"),
	}
}

func (b *bed) add(who sdk.AccAddress, rao uint64) error {
	_, err := b.msgs.AddStake(b.Ctx, &stake.MsgAddStake{Coldkey: who.String(), Hotkey: b.hot.String(), Rao: rao})
	return err
}

func (b *bed) remove(who sdk.AccAddress, rao uint64) (*stake.MsgRemoveStakeResponse, error) {
	return b.msgs.RemoveStake(b.Ctx, removal(who, b.hot, rao))
}

func removal(who, hotkey sdk.AccAddress, rao uint64) *stake.MsgRemoveStake {
	return &stake.MsgRemoveStake{Coldkey: who.String(), Hotkey: hotkey.String(), Rao: rao}
}

// reward pays income with its coins, as an epoch does.
func (b *bed) reward(minerRao, validatorRao uint64) {
	b.t.Helper()
	require.NoError(b.t, b.Bank.SendCoinsFromAccountToModule(b.Ctx, teststore.Address("emission"), stake.ModuleName,
		teststore.Coins(minerRao+validatorRao)))
	require.NoError(b.t, b.keeper.Reward(b.Ctx, b.hot, minerRao, validatorRao))
}

func (b *bed) holding(who sdk.AccAddress) uint64 {
	b.t.Helper()
	r, err := b.query.Holdings(b.Ctx, &stake.QueryHoldingsRequest{Coldkey: who.String()})
	require.NoError(b.t, err)
	sum := uint64(0)
	for _, h := range r.Holdings {
		sum += h.StakeRao
	}
	return sum
}

// setParams lets governance change the rules.
func (b *bed) setParams(change func(*stake.Params)) {
	b.t.Helper()
	p := stake.DefaultParams()
	change(&p)
	_, err := b.msgs.UpdateParams(b.Ctx, &stake.MsgUpdateParams{Authority: b.Authority, Params: p})
	require.NoError(b.t, err)
}

// endBlock ends the block at a height and checks the books.
func (b *bed) endBlock(height int64) {
	b.t.Helper()
	b.At(height)
	require.NoError(b.t, b.keeper.EndBlock(b.Ctx))
	b.lawful()
}

func (b *bed) lawful() {
	b.t.Helper()
	for _, law := range b.keeper.Laws() {
		holds, detail, err := law.Check(b.Ctx)
		require.NoError(b.t, err, law.Name)
		require.True(b.t, holds, "%s: %s", law.Name, detail)
	}
}

// events returns the names of the module's events so far.
func (b *bed) events() []string {
	var out []string
	for _, e := range b.Ctx.EventManager().Events() {
		if proto.MessageType(e.Type) != nil {
			out = append(out, e.Type)
		}
	}
	return out
}

type ctx = context.Context

// withBank returns a second keeper on the same store with another bank.
func (b *bed) withBank(bank stake.BankKeeper) *keeper.Keeper { return b.keeperOn(b.Store, bank) }

func (b *bed) keeperOn(s *teststore.Store, bank stake.BankKeeper) *keeper.Keeper {
	return keeper.NewKeeper(s.Codec, s.Service(stake.StoreKey), s.Accounts, bank, s.Authority)
}

// serve answers messages with another keeper.
func (b *bed) serve(k *keeper.Keeper) {
	b.keeper, b.msgs, b.query = k, keeper.NewMsgServer(k), keeper.NewQueryServer(k)
}
