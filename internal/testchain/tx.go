package testchain

import (
	"context"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/cosmos/cosmos-sdk/client"
	"github.com/cosmos/cosmos-sdk/client/tx"
	"github.com/cosmos/cosmos-sdk/crypto/keys/ed25519"
	cryptotypes "github.com/cosmos/cosmos-sdk/crypto/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/tx/signing"
	authsigning "github.com/cosmos/cosmos-sdk/x/auth/signing"
	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/chain"
)

// Gas is what Sign asks for; hotkeys, whose messages are free, offer no fee for it.
const Gas = 500_000

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
	return c.SignAs(key, func(b client.TxBuilder, _ *authsigning.SignerData) {
		b.SetFeeAmount(nil)
		if feeRao > 0 {
			b.SetFeeAmount(sdk.NewCoins(sdk.NewInt64Coin(chain.Denom, int64(feeRao))))
		}
	}, msgs...)
}

// SignAs makes a signed transaction that change may bend before it is signed: what it says and who it claims to be
// signed by. A key without an account signs as the first of number 0. It offers a fee of Gas rao.
func (c *Chain) SignAs(key cryptotypes.PrivKey, change func(client.TxBuilder, *authsigning.SignerData), msgs ...sdk.Msg) []byte {
	c.t.Helper()
	config := c.App.Encoding.Tx
	b := config.NewTxBuilder()
	require.NoError(c.t, b.SetMsgs(msgs...))
	b.SetGasLimit(Gas)
	b.SetFeeAmount(sdk.NewCoins(sdk.NewInt64Coin(chain.Denom, Gas)))
	addr := sdk.AccAddress(key.PubKey().Address())
	data := authsigning.SignerData{Address: addr.String(), ChainID: c.doc.ChainID, PubKey: key.PubKey()}
	if acc := c.App.Accounts.GetAccount(c.Ctx(), addr); acc != nil {
		data.AccountNumber, data.Sequence = acc.GetAccountNumber(), acc.GetSequence()
	}
	change(b, &data)
	const mode = signing.SignMode_SIGN_MODE_DIRECT
	require.NoError(c.t, b.SetSignatures(signing.SignatureV2{PubKey: key.PubKey(), Data: &signing.SingleSignatureData{SignMode: mode}, Sequence: data.Sequence}))
	sig, err := tx.SignWithPrivKey(context.Background(), mode, data, b, key, config, data.Sequence)
	require.NoError(c.t, err)
	require.NoError(c.t, b.SetSignatures(sig))
	return c.encode(b)
}

// Unsigned makes a transaction without signatures, as a registration by work travels.
func (c *Chain) Unsigned(msgs ...sdk.Msg) []byte {
	c.t.Helper()
	b := c.App.Encoding.Tx.NewTxBuilder()
	require.NoError(c.t, b.SetMsgs(msgs...))
	b.SetGasLimit(Gas)
	return c.encode(b)
}

func (c *Chain) encode(b client.TxBuilder) []byte {
	c.t.Helper()
	raw, err := c.App.Encoding.Tx.TxEncoder()(b.GetTx())
	require.NoError(c.t, err)
	return raw
}
