// Package sim plays one subnet with populations of validators and miners over the chain's own rules: it is the
// laboratory in which rules are weighed against those who would cheat them.
//
// Its one invariant: whatever the chain would decide is decided by package yuma in fixed point (Epoch, CountStake, TopK,
// PruneChoice), and rows pass through 16 bits on the way; floating point is only in the world outside (true quality,
// measurements, what an actor makes of them) and in what is said about the outcome. The same Game gives the same
// Result.
//
// An actor decides what a validator votes, and sees through a View what its real counterpart could: votes that are
// public, what the chain computed from them, and its own measurements. Randomness comes in streams, one for the world
// and one for each validator's measurements, so two games that differ in one actor are played in the same world.
//
//	game := sim.Game{Rules: sim.Ours(), World: sim.World{Drift: 0.05, Noise: 0.2}, Epochs: 360, BurnIn: 60, Seed: 1,
//		Groups: []sim.Group{
//			{Name: "honest", Count: 16, Stake: 0.95, Spread: 0.5, Actor: sim.Honest},
//			{Name: "copier", Count: 1, Stake: 0.05, Actor: sim.Copy{From: sim.LastConsensus}.Actor},
//			{Name: "miners", Count: 64, Quality: 1},
//		}}
//	result, err := game.Run(ctx)
package sim
