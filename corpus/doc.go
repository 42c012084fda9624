// Package corpus is the text that is shipped with the program: about fourteen megabytes of novels, Go's own sources,
// Python's documentation and WordNet's glosses, cut into documents of at most DocumentBytes. Models train on it, and are
// measured on documents that are kept out of training by their hash.
//
// The one invariant: a document is exactly the bytes whose SHA-256 stands in the manifest, or reading it fails. Which
// documents there are, and which are held out, therefore never depends on the machine or the day.
//
// Importing the package costs nothing: texts are decompressed when they are first read. Sources and licences are in
// NOTICE; what each part is made of is in gen.
//
//	text, err := corpus.Text(corpus.Prose, corpus.Training)
package corpus
