package cli

import (
	"fmt"
	"strings"

	"github.com/dendra-net/dendra/explain"
	"github.com/dendra-net/dendra/internal/term"
)

// ignoredReasons say to people why a vote does not count.
var ignoredReasons = map[string]string{
	explain.IgnoredNoPermit: "no permit from the epoch before",
	explain.IgnoredInactive: "has not voted for too long",
	explain.IgnoredNoStake:  "no stake that counts",
	explain.IgnoredSelf:     "a vote for itself",
	explain.IgnoredTooYoung: "the neuron registered after the vote",
}

// incentive goes from the votes to the pay of a miner.
func (p *page) incentive(x explain.Incentive) {
	p.say("neuron %d (%s) earned %s as a miner in epoch %d: incentive %s", x.UID, p.name(x.Hotkey), formatTAO(x.ServerRao), x.Epoch, number(x.Incentive))
	average := "the votes in force"
	if x.VoteMemoryPPM > 0 {
		average = fmt.Sprintf("averages over epochs; each epoch keeps %s of the average", ofMillion(x.VoteMemoryPPM))
	}
	p.step("1. votes, heaviest first (%s)", average)
	p.list(len(x.Votes), []term.Column{{Title: "UID", Right: true}, {Title: "VALIDATOR"}, {Title: "STAKE (%)", Right: true},
		{Title: "VOTE", Right: true}, {Title: "COUNTS", Right: true}, {Title: "HELD (%)", Right: true}, {Title: ""},
		{Title: "CLIPPED", Right: true}, {Title: "TO RANK", Right: true}}, func(i int) []string {
		v := x.Votes[i]
		line := ""
		if v.Line {
			line = "<- line"
		}
		return []string{number16(v.UID), p.name(v.Hotkey), percentage(v.StakeShare), number(v.Cast), number(v.Weight), percentage(v.HeldShare),
			line, number(v.Clipped), number(v.Rank)}
	})
	for _, v := range x.Ignored {
		p.line("  not counted: the vote of %d (%s): %s", v.UID, p.name(v.Hotkey), ignoredReasons[v.Reason])
	}
	p.step("2. result")
	p.sums(
		[3]string{"majority", fmt.Sprintf("%s of %s that vote", ofU16(x.KappaU16), formatTAO(x.VotingRao)), formatTAO(x.NeedRao)},
		[3]string{"consensus", "weight at which heavier votes together hold the majority", number(x.Consensus)},
		[3]string{"rank", "sum of stake x the smaller of vote and consensus", number(x.Rank)},
		[3]string{"incentive", fmt.Sprintf("rank / %s, all neurons' ranks", number(x.RankSum)), number(x.Incentive)},
		[3]string{"share", halfOf("incentive", "validators'", x.Incentive, x.ServerShare), number(x.ServerShare)},
		[3]string{"pay", fmt.Sprintf("share x %s, by largest remainder", formatTAO(x.DividedRao)), formatTAO(x.ServerRao)},
	)
	if x.Prerank > x.Rank {
		p.line("  clipping took %s %% of what was voted: rank would be %s (trust %s)", percentage(explain.Share(1<<63)-x.Trust), number(x.Prerank), number(x.Trust))
	}
}

// halfOf says how much of the emission goes by a score: one half, or all when the other side earned nothing.
func halfOf(score, others string, of, share explain.Share) string {
	if share > of/2+of/4 {
		return fmt.Sprintf("all of %s: the other side earned nothing", score)
	}
	return fmt.Sprintf("half of %s, the other half is the %s", score, others)
}

// dividend goes from votes and bonds to the pay of a validator.
func (p *page) dividend(x explain.Dividend) {
	p.say("neuron %d (%s) earned %s as a validator in epoch %d: dividend %s", x.UID, p.name(x.Hotkey), formatTAO(x.ValidatorRao), x.Epoch, number(x.Dividend))
	if x.StakeShare == 0 {
		p.line("its votes did not count in this epoch: dendra explain permit --subnet %d --neuron %d --epoch %d", x.Netuid, x.UID, x.Epoch)
	}
	p.step("1. bonds in miners, best paid first (%s)", bondRule(x))
	p.list(len(x.Bonds), []term.Column{{Title: "UID", Right: true}, {Title: "MINER"}, {Title: "VOTE", Right: true}, {Title: "CONSENSUS", Right: true},
		{Title: "BUYS", Right: true}, {Title: "BEFORE", Right: true}, {Title: "BOND", Right: true}, {Title: "PART (%)", Right: true},
		{Title: "INCENTIVE", Right: true}, {Title: "INCOME", Right: true}}, func(i int) []string {
		b := x.Bonds[i]
		return []string{number16(b.UID), p.name(b.Hotkey), number(b.Weight), number(b.Consensus), number(b.Buys), number(b.Before), number(b.Bond),
			percentage(b.Part), number(b.Incentive), number(b.Income)}
	})
	p.step("2. among validators")
	p.list(len(x.Validators), []term.Column{{Title: "UID", Right: true}, {Title: "VALIDATOR"}, {Title: "STAKE (%)", Right: true}, {Title: "INCOME", Right: true},
		{Title: "WEIGHED", Right: true}, {Title: "EARNED", Right: true}, {Title: "KEPT (%)", Right: true}, {Title: "DIVIDEND", Right: true}, {Title: ""}}, func(i int) []string {
		v := x.Validators[i]
		mark := ""
		if v.UID == x.UID {
			mark = "<-"
		}
		return []string{number16(v.UID), p.name(v.Hotkey), percentage(v.StakeShare), number(v.Income), number(v.Weighed), number(v.Earned),
			percentage(v.Kept), number(v.Dividend), mark}
	})
	if x.StakeShare == 0 {
		return
	}
	p.step("3. result")
	p.sums(dividendSums(x)...)
	p.line("  validator trust %s: so much of its votes survived clipping", number(x.ValidatorTrust))
}

func bondRule(x explain.Dividend) string {
	switch x.Rule {
	case "plain":
		return fmt.Sprintf("bonds are shares of each miner; %s of the old is kept", ofMillion(x.KeepPPM))
	case "liquid":
		return "each bond moves at its own speed toward the vote that buys it"
	}
	return fmt.Sprintf("bond = %s of before + the rest of what the vote buys", ofMillion(x.KeepPPM))
}

func dividendSums(x explain.Dividend) [][3]string {
	weighed := "income x stake"
	if x.Rule == "plain" {
		weighed = "income; bonds were bought with stake"
	}
	rows := [][3]string{
		{"income", "sum of part x incentive", number(x.Income)},
		{"weighed", weighed, number(x.Weighed)},
		{"earned", fmt.Sprintf("weighed / %s, all validators'", number(x.WeighedSum)), number(x.Earned)},
	}
	if gates := gateText(x); gates != "" {
		rows = append(rows, [3]string{"kept", gates, number(x.Kept)})
	}
	return append(rows,
		[3]string{"dividend", fmt.Sprintf("earned x kept / %s, all validators'", number(x.KeptSum)), number(x.Dividend)},
		[3]string{"share", halfOf("dividend", "miners'", x.Dividend, x.ValidatorShare), number(x.ValidatorShare)},
		[3]string{"pay", fmt.Sprintf("share x %s, by largest remainder", formatTAO(x.DividedRao)), formatTAO(x.ValidatorRao)})
}

// gateText says what part of a dividend has to be kept.
func gateText(x explain.Dividend) string {
	var parts []string
	if x.InformationShareU16 > 0 {
		parts = append(parts, fmt.Sprintf("%s by news in its votes: %s (correlation %.4f)", ofU16(x.InformationShareU16), number(x.Information), x.Correlation))
	}
	if x.ReceiptShareU16 > 0 {
		parts = append(parts, ofU16(x.ReceiptShareU16)+" by receipts")
	}
	return strings.Join(parts, ", ")
}
