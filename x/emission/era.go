package emission

import "math/bits"

// Due is what a share of the era's emission comes to, rounded down: emitted times share / 2^32.
func Due(emittedRao, shareQ32 uint64) uint64 {
	hi, lo := bits.Mul64(emittedRao, min(shareQ32, Whole))
	return hi<<32 | lo>>32
}

// Settled returns the ledger with what is due out of the era credited (R-EMISSION-4). However often and whenever it is
// called, the sum of what it credits over an era is the same.
func (l Ledger) Settled(era Era) (Ledger, error) {
	due := Due(era.EmittedRao, l.ShareQ32)
	if due < l.TakenRao {
		return l, ErrBooks.Wrapf("subnet %d took %d rao of the era, %d are due", l.Netuid, l.TakenRao, due)
	}
	pending, err := add("pending", l.PendingRao, due-l.TakenRao)
	if err != nil {
		return l, err
	}
	l.TakenRao, l.PendingRao = due, pending
	return l, nil
}

// EndEra credits every subnet and returns the ledgers with nothing taken and the rao that the floors left over, which
// the next era begins with (R-EMISSION-5).
func EndEra(ledgers []Ledger, era Era) ([]Ledger, uint64, error) {
	left := era.EmittedRao
	out := make([]Ledger, len(ledgers))
	for i, l := range ledgers {
		settled, err := l.Settled(era)
		if err != nil {
			return nil, 0, err
		}
		if settled.TakenRao > left {
			return nil, 0, ErrBooks.Wrapf("subnet %d took %d rao, the era has %d left of %d", l.Netuid, settled.TakenRao, left, era.EmittedRao)
		}
		left -= settled.TakenRao
		settled.TakenRao = 0
		out[i] = settled
	}
	return out, left, nil
}

// Undivided is what the era emitted and no subnet took.
func Undivided(ledgers []Ledger, era Era) (uint64, error) {
	left := era.EmittedRao
	for _, l := range ledgers {
		if l.TakenRao > left {
			return 0, ErrBooks.Wrapf("subnet %d took %d rao, the era has %d left of %d", l.Netuid, l.TakenRao, left, era.EmittedRao)
		}
		left -= l.TakenRao
	}
	return left, nil
}

// CountDue reports whether the root vote is to be counted at a height.
func (e Era) CountDue(p Params, height int64) bool { return height >= e.StartedAt+p.RootTempo }

// Emit adds a block's issuance.
func (e Era) Emit(rao uint64) (Era, error) {
	var err error
	e.EmittedRao, err = add("emitted", e.EmittedRao, rao)
	return e, err
}
