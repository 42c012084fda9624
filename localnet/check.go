package localnet

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/dendra-net/dendra/subnets/kind"
)

// ErrManifest marks a manifest that describes no possible market.
var ErrManifest = errors.New("bad manifest")

// Check refuses a manifest that cannot become a market.
func (m Manifest) Check() error {
	switch {
	case m.ChainID == "":
		return fmt.Errorf("%w: no chain id", ErrManifest)
	case m.BlockTime < 10*time.Millisecond || m.BlockTime > time.Minute:
		return fmt.Errorf("%w: block time %s, want 10ms..1m", ErrManifest, m.BlockTime)
	case m.Tempo < 5 || m.Tempo > 50_400:
		return fmt.Errorf("%w: tempo %d, want 5..50400", ErrManifest, m.Tempo)
	case len(m.Subnets) == 0 || len(m.Validators) == 0:
		return fmt.Errorf("%w: %d subnets and %d validators, want at least one of each", ErrManifest, len(m.Subnets), len(m.Validators))
	}
	names := map[string]bool{}
	for _, name := range m.wallets() {
		if names[name] {
			return fmt.Errorf("%w: two participants are called %q", ErrManifest, name)
		}
		names[name] = true
	}
	for _, s := range m.Subnets {
		if _, ok := kind.ByName(s.Kind); !ok {
			return fmt.Errorf("%w: subnet %s is of kind %q, this build knows %s", ErrManifest, s.Name, s.Kind, kind.Names())
		}
	}
	return m.checkMiners()
}

func (m Manifest) checkMiners() error {
	for _, p := range m.Miners {
		netuid, ok := m.netuid(p.Subnet)
		if !ok {
			return fmt.Errorf("%w: %s mines on %q, which is no subnet of the manifest", ErrManifest, p.Name, p.Subnet)
		}
		k, _ := kind.ByName(m.Subnets[netuid-1].Kind)
		if p.Model != ModelCopycat && !slices.Contains(k.Models, p.Model) {
			return fmt.Errorf("%w: %s has model %q; %s has %s", ErrManifest, p.Name, p.Model, k.Name, strings.Join(k.Models, ", "))
		}
		if p.Victim == "" && p.Model != ModelCopycat {
			continue
		}
		if v, ok := m.miner(p.Victim); !ok || v.Subnet != p.Subnet || v.Name == p.Name {
			return fmt.Errorf("%w: %s copies %q, which is no other miner of its subnet", ErrManifest, p.Name, p.Victim)
		}
	}
	return nil
}

func (m Manifest) miner(name string) (MinerPlan, bool) {
	for _, p := range m.Miners {
		if p.Name == name {
			return p, true
		}
	}
	return MinerPlan{}, false
}

// wallets lists every participant that has a wallet.
func (m Manifest) wallets() []string {
	var names []string
	for _, v := range m.Validators {
		names = append(names, v.Name)
	}
	for _, p := range m.Miners {
		names = append(names, p.Name)
	}
	for _, a := range m.Accounts {
		names = append(names, a.Name)
	}
	return names
}
