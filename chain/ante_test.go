package chain_test

import (
	"fmt"
	"testing"

	cryptotypes "github.com/cosmos/cosmos-sdk/crypto/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/internal/testchain"
	"github.com/dendra-net/dendra/x/guard"
	"github.com/dendra-net/dendra/x/neuron"
	"github.com/dendra-net/dendra/x/stake"
)

func moduleAddress(name string) sdk.AccAddress { return authtypes.NewModuleAddress(name) }

// A hotkey without a coin does its work for free: different kinds in one transaction, once in each block.
func TestFreeWork(t *testing.T) {
	c := testchain.New(t, town())
	c.To(3)
	c.Must(val1, openVote(val1.Address(), 1, 1), serve(val1.Address()))
	c.Must(val1, openVote(val1.Address(), 2, 1))
	require.Zero(t, c.Balance(val1.Address()))
}

// A flood of free messages by one key stops at the mempool's door, and in a block that holds them all the same.
func TestFreeFlood(t *testing.T) {
	c := testchain.New(t, town())
	c.To(3)
	first := c.Sign(val1, openVote(val1.Address(), 1, 1))
	require.Zero(t, c.Check(first).Code)
	var flood [][]byte
	for i := range 50 {
		raw := c.SignAs(val1, func(b builder, d *signerData) {
			b.SetFeeAmount(nil)
			d.Sequence = uint64(i + 1) // as the mempool's state has it
		}, openVote(val1.Address(), uint32(i), 7))
		require.Equal(t, guard.ErrFreeTwice.ABCICode(), c.Check(raw).Code)
		flood = append(flood, raw)
	}
	require.Zero(t, c.Check(c.Sign(val2, openVote(val2.Address(), 1, 1))).Code, "each key for itself")
	res := c.Block(append([][]byte{first}, flood...)...)
	require.Zero(t, res.TxResults[0].Code)
	for _, r := range res.TxResults[1:] {
		require.NotZero(t, r.Code)
	}
	require.Zero(t, c.Check(c.Sign(val1, openVote(val1.Address(), 2, 1))).Code, "a new block, a new message")
}

// Free unstaking counts by who unstakes: many may leave one validator in one block, one coldkey may not leave many.
func TestFreeUnstakingIsPerColdkey(t *testing.T) {
	c := testchain.New(t, town())
	c.To(3)
	for _, key := range []coldkey{alice, bob} {
		for _, hot := range []sdk.AccAddress{val1.Address(), val2.Address()} {
			c.Must(key, &stake.MsgAddStake{Coldkey: key.Address().String(), Hotkey: hot.String(), Rao: 10 * tao})
		}
	}
	leave := func(key coldkey, hotkey sdk.AccAddress) []byte {
		return c.SignFee(key, 0, &stake.MsgRemoveStake{Coldkey: key.Address().String(), Hotkey: hotkey.String(), Rao: tao})
	}
	first, second, again := leave(alice, val1.Address()), leave(bob, val1.Address()), leave(alice, val2.Address())
	require.Zero(t, c.Check(first).Code)
	require.Zero(t, c.Check(second).Code)
	require.Equal(t, guard.ErrFreeTwice.ABCICode(), c.Check(again).Code)
	res := c.Block(first, second)
	require.Zero(t, res.TxResults[0].Code, res.TxResults[0].Log)
	require.Zero(t, res.TxResults[1].Code, res.TxResults[1].Log)
}

type coldkey interface {
	cryptotypes.PrivKey
	Address() sdk.AccAddress
}

// A registration by work needs no account and no coin, whatever surrounds its message, and works once.
func TestWorkNeedsNothing(t *testing.T) {
	c := testchain.New(t, town())
	c.To(3)
	m := c.Work(1, "new")
	raw := c.Unsigned(m)
	// Whoever passes it on may change what surrounds the message; it makes no difference.
	greedy := c.SignAs(testchain.Hot("new"), func(b builder, _ *signerData) { b.SetGasLimit(1) }, m)
	require.Zero(t, c.Check(greedy).Code)
	require.Equal(t, guard.ErrFreeTwice.ABCICode(), c.Check(raw).Code, "one for each hotkey and block")
	res := c.Block(greedy, raw)
	require.Zero(t, res.TxResults[0].Code, res.TxResults[0].Log)
	require.NotZero(t, res.TxResults[1].Code)
	n, err := c.App.Neurons.ByHotkey(c.Ctx(), 1, testchain.Hot("new").Address())
	require.NoError(t, err)
	require.Equal(t, uint32(4), n.Uid)
	require.Equal(t, neuron.ErrWorkReplayed.ABCICode(), c.Check(raw).Code)
	c.Must(testchain.Hot("new"), serve(testchain.Hot("new").Address()))
}

// The mempool takes as many registrations by work as come, each by its own hotkey; a block takes what the subnet allows.
func TestWorkInOneBlock(t *testing.T) {
	c := testchain.New(t, town())
	c.To(3)
	var txs [][]byte
	for i := range 4 {
		raw := c.Unsigned(c.Work(1, fmt.Sprintf("new-%d", i)))
		require.Zero(t, c.Check(raw).Code)
		txs = append(txs, raw)
	}
	seated := 0
	for _, r := range c.Block(txs...).TxResults {
		if r.Code == 0 {
			seated++
		}
	}
	require.LessOrEqual(t, seated, 2)
	require.Positive(t, seated)
}
