package explain

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/dendra-net/dendra/fixed"
	"github.com/dendra-net/dendra/yuma"
)

// Replay is an epoch computed again, with its trace.
type Replay struct {
	Epoch

	out         yuma.Output
	trace       yuma.Trace
	differences []Difference
	more        int // differences beyond those that are listed
}

// Difference is a number of which chain and recomputation say different things.
type Difference struct {
	Field      string `json:"field"` // as the chain's Scores name it, or its other records
	UID        int    `json:"uid"`   // -1 for what is the subnet's
	Chain      string `json:"chain"`
	Recomputed string `json:"recomputed"`
}

// maxDifferences is how many differences are listed: one fault makes many.
const maxDifferences = 64

// Recompute runs the epoch again and compares all results with those that are stored.
func Recompute(e Epoch) *Replay {
	r := &Replay{Epoch: e.sound()}
	r.out, r.trace = yuma.EpochTraced(r.Input)
	r.compare()
	return r
}

// Equal reports whether the chain stored exactly what comes out here.
func (r *Replay) Equal() bool { return len(r.differences) == 0 }

// Differences lists where chain and recomputation differ, at most 64 places, and says how many more there are.
func (r *Replay) Differences() (list []Difference, more int) { return r.differences, r.more }

func (r *Replay) compare() {
	s, out := r.Stored, r.out
	owner, carried := r.OwnerRao, uint64(0)
	server, validator := out.ServerEmission, out.ValidatorEmission
	if out.Carry {
		owner, carried = 0, r.PendingRao
	}
	same(r, "owner_rao", -1, s.OwnerRao, owner)
	same(r, "carried_rao", -1, s.CarriedRao, carried)
	for uid := range r.Neurons {
		same(r, "stake_weight", uid, s.StakeWeight[uid], bits48(out.Stake[uid]))
		same(r, "consensus", uid, s.Consensus[uid], bits48(out.Consensus[uid]))
		same(r, "incentive", uid, s.Incentive[uid], bits48(out.Incentive[uid]))
		same(r, "dividend", uid, s.Dividend[uid], bits48(out.Dividends[uid]))
		same(r, "validator_trust", uid, s.ValidatorTrust[uid], bits48(out.ValidatorTrust[uid]))
		same(r, "server_rao", uid, s.ServerRao[uid], server[uid])
		same(r, "validator_rao", uid, s.ValidatorRao[uid], validator[uid])
		same(r, "permit", uid, s.Permit[uid], out.NewPermits[uid])
		same(r, "active", uid, s.Active[uid], out.Active[uid])
		r.sameRow("bonds", uid, s.Bonds[uid], out.Bonds[uid])
	}
	r.compareMemory(s.Memory, soundMemory(out.Memory, len(r.Neurons)))
	r.compareJury()
}

// compareMemory compares what the epoch left for the next one.
func (r *Replay) compareMemory(chain, here yuma.Memory) {
	for uid := range r.Neurons {
		same(r, "counted_rao", uid, r.Stored.CountedRao[uid], r.CountedRao[uid])
		same(r, "median", uid, chain.Median[uid], here.Median[uid])
		same(r, "average_consensus", uid, chain.Consensus[uid], here.Consensus[uid])
		same(r, "fast", uid, chain.Fast[uid], here.Fast[uid])
		same(r, "slow", uid, chain.Slow[uid], here.Slow[uid])
		same(r, "slowest", uid, chain.Slowest[uid], here.Slowest[uid])
		same(r, "before", uid, chain.Before[uid], here.Before[uid])
		same(r, "correlation", uid, chain.Correlation[uid], here.Correlation[uid])
		r.sameRow("average_votes", uid, chain.Votes[uid], here.Votes[uid])
	}
}

func (r *Replay) sameRow(field string, uid int, chain, here []yuma.Cell) {
	if !slices.Equal(chain, here) {
		r.differ(Difference{field, uid, rowText(chain), rowText(here)})
	}
}

func same[T comparable](r *Replay, field string, uid int, chain, recomputed T) {
	if chain != recomputed {
		r.differ(Difference{field, uid, fmt.Sprint(chain), fmt.Sprint(recomputed)})
	}
}

func (r *Replay) differ(d Difference) {
	if len(r.differences) == maxDifferences {
		r.more++
		return
	}
	r.differences = append(r.differences, d)
}

func bits48(f fixed.Frac) uint64 { return uint64(f.Q()) }

// rowText names a row by its size and sum, which is what a person can compare.
func rowText(row []yuma.Cell) string {
	var sum fixed.Wide
	for _, c := range row {
		sum = sum.Add(fixed.Wide{Lo: uint64(c.Value)})
	}
	return strconv.Itoa(len(row)) + " entries of " + strconv.FormatUint(sum.Shift(fixed.FracBits-fixed.QBits), 10) + "/2^48"
}

// About heads every explanation: whose number of which epoch it is, and whether the chain stored the same.
type About struct {
	About           string       `json:"about"` // "incentive", "dividend", "emission", "permit" or "prune"
	Netuid          uint16       `json:"netuid"`
	Epoch           uint64       `json:"epoch"`
	Height          int64        `json:"height"` // at whose end the epoch closed
	UID             uint16       `json:"uid"`
	Generation      uint32       `json:"generation"`
	Hotkey          string       `json:"hotkey"`
	Coldkey         string       `json:"coldkey"`
	Neurons         int          `json:"neurons"` // of the subnet
	EqualToChain    bool         `json:"equal_to_chain"`
	Differences     []Difference `json:"differences"`
	MoreDifferences int          `json:"more_differences"`
}

// Head returns what heads the explanation; all explanations have it.
func (a About) Head() About { return a }

func (r *Replay) about(what string, uid uint16) About {
	n := r.Neurons[uid]
	return About{
		About: what, Netuid: r.Netuid, Epoch: r.Index, Height: r.Height, UID: uid, Generation: n.Generation, Hotkey: n.Hotkey,
		Coldkey: n.Coldkey, Neurons: len(r.Neurons), EqualToChain: r.Equal(),
		Differences: append([]Difference{}, r.differences...), MoreDifferences: r.more,
	}
}

// Has reports whether the subnet had a neuron of that uid.
func (r *Replay) Has(uid int) bool { return uid >= 0 && uid < len(r.Neurons) }

// votingRao is all stake that votes.
func (r *Replay) votingRao() (sum uint64) {
	for _, v := range r.trace.Voters {
		sum += v
	}
	return sum
}

// cell returns a row's value for a uid, 0 where there is none.
func cell(row []yuma.Cell, uid uint16) Share {
	for _, c := range row {
		if c.UID == uid {
			return Share(c.Value)
		}
	}
	return 0
}
