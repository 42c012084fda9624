package chainclient_test

import (
	"encoding/hex"
	"math"
	"sync"
	"testing"
	"time"

	"github.com/cosmos/cosmos-sdk/client/grpc/cmtservice"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/tx"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	"github.com/cosmos/gogoproto/proto"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/dendra-net/dendra/chainclient"
	"github.com/dendra-net/dendra/neuron"
	"github.com/dendra-net/dendra/wallet"
	"github.com/dendra-net/dendra/x/emission"
	neuronmod "github.com/dendra-net/dendra/x/neuron"
	"github.com/dendra-net/dendra/x/stake"
)

func coldkey(t *testing.T) chainclient.Signer {
	key, err := wallet.LocalColdkey("alice")
	require.NoError(t, err)
	return chainclient.Coldkey(key)
}

func hotkey() chainclient.Signer { return chainclient.Hotkey(wallet.LocalHotkey("alice", "default")) }

func authOf(t *testing.T, raw *tx.TxRaw) *tx.AuthInfo {
	var auth tx.AuthInfo
	require.NoError(t, proto.Unmarshal(raw.AuthInfoBytes, &auth))
	return &auth
}

func TestSubmitPaysWhatASimulationUsed(t *testing.T) {
	f := startNode(t)
	c := dial(t, nil, f.address)
	res, err := c.Submit(t.Context(), coldkey(t), &stake.MsgAddStake{Rao: 5})
	require.NoError(t, err)
	require.Equal(t, int64(11), res.Height)
	require.Equal(t, uint64(90_000), res.GasUsed)
	auth := authOf(t, f.sent[0])
	require.Equal(t, uint64(130_001), auth.Fee.GasLimit)  // 100001 * 1.3
	require.Equal(t, "1301rao", auth.Fee.Amount.String()) // ceil(130001 / 100)
	require.Equal(t, uint64(1301), res.FeeRao)
}

func TestNeuronsWorkForFree(t *testing.T) {
	f := startNode(t)
	c := dial(t, nil, f.address)
	require.NoError(t, c.Serve(t.Context(), wallet.LocalHotkey("alice", "default"), 1, "http://a:1"))
	auth := authOf(t, f.sent[0])
	require.Empty(t, auth.Fee.Amount)
	require.Equal(t, uint64(500_000), auth.Fee.GasLimit)
}

func TestUnstakingPaysOnceTheFreeOneIsUsed(t *testing.T) {
	f := startNode(t)
	f.check = func(auth *tx.AuthInfo) *sdk.TxResponse {
		if auth.Fee.Amount.Empty() {
			return &sdk.TxResponse{Codespace: "sdk", Code: 13, RawLog: "fee is 0 rao: insufficient fee"}
		}
		return nil
	}
	c := dial(t, nil, f.address)
	res, err := c.Submit(t.Context(), coldkey(t), &stake.MsgRemoveStake{})
	require.NoError(t, err)
	require.Equal(t, uint64(1301), res.FeeRao)

	_, err = c.Submit(t.Context(), hotkey(), &neuronmod.MsgServe{})
	require.ErrorIs(t, err, chainclient.ErrFeeTooLow, "a neuron has nothing to pay with")
}

func TestSequencesFollowEachOtherWithoutBlocks(t *testing.T) {
	f := startNode(t)
	f.sequence = 40
	c := dial(t, nil, f.address)
	var senders sync.WaitGroup
	errs := make([]error, 12)
	for i := range errs {
		senders.Go(func() { _, errs[i] = c.Submit(t.Context(), hotkey(), &neuronmod.MsgServe{Netuid: uint32(i)}) })
	}
	senders.Wait()
	for _, err := range errs {
		require.NoError(t, err)
	}
	require.Equal(t, uint64(52), f.sequence)
	require.Equal(t, int64(1), f.accounts.Load(), "the account is asked for once")
}

func TestAForeignTransactionInBetweenIsOvercome(t *testing.T) {
	f := startNode(t)
	c := dial(t, nil, f.address)
	for range 2 {
		_, err := c.Submit(t.Context(), hotkey(), &neuronmod.MsgServe{})
		require.NoError(t, err)
	}
	f.mu.Lock()
	f.sequence = 9 // somebody else signed with the same key
	f.mu.Unlock()
	_, err := c.Submit(t.Context(), hotkey(), &neuronmod.MsgServe{})
	require.NoError(t, err)
	require.Equal(t, uint64(10), f.sequence)
}

func TestASequenceThatNeverFitsIsGivenUp(t *testing.T) {
	f := startNode(t)
	tries := 0
	f.check = func(*tx.AuthInfo) *sdk.TxResponse {
		tries++
		return &sdk.TxResponse{Codespace: "sdk", Code: 32, RawLog: "incorrect account sequence"}
	}
	_, err := dial(t, nil, f.address).Submit(t.Context(), hotkey(), &neuronmod.MsgServe{})
	require.ErrorIs(t, err, chainclient.ErrSequence)
	require.Equal(t, 4, tries)
	require.Equal(t, int64(4), f.accounts.Load(), "without a number in the refusal the chain is asked")
}

func TestAFailureInTheBlockHasCodeAndHeight(t *testing.T) {
	f := startNode(t)
	f.outcome = func(hash string) *sdk.TxResponse {
		return &sdk.TxResponse{TxHash: hash, Height: 12, Codespace: "neuron", Code: 5,
			RawLog: "failed to execute message; message index: 0: costs 9 rao, at most 5: burn price above the given maximum"}
	}
	_, err := dial(t, nil, f.address).Submit(t.Context(), hotkey(), &neuronmod.MsgServe{})
	var refused *chainclient.TxError
	require.ErrorAs(t, err, &refused)
	require.Equal(t, "neuron", refused.Codespace)
	require.Equal(t, uint32(5), refused.Code)
	require.Equal(t, int64(12), refused.Height)
	require.Len(t, refused.Hash, 64)
	require.Equal(t, "costs 9 rao, at most 5: burn price above the given maximum", refused.Message)
}

func TestATransactionThatNoBlockHoldsIsUnknown(t *testing.T) {
	f := startNode(t)
	f.hide = true
	c := dial(t, func(o *chainclient.Options) { o.Inclusion = 300 * time.Millisecond }, f.address)
	res, err := c.Submit(t.Context(), hotkey(), &neuronmod.MsgServe{})
	require.ErrorIs(t, err, chainclient.ErrUnknownOutcome)
	require.ErrorContains(t, err, res.Hash)
	require.Len(t, res.Hash, 64)
	f.mu.Lock()
	f.hide, f.sequence = false, 0 // it was dropped
	f.mu.Unlock()
	_, err = c.Submit(t.Context(), hotkey(), &neuronmod.MsgServe{})
	require.NoError(t, err, "the sequence is asked for anew")
	require.Equal(t, int64(2), f.accounts.Load())
}

func TestATransactionThatArrivedBeforeIsFollowed(t *testing.T) {
	f := startNode(t)
	f.known = true // as after an answer that was lost
	res, err := dial(t, nil, f.address).Submit(t.Context(), hotkey(), &neuronmod.MsgServe{})
	require.NoError(t, err)
	require.Equal(t, int64(11), res.Height)
}

func TestAnAccountTheChainNeverSaw(t *testing.T) {
	f := startNode(t)
	f.account = func() (*authtypes.BaseAccount, error) { return nil, status.Error(codes.NotFound, "account not found") }
	_, err := dial(t, nil, f.address).Submit(t.Context(), hotkey(), &neuronmod.MsgServe{})
	require.ErrorIs(t, err, chainclient.ErrUnknownAccount)
	require.ErrorContains(t, err, string(hotkey().Address()))
}

func TestSimulateNeedsNoSecret(t *testing.T) {
	f := startNode(t)
	c := dial(t, nil, f.address)
	key, err := wallet.LocalColdkey("alice")
	require.NoError(t, err)
	watch := chainclient.Watch(key.Address(), key.PublicKey())
	e, err := c.Simulate(t.Context(), watch, &stake.MsgAddStake{Rao: 1})
	require.NoError(t, err)
	require.Equal(t, chainclient.Estimate{GasUsed: 100_001, Gas: 130_001, FeeRao: 1301}, e)
	require.Empty(t, f.sent)
	_, err = c.Submit(t.Context(), watch, &stake.MsgAddStake{Rao: 1})
	require.ErrorIs(t, err, chainclient.ErrCannotSign)

	f.simulate = func() *cmtservice.ABCIQueryResponse {
		return &cmtservice.ABCIQueryResponse{Code: 7, Codespace: "stake", Log: "message index: 0: not enough stake: failed to simulate tx"}
	}
	_, err = c.Simulate(t.Context(), watch, &stake.MsgAddStake{Rao: 1})
	require.ErrorIs(t, err, &chainclient.TxError{Codespace: "stake", Code: 7})

	for _, value := range []string{"", "{}", `{"gas_info":{"gas_used":"-1"}}`, `{"gas_info":{"gas_used":"18446744073709551615"}}`} {
		f.simulate = func() *cmtservice.ABCIQueryResponse { return &cmtservice.ABCIQueryResponse{Value: []byte(value)} }
		_, err = c.Simulate(t.Context(), watch, &stake.MsgAddStake{Rao: 1})
		require.Error(t, err, "%q", value)
	}
}

func TestWorkTravelsWithoutSignature(t *testing.T) {
	f := startNode(t)
	c := dial(t, nil, f.address)
	_, err := c.SubmitWork(t.Context(), &neuronmod.MsgRegisterWork{Netuid: 1, Nonce: 5})
	require.NoError(t, err)
	auth := authOf(t, f.sent[0])
	require.Empty(t, f.sent[0].Signatures)
	require.Empty(t, auth.SignerInfos)
	require.Empty(t, auth.Fee.Amount)
	require.Equal(t, uint64(500_000), auth.Fee.GasLimit)
}

func TestAnswersAreDecoded(t *testing.T) {
	f := startNode(t)
	packed, err := codectypes.NewAnyWithValue(&neuronmod.MsgRegisterResponse{Uid: 3, BurnRao: 8})
	require.NoError(t, err)
	data, err := proto.Marshal(&sdk.TxMsgData{MsgResponses: []*codectypes.Any{packed}})
	require.NoError(t, err)
	f.outcome = func(hash string) *sdk.TxResponse {
		return &sdk.TxResponse{TxHash: hash, Data: hex.EncodeToString(data)}
	}
	res, err := dial(t, nil, f.address).Submit(t.Context(), coldkey(t), &neuronmod.MsgRegister{})
	require.NoError(t, err)
	var answer neuronmod.MsgRegisterResponse
	require.NoError(t, res.Answer(0, &answer))
	require.Equal(t, uint32(3), answer.Uid)
	require.ErrorContains(t, res.Answer(1, &answer), "has 1 answers")
}

func TestVotesOfUnequalLengthStayHere(t *testing.T) {
	f := startNode(t)
	c := dial(t, nil, f.address)
	v := neuron.Vote{UIDs: []uint16{1, 2}, Generations: []uint32{0, 0}, Weights: []uint16{1}}
	require.ErrorContains(t, c.SetWeights(t.Context(), wallet.LocalHotkey("a", "b"), 1, v), "2 uids, 2 generations and 1 weights")
	require.ErrorContains(t, c.RevealWeights(t.Context(), wallet.LocalHotkey("a", "b"), 1, v, [16]byte{}), "2 uids")
	require.Empty(t, f.sent)
	_, err := c.Submit(t.Context(), hotkey())
	require.ErrorContains(t, err, "needs a message")
}

func TestFeesRoundUpAndDoNotOverflow(t *testing.T) {
	for _, c := range []struct{ gas, price, want uint64 }{
		{0, 5, 0}, {1, 1, 1}, {100, 10_000, 1}, {101, 10_000, 2}, {math.MaxUint64, 1_000_000, math.MaxUint64},
	} {
		got, err := chainclient.FeeOf(c.gas, c.price)
		require.NoError(t, err)
		require.Equal(t, c.want, got)
	}
	_, err := chainclient.FeeOf(math.MaxUint64, 1_000_001)
	require.Error(t, err)
}

func TestLogsAreMadePlain(t *testing.T) {
	require.Equal(t, "no: insufficient funds", chainclient.Plain("failed to execute message; message index: 12: no: insufficient funds"))
	require.Equal(t, "no", chainclient.Plain("failed to simulate tx: failed to execute message; message index: 0: no"))
	require.Equal(t, "plain", chainclient.Plain("plain"))
}

func TestASimulationThatSawHalfABlockIsRepeated(t *testing.T) {
	f := startNode(t)
	c := dial(t, nil, f.address)
	key := hotkey()
	asked := 0
	f.simulate = func() *cmtservice.ABCIQueryResponse {
		if asked++; asked < 3 {
			return &cmtservice.ABCIQueryResponse{Code: emission.ErrBooks.ABCICode(), Codespace: emission.ModuleName, Log: "subnet 1 took 2 rao of the era, 1 are due"}
		}
		return &cmtservice.ABCIQueryResponse{Value: []byte(`{"gas_info":{"gas_used":"100"}}`)}
	}
	e, err := c.Simulate(t.Context(), key, &stake.MsgAddStake{Rao: 1})
	require.NoError(t, err)
	require.Equal(t, uint64(100), e.GasUsed)
	require.Equal(t, 3, asked)

	asked = -100 // the books are wrong indeed
	_, err = c.Simulate(t.Context(), key, &stake.MsgAddStake{Rao: 1})
	require.ErrorIs(t, err, &chainclient.TxError{Codespace: emission.ModuleName, Code: emission.ErrBooks.ABCICode()})
	require.Equal(t, -95, asked, "once, and once for each repetition")

	asked = 0
	f.simulate = func() *cmtservice.ABCIQueryResponse {
		asked++
		return &cmtservice.ABCIQueryResponse{Code: 7, Codespace: "stake", Log: "not enough stake"}
	}
	_, err = c.Simulate(t.Context(), key, &stake.MsgAddStake{Rao: 1})
	require.Error(t, err)
	require.Equal(t, 1, asked, "an ordinary refusal is believed at once")
}
