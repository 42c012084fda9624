// Package producer holds who makes blocks: the authorities named in genesis, with their consensus keys, powers and
// the coldkeys that earn the fees of their blocks. "Validator" is never used for them; that word means a subnet's
// validator.
//
// Its one invariant: there is always at least one producer with power.
package producer

import (
	"crypto/ed25519"

	errorsmod "cosmossdk.io/errors"
	sdk "github.com/cosmos/cosmos-sdk/types"
)

const (
	// ModuleName names the module.
	ModuleName = "producer"
	// StoreKey names the module's store.
	StoreKey = ModuleName
)

// The codes never change.
var (
	// ErrBadGenesis means that the genesis names no usable set of producers.
	ErrBadGenesis = errorsmod.Register(ModuleName, 2, "bad producers in genesis")
)

// maxPower bounds the sum of powers, far below what the consensus engine can add up.
const maxPower = 1 << 40

// DefaultGenesis names nobody: a chain's genesis must name its producers.
func DefaultGenesis() *GenesisState { return &GenesisState{} }

// Validate checks keys, operators and powers (R-PRODUCER-1).
func (g GenesisState) Validate() error {
	seen := map[string]bool{}
	total := int64(0)
	for i, p := range g.Producers {
		if len(p.ConsensusPubkey) != ed25519.PublicKeySize {
			return ErrBadGenesis.Wrapf("producer %d (%s): consensus key has %d bytes, want %d", i, p.Name, len(p.ConsensusPubkey), ed25519.PublicKeySize)
		}
		if seen[string(p.ConsensusPubkey)] {
			return ErrBadGenesis.Wrapf("producer %d (%s): consensus key named twice", i, p.Name)
		}
		seen[string(p.ConsensusPubkey)] = true
		if _, err := sdk.AccAddressFromBech32(p.Operator); err != nil {
			return ErrBadGenesis.Wrapf("producer %d (%s): operator %q: %s", i, p.Name, p.Operator, err)
		}
		if p.Power <= 0 || p.Power > maxPower-total {
			return ErrBadGenesis.Wrapf("producer %d (%s): power %d, want 1..%d", i, p.Name, p.Power, maxPower-total)
		}
		total += p.Power
	}
	return nil
}
