package sim

import "github.com/dendra-net/dendra/yuma"

// million is the whole of a share in millionths.
const million = 1_000_000

// Rules are what the chain of a game does.
type Rules struct {
	Name string
	Yuma yuma.Params
	// RevealEpochs is how many epochs after its commit a row is revealed; 0: rows are public as they are set.
	RevealEpochs int
	// InflowPPM is how fast new stake comes to count (yuma.CountStake); a million: at once.
	InflowPPM uint32
	// ReceiptDraws is how many receipts of an epoch's evaluations the chain asks for; one that is missing and the
	// validator counts as having none. 0: nobody is asked.
	ReceiptDraws int
	// Generations makes votes concern a neuron and not its slot. Without them a vote counts for whoever sits in the slot,
	// if it registered before the vote was revealed.
	Generations bool
	// ImmuneEpochs is how long a newcomer is not replaced.
	ImmuneEpochs int
	// Compound adds what a validator earns as such to its stake.
	Compound bool
}

// emissionRao is paid each epoch.
const emissionRao = 100_000_000_000

// Original is plain Yuma as the original runs it by default, rows public as they are set.
func Original() Rules {
	return Rules{Name: "original", Yuma: yuma.CompatParams(), InflowPPM: million, ImmuneEpochs: 10}
}

// OriginalYuma3 is the original with bonds per pair.
func OriginalYuma3() Rules {
	r := Original()
	r.Name, r.Yuma.Yuma3 = "original-yuma3", true
	return r
}

// OriginalLiquid is the original with bonds per pair that move at speeds of their own.
func OriginalLiquid() Rules {
	r := OriginalYuma3()
	r.Name, r.Yuma.LiquidAlpha = "original-liquid", true
	return r
}

// OriginalReveal is the original with votes hidden for an epoch.
func OriginalReveal() Rules {
	r := Original()
	r.Name, r.RevealEpochs = "original-reveal", 1
	return r
}

// What this chain's defaults add to yuma.ChainParams, and what is proposed for receipts.
const (
	ourReceiptShare = 32_767
	ourReceiptDraws = 8
)

// Ours is this chain's default.
func Ours() Rules {
	return Rules{Name: "ours", Yuma: yuma.ChainParams(), RevealEpochs: 1, InflowPPM: yuma.ChainInflowPPM, Generations: true, ImmuneEpochs: 10}
}

// OursWithReceipts is the default with the share for receipts switched on.
func OursWithReceipts() Rules {
	r := Ours()
	r.Name, r.Yuma.ReceiptShare, r.ReceiptDraws = "ours+receipts", ourReceiptShare, ourReceiptDraws
	return r
}

// RuleSets are the rules that have names, in the order in which tables show them.
func RuleSets() []Rules {
	return []Rules{Original(), OriginalReveal(), OriginalYuma3(), OriginalLiquid(), Ours(), OursWithReceipts()}
}

// RulesByName finds one of RuleSets.
func RulesByName(name string) (Rules, bool) {
	for _, r := range RuleSets() {
		if r.Name == name {
			return r, true
		}
	}
	return Rules{}, false
}
