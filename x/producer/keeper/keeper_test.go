package keeper_test

import (
	"testing"

	sdk "github.com/cosmos/cosmos-sdk/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/chain"
	"github.com/dendra-net/dendra/internal/testchain"
	"github.com/dendra-net/dendra/x/producer"
)

// R-PRODUCER-2: whoever makes a block gets its fees at its end.
func TestFeesGoToTheProducer(t *testing.T) {
	g := testchain.Genesis()
	alice := testchain.Cold("alice")
	g.Grants = []chain.Grant{{Address: alice.Address(), Rao: 5_000_000_000}}
	c := testchain.New(t, g)
	c.Block()
	c.Must(alice, &banktypes.MsgSend{
		FromAddress: alice.Address().String(), ToAddress: testchain.Cold("bob").Address().String(),
		Amount: sdk.NewCoins(sdk.NewInt64Coin(chain.Denom, 1_000)),
	})
	require.Equal(t, uint64(testchain.Gas), c.Balance(testchain.Cold("producer").Address()))
	require.Equal(t, uint64(5_000_000_000-1_000-testchain.Gas), c.Balance(alice.Address()))
}

// R-PRODUCER-1: a genesis that names no usable producers is refused.
func TestGenesisIsChecked(t *testing.T) {
	good := testchain.Genesis().Producers[0]
	for name, list := range map[string][]producer.Producer{
		"twice the same key": {good, good},
		"short key":          {{Operator: good.Operator, ConsensusPubkey: []byte{1}, Power: 1}},
		"bad operator":       {{Operator: "nobody", ConsensusPubkey: good.ConsensusPubkey, Power: 1}},
		"no power":           {{Operator: good.Operator, ConsensusPubkey: good.ConsensusPubkey}},
		"too much power":     {{Operator: good.Operator, ConsensusPubkey: good.ConsensusPubkey, Power: 1 << 41}},
	} {
		require.ErrorIs(t, producer.GenesisState{Producers: list}.Validate(), producer.ErrBadGenesis, name)
	}
	require.NoError(t, producer.GenesisState{Producers: []producer.Producer{good}}.Validate())
}
