package subnet

import sdk "github.com/cosmos/cosmos-sdk/types"

// DefaultGenesis has no subnet: on the public chain they are created for their price.
func DefaultGenesis() *GenesisState {
	return &GenesisState{Params: DefaultParams(), NextNetuid: 1}
}

// Validate refuses a genesis that contradicts itself (R-SUBNET-12).
func (g GenesisState) Validate() error {
	if err := g.Params.Validate(); err != nil {
		return err
	}
	if g.NextNetuid == 0 || g.NextNetuid > MaxNetuid+1 {
		return ErrBadGenesis.Wrapf("next netuid is %d, want 1..%d", g.NextNetuid, MaxNetuid+1)
	}
	if len(g.Subnets) > int(g.Params.Slots) {
		return ErrBadGenesis.Wrapf("%d subnets in %d slots", len(g.Subnets), g.Params.Slots)
	}
	if g.Lock.LastLockRao > MaxRao || g.Lock.LastLockHeight < 0 || g.Lock.LastLockHeight > maxHeight {
		return ErrBadGenesis.Wrapf("last lock of %d rao at height %d", g.Lock.LastLockRao, g.Lock.LastLockHeight)
	}
	known, err := g.validateSubnets()
	if err != nil {
		return err
	}
	return g.validateChanges(known)
}

func (g GenesisState) validateSubnets() (known map[uint32]bool, err error) {
	known, names := map[uint32]bool{}, map[string]bool{}
	for _, s := range g.Subnets {
		switch {
		case s.Netuid == 0 || s.Netuid >= g.NextNetuid:
			return nil, ErrBadGenesis.Wrapf("netuid %d, want 1..%d", s.Netuid, g.NextNetuid-1)
		case known[s.Netuid]:
			return nil, ErrBadGenesis.Wrapf("netuid %d twice", s.Netuid)
		case names[s.Name]:
			return nil, ErrBadGenesis.Wrapf("name %q twice", s.Name)
		}
		if err := s.Validate(); err != nil {
			return nil, ErrBadGenesis.Wrapf("subnet %d: %s", s.Netuid, err)
		}
		known[s.Netuid], names[s.Name] = true, true
	}
	return known, nil
}

func (g GenesisState) validateChanges(known map[uint32]bool) error {
	type key struct {
		netuid uint32
		name   string
	}
	seen := map[key]bool{}
	for _, c := range g.Changes {
		if _, err := FindHyperparameter(c.Name); err != nil {
			return ErrBadGenesis.Wrapf("change on subnet %d: %s", c.Netuid, err)
		}
		k := key{c.Netuid, c.Name}
		if !known[c.Netuid] || seen[k] || c.Height < 0 || c.Height > maxHeight {
			return ErrBadGenesis.Wrapf("change of %s on subnet %d at height %d: unknown subnet, twice, or no height", c.Name, c.Netuid, c.Height)
		}
		seen[k] = true
	}
	return nil
}

// Validate checks one subnet by itself.
func (s Subnet) Validate() error {
	if err := ValidateName(s.Name); err != nil {
		return err
	}
	if err := ValidateIdentity(s.Description, s.Url); err != nil {
		return err
	}
	if s.CreatedAt < 0 || s.CreatedAt > maxHeight {
		return ErrBadGenesis.Wrapf("created at height %d", s.CreatedAt)
	}
	if s.LockRao > MaxRao || s.Owner == "" && s.LockRao != 0 {
		return ErrBadGenesis.Wrapf("lock of %d rao for owner %q", s.LockRao, s.Owner)
	}
	if s.Owner != "" {
		if _, err := sdk.AccAddressFromBech32(s.Owner); err != nil {
			return ErrBadGenesis.Wrapf("owner %q: %s", s.Owner, err)
		}
	}
	return s.Hyperparameters.Validate()
}
