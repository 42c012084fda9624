package stake

// maxBlocks bounds every time in parameters: at 12 s blocks it is 38 years, and heights cannot overflow.
const maxBlocks = 100_000_000

// DefaultParams are those of a chain with 12 s blocks: take at most 18 %, stake at least 0.1 TAO, three days of
// unbonding, thirty days between raises of a take, one unstaking without a fee every twenty minutes.
func DefaultParams() Params {
	return Params{
		MaxTakeU16: 11_796, DefaultTakeU16: 11_796, MinStakeRao: 100_000_000,
		UnbondingBlocks: 21_600, TakeRaiseBlocks: 216_000, FreeUnstakeBlocks: 100,
	}
}

// Validate checks the bounds (R-STAKE-1).
func (p Params) Validate() error {
	if p.MaxTakeU16 > MaxU16 {
		return ErrBadParams.Wrapf("max_take_u16 is %d, want at most %d", p.MaxTakeU16, MaxU16)
	}
	if p.DefaultTakeU16 > p.MaxTakeU16 {
		return ErrBadParams.Wrapf("default_take_u16 is %d, want at most max_take_u16, %d", p.DefaultTakeU16, p.MaxTakeU16)
	}
	if p.MinStakeRao == 0 || p.MinStakeRao > MaxRao {
		return ErrBadParams.Wrapf("min_stake_rao is %d, want 1..%d", p.MinStakeRao, uint64(MaxRao))
	}
	for _, t := range []struct {
		name   string
		blocks int64
	}{
		{"unbonding_blocks", p.UnbondingBlocks},
		{"take_raise_blocks", p.TakeRaiseBlocks},
		{"free_unstake_blocks", p.FreeUnstakeBlocks},
	} {
		if t.blocks < 0 || t.blocks > maxBlocks {
			return ErrBadParams.Wrapf("%s is %d, want 0..%d", t.name, t.blocks, maxBlocks)
		}
	}
	return nil
}
