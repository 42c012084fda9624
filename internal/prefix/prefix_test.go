package prefix_test

import (
	"os"
	"testing"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/internal/prefix"
)

func TestAddressesBeginWithTao(t *testing.T) {
	prefix.Set()
	prefix.Set()
	addr := sdk.AccAddress(make([]byte, 20))
	require.Regexp(t, "^tao1q+", addr.String())
	text, err := prefix.Codec().BytesToString(addr)
	require.NoError(t, err)
	require.Equal(t, addr.String(), text)
	back, err := sdk.AccAddressFromBech32(text)
	require.NoError(t, err)
	require.Equal(t, addr, back)
	_, err = sdk.AccAddressFromBech32("cosmos1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqnrql8a")
	require.Error(t, err)
	require.Equal(t, prefix.Account, os.Getenv(sdk.EnvConfigScope), "or every address costs two system calls")
}

func BenchmarkReadAddress(b *testing.B) {
	prefix.Set()
	text := sdk.AccAddress(make([]byte, 20)).String()
	for b.Loop() {
		if _, err := sdk.AccAddressFromBech32(text); err != nil {
			b.Fatal(err)
		}
	}
}
