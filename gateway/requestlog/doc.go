// Package requestlog keeps the gateway's books: one record for every request it tried to answer, in append-only files
// with a checksum on each line.
//
// Its one invariant: a record that Append accepted is never lost or altered by the death of the process, and running
// totals outlive the records they count.
//
// # Files
//
// A log is a folder of segments, `requests-00000001.log` and up. Every line is
//
//	K CCCCCCCC JSON\n
//
// with K the kind (S for the head of a segment, R for a record), C the CRC-32C of the JSON in hex, and JSON without a
// raw line break. The head of a segment carries the totals of everything before it, so that dropping the oldest
// segment loses detail and no count.
//
// # Durability
//
// Append returns after write(2): a record survives kill -9 of the process at once. Run calls fsync at most
// Options.SyncEvery after a write, so a power cut can take the records of that window and no others. A torn last
// line is cut off when the log is opened; a line damaged anywhere else is skipped, counted and reported by Open.
package requestlog
