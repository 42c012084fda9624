package weights

// DefaultParams are the values a new chain starts with.
func DefaultParams() Params { return Params{EpochsPerBlock: 2, MaxCommits: 10} }

// Validate keeps the work of one block bounded.
func (p Params) Validate() error {
	if p.EpochsPerBlock < 1 || p.EpochsPerBlock > 64 {
		return ErrBadParams.Wrapf("epochs_per_block is %d, want 1..64", p.EpochsPerBlock)
	}
	if p.MaxCommits < 1 || p.MaxCommits > 100 {
		return ErrBadParams.Wrapf("max_commits is %d, want 1..100", p.MaxCommits)
	}
	return nil
}

// DefaultGenesis is a chain on which nobody has voted.
func DefaultGenesis() *GenesisState { return &GenesisState{Params: DefaultParams()} }

// Validate checks what can be checked without the other modules' state.
func (g GenesisState) Validate() error {
	if err := g.Params.Validate(); err != nil {
		return err
	}
	for _, r := range g.Rows {
		if len(r.Uids) != len(r.Weights) || len(r.Uids) != len(r.Generations) {
			return ErrBadGenesis.Wrapf("row of uid %d on subnet %d: %d uids, %d generations, %d weights", r.Uid, r.Netuid, len(r.Uids), len(r.Generations), len(r.Weights))
		}
	}
	for _, b := range g.Bonds {
		if len(b.Uids) != len(b.Bonds) {
			return ErrBadGenesis.Wrapf("bonds of uid %d on subnet %d: %d uids, %d bonds", b.Uid, b.Netuid, len(b.Uids), len(b.Bonds))
		}
	}
	for _, a := range g.Averages {
		if len(a.Uids) != len(a.Weights) {
			return ErrBadGenesis.Wrapf("average row of uid %d on subnet %d: %d uids, %d weights", a.Uid, a.Netuid, len(a.Uids), len(a.Weights))
		}
	}
	for _, e := range g.Evidence {
		if err := e.Validate(); err != nil {
			return err
		}
	}
	for _, m := range g.Memories {
		if err := m.Validate(); err != nil {
			return err
		}
	}
	return nil
}
