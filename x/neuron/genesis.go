package neuron

import (
	sdk "github.com/cosmos/cosmos-sdk/types"
)

// DefaultGenesis has no neuron.
func DefaultGenesis() *GenesisState { return &GenesisState{Params: DefaultParams()} }

const (
	hashSize  = 32
	maxHeight = 1 << 40
)

// Validate refuses a genesis that contradicts itself (R-NEURON-13). Neurons must come by netuid and uid.
func (g GenesisState) Validate() error {
	if err := g.Params.Validate(); err != nil {
		return err
	}
	sizes, err := g.validateNeurons()
	if err != nil {
		return err
	}
	for _, check := range []func() error{
		g.validatePrices,
		g.validateWork,
		g.validateData,
		g.validateFirstData,
		func() error { return g.validateRankings(sizes) },
	} {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

type slot struct {
	netuid uint32
	hotkey string
}

func (g GenesisState) hotkeys() map[slot]bool {
	all := make(map[slot]bool, len(g.Neurons))
	for _, n := range g.Neurons {
		all[slot{n.Netuid, n.Hotkey}] = true
	}
	return all
}

func (g GenesisState) validateNeurons() (sizes map[uint32]uint32, err error) {
	sizes = map[uint32]uint32{}
	for i, n := range g.Neurons {
		if i > 0 && n.Netuid < g.Neurons[i-1].Netuid || n.Uid != sizes[n.Netuid] {
			return nil, ErrBadGenesis.Wrapf("neuron %d: uid %d of subnet %d out of order, want uid %d", i, n.Uid, n.Netuid, sizes[n.Netuid])
		}
		if err := n.Validate(); err != nil {
			return nil, ErrBadGenesis.Wrapf("neuron %d of subnet %d: %s", n.Uid, n.Netuid, err)
		}
		sizes[n.Netuid]++
	}
	if seats := g.hotkeys(); len(seats) != len(g.Neurons) {
		return nil, ErrBadGenesis.Wrapf("%d neurons for %d hotkeys: one is twice on a subnet", len(g.Neurons), len(seats))
	}
	return sizes, nil
}

// Validate checks one neuron by itself.
func (n Neuron) Validate() error {
	for _, key := range []struct{ name, address string }{{"hotkey", n.Hotkey}, {"coldkey", n.Coldkey}} {
		if _, err := sdk.AccAddressFromBech32(key.address); err != nil {
			return ErrBadGenesis.Wrapf("%s %q: %s", key.name, key.address, err)
		}
	}
	if !isHeight(n.RegisteredAt) || !isHeight(n.ServedAt) {
		return ErrBadGenesis.Wrapf("registered at %d, served at %d", n.RegisteredAt, n.ServedAt)
	}
	return ValidateEndpoint(n.Endpoint)
}

func (g GenesisState) validatePrices() error {
	seen := map[uint32]bool{}
	for _, p := range g.Prices {
		if seen[p.Netuid] || !isHeight(p.BurnAt) || !isHeight(p.DifficultyAt) || !isHeight(p.WorkHeight) {
			return ErrBadGenesis.Wrapf("price of subnet %d: twice, or at no height", p.Netuid)
		}
		seen[p.Netuid] = true
	}
	return nil
}

func (g GenesisState) validateWork() error {
	for i, s := range g.Seals {
		if len(s.Seal) != hashSize || !isHeight(s.Height) {
			return ErrBadGenesis.Wrapf("seal %d of %d bytes at height %d", i, len(s.Seal), s.Height)
		}
	}
	for i, b := range g.Hashes {
		if len(b.Hash) == 0 || len(b.Hash) > 2*hashSize || !isHeight(b.Height) {
			return ErrBadGenesis.Wrapf("hash %d of %d bytes at height %d", i, len(b.Hash), b.Height)
		}
	}
	return nil
}

func (g GenesisState) validateData() error {
	known, seen := g.hotkeys(), map[slot]bool{}
	for _, d := range g.Data {
		s := slot{d.Netuid, d.Hotkey}
		if !known[s] || seen[s] || len(d.Data) == 0 || len(d.Data) > int(g.Params.MaxDataBytes) || !isHeight(d.Height) {
			return ErrBadGenesis.Wrapf("%d bytes of data of %q on subnet %d at height %d: not registered, twice, or of bad size", len(d.Data), d.Hotkey, d.Netuid, d.Height)
		}
		if _, err := sdk.AccAddressFromBech32(d.FirstHotkey); err != nil || d.FirstHeight < 0 || d.FirstHeight > d.Height {
			return ErrBadGenesis.Wrapf("data of %q on subnet %d of height %d was first committed by %q at height %d", d.Hotkey, d.Netuid, d.Height, d.FirstHotkey, d.FirstHeight)
		}
		seen[s] = true
	}
	return nil
}

func (g GenesisState) validateFirstData() error {
	type bytes struct {
		netuid uint32
		digest string
	}
	seen := map[bytes]bool{}
	for _, f := range g.FirstData {
		b := bytes{f.Netuid, string(f.Digest)}
		if seen[b] || len(f.Digest) != hashSize || !isHeight(f.Height) || !isHeight(f.ForgetAt) || f.ForgetAt <= f.Height {
			return ErrBadGenesis.Wrapf("first commitment of %x on subnet %d at height %d, forgotten at %d: twice, no SHA-256, or at no height", f.Digest, f.Netuid, f.Height, f.ForgetAt)
		}
		if _, err := sdk.AccAddressFromBech32(f.Hotkey); err != nil {
			return ErrBadGenesis.Wrapf("first commitment of %x on subnet %d by %q: %s", f.Digest, f.Netuid, f.Hotkey, err)
		}
		seen[b] = true
	}
	return nil
}

func (g GenesisState) validateRankings(sizes map[uint32]uint32) error {
	seen := map[uint32]bool{}
	for _, r := range g.Rankings {
		if most := max(len(r.EmissionRao), len(r.PruningUbits), len(r.Judges)); seen[r.Netuid] || most > int(sizes[r.Netuid]) {
			return ErrBadGenesis.Wrapf("ranking of subnet %d: twice, or %d entries for %d neurons", r.Netuid, most, sizes[r.Netuid])
		}
		seen[r.Netuid] = true
	}
	return nil
}

func isHeight(h int64) bool { return h >= 0 && h <= maxHeight }
