package keeper_test

import (
	"errors"
	"testing"

	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/dendra-net/dendra/x/stake"
)

// TestRandomLife plays staking, rewards, leaving and blocks on one state: the laws hold after each step, no coin is made
// or lost, and whoever only stakes and leaves never has more than before.
func TestRandomLife(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		b := newBed(t)
		b.setParams(func(p *stake.Params) { p.UnbondingBlocks = rapid.Int64Range(0, 5).Draw(rt, "unbonding") })
		supply := b.Bank.GetSupply(b.Ctx, stake.Denom)
		var earned uint64
		people := []sdk.AccAddress{b.olga, b.alice, b.bob}
		who := rapid.SampledFrom(people)
		rt.Repeat(map[string]func(*rapid.T){
			"stake": func(rt *rapid.T) {
				err := b.add(who.Draw(rt, "who"), rapid.Uint64Range(0, 2000*tao).Draw(rt, "rao"))
				onlyRefused(rt, err, stake.ErrBelowMinimum, sdkerrors.ErrInsufficientFunds)
			},
			"leave": func(rt *rapid.T) {
				_, err := b.remove(who.Draw(rt, "who"), rapid.Uint64Range(0, 500*tao).Draw(rt, "rao"))
				onlyRefused(rt, err, stake.ErrBelowMinimum, stake.ErrNotEnough)
			},
			"reward": func(rt *rapid.T) {
				miner, validator := rapid.Uint64Range(0, tao).Draw(rt, "miner"), rapid.Uint64Range(1, tao).Draw(rt, "validator")
				earned += miner + validator
				b.reward(miner, validator)
			},
			"block": func(*rapid.T) { b.endBlock(b.Ctx.BlockHeight() + 1) },
			"": func(rt *rapid.T) {
				b.lawful()
				require.Equal(rt, supply, b.Bank.GetSupply(b.Ctx, stake.Denom))
				sum := uint64(0)
				for _, p := range people {
					sum += b.Balance(b.Ctx, p) + b.holding(p)
				}
				sum += b.ModuleBalance(b.Ctx, stake.UnbondingName)
				require.LessOrEqual(rt, sum, 3000*tao+earned, "nobody has what nobody paid")
				require.GreaterOrEqual(rt, sum+3, 3000*tao+earned, "at most a rao each is lost to rounding")
			},
		})
	})
}

// onlyRefused wants success or one of the refusals.
func onlyRefused(t *rapid.T, err error, refusals ...error) {
	t.Helper()
	for _, refusal := range refusals {
		if errors.Is(err, refusal) {
			return
		}
	}
	require.NoError(t, err)
}

func BenchmarkKeeperReward(b *testing.B) {
	bd := newBed(b)
	require.NoError(b, bd.add(bd.alice, 100*tao))
	for b.Loop() {
		if err := bd.keeper.Reward(bd.Ctx, bd.hot, 1_000, 1_000); err != nil {
			b.Fatal(err)
		}
	}
}
