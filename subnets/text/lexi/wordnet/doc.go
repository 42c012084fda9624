// Package wordnet is a compact, read-only form of the WordNet lexical database: words, senses in order of
// frequency, glosses, links between senses, and an index from the words of the glosses back to the senses.
//
// Its one invariant: a DB never changes after Open, so one copy serves every goroutine of a process.
//
//	db, err := wordnet.Open(compressed)
//	for _, s := range db.Senses("entropy") {
//		fmt.Println(db.Synset(s.ID).Definition())
//	}
//
// # File
//
// A zstd frame around: the magic "DWNET001", the lengths of the sections as little-endian uint32, the sections.
// A table is two sections: the length of each entry as a uvarint, and the entries end to end.
//
//	lemmas      table, sorted; lower case, words of a collocation separated by one space
//	senses      table, one entry per lemma: pairs of uvarints (synset, times seen in a tagged corpus), best first
//	records     table, one entry per synset: part of speech, words, links (see record.go)
//	glosses     table, one entry per synset: definition, then examples in quotes
//	exceptions  table, sorted; "inflected\tp\tbase" with p one of n, v, a, r
//
// The indexes from words of definitions to synsets and from a synset to more special ones are made from these on
// first use: they would add a quarter to the file and take a third of a second.
package wordnet
