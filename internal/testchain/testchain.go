// Package testchain is a whole chain in one call: the real application over memory, blocks made by the test.
//
// Its one invariant: every law of the books holds at the end of every block, or the test fails.
package testchain

import (
	"context"
	"crypto/sha256"
	"testing"
	"time"

	"cosmossdk.io/log/v2"
	abci "github.com/cometbft/cometbft/abci/types"
	cmted25519 "github.com/cometbft/cometbft/crypto/ed25519"
	cmttypes "github.com/cometbft/cometbft/types"
	dbm "github.com/cosmos/cosmos-db"
	"github.com/cosmos/cosmos-sdk/baseapp"
	"github.com/cosmos/cosmos-sdk/client/tx"
	"github.com/cosmos/cosmos-sdk/crypto/keys/ed25519"
	"github.com/cosmos/cosmos-sdk/crypto/keys/secp256k1"
	cryptotypes "github.com/cosmos/cosmos-sdk/crypto/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/tx/signing"
	authsigning "github.com/cosmos/cosmos-sdk/x/auth/signing"
	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/chain"
	"github.com/dendra-net/dendra/internal/prefix"
	"github.com/dendra-net/dendra/x/producer"
)

// ChainID is the name of every test's chain.
const ChainID = "dendra-test"

// Chain is an application driven block by block.
type Chain struct {
	App    *chain.App
	Height int64

	t    testing.TB
	doc  *cmttypes.GenesisDoc
	last *abci.ResponseFinalizeBlock
}

// Genesis is a beginning with one producer and the modules' defaults, for a test to change.
func Genesis() chain.Genesis {
	prefix.Set()
	key := cmted25519.GenPrivKeyFromSecret([]byte("producer"))
	return chain.NewGenesis(ChainID, time.Unix(1_700_000_000, 0).UTC(), producer.Producer{
		Name: "one", Operator: Cold("producer").Address().String(), ConsensusPubkey: key.PubKey().Bytes(), Power: 1,
	})
}

// New starts a chain from a genesis.
func New(t testing.TB, g chain.Genesis) *Chain {
	t.Helper()
	doc, err := g.Doc()
	require.NoError(t, err)
	return FromDoc(t, doc)
}

// FromDoc starts a chain from a genesis document: an exported one for instance.
func FromDoc(t testing.TB, doc *cmttypes.GenesisDoc) *Chain {
	t.Helper()
	app, err := chain.New(chain.Options{DB: dbm.NewMemDB(), CheckLaws: true, Base: []func(*baseapp.BaseApp){baseapp.SetChainID(doc.ChainID)}})
	require.NoError(t, err)
	params := doc.ConsensusParams.ToProto()
	_, err = app.InitChain(&abci.RequestInitChain{
		Time: doc.GenesisTime, ChainId: doc.ChainID, ConsensusParams: &params, InitialHeight: doc.InitialHeight, AppStateBytes: doc.AppState,
	})
	require.NoError(t, err)
	return &Chain{App: app, t: t, doc: doc, Height: doc.InitialHeight - 1}
}

// Block makes one block of the transactions and returns its results.
func (c *Chain) Block(txs ...[]byte) *abci.ResponseFinalizeBlock {
	c.t.Helper()
	c.Height++
	hash := sha256.Sum256(append([]byte("block"), byte(c.Height), byte(c.Height>>8), byte(c.Height>>16)))
	res, err := c.App.FinalizeBlock(&abci.RequestFinalizeBlock{
		Height: c.Height, Txs: txs, Hash: hash[:], Time: c.doc.GenesisTime.Add(time.Duration(c.Height) * time.Second),
		ProposerAddress: cmted25519.GenPrivKeyFromSecret([]byte("producer")).PubKey().Address(),
	})
	require.NoError(c.t, err)
	_, err = c.App.Commit()
	require.NoError(c.t, err)
	c.last = res
	return res
}

// Blocks makes n empty blocks.
func (c *Chain) Blocks(n int) {
	c.t.Helper()
	for range n {
		c.Block()
	}
}

// To makes empty blocks until height is committed.
func (c *Chain) To(height int64) {
	c.t.Helper()
	for c.Height < height {
		c.Block()
	}
}

// Ctx reads the state of the newest block.
func (c *Chain) Ctx() sdk.Context {
	return sdk.NewContext(c.App.CommitMultiStore(), c.header(), false, log.NewNopLogger())
}

// Check offers a transaction to the mempool.
func (c *Chain) Check(raw []byte) *abci.ResponseCheckTx {
	c.t.Helper()
	res, err := c.App.CheckTx(&abci.RequestCheckTx{Tx: raw, Type: abci.CheckTxType_New})
	require.NoError(c.t, err)
	return res
}

// Deliver signs messages with a key, makes a block of that one transaction and returns its result.
func (c *Chain) Deliver(key cryptotypes.PrivKey, msgs ...sdk.Msg) *abci.ExecTxResult {
	c.t.Helper()
	return c.Block(c.Sign(key, msgs...)).TxResults[0]
}

// Must is Deliver for what has to succeed.
func (c *Chain) Must(key cryptotypes.PrivKey, msgs ...sdk.Msg) *abci.ExecTxResult {
	c.t.Helper()
	res := c.Deliver(key, msgs...)
	require.Zero(c.t, res.Code, res.Log)
	return res
}

// Gas is what Sign asks for; hotkeys, whose messages are free, offer no fee for it.
const Gas = 500_000

// Sign makes a signed transaction. Coldkeys offer a fee of Gas rao, hotkeys (ed25519) none.
func (c *Chain) Sign(key cryptotypes.PrivKey, msgs ...sdk.Msg) []byte {
	c.t.Helper()
	fee := uint64(Gas)
	if key.Type() == (&ed25519.PrivKey{}).Type() {
		fee = 0
	}
	return c.SignFee(key, fee, msgs...)
}

// SignFee makes a signed transaction that offers a fee.
func (c *Chain) SignFee(key cryptotypes.PrivKey, feeRao uint64, msgs ...sdk.Msg) []byte {
	c.t.Helper()
	config := c.App.Encoding.Tx
	b := config.NewTxBuilder()
	require.NoError(c.t, b.SetMsgs(msgs...))
	b.SetGasLimit(Gas)
	if feeRao > 0 {
		b.SetFeeAmount(sdk.NewCoins(sdk.NewInt64Coin(chain.Denom, int64(feeRao))))
	}
	acc := c.App.Accounts.GetAccount(c.Ctx(), sdk.AccAddress(key.PubKey().Address()))
	require.NotNil(c.t, acc, "the signer has no account")
	data := authsigning.SignerData{
		Address: acc.GetAddress().String(), ChainID: c.doc.ChainID, AccountNumber: acc.GetAccountNumber(),
		Sequence: acc.GetSequence(), PubKey: key.PubKey(),
	}
	const mode = signing.SignMode_SIGN_MODE_DIRECT
	require.NoError(c.t, b.SetSignatures(signing.SignatureV2{PubKey: key.PubKey(), Data: &signing.SingleSignatureData{SignMode: mode}, Sequence: acc.GetSequence()}))
	sig, err := tx.SignWithPrivKey(context.Background(), mode, data, b, key, config, acc.GetSequence())
	require.NoError(c.t, err)
	require.NoError(c.t, b.SetSignatures(sig))
	raw, err := config.TxEncoder()(b.GetTx())
	require.NoError(c.t, err)
	return raw
}

// Unsigned makes a transaction without signatures, as a registration by work travels.
func (c *Chain) Unsigned(msgs ...sdk.Msg) []byte {
	c.t.Helper()
	b := c.App.Encoding.Tx.NewTxBuilder()
	require.NoError(c.t, b.SetMsgs(msgs...))
	b.SetGasLimit(Gas)
	raw, err := c.App.Encoding.Tx.TxEncoder()(b.GetTx())
	require.NoError(c.t, err)
	return raw
}

// Export writes the state as a genesis document that goes on at the next height.
func (c *Chain) Export() *cmttypes.GenesisDoc {
	c.t.Helper()
	state, err := c.App.Export()
	require.NoError(c.t, err)
	doc := *c.doc
	doc.InitialHeight = c.Height + 1
	doc.AppState = marshal(c.t, state)
	return &doc
}

// Cold is the coldkey of a name.
func Cold(name string) coldkey {
	return coldkey{secp256k1.GenPrivKeyFromSecret([]byte("cold " + name))}
}

type coldkey struct{ *secp256k1.PrivKey }

// Address is the account of the coldkey.
func (k coldkey) Address() sdk.AccAddress { return sdk.AccAddress(k.PubKey().Address()) }

// Hot is the hotkey of a name.
func Hot(name string) hotkey { return hotkey{ed25519.GenPrivKeyFromSecret([]byte("hot " + name))} }

type hotkey struct{ *ed25519.PrivKey }

// Address is the account of the hotkey.
func (k hotkey) Address() sdk.AccAddress { return sdk.AccAddress(k.PubKey().Address()) }
