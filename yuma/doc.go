// Package yuma computes one epoch of Yuma Consensus: from stakes, votes and old bonds to consensus, incentives,
// dividends, payouts, permits and new bonds.
//
// Invariant: Epoch is a pure and total function. The same Input gives the same Output, bit for bit, on every machine;
// there is no error to return and no input that panics; and what is paid never exceeds the emission (with ExactPayout it
// equals it, unless Output.Carry says that nothing was paid).
//
// How it is computed: stakes stay integers, so majorities are decided exactly. The votes that count are brought into
// columns, a cacheful at a time, for consensus and rank; bonds are moved row by row as they lie, with vectors of column
// sums beside them.
// Shares are fixed.Frac (63 bits); sums of stake times share are kept in 128 bits, and whatever is divided is scaled to all
// 64 bits first, so tiny columns lose nothing. Cost is proportional to the number of votes and bonds. A parameter or a
// cell that makes no sense is ignored in a way said where it is declared.
//
//	out := yuma.Epoch(yuma.Input{Params: yuma.ChainParams(), Block: 720, Emission: 360e9, Stake: stake, ...})
package yuma
