// Package merit says what each of several predictors deserves for what it adds to the others.
//
// A miner is let in when it told something new over those that were there before it, and is paid by how much worse the
// collective would be without it: the pruning score. Copies are late by definition and tell nothing new, so they are
// not let in, are no prior art to anyone and take nothing away from whom they copied.
//
// The one invariant: what comes out depends on the panels judged so far and on nothing else, and the shares of a result
// are not negative and sum to one or are all zero. All figures are made of sums, products that are rounded before they
// are added, quotients, square roots and mix.Log2, so they are the same on every machine.
//
// A validator's exam of live miners keeps a memory from epoch to epoch:
//
//	state, err := merit.Parse(memory) // nil begins anew
//	result, err := state.Judge(panel)
//	result.Miners[i].Share            // Admitted, Marginal, Pruning, Skill, Reason, standard errors
//	result.Gain, result.GainSE        // of the collective over its best member, in bits per byte
//	memory, err = state.Bytes()
//
// An exam of published artifacts needs none: what was published before is run on the same text as what is new.
//
//	panel.Prior = older               // artifacts of earlier epochs
//	result, err := merit.Once(panel)
package merit
