// Package mixture is a subnet of collective intelligence: its miners tell how likely each byte is to come next, the
// validator blends them, and a miner is paid by how much worse the blend would be without it.
//
// Its one invariant: no miner is shown, in any request, a byte that it or another is still to predict, so what a miner
// says can only be what it knows.
//
// Examiner is the validator's part, Handler a miner's, Upstream a miner that asks any server of OpenAI's form, and
// Collective the blend at the service of users.
//
//	srv := neuron.Server{Key: hotkey, ChainID: chain, Handler: mixture.Handler(model, "mine")}
package mixture
