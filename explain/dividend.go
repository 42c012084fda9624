package explain

import (
	"cmp"
	"slices"

	"github.com/dendra-net/dendra/fixed"
)

// Dividend says why a neuron earns as a validator what it does.
type Dividend struct {
	About
	Rule           string `json:"rule"` // "yuma3", "liquid" (Yuma 3 with liquid alpha) or "plain"
	KeepPPM        uint32 `json:"keep_ppm"`
	PenaltyU16     uint16 `json:"penalty_u16"` // how far votes for bonds are clipped
	StakeRao       uint64 `json:"stake_rao,string"`
	StakeShare     Share  `json:"stake_share"` // of the stake that votes; 0 for who has no voice
	ValidatorTrust Share  `json:"validator_trust"`
	Bonds          []Bond `json:"bonds"`       // the best paid first
	Income         Share  `json:"income"`      // of all bonds
	Weighed        Share  `json:"weighed"`     // income times stake; with plain Yuma the income itself
	WeighedSum     Share  `json:"weighed_sum"` // of all validators
	Earned         Share  `json:"earned"`      // weighed over its sum: the dividend by bonds alone

	InformationShareU16 uint16  `json:"information_share_u16"` // part of a dividend that is kept as far as votes told news
	ReceiptShareU16     uint16  `json:"receipt_share_u16"`     // and as far as receipts were shown
	Correlation         float64 `json:"correlation"`           // of the news in its votes with that in the others', averaged; -1..1
	Information         Share   `json:"information"`           // how much of the information share it keeps
	Kept                Share   `json:"kept"`                  // of what bonds earned
	KeptSum             Share   `json:"kept_sum"`              // kept times earned, of all validators
	Dividend            Share   `json:"dividend"`              // kept times earned, over its sum

	ValidatorShare Share     `json:"validator_share"`    // part of the emission, as validator
	DividedRao     uint64    `json:"divided_rao,string"` // the emission, without the owner's cut
	ValidatorRao   uint64    `json:"validator_rao,string"`
	Validators     []Portion `json:"validators"` // all who share the dividends, the largest first
}

// Bond is a validator's part of one miner's income.
type Bond struct {
	UID       uint16 `json:"uid"`
	Hotkey    string `json:"hotkey"`
	Weight    Share  `json:"weight"` // the validator's vote
	Consensus Share  `json:"consensus"`
	Clipped   Share  `json:"clipped"`
	Buys      Share  `json:"buys"`   // the vote that bonds follow, after the penalty; plain Yuma, its part of the column
	Before    Share  `json:"before"` // the bond that was stored
	Speed     Share  `json:"speed"`  // how far the bond moves from before to buys
	Bond      Share  `json:"bond"`
	Part      Share  `json:"part"`      // of all bonds in the miner
	Incentive Share  `json:"incentive"` // of the miner
	Income    Share  `json:"income"`    // part times incentive
}

// Portion is one validator's part of the dividends.
type Portion struct {
	UID        uint16 `json:"uid"`
	Hotkey     string `json:"hotkey"`
	StakeShare Share  `json:"stake_share"`
	Income     Share  `json:"income"`
	Weighed    Share  `json:"weighed"`
	Earned     Share  `json:"earned"`
	Kept       Share  `json:"kept"`
	Dividend   Share  `json:"dividend"`
}

// Dividend explains what a neuron earns as a validator. The uid must exist.
func (r *Replay) Dividend(uid uint16) Dividend {
	p, out := r.Input.Params, r.out
	totals := r.bondTotals()
	x := Dividend{
		About: r.about("dividend", uid), Rule: r.rule(), KeepPPM: p.BondsMovingAveragePPM, PenaltyU16: p.BondsPenalty,
		StakeRao: r.Input.Stake[uid], StakeShare: Share(out.ActiveStake[uid]), ValidatorTrust: stored(out.ValidatorTrust[uid]),
		Bonds: r.bonds(uid, totals), Dividend: stored(out.Dividends[uid]),
		InformationShareU16: p.InformationShare, ReceiptShareU16: p.ReceiptShare, Information: Share(out.Information[uid]),
		Correlation: r.correlation(uid), ValidatorShare: Share(out.ValidatorShare[uid]), DividedRao: r.Input.Emission, ValidatorRao: out.ValidatorEmission[uid],
		Validators: []Portion{},
	}
	for i := range r.Neurons {
		v := r.portion(uint16(i), totals)
		x.WeighedSum += v.Weighed
		x.KeptSum += v.Kept.times(v.Earned)
		if uint16(i) == uid {
			x.Income, x.Weighed, x.Earned, x.Kept = v.Income, v.Weighed, v.Earned, v.Kept
		}
		if v.Weighed > 0 || v.Dividend > 0 {
			x.Validators = append(x.Validators, v)
		}
	}
	slices.SortStableFunc(x.Validators, func(a, b Portion) int { return cmp.Compare(b.Dividend, a.Dividend) })
	return x
}

// correlation is the moving average as a number between -1 and 1; its 30 bits fit.
func (r *Replay) correlation(uid uint16) float64 {
	if int(uid) >= len(r.out.Memory.Correlation) {
		return 0
	}
	return float64(r.out.Memory.Correlation[uid]) / (1 << 30)
}

// kept is what information and receipts leave of a dividend.
func (r *Replay) kept(uid uint16) Share {
	p := r.Input.Params
	information := fixed.FracFromU16(p.InformationShare)
	lost := information.Mul(r.out.Information[uid].Complement())
	if receipts := r.Input.Receipts; receipts != nil {
		shown := fixed.Frac(0)
		if int(uid) < len(receipts) {
			shown = receipts[uid].Clamp()
		}
		lost += min(fixed.FracFromU16(p.ReceiptShare), information.Complement()).Mul(shown.Complement())
	}
	return Share(lost.Complement())
}

func (r *Replay) rule() string {
	switch p := r.Input.Params; {
	case p.Yuma3 && p.LiquidAlpha:
		return "liquid"
	case p.Yuma3:
		return "yuma3"
	}
	return "plain"
}

// bondTotals adds up the bonds in each neuron.
func (r *Replay) bondTotals() []fixed.Wide {
	totals := make([]fixed.Wide, len(r.Neurons))
	for _, row := range r.trace.Bonds {
		for _, c := range row {
			totals[c.UID] = totals[c.UID].Add(fixed.Wide{Lo: uint64(c.Value)})
		}
	}
	return totals
}

// part is a bond's part of all bonds in its neuron.
func part(bond Share, total fixed.Wide) Share {
	return Share(fixed.FracOfWide(fixed.Wide{Lo: uint64(bond)}, total))
}

func (r *Replay) portion(uid uint16, totals []fixed.Wide) Portion {
	v := Portion{UID: uid, Hotkey: r.Neurons[uid].Hotkey, StakeShare: Share(r.out.ActiveStake[uid]),
		Earned: Share(r.trace.Earned[uid]), Kept: r.kept(uid), Dividend: stored(r.out.Dividends[uid])}
	for _, c := range r.trace.Bonds[uid] {
		v.Income += part(Share(c.Value), totals[c.UID]).times(Share(r.out.Incentive[c.UID]))
	}
	v.Weighed = v.Income
	if r.Input.Params.Yuma3 {
		v.Weighed = v.Income.times(v.StakeShare)
	}
	return v
}

func (r *Replay) bonds(uid uint16, totals []fixed.Wide) []Bond {
	t, list := r.trace, []Bond{}
	for j := range uint16(len(r.Neurons)) {
		b := Bond{
			UID: j, Hotkey: r.Neurons[j].Hotkey, Weight: cell(t.Weights[uid], j), Consensus: stored(r.out.Consensus[j]),
			Clipped: cell(t.Clipped[uid], j), Buys: cell(t.BondsDelta[uid], j), Before: cell(t.BondsBefore[uid], j),
			Bond: cell(t.Bonds[uid], j), Incentive: stored(r.out.Incentive[j]), Speed: r.speed(uid, j),
		}
		if b.Weight == 0 && b.Before == 0 && b.Bond == 0 {
			continue
		}
		b.Part = part(b.Bond, totals[j])
		b.Income = b.Part.times(Share(r.out.Incentive[j]))
		list = append(list, b)
	}
	slices.SortStableFunc(list, func(a, b Bond) int { return cmp.Or(cmp.Compare(b.Income, a.Income), cmp.Compare(b.Bond, a.Bond)) })
	return list
}

// speed is how far a bond moves towards its vote in an epoch.
func (r *Replay) speed(uid, column uint16) Share {
	if r.trace.Speeds[uid] != nil {
		return cell(r.trace.Speeds[uid], column)
	}
	const million = 1_000_000
	return Share(fixed.FracNear(uint64(min(r.Input.Params.BondsMovingAveragePPM, million)), million).Complement())
}
