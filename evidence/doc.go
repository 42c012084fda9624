// Package evidence keeps, serves and reads what a validator's scores of an epoch can be computed from again.
//
// A file holds one epoch of one subnet: the secret the questions were drawn from, every exchange with both signatures,
// what an exam was given, the standings before and after, the vote. It is JSON in gzip; answers above 4 KiB lie beside
// it as blobs, named by their SHA-256. The validator writes it before it votes and lets others see it once the vote is
// revealed; a note on the chain carries its digest.
//
// Its one invariant: nothing leaves a Server that a vote not yet revealed could be read from.
//
//	store, err := evidence.Open(dir, "dendra-1", 1, hotkey)
//	err = store.Save(file)             // written, not shown
//	err = store.Release(epoch + 1)     // epochs below that one may be shown
//	http.Handle("/evidence/", &evidence.Server{Dir: dir})
package evidence
