// Package chainclient is the one road from off-chain code to the chain: typed queries at any kept height, the
// metagraph as package neuron describes it, a watched head, and signed transactions that are followed until they are
// in a block.
//
// Its one invariant: no call outlives its deadline, and a transaction is reported as done only when a block holds it.
//
//	c, err := chainclient.Dial(ctx, chainclient.Options{Endpoints: []string{"127.0.0.1:9090"}})
//	defer c.Close()
//	market, err := c.Subnet(ctx, 1)
//	old, err := c.AtHeight(100).Weights().Scores(ctx, &weights.QueryScoresRequest{Netuid: 1})
//	result, err := c.Submit(ctx, chainclient.Hotkey(key), &neuron.MsgServe{...})
//
// A Client is safe for any number of goroutines and holds one connection at a time to one of its endpoints.
package chainclient
