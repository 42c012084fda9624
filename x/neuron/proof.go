package neuron

import (
	"crypto/sha256"

	"github.com/cosmos/cosmos-sdk/crypto/keys/ed25519"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/dendra-net/dendra/seal"
)

// HotkeyAddress is the address of an ed25519 public key: the first 20 bytes of its SHA-256.
func HotkeyAddress(pubkey []byte) (sdk.AccAddress, error) {
	if len(pubkey) != ed25519.PubKeySize {
		return nil, ErrBadKey.Wrapf("public key of %d bytes, want %d", len(pubkey), ed25519.PubKeySize)
	}
	sum := sha256.Sum256(pubkey)
	return sum[:20], nil
}

// CheckPossession refuses a registration that the hotkey did not sign for this coldkey, subnet and chain (R-NEURON-5).
func CheckPossession(chainID string, netuid uint32, coldkey sdk.AccAddress, pubkey, proof []byte) error {
	key := ed25519.PubKey{Key: pubkey}
	if !key.VerifySignature(seal.Possession(chainID, uint16(netuid), coldkey), proof) {
		return ErrBadProof.Wrapf("the hotkey must sign that %s registers it on subnet %d of %s", coldkey, netuid, chainID)
	}
	return nil
}

// proofSize is the length of an ed25519 signature.
const proofSize = 64
