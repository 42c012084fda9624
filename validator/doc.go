// Package validator asks miners questions whose truth it knows, and votes by what it measured.
//
// Every epoch it draws a few rounds. A round puts the same questions to several miners, in an order of their own and
// among questions of their own, so that copies can be told apart without miners being able to line them up. Grades
// become a mean with a standard error, the means a moving average per registration, the averages weights; the
// weights are committed, and revealed when the chain says so.
//
// Its one invariant: it votes only on what it measured itself. When nothing was measured there is no vote, and a
// miner that never answered gets nothing. What was committed is on disk before it is sent, so that a validator killed
// at any moment still reveals it.
//
//	err := validator.Run(ctx, validator.Config{Chain: chain, Key: hotkey, Netuid: 1, Task: task, Client: client, Dir: dir})
//
// Pure parts, each a value in and a value out: RoundSeed and its sampling (sample.go), measure and latencyFactors
// (score.go), Standing (standing.go), Weights (weights.go), Ledger.Decide (ledger.go).
package validator
