// Package emission brings TAO into being, divides it among the subnets by the root vote, and keeps the books of what
// was minted, recycled and burnt. The root package has the types and the pure rules, keeper/ the state, module/ the
// wiring; README.md is the specification.
//
// Its one invariant: minted less recycled is the bank's supply, at most 21,000,000 TAO, and what was emitted for the
// subnets is, to the rao, what they were paid and what still waits for them.
package emission

import "github.com/dendra-net/dendra/issuance"

const (
	// ModuleName names the module and the account that mints and holds what waits for subnets.
	ModuleName = "emission"
	// StoreKey names the module's store.
	StoreKey = ModuleName
	// BurntName is the account of burnt TAO: coins go in and never out.
	BurntName = "burnt"
	// Denom is the unit all amounts are in: 10^9 rao are one TAO.
	Denom = "rao"
)

const (
	// MaxRao is all the TAO there can ever be.
	MaxRao = issuance.Cap
	// Whole is all of emission: shares of subnets are parts of it and add up to it.
	Whole = 1 << 32
	// MaxU16 is the largest weight in a root vote.
	MaxU16 = 65535
	// MaxRow is the most subnets one root vote can name.
	MaxRow = 1024
)
