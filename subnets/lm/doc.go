// Package lm is a language model over bytes, whatever it is made of: what subnets score, serve and load from strangers.
//
// Its one invariant: every distribution that leaves a Model passes mix.Dist's Check, so whoever scores it needs no
// special case for a kind of model.
//
//	m, err := lm.Load(artifact) // a tlm, n-gram or GGUF file, known by its first bytes
//	out := make([]mix.Dist, 1)
//	err = m.Predict([][]byte{[]byte("the qu")}, out)
//	http.Handle("/v1/chat/completions", lm.Chat("mine", func() lm.Model { return m }))
package lm
