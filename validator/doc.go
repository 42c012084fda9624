// Package validator asks miners questions whose truth it knows, and votes by what it measured.
//
// Every epoch it draws a few rounds. A round puts the same questions to several miners, in an order of their own and
// among questions of their own, so that copies can be told apart without miners being able to line them up. Grades
// become a mean with a standard error, the means a moving average per registration, the averages weights; the
// weights are committed, and revealed when the chain says so.
//
// A subnet whose miners are measured together has a neuron.Examiner instead: one exam an epoch, which opens at a height
// whose block hash nobody knew, runs in the background and ends by a deadline, so that its vote lands in its epoch. Its
// shares are votes as they are. What either kind's scores were made of is kept as evidence (package evidence), shown
// once the vote is revealed, and noted on the chain.
//
// Its one invariant: it votes only on what it measured itself. When nothing was measured there is no vote, and a
// miner that never answered gets nothing. What was committed is on disk before it is sent, so that a validator killed
// at any moment still reveals it.
//
//	err := validator.Run(ctx, validator.Config{Chain: chain, Key: hotkey, Netuid: 1, Task: task, Client: client, Dir: dir})
//
// The arithmetic is in package scoring, where an auditor finds it too; Ledger.Decide (ledger.go) is pure as well.
package validator
