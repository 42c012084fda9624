// Package yuma computes one epoch of Yuma Consensus: from stakes, votes and old bonds to consensus, incentives,
// dividends, payouts, permits and new bonds.
//
// Invariant: Epoch is a pure and total function. The same Input gives the same Output, bit for bit, on every machine;
// there is no error to return and no input that panics; and what is paid never exceeds the emission (with ExactPayout it
// equals it, unless Output.Carry says that nothing was paid).
//
// How it is computed: stakes stay integers, so majorities are decided exactly. Votes and bonds are transposed once into
// sparse columns, and every column is then worked through twice in memory that fits the first cache: once for consensus,
// clipping and rank, once, when the incentives are known, for bonds and dividends. Shares are fixed.Frac (63 bits), sums
// of stake times share are kept in 128 bits, and columns are scaled to 64 significant bits before they are divided, so
// tiny columns lose nothing. Cost is proportional to the number of votes and bonds, whatever the number of neurons.
//
//	out := yuma.Epoch(yuma.Input{Params: yuma.ChainParams(), Block: 720, Emission: 360e9, Stake: stake, ...})
package yuma
