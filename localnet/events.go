package localnet

import (
	"context"
	"fmt"
	"io"
	"sort"
	"strings"

	"github.com/dendra-net/dendra/neuron"
	"github.com/dendra-net/dendra/wallet"
)

// Narrate writes one line for each thing that happens in the market until ctx ends: epochs with who earned how much,
// and neurons that come.
func (m *Market) Narrate(ctx context.Context, w io.Writer) error {
	n := narrator{names: m.names(), seen: map[uint16]neuron.Subnet{}}
	for head := range m.chain.Heads(ctx) {
		for i := range m.manifest.Subnets {
			s, err := m.chain.Subnet(ctx, uint16(i+1))
			if err != nil {
				if ctx.Err() != nil {
					return nil
				}
				return err
			}
			for _, line := range n.tell(head.Height, s) {
				if _, err := fmt.Fprintln(w, line); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func (m *Market) names() map[neuron.Address]string {
	names := map[neuron.Address]string{}
	for _, name := range m.manifest.wallets() {
		names[wallet.LocalHotkey(name, hotkeyName).Address()] = name
	}
	return names
}

// narrator remembers what it has told.
type narrator struct {
	names map[neuron.Address]string
	seen  map[uint16]neuron.Subnet
}

func (n narrator) tell(height int64, s neuron.Subnet) []string {
	old, known := n.seen[s.Netuid]
	n.seen[s.Netuid] = s
	if !known {
		return nil
	}
	var lines []string
	for uid, nr := range s.Neurons {
		if uid >= len(old.Neurons) || old.Neurons[uid].Generation != nr.Generation {
			lines = append(lines, fmt.Sprintf("height %-6d %-6s %s registered as neuron %d", height, s.Name, n.name(nr), uid))
		}
	}
	if s.Epoch > old.Epoch {
		lines = append(lines, n.epoch(height, s))
	}
	return lines
}

func (n narrator) name(nr neuron.Neuron) string {
	if name, ok := n.names[nr.Hotkey]; ok {
		return name
	}
	return string(nr.Hotkey)
}

// epoch says what the epoch that just closed paid, best miner first.
func (n narrator) epoch(height int64, s neuron.Subnet) string {
	paid := uint64(0)
	var miners []neuron.Neuron
	for _, nr := range s.Neurons {
		paid += nr.EmissionRao
		if nr.Incentive > 0 {
			miners = append(miners, nr)
		}
	}
	sort.SliceStable(miners, func(i, j int) bool { return miners[i].Incentive > miners[j].Incentive })
	var parts []string
	for _, nr := range miners[:min(5, len(miners))] {
		parts = append(parts, fmt.Sprintf("%s %.3f", n.name(nr), nr.Incentive))
	}
	if len(parts) == 0 {
		parts = []string{"nobody earned yet; the pay waits"}
	}
	return fmt.Sprintf("height %-6d %-6s epoch %d paid %.6f TAO: %s", height, s.Name, s.Epoch-1, float64(paid)/tao, strings.Join(parts, ", "))
}
