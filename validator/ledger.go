package validator

import (
	"fmt"
	"slices"

	"github.com/dendra-net/dendra/neuron"
)

// View is what the chain says that a vote depends on, as of one block.
type View struct {
	Height       int64
	Epoch        uint64 // that is running
	NextEpoch    int64  // height at whose end it closes
	CommitReveal bool
	RevealEpochs uint64
	RateLimit    int64 // blocks between two settings or commits
	LastUpdate   int64 // height of the validator's last setting or commit; 0: never
	Permit       bool
}

// Ledger is what a validator owes the chain: a vote for the running epoch, and the reveal of earlier commits. It is
// on disk before anything is sent.
type Ledger struct {
	Wish    *Wish        `json:"wish,omitempty"`
	Commits []Commitment `json:"commits,omitempty"`
}

// Wish is the vote that shall be on the chain for one epoch.
type Wish struct {
	Epoch  uint64      `json:"epoch"`
	Before int64       `json:"before"` // LastUpdate when it was made
	Vote   neuron.Vote `json:"vote"`
}

// Commitment is a vote whose hash was sent, or is about to be.
type Commitment struct {
	Vote     neuron.Vote `json:"vote"`
	Salt     [16]byte    `json:"salt"`
	Hash     [32]byte    `json:"hash"`
	Epoch    uint64      `json:"epoch"`     // it counts for: that of its making, until Landed shows another
	Before   int64       `json:"before"`    // LastUpdate when it was made, before it was sent
	EpochEnd int64       `json:"epoch_end"` // NextEpoch then
	Landed   bool        `json:"landed"`    // seen on the chain
	Measured uint64      `json:"measured"`  // epoch whose measures it is made of
}

// Note is something a person should know about a vote.
type Note struct {
	Bad  bool // something was lost
	Text string
}

// Observe takes in what the chain shows: which commits landed, which can no longer be revealed, whether the wish of
// an epoch gone by was met. It returns the ledger without what is settled.
//
// A LastUpdate that has grown since a commit was made proves that it landed, since nobody else holds the hotkey.
func (l Ledger) Observe(v View) (Ledger, []Note) {
	var notes []Note
	out := Ledger{Wish: l.Wish}
	for _, c := range l.Commits {
		if !c.Landed && v.LastUpdate > c.Before {
			c.Landed = true
			if v.LastUpdate > c.EpochEnd && v.Epoch > c.Epoch {
				c.Epoch++ // it slipped into the next epoch
			}
			notes = append(notes, Note{false, fmt.Sprintf("commit of epoch %d is on the chain since block %d", c.Epoch, v.LastUpdate)})
		}
		switch {
		case !c.Landed && v.Epoch > c.Epoch:
			notes = append(notes, Note{true, fmt.Sprintf("commit of epoch %d never reached the chain", c.Epoch)})
		case v.Epoch > c.Epoch+v.RevealEpochs:
			notes = append(notes, Note{true, fmt.Sprintf("commit of epoch %d was not seen revealed in epoch %d; the chain is at epoch %d", c.Epoch, c.Epoch+v.RevealEpochs, v.Epoch)})
		default:
			out.Commits = append(out.Commits, c)
		}
	}
	if w := l.Wish; w != nil && v.Epoch > w.Epoch {
		if !l.met(v) {
			notes = append(notes, Note{true, fmt.Sprintf("the weights of epoch %d did not get on the chain: last weights at block %d, epoch ended", w.Epoch, v.LastUpdate)})
		}
		out.Wish = nil
	}
	return out, notes
}

// met reports whether the wish is on the chain, or its commit on the way there.
func (l Ledger) met(v View) bool {
	if l.commitOf(l.Wish.Epoch) != nil {
		return true // Observe speaks of the commit itself
	}
	return v.LastUpdate > l.Wish.Before
}

func (l Ledger) commitOf(epoch uint64) *Commitment {
	for i := range l.Commits {
		if l.Commits[i].Epoch == epoch {
			return &l.Commits[i]
		}
	}
	return nil
}

// Act is what a validator has to do next for its votes.
type Act int

// The acts of a validator.
const (
	Idle    Act = iota // nothing to do
	Blocked            // something to do, not now
	Set                // send the wish in the open
	Seal               // make a commitment of the wish and write it down
	Commit             // send a commitment's hash
	Reveal             // send a commitment's vote
)

// Step is an act with what it is about.
type Step struct {
	Act        Act
	Vote       neuron.Vote // for Set and Seal
	Commitment Commitment  // for Commit and Reveal
	NotBefore  int64       // for Blocked: first height at which to try again
	Why        string      // for Idle and Blocked
}

// Decide says what to do next. It must have Observed v. It changes nothing and knows no time but the chain's.
func (l Ledger) Decide(v View) Step {
	for _, c := range l.Commits {
		if c.Landed && v.Epoch == c.Epoch+v.RevealEpochs {
			return Step{Act: Reveal, Commitment: c}
		}
	}
	if l.Wish == nil || l.Wish.Epoch != v.Epoch {
		return Step{Act: Idle, Why: "no vote made for this epoch"}
	}
	step := Step{Act: Set, Vote: l.Wish.Vote}
	if !v.CommitReveal && v.LastUpdate > l.Wish.Before {
		return Step{Act: Idle, Why: fmt.Sprintf("weights on the chain since block %d", v.LastUpdate)}
	}
	if v.CommitReveal {
		step.Act = Seal
		if c := l.commitOf(v.Epoch); c != nil {
			if c.Landed {
				return Step{Act: Idle, Why: "commit on the chain"}
			}
			step = Step{Act: Commit, Commitment: *c}
		}
	}
	if blocked := v.blocked(); blocked.Act == Blocked {
		return blocked
	}
	return step
}

// blocked says why a vote sent now would be refused or would count for the wrong epoch. A message lands in the next
// block at the earliest, but is judged at the door by the height of the last one.
func (v View) blocked() Step {
	switch {
	case !v.Permit:
		return Step{Act: Blocked, NotBefore: v.NextEpoch + 1, Why: "no permit: the largest stakes get one at the end of an epoch"}
	case v.LastUpdate > 0 && v.Height < v.LastUpdate+v.RateLimit:
		at := v.LastUpdate + v.RateLimit
		return Step{Act: Blocked, NotBefore: at, Why: fmt.Sprintf("rate limit of %d blocks since block %d", v.RateLimit, v.LastUpdate)}
	case v.Height+1 >= v.NextEpoch:
		return Step{Act: Blocked, NotBefore: v.NextEpoch + 1, Why: "the epoch closes before it could land"}
	}
	return Step{}
}

// withCommit returns the ledger with c added.
func (l Ledger) withCommit(c Commitment) Ledger {
	l.Commits = append(slices.Clone(l.Commits), c)
	return l
}

// without returns the ledger with the commitment of that hash removed.
func (l Ledger) without(hash [32]byte) Ledger {
	l.Commits = slices.DeleteFunc(slices.Clone(l.Commits), func(c Commitment) bool { return c.Hash == hash })
	return l
}

// Settled returns the epoch below which every vote is open on the chain, or will never be: none of them is given away
// by showing what it was made of. The running epoch is not settled.
func (l Ledger) Settled(running uint64) uint64 {
	bound := running
	if l.Wish != nil {
		bound = min(bound, l.Wish.Epoch)
	}
	for _, c := range l.Commits {
		bound = min(bound, c.Measured)
	}
	return bound
}
