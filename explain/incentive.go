package explain

import (
	"github.com/dendra-net/dendra/fixed"
)

// Incentive says why a neuron earns as a miner what it does.
type Incentive struct {
	About
	KappaU16  uint16 `json:"kappa_u16"`         // part of the voting stake that makes a majority
	VotingRao uint64 `json:"voting_rao,string"` // all stake that votes in the subnet
	NeedRao   uint64 `json:"need_rao,string"`   // majority of it

	VoteMemoryPPM uint32 `json:"vote_memory_ppm"` // of its average that a vote keeps each epoch; 0: votes count as they are

	// Votes are in the order in which the consensus counts them: the heaviest first.
	Votes   []Vote    `json:"votes"`
	Ignored []Ignored `json:"ignored"`

	Consensus Share `json:"consensus"` // largest weight a majority agrees on
	Prerank   Share `json:"prerank"`   // stake times weight, summed
	Rank      Share `json:"rank"`      // stake times clipped weight, summed
	RankSum   Share `json:"rank_sum"`  // of all neurons
	Trust     Share `json:"trust"`     // rank over prerank
	Incentive Share `json:"incentive"` // rank over the sum of ranks

	ServerShare Share  `json:"server_share"`       // part of the emission, as miner
	DividedRao  uint64 `json:"divided_rao,string"` // the emission, without the owner's cut
	ServerRao   uint64 `json:"server_rao,string"`
}

// Vote is one validator's weight for a neuron.
type Vote struct {
	UID        uint16 `json:"uid"`
	Hotkey     string `json:"hotkey"`
	StakeRao   uint64 `json:"stake_rao,string"` // with which it votes
	StakeShare Share  `json:"stake_share"`      // of all stake that votes
	Cast       Share  `json:"cast"`             // the vote in force, as a part of its row
	Weight     Share  `json:"weight"`           // what counts: the vote's average over epochs, or the vote itself
	HeldRao    uint64 `json:"held_rao,string"`  // stake of this vote and all heavier ones
	HeldShare  Share  `json:"held_share"`
	Line       bool   `json:"line"`    // here the majority is reached: this weight is the consensus
	Clipped    Share  `json:"clipped"` // the smaller of weight and consensus
	Cut        Share  `json:"cut"`     // what clipping took
	Rank       Share  `json:"rank"`    // what it adds: stake_share times clipped
}

// Why a vote that is in force does not count.
const (
	IgnoredNoPermit = "no_permit" // its author had no permit from the epoch before
	IgnoredInactive = "inactive"  // its author has not voted for too long
	IgnoredNoStake  = "no_stake"  // its author has no stake, or less than the subnet asks
	IgnoredSelf     = "self"      // it is for its own author
	IgnoredTooYoung = "too_young" // its neuron registered after its author last voted
)

// Ignored is a vote that does not count.
type Ignored struct {
	UID    uint16 `json:"uid"`
	Hotkey string `json:"hotkey"`
	Reason string `json:"reason"`
}

// Incentive explains what a neuron earns as a miner. The uid must exist.
func (r *Replay) Incentive(uid uint16) Incentive {
	out := r.out
	x := Incentive{
		About: r.about("incentive", uid), KappaU16: r.Input.Params.Kappa, VotingRao: r.votingRao(), NeedRao: r.trace.Need,
		VoteMemoryPPM: r.Input.Params.VoteMemoryPPM,
		Votes:         r.votes(uid), Ignored: r.ignored(uid), Consensus: stored(out.Consensus[uid]), Prerank: Share(out.Prerank[uid]),
		Rank: Share(out.Rank[uid]), Trust: Share(out.Trust[uid]), Incentive: stored(out.Incentive[uid]),
		ServerShare: Share(out.ServerShare[uid]), DividedRao: r.Input.Emission, ServerRao: out.ServerEmission[uid],
	}
	for _, rank := range out.Rank {
		x.RankSum += Share(rank)
	}
	return x
}

func (r *Replay) votes(uid uint16) []Vote {
	line, votes, total := r.trace.Ballots(uid), []Vote{}, r.votingRao()
	reached := false
	for _, b := range line {
		share, clipped := Share(r.out.ActiveStake[b.Voter]), Share(b.Clipped)
		v := Vote{
			UID: b.Voter, Hotkey: r.Neurons[b.Voter].Hotkey, StakeRao: b.Stake, StakeShare: share,
			Cast: cell(r.trace.Cast[b.Voter], uid), Weight: Share(b.Weight),
			HeldRao: b.Held, HeldShare: Share(fixed.FracOf(b.Held, total)), Clipped: clipped, Cut: Share(b.Weight) - clipped,
			Rank: share.times(clipped),
		}
		if b.Held >= r.trace.Need && !reached {
			v.Line, reached = true, true
		}
		votes = append(votes, v)
	}
	return votes
}

func (r *Replay) ignored(uid uint16) []Ignored {
	list := []Ignored{}
	for voter, row := range r.Input.Weights {
		for _, w := range row {
			if w.UID != uid || w.Value == 0 {
				continue
			}
			if reason := r.ignoredFor(voter, uid); reason != "" {
				list = append(list, Ignored{uint16(voter), r.Neurons[voter].Hotkey, reason})
			}
		}
	}
	return list
}

// ignoredFor says why a vote does not count, or nothing when it does.
func (r *Replay) ignoredFor(voter int, uid uint16) string {
	switch {
	case !r.Input.Permits[voter]:
		return IgnoredNoPermit
	case voter == int(uid):
		return IgnoredSelf
	case r.Input.RegisteredAt[uid] >= r.Input.LastUpdate[voter]:
		return IgnoredTooYoung
	case !r.out.Active[voter]:
		return IgnoredInactive
	case r.trace.Voters[voter] == 0:
		return IgnoredNoStake
	}
	return ""
}
