// Package stake holds the TAO that coldkeys put behind hotkeys. Each hotkey has a pool; a coldkey's part of it is a
// number of shares, so that paying any number of delegators is one addition. The root package has the types and the
// pure rules, keeper/ the state, module/ the wiring; README.md is the specification.
//
// Its one invariant: what the pools hold is what the module's account holds, and nobody gains by putting TAO in and
// taking it out again.
package stake

import "github.com/dendra-net/dendra/issuance"

const (
	// ModuleName names the module and the account that holds the pools.
	ModuleName = "stake"
	// StoreKey names the module's store.
	StoreKey = ModuleName
	// UnbondingName is the account that holds unstaked TAO until it is free.
	UnbondingName = "unbonding"
	// Denom is the unit all amounts are in: 10^9 rao are one TAO.
	Denom = "rao"
)

const (
	// MaxRao is all the TAO there can ever be.
	MaxRao = issuance.Cap
	// MaxU16 is a whole take: shares of 65535.
	MaxU16 = 65535
	// MaxUnbondings is how many unstakings of one coldkey can wait at a time.
	MaxUnbondings = 100
	// ReleasesPerBlock is how many unstakings are paid out in one block; the rest wait for the next.
	ReleasesPerBlock = 100
	// MaxPage is the most entries a query returns at once.
	MaxPage = 1000
)
