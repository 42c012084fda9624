package chainclient

import (
	"fmt"

	"cosmossdk.io/math"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/tx"
	"github.com/cosmos/cosmos-sdk/types/tx/signing"
	"github.com/cosmos/gogoproto/proto"
)

// signatureSize is that of both kinds of key; a simulation carries as many zeros.
const signatureSize = 64

// account is what a signature binds itself to, so that it counts once.
type account struct{ number, sequence uint64 }

// price is what a transaction may use and what it pays.
type price struct {
	gas    uint64
	feeRao uint64
}

// encode builds a transaction signed in direct mode. With simulate the signature is a blank of the right size.
func (c *Client) encode(s Signer, at account, p price, msgs []proto.Message, simulate bool) ([]byte, error) {
	body, err := encodeBody(msgs)
	if err != nil {
		return nil, err
	}
	auth, err := encodeAuth(s, at.sequence, p)
	if err != nil {
		return nil, err
	}
	signature := make([]byte, signatureSize)
	if !simulate {
		document := tx.SignDoc{BodyBytes: body, AuthInfoBytes: auth, ChainId: c.chainID, AccountNumber: at.number}
		b, err := proto.Marshal(&document)
		if err != nil {
			return nil, fmt.Errorf("encode sign document: %w", err)
		}
		if signature, err = s.Sign(b); err != nil {
			return nil, fmt.Errorf("sign transaction: %w", err)
		}
	}
	return proto.Marshal(&tx.TxRaw{BodyBytes: body, AuthInfoBytes: auth, Signatures: [][]byte{signature}})
}

// encodeUnsigned builds the transaction whose message carries its own proof: no signer, no fee.
func encodeUnsigned(gas uint64, msg proto.Message) ([]byte, error) {
	body, err := encodeBody([]proto.Message{msg})
	if err != nil {
		return nil, err
	}
	auth, err := proto.Marshal(&tx.AuthInfo{Fee: &tx.Fee{GasLimit: gas}})
	if err != nil {
		return nil, fmt.Errorf("encode transaction: %w", err)
	}
	return proto.Marshal(&tx.TxRaw{BodyBytes: body, AuthInfoBytes: auth})
}

func encodeBody(msgs []proto.Message) ([]byte, error) {
	body := tx.TxBody{Messages: make([]*codectypes.Any, len(msgs))}
	for i, msg := range msgs {
		packed, err := codectypes.NewAnyWithValue(msg)
		if err != nil {
			return nil, fmt.Errorf("encode message %T: %w", msg, err)
		}
		body.Messages[i] = packed
	}
	return proto.Marshal(&body)
}

func encodeAuth(s Signer, sequence uint64, p price) ([]byte, error) {
	key, err := codectypes.NewAnyWithValue(s.PublicKey())
	if err != nil {
		return nil, fmt.Errorf("encode public key: %w", err)
	}
	fee := &tx.Fee{GasLimit: p.gas}
	if p.feeRao > 0 {
		fee.Amount = sdk.Coins{{Denom: Denom, Amount: math.NewIntFromUint64(p.feeRao)}}
	}
	direct := &tx.ModeInfo{Sum: &tx.ModeInfo_Single_{Single: &tx.ModeInfo_Single{Mode: signing.SignMode_SIGN_MODE_DIRECT}}}
	return proto.Marshal(&tx.AuthInfo{
		SignerInfos: []*tx.SignerInfo{{PublicKey: key, ModeInfo: direct, Sequence: sequence}},
		Fee:         fee,
	})
}
