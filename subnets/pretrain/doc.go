// Package pretrain is the subnet whose miners train language models on their own machines and publish them by hash.
//
// In every epoch a miner commits a hash of its hotkey and a model's file on the chain. Then a block's hash, which nobody
// knew, draws a shard of fresh text; validators fetch the files, run them on the shard themselves, and pay for the bits that
// each model saves those before it. The shard is then what everybody may train on.
//
// Its one invariant: a model is measured on text that could not be known when its hash was committed, and it is measured
// as committed, to the byte.
//
//	var examiner neuron.Examiner = &pretrain.Examiner{}
//
//	m, err := pretrain.New(pretrain.Config{Chain: chain, Key: hotkey, Netuid: 2, Trainer: pretrain.Trainers()["net-s"](), Dir: dir})
//	go m.Run(ctx) // trains and commits
//	err = miner.Run(ctx, miner.Config{Chain: chain, Key: hotkey, Netuid: 2, Handler: m, Admit: pretrain.Admit})
package pretrain
