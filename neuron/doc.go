// Package neuron is the SDK for miners and validators: keys, signed HTTP both ways, and the interfaces a subnet's
// author implements. It knows nothing of the chain's engine.
//
// Its one invariant: a handler sees a request, and a caller sees a response, only after the other side's signature
// over the exact bytes has been verified; a stream that is passed on as it comes ends well only if its signature held.
//
// A miner, and who asks it:
//
//	server := &neuron.Server{Key: hotkey, ChainID: "dendra-1", Netuid: 1, Handler: model, Peers: metagraph}
//	err := server.Run(ctx)
//
//	client := &neuron.Client{Key: validator, ChainID: "dendra-1"}
//	reply, err := client.Do(ctx, neuron.Target{Netuid: 1, Hotkey: miner, Endpoint: url}, "POST", "/v1/chat/completions", nil, body)
//
// The wire is drawn in wire.go; testdata/nauth1.json has vectors for other languages.
package neuron
