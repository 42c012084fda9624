package explain

import (
	"cmp"
	"slices"
)

// Why a neuron has a permit after an epoch, or has none.
const (
	PermitAmongLargest = "among_the_largest" // its stake is among the max_validators largest
	PermitFairStart    = "fair_start"        // nobody has stake, and it was among the first to register
	PermitOutranked    = "outranked"         // others have more stake
	PermitTooLate      = "registered_later"  // nobody has stake, and others registered before it
	PermitBelowMinimum = "below_minimum"     // it has stake, but less than the subnet asks
	PermitNoStake      = "no_stake"
)

// Permit says who may vote in a subnet and why.
type Permit struct {
	About
	Permit bool   `json:"permit"` // from the next epoch on
	Reason string `json:"reason"`

	StakeRao     uint64 `json:"stake_rao,string"`     // behind its hotkey
	CountedRao   uint64 `json:"counted_rao,string"`   // of it, what counts: stake comes in by and by
	MinStakeRao  uint64 `json:"min_stake_rao,string"` // the subnet asks of its validators
	FairStart    bool   `json:"fair_start"`           // nobody has stake: the first to register have one voice each
	Seats        uint32 `json:"seats"`                // max_validators
	Rank         int    `json:"rank"`                 // by stake, from 1; 0 for who has none that counts
	Ranked       int    `json:"ranked"`               // neurons with stake that counts
	ThresholdRao uint64 `json:"threshold_rao,string"` // stake of the last seat; 0 while seats are free

	Held   bool `json:"held"`   // in the epoch that closed
	Voted  bool `json:"voted"`  // has weights in force: only a permit that was used counts
	Active bool `json:"active"` // voted recently enough
	Voice  bool `json:"voice"`  // its stake counted in the consensus of the epoch

	LastUpdate     uint64 `json:"last_update"` // height at which it voted or committed last; else that of its registration
	ActivityCutoff uint64 `json:"activity_cutoff"`
	Ranking        []Seat `json:"ranking"` // by stake, the largest first
}

// Seat is a neuron's place in the order of stake.
type Seat struct {
	Rank     int    `json:"rank"`
	UID      uint16 `json:"uid"`
	Hotkey   string `json:"hotkey"`
	StakeRao uint64 `json:"stake_rao,string"` // that counts
	Permit   bool   `json:"permit"`
	Held     bool   `json:"held"`
	Voted    bool   `json:"voted"`
}

// Permit explains who may vote. The uid must exist.
func (r *Replay) Permit(uid uint16) Permit {
	p := r.Input.Params
	x := Permit{
		About: r.about("permit", uid), Permit: r.out.NewPermits[uid], StakeRao: r.StakeRao[uid], CountedRao: r.CountedRao[uid], MinStakeRao: p.MinStake,
		FairStart: r.fairStart(), Seats: p.MaxValidators, Held: r.PermitHeld[uid], Voted: r.Input.Weights[uid] != nil,
		Active: r.out.Active[uid], Voice: r.trace.Voters[uid] > 0, LastUpdate: r.Input.LastUpdate[uid],
		ActivityCutoff: p.ActivityCutoff, Ranking: r.seats(),
	}
	x.Ranked = len(x.Ranking)
	for _, s := range x.Ranking {
		if s.UID == uid {
			x.Rank = s.Rank
		}
	}
	if x.Ranked >= int(x.Seats) && x.Seats > 0 {
		x.ThresholdRao = x.Ranking[x.Seats-1].StakeRao
	}
	x.Reason = r.permitReason(x)
	return x
}

// fairStart reports whether voices were given to who has no stake (R-WEIGHTS-9).
func (r *Replay) fairStart() bool { return !slices.Equal(r.CountedRao, r.Input.Stake) }

// seats orders the neurons with stake that counts; of equal stakes the higher uid comes first.
func (r *Replay) seats() []Seat {
	list := []Seat{}
	for i, stake := range r.Input.Stake {
		if stake > 0 && stake >= r.Input.Params.MinStake {
			list = append(list, Seat{UID: uint16(i), Hotkey: r.Neurons[i].Hotkey, StakeRao: stake, Permit: r.out.NewPermits[i],
				Held: r.PermitHeld[i], Voted: r.Input.Weights[i] != nil})
		}
	}
	slices.SortFunc(list, func(a, b Seat) int { return cmp.Or(cmp.Compare(b.StakeRao, a.StakeRao), cmp.Compare(b.UID, a.UID)) })
	for i := range list {
		list[i].Rank = i + 1
	}
	return list
}

func (r *Replay) permitReason(x Permit) string {
	switch {
	case x.Permit && x.FairStart:
		return PermitFairStart
	case x.Permit:
		return PermitAmongLargest
	case x.FairStart:
		return PermitTooLate
	case x.Rank > 0:
		return PermitOutranked
	case x.CountedRao > 0:
		return PermitBelowMinimum
	}
	return PermitNoStake
}
