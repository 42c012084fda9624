package chain_test

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/cosmos/cosmos-sdk/client"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
	"github.com/cosmos/cosmos-sdk/types/tx"
	authsigning "github.com/cosmos/cosmos-sdk/x/auth/signing"
	"github.com/cosmos/cosmos-sdk/x/authz"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	"github.com/cosmos/cosmos-sdk/x/feegrant"
	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/chain"
	"github.com/dendra-net/dendra/internal/testchain"
	"github.com/dendra-net/dendra/x/emission"
	"github.com/dendra-net/dendra/x/guard"
	"github.com/dendra-net/dendra/x/neuron"
	"github.com/dendra-net/dendra/x/subnet"
	"github.com/dendra-net/dendra/x/weights"
)

var (
	alice, bob = testchain.Cold("alice"), testchain.Cold("bob")
	val1, val2 = testchain.Hot("val-1"), testchain.Hot("val-2")
)

// town is a genesis with two rich people and a subnet of two validators and two miners, votes in the open.
func town() chain.Genesis {
	g := testchain.Genesis()
	g.Grants = []chain.Grant{{Address: alice.Address(), Rao: 5000 * tao}, {Address: bob.Address(), Rao: 3000 * tao}}
	testchain.AddSubnet(&g, "text", func(h *subnet.Hyperparameters) {
		h.Tempo, h.WeightsRateLimit, h.CommitReveal, h.MinDifficulty, h.ServeRateLimit = 10, 1, false, 200, 1
	}, testchain.Member{Name: "val-1", StakeRao: 600 * tao}, testchain.Member{Name: "val-2", StakeRao: 400 * tao},
		testchain.Member{Name: "good"}, testchain.Member{Name: "poor"})
	return g
}

func send(from, to sdk.AccAddress, rao int64) *banktypes.MsgSend {
	return &banktypes.MsgSend{FromAddress: from.String(), ToAddress: to.String(), Amount: sdk.NewCoins(sdk.NewInt64Coin(chain.Denom, rao))}
}

func openVote(hotkey sdk.AccAddress, w ...uint32) *weights.MsgSetWeights {
	return &weights.MsgSetWeights{Hotkey: hotkey.String(), Netuid: 1, Uids: []uint32{2, 3}, Generations: []uint32{0, 0}, Weights: w}
}

func serve(hotkey sdk.AccAddress) *neuron.MsgServe {
	return &neuron.MsgServe{Hotkey: hotkey.String(), Netuid: 1, Endpoint: "http://127.0.0.1:8000"}
}

type (
	builder    = client.TxBuilder
	signerData = authsigning.SignerData
)

// attack is a transaction that has to be refused at the door, and how.
type attack struct {
	name string
	make func(c *testchain.Chain) []byte
	want interface{ ABCICode() uint32 }
	says string
}

func bent(change func(builder, *signerData)) func(*testchain.Chain) []byte {
	return func(c *testchain.Chain) []byte {
		return c.SignAs(alice, change, send(alice.Address(), bob.Address(), 1))
	}
}

func coins(denom string, n int64) sdk.Coins { return sdk.Coins{sdk.NewInt64Coin(denom, n)} }

// nothing takes part in the making of a transaction without bending it.
func nothing(builder, *signerData) {}

func exec(grantee sdk.AccAddress, msgs ...sdk.Msg) *authz.MsgExec {
	m := authz.NewMsgExec(grantee, msgs)
	return &m
}

func nested(depth int, msg sdk.Msg) sdk.Msg {
	for range depth {
		msg = exec(alice.Address(), msg)
	}
	return msg
}

var malformed = []attack{
	{"nothing at all", func(*testchain.Chain) []byte { return nil }, sdkerrors.ErrInvalidRequest, "at least one message"},
	{"random bytes", func(*testchain.Chain) []byte { return noise(300) }, sdkerrors.ErrTxDecode, ""},
	{"a megabyte of noise", func(*testchain.Chain) []byte { return noise(1 << 20) }, sdkerrors.ErrTxDecode, ""},
	{"cut short", func(c *testchain.Chain) []byte { raw := bent(nothing)(c); return raw[:len(raw)-20] }, sdkerrors.ErrTxDecode, ""},
	{"unknown message", func(*testchain.Chain) []byte { return strange(&codectypes.Any{TypeUrl: "/dendra.neuron.v9.MsgWin"}) }, sdkerrors.ErrTxDecode, "MsgWin"},
	{"message of garbage", func(*testchain.Chain) []byte {
		return strange(&codectypes.Any{TypeUrl: sdk.MsgTypeURL(&neuron.MsgServe{}), Value: []byte{10, 200}})
	}, sdkerrors.ErrTxDecode, ""},
	{"no message", func(c *testchain.Chain) []byte { return c.SignAs(alice, nothing) }, sdkerrors.ErrInvalidRequest, "at least one message"},
	{"unsigned", func(c *testchain.Chain) []byte { return c.Unsigned(send(alice.Address(), bob.Address(), 1)) }, sdkerrors.ErrNoSignatures, ""},
	{"unknown option", bent(func(b builder, _ *signerData) {
		b.(client.ExtendedTxBuilder).SetExtensionOptions(&codectypes.Any{TypeUrl: sdk.MsgTypeURL(&neuron.MsgServe{})})
	}), sdkerrors.ErrTxDecode, ""},
	{"huge memo", bent(func(b builder, _ *signerData) { b.SetMemo(strings.Repeat("x", 300)) }), sdkerrors.ErrMemoTooLarge, ""},
	{"over a megabyte", func(c *testchain.Chain) []byte {
		return c.SignAs(alice, func(b builder, _ *signerData) { b.SetMemo(strings.Repeat("x", 1<<20)) }, send(alice.Address(), bob.Address(), 1))
	}, sdkerrors.ErrTxTooLarge, ""},
	{"more messages than its gas pays for", func(c *testchain.Chain) []byte {
		return c.SignAs(alice, nothing, many(2000, send(alice.Address(), bob.Address(), 1))...)
	}, sdkerrors.ErrOutOfGas, ""},
	{"too late", bent(func(b builder, _ *signerData) { b.SetTimeoutHeight(1) }), sdkerrors.ErrTxTimeoutHeight, ""},
	{"without an order", bent(func(b builder, _ *signerData) { b.SetUnordered(true) }), sdkerrors.ErrNotSupported, ""},
}

var misspoken = []attack{
	{"another chain", bent(func(_ builder, d *signerData) { d.ChainID = "mars-1" }), sdkerrors.ErrUnauthorized, ""},
	{"sequence of the past or future", bent(func(_ builder, d *signerData) { d.Sequence++ }), sdkerrors.ErrWrongSequence, ""},
	{"another account's number", bent(func(_ builder, d *signerData) { d.AccountNumber++ }), sdkerrors.ErrUnauthorized, ""},
	{"somebody else's key", func(c *testchain.Chain) []byte {
		return c.SignAs(bob, nothing, send(alice.Address(), bob.Address(), 1))
	}, sdkerrors.ErrInvalidPubKey, ""},
	{"a vote signed by a stranger", func(c *testchain.Chain) []byte { return c.SignFee(bob, 0, openVote(val1.Address(), 1, 1)) }, sdkerrors.ErrInvalidPubKey, ""},
	{"nobody's account", func(c *testchain.Chain) []byte {
		ghost := testchain.Cold("ghost")
		return c.SignAs(ghost, nothing, send(ghost.Address(), bob.Address(), 1))
	}, sdkerrors.ErrUnknownAddress, ""},
	{"an unregistered hotkey", func(c *testchain.Chain) []byte {
		ghost := testchain.Hot("ghost")
		return c.Sign(ghost, serve(ghost.Address()))
	}, neuron.ErrNotRegistered, ""},
}

var fees = []attack{
	{"no fee", func(c *testchain.Chain) []byte { return c.SignFee(alice, 0, send(alice.Address(), bob.Address(), 1)) }, sdkerrors.ErrInsufficientFee, "500000 gas cost at least 500 rao"},
	{"too low a fee", func(c *testchain.Chain) []byte { return c.SignFee(alice, 499, send(alice.Address(), bob.Address(), 1)) }, sdkerrors.ErrInsufficientFee, ""},
	{"a fee in another coin", bent(func(b builder, _ *signerData) { b.SetFeeAmount(coins("gold", 1_000_000)) }), sdkerrors.ErrInsufficientFee, "paid in rao"},
	{"a fee in two coins", bent(func(b builder, _ *signerData) {
		b.SetFeeAmount(append(coins("gold", 1), coins(chain.Denom, 1_000_000)...))
	}), sdkerrors.ErrInsufficientFee, "paid in rao"},
	{"a fee of more than it has", func(c *testchain.Chain) []byte {
		return c.SignFee(bob, 4000*tao, send(bob.Address(), alice.Address(), 1))
	}, sdkerrors.ErrInsufficientFunds, ""},
	{"a fee from who did not grant it", bent(func(b builder, _ *signerData) { b.SetFeeGranter(bob.Address()) }), feegrant.ErrNoAllowance, bob.Address().String()},
	{"no gas", bent(func(b builder, _ *signerData) { b.SetGasLimit(0) }), sdkerrors.ErrOutOfGas, ""},
	{"more gas than a block has", bent(func(b builder, _ *signerData) { b.SetGasLimit(1 << 40) }), sdkerrors.ErrInvalidGasLimit, ""},
	{"a free message of too much gas", func(c *testchain.Chain) []byte {
		return c.SignAs(val1, func(b builder, _ *signerData) { b.SetFeeAmount(nil); b.SetGasLimit(2_000_001) }, openVote(val1.Address(), 1, 1))
	}, sdkerrors.ErrOutOfGas, "2000000"},
	{"a free message beside one that is not", func(c *testchain.Chain) []byte {
		return c.Sign(val1, openVote(val1.Address(), 1, 1), send(val1.Address(), bob.Address(), 1))
	}, sdkerrors.ErrInsufficientFee, ""},
	{"two free messages of a kind in one", func(c *testchain.Chain) []byte {
		return c.Sign(val1, openVote(val1.Address(), 1, 1), openVote(val1.Address(), 1, 2))
	}, guard.ErrFreeTwice, "MsgSetWeights of " + val1.Address().String()},
	{"a vote without a permit", func(c *testchain.Chain) []byte {
		poor := testchain.Hot("poor")
		return c.Sign(poor, openVote(poor.Address(), 1, 1))
	}, weights.ErrNoPermit, ""},
}

var works = []attack{
	{"beside another message", func(c *testchain.Chain) []byte {
		return c.SignAs(alice, nothing, c.Work(1, "new"), send(alice.Address(), bob.Address(), 1))
	}, sdkerrors.ErrInvalidRequest, "alone"},
	{"twice in one", func(c *testchain.Chain) []byte { return c.Unsigned(c.Work(1, "new"), c.Work(1, "newer")) }, sdkerrors.ErrInvalidRequest, "alone"},
	{"inside another message", func(c *testchain.Chain) []byte {
		return c.SignAs(alice, nothing, exec(alice.Address(), c.Work(1, "new")))
	}, sdkerrors.ErrInvalidRequest, "alone"},
	{"deep inside", func(c *testchain.Chain) []byte { return c.SignAs(alice, nothing, nested(3, c.Work(1, "new"))) }, sdkerrors.ErrInvalidRequest, "alone"},
	{"too deep to see", func(c *testchain.Chain) []byte { return c.SignAs(alice, nothing, nested(6, c.Work(1, "new"))) }, sdkerrors.ErrInvalidRequest, "nested"},
	{"no work", worked(func(m *neuron.MsgRegisterWork) { m.Nonce += 1 << 40 }), neuron.ErrBadWork, "difficulty"},
	{"another's proof", worked(func(m *neuron.MsgRegisterWork) { m.Proof = bytes.Repeat([]byte{7}, 64) }), neuron.ErrBadProof, ""},
	{"no proof", worked(func(m *neuron.MsgRegisterWork) { m.Proof = nil }), neuron.ErrBadProof, ""},
	{"for another coldkey", worked(func(m *neuron.MsgRegisterWork) { m.Coldkey = bob.Address().String() }), neuron.ErrBadProof, ""},
	{"under another's address", worked(func(m *neuron.MsgRegisterWork) { m.Hotkey = val1.Address().String() }), neuron.ErrBadKey, ""},
	{"for a subnet that is not", worked(func(m *neuron.MsgRegisterWork) { m.Netuid = 9 }), subnet.ErrSubnetUnknown, ""},
	{"for a block to come", worked(func(m *neuron.MsgRegisterWork) { m.Height += 50 }), neuron.ErrWorkWindow, ""},
	{"for another chain", func(c *testchain.Chain) []byte {
		other := town()
		other.ChainID = "mars-1"
		d := testchain.New(c.T(), other)
		d.To(c.Height)
		return c.Unsigned(d.Work(1, "martian"))
	}, neuron.ErrBadWork, ""},
	{"already registered", func(c *testchain.Chain) []byte { return c.Unsigned(c.Work(1, "good")) }, neuron.ErrAlreadyRegistered, ""},
	{"with baggage", func(c *testchain.Chain) []byte {
		return c.SignAs(testchain.Hot("new"), func(b builder, _ *signerData) { b.SetMemo(strings.Repeat("x", 1024)) }, c.Work(1, "new"))
	}, sdkerrors.ErrTxTooLarge, ""},
}

func worked(change func(*neuron.MsgRegisterWork)) func(*testchain.Chain) []byte {
	return func(c *testchain.Chain) []byte {
		m := c.Work(1, "new")
		change(m)
		return c.Unsigned(m)
	}
}

// Every attack is refused with its own code by the mempool and in a block, and leaves no trace: a twin chain that never
// heard of it has the same state, to the bit.
func TestAttacksAreRefusedWithoutTrace(t *testing.T) {
	c, twin := testchain.New(t, town()), testchain.New(t, town())
	c.To(3)
	twin.To(3)
	for _, group := range []struct {
		name    string
		attacks []attack
	}{{"malformed", malformed}, {"misspoken", misspoken}, {"fee", fees}, {"work", works}} {
		for _, a := range group.attacks {
			t.Run(group.name+"/"+a.name, func(t *testing.T) {
				raw := a.make(c)
				checked := c.Check(raw)
				require.Equal(t, a.want.ABCICode(), checked.Code, checked.Log)
				require.Contains(t, checked.Log, a.says)
				block := c.Block(raw)
				require.Equal(t, a.want.ABCICode(), block.TxResults[0].Code, block.TxResults[0].Log)
				require.Equal(t, checked.Codespace, block.TxResults[0].Codespace)
				require.Equal(t, twin.Block().AppHash, block.AppHash, "it left a trace")
			})
		}
	}
	c.Must(alice, send(alice.Address(), bob.Address(), 1))
}

// What passes the door and fails costs its fee and nothing else.
func TestFailuresCostTheirFee(t *testing.T) {
	c := testchain.New(t, town())
	c.To(3)
	for _, f := range []struct {
		name string
		msgs []sdk.Msg
		want interface{ ABCICode() uint32 }
	}{
		{"sending more than it has", []sdk.Msg{send(alice.Address(), bob.Address(), 6000*tao)}, sdkerrors.ErrInsufficientFunds},
		{"a good message before a bad one", []sdk.Msg{send(alice.Address(), bob.Address(), 1), send(alice.Address(), bob.Address(), 6000*tao)}, sdkerrors.ErrInsufficientFunds},
		{"coins for a module's account", []sdk.Msg{send(alice.Address(), moduleAddress("stake"), 1)}, sdkerrors.ErrUnauthorized},
		{"voting for a validator", []sdk.Msg{exec(alice.Address(), openVote(val1.Address(), 1, 1))}, authz.ErrNoAuthorizationFound},
		{"burning another's coins", []sdk.Msg{exec(alice.Address(), &emission.MsgBurn{Coldkey: bob.Address().String(), Rao: 1})}, authz.ErrNoAuthorizationFound},
		{"changing the rules", []sdk.Msg{&emission.MsgUpdateParams{Authority: alice.Address().String(), Params: emission.DefaultParams()}}, emission.ErrNotAuthority},
	} {
		t.Run(f.name, func(t *testing.T) {
			before, supply := c.Balance(alice.Address()), c.Supply()
			theirs := c.Balance(bob.Address())
			res := c.Deliver(alice, f.msgs...)
			require.Equal(t, f.want.ABCICode(), res.Code, res.Log)
			require.Equal(t, before-testchain.Gas, c.Balance(alice.Address()))
			require.Equal(t, theirs, c.Balance(bob.Address()))
			require.Equal(t, supply+tao, c.Supply(), "a block's issuance, nothing more")
		})
	}
}

func noise(n int) []byte {
	r := rand.New(rand.NewPCG(1, uint64(n)))
	out := make([]byte, n)
	for i := range out {
		out[i] = byte(r.Uint32())
	}
	return out
}

// strange is a transaction of a message that no wallet would make.
func strange(msg *codectypes.Any) []byte {
	body, err := (&tx.TxBody{Messages: []*codectypes.Any{msg}}).Marshal()
	if err != nil {
		panic(err)
	}
	auth, err := (&tx.AuthInfo{Fee: &tx.Fee{GasLimit: testchain.Gas}}).Marshal()
	if err != nil {
		panic(err)
	}
	raw, err := (&tx.TxRaw{BodyBytes: body, AuthInfoBytes: auth, Signatures: [][]byte{{1}}}).Marshal()
	if err != nil {
		panic(err)
	}
	return raw
}

func many(n int, msg sdk.Msg) []sdk.Msg {
	out := make([]sdk.Msg, n)
	for i := range out {
		out[i] = msg
	}
	return out
}
