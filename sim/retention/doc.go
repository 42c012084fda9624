// Package retention asks how much an honest majority must vote for itself to keep its part of the pay against a cabal that
// votes for itself alone: the guarantee of Yuma Consensus, which noise in the votes weakens.
//
// Two camps hold all stake, validators and servers, in the same proportion. Every honest validator gives the same part of
// its votes, the utility, to honest servers; every validator of the cabal gives a part to the cabal's. The honest camp
// retains its stake when it gets at least as large a share of the emission as it has of the stake; the least utility with
// which it does is the measure.
//
// The package's one invariant: a figure is a function of what it is asked about, seeds included, on every machine and with
// any number of workers; and every epoch is computed by package yuma.
//
// With the compatibility profile and one epoch it reproduces the tables published of the original (Contours, Shares).
// Under rules that remember votes a network lives many epochs with new noise in each, and the cabal chooses how it votes
// (Play).
package retention
