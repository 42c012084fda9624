package cli

import (
	"fmt"
	"strconv"

	"github.com/dendra-net/dendra/explain"
	"github.com/dendra-net/dendra/internal/term"
)

// permitReasons say to people why a neuron may vote or not.
var permitReasons = map[string]string{
	explain.PermitAmongLargest: "its stake is among the largest",
	explain.PermitFairStart:    "nobody has stake, and it registered early",
	explain.PermitOutranked:    "all permits go to larger stakes",
	explain.PermitTooLate:      "nobody has stake, and others registered before it",
	explain.PermitBelowMinimum: "it has less stake than the subnet asks",
	explain.PermitNoStake:      "it has no stake that counts",
}

// permit shows the order of stake, and whose permits were used.
func (p *page) permit(x explain.Permit) {
	has := "holds a permit"
	if !x.Permit {
		has = "holds no permit"
	}
	p.say("neuron %d (%s) %s from epoch %d on: %s", x.UID, p.name(x.Hotkey), has, x.Epoch+1, permitReasons[x.Reason])
	p.step("1. its stake")
	rank := "none that counts"
	if x.Rank > 0 {
		rank = fmt.Sprintf("%d of %d", x.Rank, x.Ranked)
	}
	threshold := "any stake: permits are left"
	if x.ThresholdRao > 0 {
		threshold = formatTAO(x.ThresholdRao)
	}
	p.sums(
		[3]string{"stake", "behind its hotkey", formatTAO(x.StakeRao)},
		[3]string{"counted", "of it; new stake comes in by and by", formatTAO(x.CountedRao)},
		[3]string{"minimum", "the subnet asks of validators", formatTAO(x.MinStakeRao)},
		[3]string{"rank", "by stake; of equal stakes the higher uid comes first", rank},
		[3]string{"threshold", fmt.Sprintf("stake of the last of %d permits", x.Seats), threshold},
	)
	if x.FairStart {
		p.line("  fair start: while nobody has stake, the first to register have one voice each")
	}
	p.step("2. in epoch %d", x.Epoch)
	p.sums(
		[3]string{"held", "a permit from the epoch before", yesNo(x.Held)},
		[3]string{"used", "votes in force: unused stake is no part of a majority", yesNo(x.Voted)},
		[3]string{"active", fmt.Sprintf("voted, committed or came within %d blocks; last at height %d", x.ActivityCutoff, x.LastUpdate), yesNo(x.Active)},
		[3]string{"voice", "all three, and stake: it counted in the consensus", yesNo(x.Voice)},
	)
	p.step("3. order of stake")
	p.list(len(x.Ranking), []term.Column{{Title: "RANK", Right: true}, {Title: "UID", Right: true}, {Title: "NEURON"}, {Title: "COUNTED (TAO)", Right: true},
		{Title: "PERMIT"}, {Title: "HELD"}, {Title: "VOTES"}, {Title: ""}}, func(i int) []string {
		s := x.Ranking[i]
		mark := ""
		if s.UID == x.UID {
			mark = "<-"
		}
		return []string{strconv.Itoa(s.Rank), number16(s.UID), p.name(s.Hotkey), decimalTAO(s.StakeRao), yesNo(s.Permit), yesNo(s.Held), yesNo(s.Voted), mark}
	})
}

// prune shows who gives way to newcomers, in order.
func (p *page) prune(x explain.Prune) {
	p.say("neuron %d (%s) %s", x.UID, p.name(x.Hotkey), p.risk(x))
	p.step("1. the neuron")
	immune := "no longer"
	if x.ImmuneBlocksLeft > 0 {
		immune = fmt.Sprintf("%d blocks more", x.ImmuneBlocksLeft)
	}
	rows := [][3]string{
		{"paid", fmt.Sprintf("in epoch %d", x.Epoch), formatTAO(x.PaidRao)},
		{"registered", "at height", strconv.FormatInt(x.RegisteredAt, 10)},
		{"immune", fmt.Sprintf("for %d blocks, until height %d", x.ImmunityBlocks, x.ImmuneUntil), immune},
	}
	switch {
	case x.Judge:
		rows = append(rows, [3]string{"adds", "bits per byte; it was paid for its votes instead", "validates"})
	case x.ByEvidence:
		rows = append(rows, [3]string{"adds", "bits per byte, as a majority of validators' stake says", bitsPerByte(x.PruningUbits)})
	}
	p.sums(rows...)
	p.step("2. the subnet, for a newcomer at height %d", x.NextHeight)
	p.sums(
		[3]string{"slots", fmt.Sprintf("free of %d", x.MaxNeurons), strconv.Itoa(int(x.FreeSlots))},
		[3]string{"past immunity", fmt.Sprintf("of %d neurons", x.Neurons), strconv.Itoa(x.PastImmunity)},
		[3]string{"kept back", "so many past immunity stay while others are immune", strconv.Itoa(int(x.MinReplaceable))},
	)
	step := 3
	if x.ByEvidence {
		p.verdict(x)
		step = 4
	}
	p.order(step, x)
}

// saidReasons say to people why a validator gives a neuron no score.
var saidReasons = map[string]string{
	explain.SaidScore:   "",
	explain.SaidNothing: "does not name it",
	explain.SaidTooOld:  "too old",
	explain.SaidNever:   "published none",
}

// shownDigits is how much of a digest tells files apart; --json has all of it.
const shownDigits = 16

// verdict shows what the notes of validators say a neuron adds, and where their voices become a majority.
func (p *page) verdict(x explain.Prune) {
	v := x.Verdict
	if v == nil {
		p.step("3. what validators say it adds")
		p.line("  no epoch has closed that judged this neuron: its score is 0")
		return
	}
	p.step("3. what validators say it adds, the most first: the score at which they are more than half of all voice")
	p.list(len(v.Said), []term.Column{{Title: "UID", Right: true}, {Title: "VALIDATOR"}, {Title: "VOICE (TAO)", Right: true}, {Title: "VOICE (%)", Right: true},
		{Title: "GIVES (BITS/BYTE)", Right: true}, {Title: ""}, {Title: "HEARD (%)", Right: true}, {Title: ""}, {Title: "EVIDENCE OF", Right: true},
		{Title: "SHA-256 OF IT"}}, func(i int) []string {
		s := v.Said[i]
		epoch, mark := "", ""
		if s.What != explain.SaidNever {
			epoch = strconv.FormatUint(s.Epoch, 10)
		}
		if s.Line {
			mark = "<- line"
		}
		return []string{number16(s.UID), p.name(s.Hotkey), decimalTAO(s.VoiceRao), percentage(s.VoiceShare), bitsPerByte(s.PruningUbits), saidReasons[s.What],
			percentage(s.HeardShare), mark, epoch, s.Digest[:min(len(s.Digest), shownDigits)]}
	})
	p.sums(
		[3]string{"voice", "stake that counts of those whose permit was used", formatTAO(v.VoiceRao)},
		[3]string{"majority", "the least that is more than half of it", formatTAO(v.NeedRao)},
		[3]string{"score", fmt.Sprintf("as notes of epoch %d and later make it", v.OldestEpoch), bitsPerByte(v.PruningUbits)},
	)
	p.line("  These are the notes that validators put on the chain; no evidence was fetched. Whether a validator's scores are")
	p.line("  right: dendra subnet audit %d --validator UID --epoch E", x.Netuid)
}

// order lists who goes first; scores are shown where they decide.
func (p *page) order(step int, x explain.Prune) {
	columns := []term.Column{{Title: "PLACE", Right: true}, {Title: "UID", Right: true}, {Title: "NEURON"}, {Title: "PAID (TAO)", Right: true},
		{Title: "REGISTERED", Right: true}, {Title: "IMMUNE (BLOCKS)", Right: true}}
	if x.ByEvidence {
		p.step("%d. order: the least paid if it validates, else the miner that adds least; those past immunity first", step)
		columns = append(columns, term.Column{Title: "ADDS (BITS/BYTE)", Right: true})
	} else {
		p.step("%d. order: least paid, then first registered, then lowest uid; those past immunity first", step)
	}
	p.list(len(x.Order), append(columns, term.Column{}), func(i int) []string {
		c := x.Order[i]
		row := []string{strconv.Itoa(c.Place), number16(c.UID), p.name(c.Hotkey), decimalTAO(c.PaidRao), strconv.FormatInt(c.RegisteredAt, 10),
			strconv.FormatInt(c.ImmuneBlocksLeft, 10)}
		switch {
		case x.ByEvidence && c.Judge:
			row = append(row, "validates")
		case x.ByEvidence:
			row = append(row, bitsPerByte(c.PruningUbits))
		}
		mark := ""
		if c.UID == x.UID {
			mark = "<-"
		}
		return append(row, mark)
	})
}

// bitsPerByte writes millionths of a bit as bits.
func bitsPerByte(ubits uint32) string {
	return fmt.Sprintf("%d.%06d", ubits/1_000_000, ubits%1_000_000)
}

// risk says in words how soon a neuron would lose its slot.
func (p *page) risk(x explain.Prune) string {
	switch {
	case x.Place == 0:
		return "cannot be replaced now"
	case x.FreeSlots > 0:
		return fmt.Sprintf("keeps its slot while %d are free; then it is %d of %d to go", x.FreeSlots, x.Place, len(x.Order))
	case x.Place == 1:
		return "is NEXT TO BE REPLACED: the next registration takes its slot"
	}
	return fmt.Sprintf("is %d of %d to be replaced; next is neuron %d (%s)", x.Place, len(x.Order), x.Next.UID, p.name(x.Next.Hotkey))
}
