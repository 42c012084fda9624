package stake

import (
	"math/big"

	"cosmossdk.io/math"
	sdk "github.com/cosmos/cosmos-sdk/types"
)

// DefaultGenesis is the module's state at the start of a chain: no hotkey, no stake.
func DefaultGenesis() *GenesisState { return &GenesisState{Params: DefaultParams()} }

// Validate checks a genesis against itself (R-STAKE-11); that the bank agrees is checked when it is written.
func (g GenesisState) Validate() error {
	if err := g.Params.Validate(); err != nil {
		return err
	}
	if err := g.validatePools(); err != nil {
		return err
	}
	if err := g.validateUnbondings(); err != nil {
		return err
	}
	seen := map[string]bool{}
	for _, u := range g.LastUnstakes {
		if err := checkAddresses(u.Coldkey); err != nil {
			return err
		}
		if seen[u.Coldkey] || u.Height < 0 {
			return ErrBadGenesis.Wrapf("last unstaking of %s at height %d: named twice or negative", u.Coldkey, u.Height)
		}
		seen[u.Coldkey] = true
	}
	return nil
}

// validatePools checks hotkeys, positions and that positions add up to their pool's shares.
func (g GenesisState) validatePools() error {
	left := map[string]math.Int{}
	for _, h := range g.Hotkeys {
		if _, twice := left[h.Hotkey]; twice {
			return ErrBadGenesis.Wrapf("hotkey %s named twice", h.Hotkey)
		}
		if err := h.validate(); err != nil {
			return err
		}
		left[h.Hotkey] = h.Shares
	}
	seen := map[[2]string]bool{}
	for _, p := range g.Positions {
		if err := checkAddresses(p.Hotkey, p.Coldkey); err != nil {
			return err
		}
		if _, known := left[p.Hotkey]; !known || p.Shares.IsNil() || !p.Shares.IsPositive() || seen[[2]string{p.Hotkey, p.Coldkey}] {
			return ErrBadGenesis.Wrapf("position of %s on %s: hotkey unknown, no shares, or named twice", p.Coldkey, p.Hotkey)
		}
		seen[[2]string{p.Hotkey, p.Coldkey}] = true
		if p.Shares.GT(left[p.Hotkey]) {
			return ErrBadGenesis.Wrapf("position of %s on %s: %s shares are more than the pool has left", p.Coldkey, p.Hotkey, p.Shares)
		}
		left[p.Hotkey] = left[p.Hotkey].Sub(p.Shares)
	}
	for _, h := range g.Hotkeys {
		if rest := left[h.Hotkey]; !rest.IsZero() {
			return ErrBadGenesis.Wrapf("hotkey %s: %s shares belong to nobody", h.Hotkey, rest)
		}
	}
	return nil
}

func (h Hotkey) validate() error {
	if err := checkAddresses(h.Hotkey, h.Coldkey); err != nil {
		return err
	}
	if h.TakeU16 > MaxU16 || h.TakeRaisedAt < 0 {
		return ErrBadGenesis.Wrapf("hotkey %s: take %d of %d changed at height %d", h.Hotkey, h.TakeU16, MaxU16, h.TakeRaisedAt)
	}
	if h.Shares.IsNil() || h.Shares.IsNegative() || h.Shares.IsZero() != (h.PoolRao == 0) {
		return ErrBadGenesis.Wrapf("hotkey %s: %d rao and %s shares; both must be zero or neither", h.Hotkey, h.PoolRao, h.Shares)
	}
	most := new(big.Int).Lsh(new(big.Int).SetUint64(h.PoolRao), firstShareBits)
	if h.PoolRao > MaxRao || h.Shares.BigIntMut().Cmp(most) > 0 {
		return ErrBadGenesis.Wrapf("hotkey %s: %d rao and %s shares; more rao than there can be, or more than 2^%d shares a rao",
			h.Hotkey, h.PoolRao, h.Shares, firstShareBits)
	}
	return nil
}

func (g GenesisState) validateUnbondings() error {
	seen := map[uint64]bool{}
	for _, u := range g.Unbondings {
		if err := checkAddresses(u.Coldkey, u.Hotkey); err != nil {
			return err
		}
		if seen[u.Id] || u.Id >= g.NextUnbondingId {
			return ErrBadGenesis.Wrapf("unbonding %d: named twice or not below next_unbonding_id, %d", u.Id, g.NextUnbondingId)
		}
		if u.Rao == 0 || u.Rao > MaxRao || u.ReleaseHeight < 0 {
			return ErrBadGenesis.Wrapf("unbonding %d: %d rao at height %d", u.Id, u.Rao, u.ReleaseHeight)
		}
		seen[u.Id] = true
	}
	return nil
}

func checkAddresses(addresses ...string) error {
	for _, a := range addresses {
		if _, err := sdk.AccAddressFromBech32(a); err != nil {
			return ErrBadAddress.Wrapf("%q: %s", a, err)
		}
	}
	return nil
}
