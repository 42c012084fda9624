// Package subnet holds the registry of subnets: markets for one kind of task, each with an owner, a refundable lock and
// its own hyperparameters. The root package has the types and the pure rules, keeper/ the state, module/ the wiring;
// README.md is the specification.
//
// Its one invariant: the coins of the "subnet_lock" account are exactly the locks of the subnets that exist.
package subnet

const (
	// ModuleName names the module.
	ModuleName = "subnet"
	// StoreKey names the module's store.
	StoreKey = ModuleName
	// LockName is the module account that holds the locks.
	LockName = "subnet_lock"
)

// MaxNetuid is the largest netuid there can be: hashes shared with clients write it in two bytes.
const MaxNetuid = 1<<16 - 1

// MaxRao is more than any account can hold: 21,000,000 TAO.
const MaxRao = 21_000_000 * Tao

// Tao is one TAO in rao.
const Tao = 1_000_000_000
