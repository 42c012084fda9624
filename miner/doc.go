// Package miner keeps one miner at work: it answers verified requests, publishes where it can be reached, reports
// what it earns, and says so when it lost its place.
//
// Upstream turns any server that speaks OpenAI's chat protocol (vLLM, llama.cpp, Ollama) into the handler of a miner.
//
// Its one invariant: nothing the chain does, not even being away, stops answers to callers known before; only losing
// the registration ends Run.
//
//	up := &miner.Upstream{URL: "http://127.0.0.1:11434", Model: "qwen3:0.6b"}
//	err := miner.Run(ctx, miner.Config{Chain: chain, Key: hotkey, Netuid: 1, Handler: up})
package miner
