package chainclient

import (
	"errors"
	"fmt"

	"github.com/cosmos/cosmos-sdk/crypto/keys/ed25519"
	"github.com/cosmos/cosmos-sdk/crypto/keys/secp256k1"
	cryptotypes "github.com/cosmos/cosmos-sdk/crypto/types"

	"github.com/dendra-net/dendra/neuron"
)

// Signer is whoever a transaction is from. Hotkey, Coldkey and Watch make one.
type Signer interface {
	// Address is the account that signs and pays.
	Address() neuron.Address
	// PublicKey goes with the signature.
	PublicKey() cryptotypes.PubKey
	// Sign signs the bytes of a sign document.
	Sign(document []byte) ([]byte, error)
}

// ErrCannotSign says that only the public half of a key is at hand.
var ErrCannotSign = errors.New("only the public half of the key is known")

// Hotkey makes a neuron's key sign transactions.
func Hotkey(key neuron.Key) Signer { return hotSigner{key} }

type hotSigner struct{ key neuron.Key }

func (s hotSigner) Address() neuron.Address       { return s.key.Address() }
func (s hotSigner) PublicKey() cryptotypes.PubKey { return &ed25519.PubKey{Key: s.key.Public()} }

func (s hotSigner) Sign(document []byte) ([]byte, error) { return s.key.Sign(document), nil }

// ColdSigner is what of a coldkey signs; wallet.Coldkey is one. PublicKey is the compressed secp256k1 key, Sign
// returns R and low S over the SHA-256 of document.
type ColdSigner interface {
	Address() neuron.Address
	PublicKey() []byte
	Sign(document []byte) ([]byte, error)
}

// Coldkey makes a coldkey sign transactions.
func Coldkey(key ColdSigner) Signer { return coldSigner{key} }

type coldSigner struct{ ColdSigner }

func (s coldSigner) PublicKey() cryptotypes.PubKey {
	return &secp256k1.PubKey{Key: s.ColdSigner.PublicKey()}
}

// Watch stands for a coldkey of which only the public half is at hand: good for Simulate, not for Submit.
func Watch(address neuron.Address, public []byte) Signer { return watchSigner{address, public} }

type watchSigner struct {
	address neuron.Address
	public  []byte
}

func (s watchSigner) Address() neuron.Address       { return s.address }
func (s watchSigner) PublicKey() cryptotypes.PubKey { return &secp256k1.PubKey{Key: s.public} }

func (s watchSigner) Sign([]byte) ([]byte, error) {
	return nil, fmt.Errorf("sign for %s: %w", s.address, ErrCannotSign)
}
