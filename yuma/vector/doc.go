// Package vector reads, runs and verifies Yuma Consensus test vectors (format yuma-vector/1, described beside the files
// in yuma/testdata).
//
// Invariant: a File that Parse returned is safe to run: every list has its length, every uid and number its range, and
// its size is bounded. Anything else is refused with the file, the line, the path inside it and the reason.
//
//	file, err := vector.Load("testdata/public/random_p00_n4.json")
//	report, err := vector.Verify(ctx, file, vector.Options{}) // against the file's own expectations
//	result, err := vector.Run(file)                           // an epoch vector's integers, as JSON
package vector
