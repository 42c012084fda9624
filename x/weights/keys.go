// Package weights holds validators' opinions of their subnet's neurons: set in the open, or committed as a hash and
// revealed later. At the end of each subnet's epoch it runs Yuma Consensus over them, stores the scores and bonds,
// and pays.
//
// Its one invariant: an epoch pays exactly what was pending for its subnet, to the rao, or nothing at all.
package weights

const (
	// ModuleName names the module.
	ModuleName = "weights"
	// StoreKey names the module's store.
	StoreKey = ModuleName
)
