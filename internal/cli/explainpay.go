package cli

import (
	"fmt"
	"strconv"

	"github.com/dendra-net/dendra/explain"
	"github.com/dendra-net/dendra/internal/term"
	"github.com/dendra-net/dendra/neuron"
)

// emission follows the pay of an epoch to those who got it.
func (p *page) emission(x explain.Emission) {
	if x.Carried {
		p.say("epoch %d paid nobody: no neuron earned incentive, and %s wait for the next epoch", x.Epoch, formatTAO(x.PendingRao))
		return
	}
	p.say("neuron %d (%s) earned %s in epoch %d: %s %% of %s", x.UID, p.name(x.Hotkey), formatTAO(x.PaidRao), x.Epoch, percentage(x.PaidShare), formatTAO(x.DividedRao))
	p.step("1. what there was to pay")
	owner := fmt.Sprintf("%s of it, rounded down", ofU16(x.OwnerCutU16))
	if x.Owner == "" {
		owner = "the subnet has none"
	} else {
		owner += ", to " + ownerName(x.Owner, p.names)
	}
	p.sums(
		[3]string{"pending", "all that came in since the last epoch that paid", formatTAO(x.PendingRao)},
		[3]string{"owner", owner, formatTAO(x.OwnerRao)},
		[3]string{"divided", "the rest", formatTAO(x.DividedRao)},
		[3]string{"  miners", "by incentive", formatTAO(x.MinersRao)},
		[3]string{"  validators", "by dividend", formatTAO(x.ValidatorsRao)},
	)
	p.step("2. who was paid, best paid first")
	p.list(len(x.Earners), []term.Column{{Title: "UID", Right: true}, {Title: "NEURON"}, {Title: "AS MINER (TAO)", Right: true},
		{Title: "AS VALIDATOR (TAO)", Right: true}, {Title: "TOGETHER (TAO)", Right: true}, {Title: ""}}, func(i int) []string {
		e := x.Earners[i]
		mark := ""
		if e.UID == x.UID {
			mark = "<-"
		}
		return []string{number16(e.UID), p.name(e.Hotkey), decimalTAO(e.ServerRao), decimalTAO(e.ValidatorRao), decimalTAO(e.Rao), mark}
	})
	if x.PaidRao > 0 {
		p.payees(x)
	}
}

// payees says to whom a neuron's pay went.
func (p *page) payees(x explain.Emission) {
	p.step("3. its pay (share x divided, rounded down; the largest remainders get one rao more)")
	t := term.Table{Columns: []term.Column{{Title: "AS"}, {Title: "SHARE", Right: true}, {Title: "DOWN (RAO)", Right: true},
		{Title: "MORE (RAO)", Right: true}, {Title: "PAID (RAO)", Right: true}}}
	for _, side := range []struct {
		name string
		explain.Part
	}{{"miner", x.Server}, {"validator", x.Validator}} {
		t.Add(side.name, number(side.Share), strconv.FormatUint(side.FloorRao, 10), strconv.FormatUint(side.ExtraRao, 10), strconv.FormatUint(side.Rao, 10))
	}
	p.table(t)
	to := x.To
	p.step("4. to whom; all of it is staked behind the hotkey at once")
	rows := [][3]string{{"miner's part", "to the coldkey " + ownerName(to.Coldkey, p.names), formatTAO(to.MinerRao)},
		{"take", ofU16(to.TakeU16) + " of the validator's part, to the coldkey", formatTAO(to.TakeRao)}}
	if to.UnsharedRao > 0 {
		rows = append(rows, [3]string{"the rest", "nobody had stake behind it: to the coldkey", formatTAO(to.UnsharedRao)})
	}
	rows = append(rows, [3]string{"coldkey", "together", formatTAO(to.ColdkeyRao)},
		[3]string{"delegators", fmt.Sprintf("over the %s behind the hotkey, in proportion", formatTAO(to.PoolRao)), formatTAO(to.DelegatorsRao)})
	p.sums(rows...)
	p.step("behind the hotkey after the epoch")
	p.list(len(to.Holders), []term.Column{{Title: "COLDKEY"}, {Title: "STAKE (TAO)", Right: true}}, func(i int) []string {
		return []string{nameOf(neuron.Address(to.Holders[i].Coldkey), p.names), decimalTAO(to.Holders[i].StakeRao)}
	})
}
