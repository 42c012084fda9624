// Package issuance is the table by which TAO comes into being: one TAO every twelve seconds at first, half as much each
// time half of what was still to come has been issued, and never more than 21,000,000.
//
// Invariant: issued + PerBlock(issued, any) <= Cap. The table follows the issued supply and not the height, so coins that
// are recycled (destroyed, to be issued again) delay the halvings. It is integers only:
//
//	threshold(k) = Cap - floor(Cap / 2^k)
//	era(issued)  = the largest k with issued >= threshold(k)
//	emission     = 10^9 rao >> era, for every twelve seconds
package issuance

import (
	"math/bits"

	"github.com/dendra-net/dendra/fixed"
)

// RaoPerTAO is the number of rao in one TAO.
const RaoPerTAO = 1_000_000_000

// Cap is the most that can ever be issued, in rao: 21,000,000 TAO.
const Cap uint64 = 21_000_000 * RaoPerTAO

// BaseMillis is the time, in milliseconds, in which one table step is issued.
const BaseMillis = 12_000

// LastEra is the first era that issues nothing: 10^9 >> 30 is zero, with about 0.02 TAO of the cap never issued.
const LastEra = 30

// Threshold returns the issued supply in rao at which era k begins: 0, 10.5 million TAO, 15.75 million TAO and so on.
func Threshold(k uint) uint64 { return Cap - Cap>>k }

// Era returns how many halvings have happened at this issued supply, at most LastEra.
func Era(issuedRao uint64) uint {
	if issuedRao >= Cap {
		return LastEra
	}
	// issued >= Cap - floor(Cap/2^k) means that what is left fits into Cap 2^k times.
	k := uint(bits.Len64(Cap/(Cap-issuedRao))) - 1
	return min(k, LastEra)
}

// PerStep returns the rao issued in twelve seconds at this issued supply, before the cap cuts it.
func PerStep(issuedRao uint64) uint64 { return RaoPerTAO >> Era(issuedRao) }

// PerBlock returns the rao to mint in one block of blockMillis milliseconds when issuedRao have been issued: the table's
// step scaled by time, rounded down, and cut so that the issued supply never passes Cap.
func PerBlock(issuedRao, blockMillis uint64) uint64 {
	if issuedRao >= Cap {
		return 0
	}
	return min(fixed.MulDiv(PerStep(issuedRao), blockMillis, BaseMillis), Cap-issuedRao)
}

// Progress says where in the table a supply stands.
type Progress struct {
	Era          uint   // halvings so far
	IssuedRao    uint64 // supply asked about
	EraStartRao  uint64 // where this era began
	NextRao      uint64 // where the next one begins; Cap in the last era
	RemainingRao uint64 // NextRao - IssuedRao
	DonePPM      uint64 // part of this era already issued, in millionths, rounded down
}

// At returns the progress at an issued supply; a supply above Cap counts as Cap.
func At(issuedRao uint64) Progress {
	issuedRao = min(issuedRao, Cap)
	era := Era(issuedRao)
	start, next := Threshold(era), Cap
	if era < LastEra {
		next = Threshold(era + 1)
	}
	return Progress{
		Era: era, IssuedRao: issuedRao, EraStartRao: start, NextRao: next, RemainingRao: next - issuedRao,
		DonePPM: fixed.MulDiv(issuedRao-start, 1_000_000, next-start),
	}
}
