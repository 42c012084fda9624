// Package audit computes a validator's scores of one epoch again from its published evidence, and says where they are
// not what the evidence gives.
//
// It trusts the evidence in nothing that can be checked: signatures against the miners' keys, questions against the
// secret, grades and findings by the subnet's own task or examiner, standings and vote by package scoring. What only
// the validator can know it names instead: latencies, and failures for which no miner signed.
//
// Its one invariant: it reads the file, the blobs and what the caller knows of the chain; no clock and no other source
// reaches a verdict.
//
//	report, err := audit.Run(ctx, packed, audit.Options{Examiner: examiner, Known: known, Blob: fetcher.Blob})
//	if !report.Right { ... }
package audit
