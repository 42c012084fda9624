package cli

import (
	"fmt"
	"io"
	"strconv"

	"github.com/dendra-net/dendra/internal/term"
	"github.com/dendra-net/dendra/neuron"
)

// Widths of bars: those of neurons stand among many columns.
const (
	barWidth      = 20
	scoreBarWidth = 12
)

// print shows who votes and who answers in a table each: they are judged by different numbers. Who does both is in both.
func (v subnetView) print(w io.Writer, names map[neuron.Address]string) error {
	if _, err := fmt.Fprintf(w, "subnet %d %s   owner %s   tempo %d blocks   epoch %d ends at height %d   height %d\n\n",
		v.Netuid, term.Clean(v.Name), ownerName(v.Owner, names), v.Tempo, v.Epoch, v.NextEpoch, v.Height); err != nil {
		return err
	}
	if err := v.printValidators(w, names); err != nil {
		return err
	}
	if _, err := fmt.Fprintln(w); err != nil {
		return err
	}
	return v.printMiners(w, names)
}

func (v subnetView) printValidators(w io.Writer, names map[neuron.Address]string) error {
	t := term.Table{Columns: []term.Column{{Title: "UID", Right: true}, {Title: "VALIDATOR"}, {Title: "STAKE (TAO)", Right: true},
		{Title: "PERMIT"}, {Title: "VTRUST", Right: true}, {Title: "DIVIDEND", Right: true}, {Title: "PAID (TAO/EPOCH)", Right: true},
		{Title: "UPDATED (BLOCKS)", Right: true}, {Title: "IMMUNE (BLOCKS)", Right: true}}}
	for _, n := range v.Neurons {
		if n.RoleHint != "validator" && n.Dividend == 0 && n.ValidatorTrust == 0 {
			continue
		}
		t.Add(strconv.Itoa(int(n.UID)), nameOf(n.Hotkey, names), decimalTAO(n.StakeRao), yesNo(n.Permit), share(n.ValidatorTrust),
			share(n.Dividend), decimalTAO(n.EmissionRao), v.age(n), v.immune(n))
	}
	return t.Write(w)
}

func (v subnetView) printMiners(w io.Writer, names map[neuron.Address]string) error {
	t := term.Table{Columns: []term.Column{{Title: "UID", Right: true}, {Title: "MINER"}, {Title: "STAKE (TAO)", Right: true},
		{Title: "SERVES"}, {Title: "CONSENSUS", Right: true}, {Title: "INCENTIVE", Right: true}, {Title: ""},
		{Title: "PAID (TAO/EPOCH)", Right: true}, {Title: "IMMUNE (BLOCKS)", Right: true}}}
	top := v.topIncentive()
	for _, n := range v.Neurons {
		if n.RoleHint == "validator" && n.Incentive == 0 {
			continue
		}
		t.Add(strconv.Itoa(int(n.UID)), nameOf(n.Hotkey, names), decimalTAO(n.StakeRao), yesNo(n.Endpoint != ""), share(n.Consensus),
			share(n.Incentive), term.Bar(n.Incentive/top, scoreBarWidth), decimalTAO(n.EmissionRao), v.immune(n))
	}
	return t.Write(w)
}

// topIncentive is the largest of the subnet, so that bars compare neurons with the best one; 1 when nobody has any.
func (v subnetView) topIncentive() float64 {
	top := 0.0
	for _, n := range v.Neurons {
		top = max(top, n.Incentive)
	}
	if top == 0 {
		return 1
	}
	return top
}

// age is how long ago a neuron voted. The chain counts registration as the first update; to people that is none.
func (v subnetView) age(n neuronView) string {
	if n.LastUpdate <= n.RegisteredAt {
		return "-"
	}
	return strconv.FormatInt(v.Height-n.LastUpdate, 10)
}

func (v subnetView) immune(n neuronView) string {
	if left := n.ImmuneUntil - v.Height; left > 0 {
		return strconv.FormatInt(left, 10)
	}
	return "-"
}

// ownerName is who a subnet belongs to; those of the genesis belong to nobody.
func ownerName(owner string, names map[neuron.Address]string) string {
	if owner == "" {
		return "nobody"
	}
	return nameOf(neuron.Address(owner), names)
}

func nameOf(address neuron.Address, names map[neuron.Address]string) string {
	if name := names[address]; name != "" {
		return name
	}
	return shortAddress(address)
}

// shortAddress keeps what tells addresses apart at a glance.
func shortAddress(address neuron.Address) string {
	if s := string(address); len(s) > 20 {
		return s[:10] + ".." + s[len(s)-4:]
	}
	return string(address)
}

func share(f float64) string { return strconv.FormatFloat(f, 'f', 4, 64) }

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}
