package emission

const (
	// maxBlockMillis keeps governance from issuing faster than five times the table by a false block time.
	maxBlockMillis = 60_000
	maxSeats       = 256
	// maxBlocks bounds every time in parameters, so that heights cannot overflow.
	maxBlocks = 100_000_000
)

// DefaultParams are those of a chain with 12 s blocks: a count every 20 minutes, 64 seats, votes that fade over 30
// days, at most 10 % for one voter, one vote of a hotkey in 20 minutes.
func DefaultParams() Params {
	return Params{
		BlockMillis: 12_000, RootTempo: 100, RootSeats: 64, RootStaleBlocks: 216_000, RootCapU16: 6_554, RootRateLimit: 100,
	}
}

// Validate checks the bounds (R-EMISSION-1).
func (p Params) Validate() error {
	for _, b := range []struct {
		name             string
		value, low, high int64
	}{
		{"block_millis", int64(min(p.BlockMillis, maxBlockMillis+1)), 1, maxBlockMillis},
		{"root_tempo", p.RootTempo, 1, maxBlocks},
		{"root_seats", int64(p.RootSeats), 1, maxSeats},
		{"root_stale_blocks", p.RootStaleBlocks, 1, maxBlocks},
		{"root_cap_u16", int64(p.RootCapU16), 1, MaxU16},
		{"root_rate_limit", p.RootRateLimit, 0, maxBlocks},
	} {
		if b.value < b.low || b.value > b.high {
			return ErrBadParams.Wrapf("%s is %d, want %d..%d", b.name, b.value, b.low, b.high)
		}
	}
	return nil
}
