package emission

import sdk "github.com/cosmos/cosmos-sdk/types"

// DefaultGenesis is the module's state at the start of a chain: nothing minted, nobody voted.
func DefaultGenesis() *GenesisState { return &GenesisState{Params: DefaultParams()} }

// Validate checks a genesis against itself (R-EMISSION-12); that the bank agrees is checked when it is written.
func (g GenesisState) Validate() error {
	if err := g.Params.Validate(); err != nil {
		return err
	}
	if err := g.Books.Validate(); err != nil {
		return err
	}
	if err := g.validateLedgers(); err != nil {
		return err
	}
	return g.validateVotes()
}

func (g GenesisState) validateLedgers() error {
	if g.Era.StartedAt < 0 || g.Era.EmittedRao > MaxRao {
		return ErrBadGenesis.Wrapf("era of %d rao began at height %d", g.Era.EmittedRao, g.Era.StartedAt)
	}
	seen := map[uint32]bool{}
	var shares uint64
	for _, l := range g.Ledgers {
		if seen[l.Netuid] || l.ShareQ32 > Whole || l.PendingRao > MaxRao {
			return ErrBadGenesis.Wrapf("ledger of subnet %d: named twice, share %d above 2^32, or %d rao pending", l.Netuid, l.ShareQ32, l.PendingRao)
		}
		if _, err := l.Settled(g.Era); err != nil {
			return err
		}
		seen[l.Netuid] = true
		shares += l.ShareQ32
	}
	if len(g.Ledgers) > 0 && shares != Whole {
		return ErrBadGenesis.Wrapf("shares add up to %d, want %d", shares, uint64(Whole))
	}
	_, err := Undivided(g.Ledgers, g.Era)
	return err
}

func (g GenesisState) validateVotes() error {
	if len(g.Votes) > int(g.Params.RootSeats) {
		return ErrBadGenesis.Wrapf("%d root votes, there are %d seats", len(g.Votes), g.Params.RootSeats)
	}
	seen := map[string]bool{}
	for _, v := range g.Votes {
		if _, err := sdk.AccAddressFromBech32(v.Hotkey); err != nil {
			return ErrBadAddress.Wrapf("root voter %q: %s", v.Hotkey, err)
		}
		if seen[v.Hotkey] || v.Height < 0 {
			return ErrBadGenesis.Wrapf("root vote of %s at height %d: twice or negative", v.Hotkey, v.Height)
		}
		if _, _, err := Row(v.Netuids, v.Weights); err != nil {
			return err
		}
		seen[v.Hotkey] = true
	}
	return nil
}
