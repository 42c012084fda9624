// Package fixed is the chain's arithmetic: unsigned binary fixed point with 128-bit intermediates, exact division of
// amounts into shares, and the few functions (powers, exponential, logistic) that the chain's rules need.
//
// Invariant: the same inputs give the same bits on every machine. There are no floats, no maps, no state; every
// operation truncates toward zero unless its name says otherwise, a quotient by zero is zero, and what cannot be
// represented saturates.
//
// There are two formats:
//
//	Q     16.48  0 .. 65,536   quantities with a whole part: prices, ratios, exponents
//	Frac   1.63  0 .. 1        shares, weights, bonds, scores
//
// Forty-eight fractional bits are enough to store and to show a share, but not to compute with one. A weight of one unit
// in a row of 4,096 full entries is 2^-28, so 48 bits leave it 20 significant bits, and when such weights are all that
// passes the clipping the normalised incentive is wrong by 2^-20, far beyond 1e-11. The same weight in a Frac keeps 35
// bits; sums are kept in 128 bits without any truncation, and columns are rescaled to the full 64 bits before they are
// divided. Hence shares are Fracs from end to end, and Q serves the rest.
//
//	half := fixed.Ratio(1, 2)                                // a Q
//	third := fixed.FracOf(1, 3)                              // a Frac
//	paid := fixed.LargestRemainder([]uint64{1, 1, 1}, 100)   // 34, 33, 33
package fixed
