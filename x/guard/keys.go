// Package guard watches the books and the door: laws that must hold after every block, the least fee a transaction
// may offer, and the brake on transactions that offer none. The root package has the types and the pure rules,
// keeper/ the state, module/ the wiring; README.md is the specification.
//
// Its one invariant: checking a law never changes state.
package guard

const (
	// ModuleName names the module.
	ModuleName = "guard"
	// StoreKey names the module's store.
	StoreKey = ModuleName
)
