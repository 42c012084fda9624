package wallet

import (
	"errors"
	"fmt"
	"log/slog"

	"github.com/cosmos/btcutil/bech32"
	"github.com/cosmos/cosmos-sdk/crypto/hd"
	"github.com/cosmos/cosmos-sdk/crypto/keys/secp256k1"

	"github.com/dendra-net/dendra/neuron"
)

// Path is the BIP44 path of every coldkey.
const Path = "m/44'/118'/0'/0/0"

// Coldkey owns money. It prints as its address, never as its secret. The zero Coldkey signs nothing.
type Coldkey struct{ private *secp256k1.PrivKey }

// ColdkeyFromWords grows the coldkey of a recovery phrase.
func ColdkeyFromWords(words string) (Coldkey, error) {
	words, err := CheckWords(words)
	if err != nil {
		return Coldkey{}, err
	}
	secret, err := hd.Secp256k1.Derive()(words, "", Path)
	if err != nil {
		return Coldkey{}, fmt.Errorf("derive coldkey: %w", err)
	}
	return Coldkey{&secp256k1.PrivKey{Key: secret}}, nil
}

// Sign returns the 64-byte compact signature (R then low S) over the SHA-256 of message, as transactions carry it.
func (k Coldkey) Sign(message []byte) ([]byte, error) {
	if k.IsZero() {
		return nil, errors.New("sign: the coldkey is empty; unlock a wallet first")
	}
	return k.private.Sign(message)
}

// PublicKey returns the 33-byte compressed public key; nil for the zero Coldkey.
func (k Coldkey) PublicKey() []byte {
	if k.IsZero() {
		return nil
	}
	return k.private.PubKey().Bytes()
}

// Address returns the name the chain knows the key by; empty for the zero Coldkey.
func (k Coldkey) Address() neuron.Address {
	if k.IsZero() {
		return ""
	}
	address, err := addressOf(k.PublicKey())
	if err != nil {
		panic(err) // cannot happen: the key's own public half has 33 bytes
	}
	return address
}

// IsZero reports whether k holds no key.
func (k Coldkey) IsZero() bool { return k.private == nil }

// String returns the address, so that printing a key gives nothing away.
func (k Coldkey) String() string { return string(k.Address()) }

// GoString does for %#v what String does for %v.
func (k Coldkey) GoString() string { return "wallet.Coldkey(" + k.String() + ")" }

// LogValue does for slog what String does for fmt.
func (k Coldkey) LogValue() slog.Value { return slog.StringValue(k.String()) }

// addressOf returns the address of a compressed secp256k1 public key: bech32 of RIPEMD160(SHA256(key)).
func addressOf(public []byte) (neuron.Address, error) {
	if len(public) != secp256k1.PubKeySize {
		return "", fmt.Errorf("public key has %d bytes, want %d", len(public), secp256k1.PubKeySize)
	}
	s, err := bech32.EncodeFromBase256(neuron.AddressPrefix, (&secp256k1.PubKey{Key: public}).Address())
	if err != nil {
		return "", fmt.Errorf("address of public key: %w", err)
	}
	return neuron.Address(s), nil
}

// VerifyColdkey reports whether signature is that of the coldkey with the given public key over message.
func VerifyColdkey(public, message, signature []byte) bool {
	if len(public) != secp256k1.PubKeySize {
		return false
	}
	return (&secp256k1.PubKey{Key: public}).VerifySignature(message, signature)
}
