package chain_test

import (
	"slices"
	"testing"

	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/internal/testchain"
	"github.com/dendra-net/dendra/x/emission"
	"github.com/dendra-net/dendra/x/stake"
	"github.com/dendra-net/dendra/x/subnet"
)

// FuzzTransaction: no bytes make the mempool or a block panic, and the chain goes on.
func FuzzTransaction(f *testing.F) {
	c := testchain.New(f, town())
	c.To(3)
	for _, group := range [][]attack{malformed, misspoken, fees, works} {
		for _, a := range group {
			if raw := a.make(c); len(raw) < 4096 {
				f.Add(raw)
			}
		}
	}
	for _, m := range samples(c) {
		f.Add(c.Sign(alice, m))
		f.Add(c.Unsigned(m))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		c.Tell(t)
		panicked := sdkerrors.ErrPanic.ABCICode()
		res := c.Check(raw)
		require.NotEqual(t, panicked, res.Code, res.Log)
		block := c.Block(raw)
		require.NotEqual(t, panicked, block.TxResults[0].Code, block.TxResults[0].Log)
	})
}

// FuzzMessage: no message that anybody could sign makes its handler, or what looks at it before, panic.
func FuzzMessage(f *testing.F) {
	c := testchain.New(f, town())
	c.To(3)
	urls := c.App.Encoding.Registry.ListImplementations(sdk.MsgInterfaceProtoName)
	slices.Sort(urls)
	for _, m := range samples(c) {
		a, err := codectypes.NewAnyWithValue(m)
		require.NoError(f, err)
		f.Add(slices.Index(urls, a.TypeUrl), a.Value)
	}
	f.Fuzz(func(t *testing.T, kind int, value []byte) {
		c.Tell(t)
		if kind < 0 || kind >= len(urls) {
			return
		}
		var msg sdk.Msg
		if err := c.App.Encoding.Registry.UnpackAny(&codectypes.Any{TypeUrl: urls[kind], Value: value}, &msg); err != nil {
			return
		}
		if signers, _, err := c.App.Encoding.Codec.GetMsgV1Signers(msg); err != nil || len(signers) == 0 {
			return // nobody can have signed it
		}
		handle(t, c, msg)
	})
}

// handle runs a message as a block would, on a branch that is thrown away.
func handle(t *testing.T, c *testchain.Chain, msg sdk.Msg) {
	ctx, _ := c.Ctx().WithBlockHeight(c.Height + 1).WithGasMeter(storetypes.NewGasMeter(10_000_000)).CacheContext()
	defer func() {
		if r := recover(); r != nil {
			if _, ok := r.(storetypes.ErrorOutOfGas); !ok {
				panic(r)
			}
		}
	}()
	for _, d := range []interface {
		Admit(sdk.Context, sdk.Msg) (bool, error)
	}{c.App.Weights, c.App.Neurons, c.App.Emission, c.App.Stake} {
		if _, err := d.Admit(ctx, msg); err != nil {
			return
		}
	}
	if v, ok := msg.(sdk.HasValidateBasic); ok && v.ValidateBasic() != nil {
		return
	}
	handler := c.App.MsgServiceRouter().Handler(msg)
	if handler == nil {
		return
	}
	res, err := handler(ctx, msg)
	require.True(t, err != nil || res != nil)
}

// samples has a message of each kind of the project's.
func samples(c *testchain.Chain) []sdk.Msg {
	me := alice.Address().String()
	v := vote{"val-1", []uint32{2, 3}, []uint32{0, 0}, []uint32{1, 2}}
	return []sdk.Msg{
		send(alice.Address(), bob.Address(), 5), exec(alice.Address(), send(alice.Address(), bob.Address(), 5)),
		&stake.MsgAddStake{Coldkey: me, Hotkey: val1.Address().String(), Rao: tao}, &stake.MsgSetTake{Coldkey: me, Hotkey: val1.Address().String(), TakeU16: 5},
		&stake.MsgRemoveStake{Coldkey: testchain.Cold("val-1").Address().String(), Hotkey: val1.Address().String(), Rao: tao},
		&subnet.MsgCreateSubnet{Coldkey: me, Name: "new", MaxLockRao: 1000 * tao, Url: "https://example.org"},
		&subnet.MsgSetParam{Sender: me, Netuid: 1, Name: "tempo", Value: 400}, &subnet.MsgSetIdentity{Sender: me, Netuid: 1, Description: "x"},
		&subnet.MsgDissolveSubnet{Sender: me, Netuid: 1}, c.Burn(1, "new", 2*tao), c.Work(1, "new"), serve(val1.Address()),
		openVote(val1.Address(), 1, 2), v.commit(), v.reveal(), &emission.MsgBurn{Coldkey: me, Rao: 1},
		&emission.MsgSetRootWeights{Hotkey: val1.Address().String(), Netuids: []uint32{1}, Weights: []uint32{1}},
		&emission.MsgUpdateParams{Authority: moduleAddress("gov").String(), Params: emission.DefaultParams()},
		&subnet.MsgUpdateParams{Authority: moduleAddress("gov").String(), Params: subnet.DefaultParams()},
	}
}
