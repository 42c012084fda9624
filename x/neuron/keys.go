// Package neuron holds who takes part in each subnet: registered slots with a uid, a generation, an endpoint and a few
// committed bytes; how a slot is bought, by burning TAO or by proof of work; and who gives way when a subnet is full.
// The root package has the types and the pure rules, keeper/ the state, module/ the wiring; README.md is the
// specification.
//
// Its one invariant: the uids of a subnet are 0..n-1 without a gap, each held by one hotkey, each hotkey at most once.
package neuron

const (
	// ModuleName names the module.
	ModuleName = "neuron"
	// StoreKey names the module's store.
	StoreKey = ModuleName
)
