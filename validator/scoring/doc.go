// Package scoring is the arithmetic between what miners answered and what a validator votes: who is asked what in a
// round, what answers are worth, how epochs become a standing, how standings become weights.
//
// Its one invariant: it reads nothing but its arguments, so that an auditor who holds a validator's evidence computes
// to the bit what the validator computed.
//
//	measured := scoring.Results(asked, originality)
//	standings = scoring.FoldAll(standings, neurons, measured, epoch, 0.2)
//	vote, any := scoring.Weights(scoring.Scores(standings, neurons), scoring.Rule{Floor: 0.1})
package scoring
