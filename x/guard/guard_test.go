package guard_test

import (
	"testing"

	"cosmossdk.io/math"
	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/x/guard"
)

func TestParamsBounds(t *testing.T) { // R-GUARD-1
	tests := []struct {
		name   string
		params guard.Params
		says   string
	}{
		{"defaults", guard.DefaultParams(), ""},
		{"no price", guard.Params{FreeGas: 100_000}, ""},
		{"closed door", guard.Params{MinGasPriceMicrorao: 1_000_000_001, FreeGas: 100_000}, "min_gas_price_microrao is 1000000001"},
		{"no free gas", guard.Params{FreeGas: 99_999}, "free_gas is 99999"},
		{"too much free gas", guard.Params{FreeGas: 50_000_001}, "free_gas is 50000001"},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			err := guard.GenesisState{Params: tc.params}.Validate()
			if tc.says == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, guard.ErrBadParams)
			require.ErrorContains(t, err, tc.says)
		})
	}
}

func TestMinFee(t *testing.T) { // R-GUARD-2
	p := guard.DefaultParams()
	require.Equal(t, uint64(0), p.MinFee(0))
	require.Equal(t, uint64(1), p.MinFee(1), "rounded up")
	require.Equal(t, uint64(100), p.MinFee(100_000))
	require.Equal(t, uint64(101), p.MinFee(100_001))
	p.MinGasPriceMicrorao = 1_000_000_000
	require.Equal(t, uint64(1<<64-1), p.MinFee(1<<64-1), "beyond 64 bits: nobody can pay it")
	require.Equal(t, uint64(0), guard.Params{}.MinFee(1<<64-1))
}

func TestEqual(t *testing.T) {
	holds, detail, err := guard.Equal("left", math.NewInt(5), "right", math.NewInt(5))
	require.NoError(t, err)
	require.True(t, holds)
	require.Empty(t, detail)
	holds, detail, err = guard.Equal("left", math.NewInt(5), "right", math.NewInt(7))
	require.NoError(t, err)
	require.False(t, holds)
	require.Equal(t, "left: 5 rao; right: 7 rao; difference -2 rao", detail)
}

func TestBreachSaysEverything(t *testing.T) { // R-GUARD-4
	laws := []guard.Invariant{{Name: "a/x", Detail: "1 and 2"}, {Name: "b/y", Holds: true}, {Name: "c/z", Detail: "3 and 4"}}
	broken := guard.Broken(laws)
	require.Len(t, broken, 2)
	defer func() {
		err, ok := recover().(error)
		require.True(t, ok)
		require.ErrorIs(t, err, guard.ErrBroken)
		require.ErrorContains(t, err, "2 at height 77: a/x: 1 and 2; c/z: 3 and 4")
	}()
	guard.Breach(77, broken)
}
