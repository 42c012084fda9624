package keeper_test

import (
	"fmt"
	"testing"

	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/internal/teststore"
	"github.com/dendra-net/dendra/x/stake"
)

func TestBindHotkey(t *testing.T) { // R-STAKE-2
	b := newBed(t)
	require.NoError(t, b.keeper.BindHotkey(b.Ctx, b.hot, b.olga), "again is harmless")
	err := b.keeper.BindHotkey(b.Ctx, b.hot, b.alice)
	require.ErrorIs(t, err, stake.ErrHotkeyOwned)
	require.ErrorContains(t, err, b.olga.String())

	owner, err := b.keeper.Owner(b.Ctx, b.hot)
	require.NoError(t, err)
	require.Equal(t, b.olga, owner)
	_, err = b.keeper.Owner(b.Ctx, b.nobody)
	require.ErrorIs(t, err, stake.ErrHotkeyUnknown)
	rao, err := b.keeper.StakeOf(b.Ctx, b.nobody)
	require.NoError(t, err)
	require.Zero(t, rao, "an unknown hotkey has no stake")
}

func TestStakeEarnAndLeave(t *testing.T) { // R-STAKE-3, R-STAKE-4, R-STAKE-6, R-STAKE-8
	b := newBed(t)
	require.NoError(t, b.add(b.alice, 100*tao))
	require.NoError(t, b.add(b.bob, 300*tao))
	b.reward(10*tao, 100*tao)
	b.lawful()

	cut := stake.Cut(100*tao, 11_796)
	require.InDelta(t, 10*tao+cut, b.holding(b.olga), 1, "miner's income and the take")
	require.InDelta(t, 100*tao+(100*tao-cut)/4, b.holding(b.alice), 1)
	require.InDelta(t, 300*tao+(100*tao-cut)*3/4, b.holding(b.bob), 1)
	total, err := b.keeper.StakeOf(b.Ctx, b.hot)
	require.NoError(t, err)
	require.Equal(t, uint64(510*tao), total)

	value := b.holding(b.bob)
	out, err := b.remove(b.bob, 0)
	require.NoError(t, err)
	require.Equal(t, &stake.MsgRemoveStakeResponse{Rao: value, ReleaseHeight: 21_601}, out)
	require.Zero(t, b.holding(b.bob))
	b.lawful()

	b.endBlock(21_600)
	require.Equal(t, uint64(700*tao), b.Balance(b.Ctx, b.bob), "not yet")
	b.endBlock(21_601)
	require.Equal(t, 700*tao+value, b.Balance(b.Ctx, b.bob))
	require.Zero(t, b.ModuleBalance(b.Ctx, stake.UnbondingName))
	require.Contains(t, b.events(), "dendra.stake.v1.EventStakeReleased")
}

func TestRewardWithoutPool(t *testing.T) {
	b := newBed(t)
	b.reward(5, 95)
	require.Equal(t, uint64(100), b.holding(b.olga), "nobody staked: all to the owner")
	b.lawful()
	require.NoError(t, b.keeper.Reward(b.Ctx, b.nobody, 0, 0), "nothing to pay needs no hotkey")
	require.ErrorIs(t, b.keeper.Reward(b.Ctx, b.nobody, 1, 0), stake.ErrHotkeyUnknown)
}

func TestRewardCostsTheSameForManyDelegators(t *testing.T) {
	gas := func(delegators int) uint64 {
		b := newBed(t)
		for i := range delegators {
			who := teststore.Address(fmt.Sprintf("delegator %d", i))
			b.Fund(t, who, tao)
			require.NoError(t, b.add(who, tao))
		}
		b.reward(tao, tao) // the owner's position exists
		before := b.Ctx.GasMeter().GasConsumed()
		require.NoError(t, b.keeper.Reward(b.Ctx, b.hot, tao, tao))
		return b.Ctx.GasMeter().GasConsumed() - before
	}
	few, many := gas(2), gas(50)
	require.InDelta(t, few, many, float64(few)/10)
}

func TestTakeAboveTheMostIsCut(t *testing.T) {
	b := newBed(t)
	require.NoError(t, b.add(b.alice, 100*tao))
	b.setParams(func(p *stake.Params) { p.MaxTakeU16, p.DefaultTakeU16 = 0, 0 })
	b.reward(0, 10*tao)
	require.Equal(t, uint64(110*tao), b.holding(b.alice), "governance lowered the most to nothing")
}

func TestDepositRefusals(t *testing.T) {
	b := newBed(t)
	tests := []struct {
		name string
		do   func() error
		want error
		says string
	}{
		{"below the least", func() error { return b.add(b.alice, 99_999_999) }, stake.ErrBelowMinimum, "staking 99999999 rao, the least is 100000000 rao"},
		{"more than it has", func() error { return b.add(b.alice, 1001*tao) }, sdkerrors.ErrInsufficientFunds, "staking 1001000000000 rao"},
		{"beyond all TAO", func() error { return b.add(b.alice, 1<<64-1) }, stake.ErrOverflow, ""},
		{"nobody's hotkey", func() error {
			_, err := b.msgs.AddStake(b.Ctx, &stake.MsgAddStake{Coldkey: b.alice.String(), Hotkey: b.nobody.String(), Rao: tao})
			return err
		}, stake.ErrHotkeyUnknown, "registered"},
		{"bad hotkey", func() error {
			_, err := b.msgs.AddStake(b.Ctx, &stake.MsgAddStake{Coldkey: b.alice.String(), Hotkey: "cosmos1x", Rao: tao})
			return err
		}, stake.ErrBadAddress, "cosmos1x"},
		{"bad coldkey", func() error {
			_, err := b.msgs.AddStake(b.Ctx, &stake.MsgAddStake{Hotkey: b.hot.String(), Rao: tao})
			return err
		}, stake.ErrBadAddress, ""},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			err := tc.do()
			require.ErrorIs(t, err, tc.want)
			require.ErrorContains(t, err, tc.says)
			b.lawful()
		})
	}
}

func TestWithdrawalRefusals(t *testing.T) { // R-STAKE-4
	b := newBed(t)
	require.NoError(t, b.add(b.alice, 10*tao))
	tests := []struct {
		name string
		m    *stake.MsgRemoveStake
		want error
		says string
	}{
		{"more than the stake", removal(b.alice, b.hot, 10*tao+1), stake.ErrNotEnough, "10000000001 rao asked, the stake is 10000000000"},
		{"the largest number", removal(b.alice, b.hot, 1<<64-1), stake.ErrNotEnough, ""},
		{"dust left", removal(b.alice, b.hot, 10*tao-99_999_999), stake.ErrBelowMinimum, "leaves 99999999 rao, the least stake is 100000000 rao: take all, or leave that much"},
		{"no stake", removal(b.bob, b.hot, 1), stake.ErrNotEnough, ""},
		{"no stake, all of it", removal(b.bob, b.hot, 0), stake.ErrNotEnough, "has no stake"},
		{"nobody's hotkey", removal(b.alice, b.nobody, 1), stake.ErrHotkeyUnknown, ""},
		{"bad address", &stake.MsgRemoveStake{Coldkey: "x", Hotkey: b.hot.String()}, stake.ErrBadAddress, ""},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			_, err := b.msgs.RemoveStake(b.Ctx, tc.m)
			require.ErrorIs(t, err, tc.want)
			require.ErrorContains(t, err, tc.says)
			free, atDoor := b.keeper.Admit(b.Ctx, tc.m)
			require.False(t, free)
			require.Equal(t, err.Error(), atDoor.Error(), "the door says the same")
			require.Equal(t, uint64(10*tao), b.holding(b.alice))
		})
	}
	_, err := b.remove(b.alice, 10*tao-100_000_000)
	require.NoError(t, err)
	require.Equal(t, uint64(100_000_000), b.holding(b.alice), "exactly the least may stay")
}

func TestEveryChangeHasAnEvent(t *testing.T) { // R-STAKE-7
	b := newBed(t)
	require.NoError(t, b.add(b.alice, 10*tao))
	_, err := b.remove(b.alice, 0)
	require.NoError(t, err)
	b.endBlock(21_601)
	_, err = b.msgs.SetTake(b.Ctx, &stake.MsgSetTake{Coldkey: b.olga.String(), Hotkey: b.hot.String(), TakeU16: 1})
	require.NoError(t, err)
	b.setParams(func(*stake.Params) {})
	var want []string
	for _, name := range []string{"HotkeyBound", "StakeAdded", "StakeRemoved", "StakeReleased", "TakeSet", "ParamsUpdated"} {
		want = append(want, "dendra.stake.v1.Event"+name)
	}
	require.Equal(t, want, b.events())
}

func TestUnstakeAtOnce(t *testing.T) {
	b := newBed(t)
	b.setParams(func(p *stake.Params) { p.UnbondingBlocks = 0 })
	require.NoError(t, b.add(b.alice, 10*tao))
	out, err := b.remove(b.alice, 0)
	require.NoError(t, err)
	require.Equal(t, b.Ctx.BlockHeight(), out.ReleaseHeight)
	require.Equal(t, uint64(1000*tao), b.Balance(b.Ctx, b.alice))
	b.lawful()
}

func TestUnbondingsAreBounded(t *testing.T) { // R-STAKE-8
	b := newBed(t)
	require.NoError(t, b.add(b.alice, 500*tao))
	require.NoError(t, b.add(b.bob, 500*tao))
	for range stake.MaxUnbondings {
		_, err := b.remove(b.alice, tao)
		require.NoError(t, err)
	}
	_, err := b.remove(b.alice, tao)
	require.ErrorIs(t, err, stake.ErrTooManyUnbondings)
	require.ErrorContains(t, err, "100 unstakings")
	require.ErrorContains(t, err, "free at height 21601")
	_, err = b.remove(b.bob, tao)
	require.NoError(t, err, "others are not held up")

	b.endBlock(21_601) // 101 are due, 100 are paid
	require.Equal(t, uint64(600*tao), b.Balance(b.Ctx, b.alice))
	require.Equal(t, uint64(500*tao), b.Balance(b.Ctx, b.bob))
	b.endBlock(21_602)
	require.Equal(t, uint64(501*tao), b.Balance(b.Ctx, b.bob))
}

// refusingBank pays nobody.
type refusingBank struct{ stake.BankKeeper }

func (refusingBank) SendCoinsFromModuleToAccount(_ ctx, _ string, to sdk.AccAddress, _ sdk.Coins) error {
	return fmt.Errorf("%s may not receive", to)
}

func TestRefusedReleaseIsTriedAgain(t *testing.T) { // R-STAKE-8
	b := newBed(t)
	require.NoError(t, b.add(b.alice, 10*tao))
	_, err := b.remove(b.alice, 0)
	require.NoError(t, err)

	b.At(21_601)
	require.NoError(t, b.withBank(refusingBank{b.Bank}).EndBlock(b.Ctx), "the chain goes on")
	require.Contains(t, b.events(), "dendra.stake.v1.EventReleaseDeferred")
	b.lawful()
	b.endBlock(21_700)
	require.Equal(t, uint64(990*tao), b.Balance(b.Ctx, b.alice))
	b.endBlock(21_701)
	require.Equal(t, uint64(1000*tao), b.Balance(b.Ctx, b.alice))
}

// blockingBank lets nobody receive.
type blockingBank struct{ stake.BankKeeper }

func (blockingBank) BlockedAddr(sdk.AccAddress) bool { return true }

func TestBlockedAddressCannotStake(t *testing.T) {
	b := newBed(t)
	require.NoError(t, b.add(b.alice, 10*tao))
	k := b.withBank(blockingBank{b.Bank})
	_, err := k.Admit(b.Ctx, removal(b.alice, b.hot, 0))
	require.ErrorIs(t, err, stake.ErrBlocked)
	b.serve(k)
	require.ErrorIs(t, b.add(b.alice, tao), stake.ErrBlocked)
}

func TestFreeUnstaking(t *testing.T) { // R-STAKE-9
	b := newBed(t)
	require.NoError(t, b.add(b.alice, 10*tao))
	admit := func() bool {
		t.Helper()
		free, err := b.keeper.Admit(b.Ctx, removal(b.alice, b.hot, tao))
		require.NoError(t, err)
		return free
	}
	b.At(50)
	require.True(t, admit(), "the first")
	_, err := b.remove(b.alice, tao)
	require.NoError(t, err)
	b.At(149)
	require.False(t, admit(), "too soon: needs a fee, but is not refused")
	b.At(150)
	require.True(t, admit())

	free, err := b.keeper.Admit(b.Ctx, &stake.MsgAddStake{})
	require.NoError(t, err)
	require.False(t, free, "other messages are never free")
}

func TestSetTake(t *testing.T) { // R-STAKE-5
	b := newBed(t)
	set := func(who sdk.AccAddress, take uint32) error {
		_, err := b.msgs.SetTake(b.Ctx, &stake.MsgSetTake{Coldkey: who.String(), Hotkey: b.hot.String(), TakeU16: take})
		return err
	}
	require.ErrorIs(t, set(b.alice, 1), stake.ErrNotOwner)
	require.ErrorIs(t, set(b.olga, 11_797), stake.ErrTakeTooHigh)
	require.NoError(t, set(b.olga, 500))
	require.NoError(t, set(b.olga, 100), "lower again at once")
	b.At(216_000)
	require.ErrorIs(t, set(b.olga, 101), stake.ErrTakeTooSoon)
	b.At(216_001)
	require.NoError(t, set(b.olga, 101))
	require.ErrorIs(t, set(b.olga, 102), stake.ErrTakeTooSoon)
	_, err := b.msgs.SetTake(b.Ctx, &stake.MsgSetTake{Coldkey: b.olga.String(), Hotkey: b.nobody.String()})
	require.ErrorIs(t, err, stake.ErrHotkeyUnknown)
	_, err = b.msgs.SetTake(b.Ctx, &stake.MsgSetTake{})
	require.ErrorIs(t, err, stake.ErrBadAddress)
}

func TestUpdateParams(t *testing.T) { // R-STAKE-1
	b := newBed(t)
	_, err := b.msgs.UpdateParams(b.Ctx, &stake.MsgUpdateParams{Authority: b.alice.String(), Params: stake.DefaultParams()})
	require.ErrorIs(t, err, stake.ErrNotAuthority)
	_, err = b.msgs.UpdateParams(b.Ctx, &stake.MsgUpdateParams{Authority: b.Authority})
	require.ErrorIs(t, err, stake.ErrBadParams)
	b.setParams(func(p *stake.Params) { p.MinStakeRao = 7 })
	r, err := b.query.Params(b.Ctx, &stake.QueryParamsRequest{})
	require.NoError(t, err)
	require.Equal(t, uint64(7), r.Params.MinStakeRao)
}
