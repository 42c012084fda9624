// Package explain computes an epoch of a subnet again, from what the chain keeps of it, and says step by step why one
// neuron's number is what it is: votes, the line of the consensus, what was clipped, bonds, pay and whom it went to.
//
// Its one invariant: every number comes out of package yuma, run here over the records; and before it is shown it is
// compared with what the chain stored. Who trusts the records need not trust the node's arithmetic.
//
// The package does no input or output and knows neither chain nor terminal: chainclient fetches an Epoch, the command
// line and an explorer print what the methods of a Replay return. Their JSON is stable: fields are only ever added,
// amounts of rao are strings, shares are numbers between 0 and 1 with 19 decimals, enough to tell any two apart.
//
//	r := explain.Recompute(epoch)
//	if !r.Equal() { ... r.Differences() }
//	why := r.Incentive(5)
package explain
