package explain

import (
	"cmp"
	"slices"

	"github.com/dendra-net/dendra/fixed"
)

// Pool is what decides how a hotkey's income is shared behind it.
type Pool struct {
	TakeU16 uint16   // that the owner keeps of dividends, within what the chain allows
	Holders []Holder // who holds the pool after the epoch
}

// Holder is a coldkey with stake behind a hotkey.
type Holder struct {
	Coldkey  string `json:"coldkey"`
	StakeRao uint64 `json:"stake_rao,string"`
}

// Emission says what an epoch had to pay, how it was divided, and to whom a neuron's part went.
type Emission struct {
	About
	PendingRao    uint64 `json:"pending_rao,string"` // all that waited
	OwnerCutU16   uint16 `json:"owner_cut_u16"`
	Owner         string `json:"owner"`            // coldkey; empty when the subnet has none
	OwnerRao      uint64 `json:"owner_rao,string"` // paid to it
	Carried       bool   `json:"carried"`          // nobody earned incentive: all of it waits for the next epoch
	DividedRao    uint64 `json:"divided_rao,string"`
	MinersRao     uint64 `json:"miners_rao,string"` // the two sides
	ValidatorsRao uint64 `json:"validators_rao,string"`

	Server    Part     `json:"server"` // the neuron's pay as miner
	Validator Part     `json:"validator"`
	PaidRao   uint64   `json:"paid_rao,string"`
	PaidShare Share    `json:"paid_share"` // of what was divided
	To        To       `json:"to"`
	Earners   []Earner `json:"earners"` // all who were paid, the best paid first
}

// Part is how a share of the emission became rao.
type Part struct {
	Share    Share  `json:"share"`
	FloorRao uint64 `json:"floor_rao,string"` // share times emission over the sum of shares, rounded down
	ExtraRao uint64 `json:"extra_rao,string"` // 1 when its remainder was among the largest
	Rao      uint64 `json:"rao,string"`
}

// To is who got a neuron's pay. All of it is staked behind the hotkey at once.
type To struct {
	Coldkey       string   `json:"coldkey"`
	MinerRao      uint64   `json:"miner_rao,string"` // to the coldkey
	TakeU16       uint16   `json:"take_u16"`
	TakeRao       uint64   `json:"take_rao,string"`       // to the coldkey, of the dividends
	UnsharedRao   uint64   `json:"unshared_rao,string"`   // to the coldkey, because nobody had stake to share with
	ColdkeyRao    uint64   `json:"coldkey_rao,string"`    // the three together
	DelegatorsRao uint64   `json:"delegators_rao,string"` // to all who had stake behind the hotkey, in proportion, its coldkey too
	PoolRao       uint64   `json:"pool_rao,string"`       // stake behind the hotkey before
	Holders       []Holder `json:"holders"`               // and who holds it after, the largest first
}

// Earner is a neuron that was paid.
type Earner struct {
	UID          uint16 `json:"uid"`
	Hotkey       string `json:"hotkey"`
	ServerRao    uint64 `json:"server_rao,string"`
	ValidatorRao uint64 `json:"validator_rao,string"`
	Rao          uint64 `json:"rao,string"`
}

// Emission explains what a neuron was paid. The uid must exist.
func (r *Replay) Emission(uid uint16, pool Pool) Emission {
	out := r.out
	x := Emission{
		About: r.about("emission", uid), PendingRao: r.PendingRao, OwnerCutU16: r.OwnerCut, Owner: r.Owner, Carried: out.Carry,
		DividedRao: r.Input.Emission, Earners: []Earner{}, PaidRao: out.Emission[uid], PaidShare: Share(fixed.FracOf(out.Emission[uid], r.Input.Emission)),
	}
	if !out.Carry {
		x.OwnerRao = r.OwnerRao
	}
	for i := range r.Neurons {
		e := Earner{uint16(i), r.Neurons[i].Hotkey, out.ServerEmission[i], out.ValidatorEmission[i], out.Emission[i]}
		x.MinersRao += e.ServerRao
		x.ValidatorsRao += e.ValidatorRao
		if e.Rao > 0 {
			x.Earners = append(x.Earners, e)
		}
	}
	slices.SortStableFunc(x.Earners, func(a, b Earner) int { return cmp.Compare(b.Rao, a.Rao) })
	sum := r.shareSum()
	x.Server = r.part(out.ServerShare[uid], out.ServerEmission[uid], sum)
	x.Validator = r.part(out.ValidatorShare[uid], out.ValidatorEmission[uid], sum)
	x.To = r.to(uid, pool)
	return x
}

// shareSum is what the emission is divided by: one, less what truncation took.
func (r *Replay) shareSum() (sum uint64) {
	for i := range r.Neurons {
		sum += uint64(r.out.ServerShare[i]) + uint64(r.out.ValidatorShare[i])
	}
	return sum
}

func (r *Replay) part(share fixed.Frac, paid, sum uint64) Part {
	p := Part{Share: Share(share), Rao: paid}
	if paid > 0 && sum > 0 {
		p.FloorRao = min(paid, fixed.MulDiv(uint64(share), r.Input.Emission, sum))
		p.ExtraRao = paid - p.FloorRao
	}
	return p
}

// to follows the pay of a neuron as x/stake books it (R-STAKE-6).
func (r *Replay) to(uid uint16, pool Pool) To {
	miner, validator := r.out.ServerEmission[uid], r.out.ValidatorEmission[uid]
	t := To{
		Coldkey: r.Neurons[uid].Coldkey, MinerRao: miner, TakeU16: pool.TakeU16, TakeRao: fixed.MulDiv(validator, uint64(pool.TakeU16), 65535),
		PoolRao: r.StakeRao[uid], Holders: append([]Holder{}, pool.Holders...),
	}
	rest := validator - t.TakeRao
	if t.PoolRao == 0 {
		t.UnsharedRao = rest
	} else {
		t.DelegatorsRao = rest
	}
	t.ColdkeyRao = t.MinerRao + t.TakeRao + t.UnsharedRao
	slices.SortStableFunc(t.Holders, func(a, b Holder) int {
		return cmp.Or(cmp.Compare(b.StakeRao, a.StakeRao), cmp.Compare(a.Coldkey, b.Coldkey))
	})
	return t
}
