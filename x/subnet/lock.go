package subnet

import "math/bits"

// LockPrice is what a subnet created at height must lock (R-SUBNET-2): twice the last lock, falling in a straight line
// so that it is back at the last lock after LockInterval blocks, and never below MinLockRao:
//
//	max(min, 2·last − ⌊last / interval⌋ · (height − lastHeight))
func LockPrice(s LockState, p Params, height int64) uint64 {
	doubled := 2 * s.LastLockRao
	elapsed := uint64(max(height-s.LastLockHeight, 0))
	over, fallen := bits.Mul64(s.LastLockRao/uint64(p.LockInterval), elapsed)
	if over != 0 || fallen >= doubled {
		return p.MinLockRao
	}
	return max(p.MinLockRao, doubled-fallen)
}

// AllowedAt is the first height at which the next subnet may be created; 0 before the first creation (R-SUBNET-3).
func AllowedAt(s LockState, p Params) int64 {
	if s.LastLockRao == 0 {
		return 0
	}
	return s.LastLockHeight + p.CreateInterval
}

// Refund divides a lock after ageBlocks into what the owner gets back and the rent that is recycled (R-SUBNET-9). Rent
// grows with every block, so that no moment is better than the one before it to leave:
//
//	rent = min(lock, ⌊lock · rentPpm · age / (10^6 · rentBlocks)⌋)
func Refund(lockRao uint64, ageBlocks int64, p Params) (refundRao, rentRao uint64) {
	const ppm = 1_000_000
	ageBlocks = min(max(ageBlocks, 0), 1<<43) // ppm · 2^43 < 2^63, and whole after that time at any rent of note
	divisor := ppm * uint64(p.RentBlocks)
	hi, lo := bits.Mul64(lockRao, uint64(p.RentPpm)*uint64(ageBlocks))
	if hi >= divisor {
		return 0, lockRao
	}
	rent, _ := bits.Div64(hi, lo, divisor)
	rent = min(rent, lockRao)
	return lockRao - rent, rent
}
