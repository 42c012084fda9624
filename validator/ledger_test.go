package validator

import (
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/dendra-net/dendra/neuron"
)

var aVote = neuron.Vote{UIDs: []uint16{1}, Generations: []uint32{0}, Weights: []uint16{65535}}

func wish(epoch uint64, before int64) *Wish { return &Wish{Epoch: epoch, Before: before, Vote: aVote} }

func TestDecide(t *testing.T) {
	view := View{Height: 12, Epoch: 3, NextEpoch: 20, CommitReveal: true, RevealEpochs: 1, RateLimit: 5, Permit: true}
	sealed := Commitment{Vote: aVote, Hash: [32]byte{1}, Epoch: 3, Before: 1, EpochEnd: 20}
	landed := sealed
	landed.Landed = true
	older := Commitment{Vote: aVote, Hash: [32]byte{2}, Epoch: 2, Before: 1, EpochEnd: 10, Landed: true}
	for name, c := range map[string]struct {
		ledger Ledger
		change func(*View)
		act    Act
		at     int64
	}{
		"nothing measured":           {Ledger{}, nil, Idle, 0},
		"wish of another epoch":      {Ledger{Wish: wish(2, 8)}, nil, Idle, 0},
		"seal a wish":                {Ledger{Wish: wish(3, 11)}, nil, Seal, 0},
		"send a sealed commit":       {Ledger{Wish: wish(3, 11), Commits: []Commitment{sealed}}, nil, Commit, 0},
		"commit is on the chain":     {Ledger{Wish: wish(3, 11), Commits: []Commitment{landed}}, nil, Idle, 0},
		"reveal before all":          {Ledger{Wish: wish(3, 11), Commits: []Commitment{older, sealed}}, nil, Reveal, 0},
		"not this epoch's commit":    {Ledger{Commits: []Commitment{landed}}, nil, Idle, 0},
		"reveal two epochs later":    {Ledger{Commits: []Commitment{older}}, func(v *View) { v.RevealEpochs = 2 }, Idle, 0},
		"set in the open":            {Ledger{Wish: wish(3, 11)}, func(v *View) { v.CommitReveal = false }, Set, 0},
		"set is on the chain":        {Ledger{Wish: wish(3, 11)}, func(v *View) { v.CommitReveal = false; v.LastUpdate = 12 }, Idle, 0},
		"no permit":                  {Ledger{Wish: wish(3, 11)}, func(v *View) { v.Permit = false }, Blocked, 21},
		"no permit, but a reveal":    {Ledger{Commits: []Commitment{older}}, func(v *View) { v.Permit = false }, Reveal, 0},
		"within the rate limit":      {Ledger{Wish: wish(3, 11)}, func(v *View) { v.LastUpdate = 9 }, Blocked, 14},
		"rate limit just over":       {Ledger{Wish: wish(3, 11)}, func(v *View) { v.LastUpdate = 7 }, Seal, 0},
		"too late in the epoch":      {Ledger{Wish: wish(3, 11)}, func(v *View) { v.Height = 19 }, Blocked, 21},
		"the last block that counts": {Ledger{Wish: wish(3, 11)}, func(v *View) { v.Height = 18 }, Seal, 0},
		"a sealed commit waits too":  {Ledger{Wish: wish(3, 11), Commits: []Commitment{sealed}}, func(v *View) { v.LastUpdate = 9 }, Blocked, 14},
	} {
		t.Run(name, func(t *testing.T) {
			v := view
			if c.change != nil {
				c.change(&v)
			}
			step := c.ledger.Decide(v)
			require.Equal(t, c.act, step.Act, step.Why)
			require.Equal(t, c.at, step.NotBefore)
			if step.Act == Idle || step.Act == Blocked {
				require.NotEmpty(t, step.Why)
			}
		})
	}
}

func TestObserve(t *testing.T) {
	view := View{Height: 22, Epoch: 4, NextEpoch: 30, CommitReveal: true, RevealEpochs: 1, LastUpdate: 15}
	made := Commitment{Vote: aVote, Epoch: 3, Before: 1, EpochEnd: 20}
	for name, c := range map[string]struct {
		ledger Ledger
		change func(*View)
		left   int
		epoch  uint64
		says   string
		bad    bool
	}{
		"landed in its epoch":          {Ledger{Commits: []Commitment{made}}, nil, 1, 3, "on the chain since block 15", false},
		"slipped into the next":        {Ledger{Commits: []Commitment{made}}, func(v *View) { v.LastUpdate = 21 }, 1, 4, "commit of epoch 4", false},
		"late, but the epoch was long": {Ledger{Commits: []Commitment{made}}, func(v *View) { v.LastUpdate, v.Epoch = 21, 3 }, 1, 3, "commit of epoch 3", false},
		"never landed":                 {Ledger{Commits: []Commitment{made}}, func(v *View) { v.LastUpdate = 1 }, 0, 0, "never reached", true},
		"window missed":                {Ledger{Commits: []Commitment{made}}, func(v *View) { v.Epoch = 5 }, 0, 0, "not seen revealed in epoch 4", true},
		"still on its way":             {Ledger{Commits: []Commitment{made}}, func(v *View) { v.Epoch, v.LastUpdate = 3, 1 }, 1, 3, "", false},
		"wish not met":                 {Ledger{Wish: wish(3, 16)}, nil, 0, 0, "weights of epoch 3 did not get on the chain", true},
		"wish met in the open":         {Ledger{Wish: wish(3, 14)}, nil, 0, 0, "", false},
		"wish still wanted":            {Ledger{Wish: wish(4, 21)}, nil, 0, 0, "", false},
	} {
		t.Run(name, func(t *testing.T) {
			v := view
			if c.change != nil {
				c.change(&v)
			}
			got, notes := c.ledger.Observe(v)
			require.Len(t, got.Commits, c.left)
			if c.left > 0 {
				require.Equal(t, c.epoch, got.Commits[0].Epoch)
			}
			if c.says == "" {
				require.Empty(t, notes)
				return
			}
			last := notes[len(notes)-1]
			require.Contains(t, last.Text, c.says)
			require.Equal(t, c.bad, last.Bad)
		})
	}
}

// toyChain is the chain's side of R-WEIGHTS-3 and R-WEIGHTS-4 for one validator.
type toyChain struct {
	height, tempo, rate, last int64
	revealEpochs              uint64
	commits                   map[[32]byte]uint64 // epoch of each unrevealed one
	revealed                  map[uint64]int      // reveals by epoch committed
	committed                 map[uint64]int
	expired                   int
}

func (c *toyChain) epoch() uint64 { return uint64((c.height - 1) / c.tempo) } // of block height

func (c *toyChain) view() View {
	epoch := uint64(c.height / c.tempo) // of the next block
	return View{
		Height: c.height, Epoch: epoch, NextEpoch: int64(epoch+1) * c.tempo, CommitReveal: true,
		RevealEpochs: c.revealEpochs, RateLimit: c.rate, LastUpdate: c.last, Permit: true,
	}
}

// block makes the next block with at most one transaction and returns its error.
func (c *toyChain) block(tx func() error) error {
	c.height++
	for hash, e := range c.commits {
		if c.epoch() > e+c.revealEpochs {
			delete(c.commits, hash)
			c.expired++
		}
	}
	if tx == nil {
		return nil
	}
	return tx()
}

func (c *toyChain) commit(hash [32]byte) error {
	if c.last != 0 && c.height < c.last+max(c.rate, 1) {
		return fmt.Errorf("too soon: block %d, last %d, limit %d", c.height, c.last, c.rate)
	}
	c.last = c.height
	c.commits[hash] = c.epoch()
	c.committed[c.epoch()]++
	return nil
}

func (c *toyChain) reveal(hash [32]byte) error {
	e, there := c.commits[hash]
	if !there {
		return errors.New("no such commit")
	}
	if c.epoch() != e+c.revealEpochs {
		return fmt.Errorf("committed in epoch %d, now %d", e, c.epoch())
	}
	delete(c.commits, hash)
	c.revealed[e]++
	return nil
}

// crashing runs the ledger against the toy chain. At each step the process may be killed before sending, after the
// block took the message but before that is noted, or the message may be lost; what is on disk survives.
type crashing struct {
	chain    *toyChain
	disk     Ledger
	next     byte
	refused  []string
	careful  bool // no faults any more
	pick     func(string, int) int
	lostAcks int
}

func (s *crashing) turn() {
	v := s.chain.view()
	s.disk, _ = s.disk.Observe(v)
	if s.disk.Wish == nil && s.disk.commitOf(v.Epoch) == nil && v.Height%s.chain.tempo > s.chain.tempo/2 {
		s.disk.Wish = wish(v.Epoch, v.LastUpdate)
	}
	step := s.disk.Decide(v)
	if step.Act == Seal {
		s.next++
		s.disk = s.disk.withCommit(Commitment{Vote: step.Vote, Hash: [32]byte{s.next}, Epoch: v.Epoch, Before: v.LastUpdate, EpochEnd: v.NextEpoch})
		step = s.disk.Decide(v)
	}
	fault := 0
	if !s.careful {
		fault = s.pick("fault", 4)
	}
	switch {
	case step.Act != Commit && step.Act != Reveal, fault == 1: // killed before sending
		s.chain.block(nil)
		return
	}
	err := s.chain.block(func() error {
		if step.Act == Commit {
			return s.chain.commit(step.Commitment.Hash)
		}
		return s.chain.reveal(step.Commitment.Hash)
	})
	switch {
	case err != nil && (step.Act == Commit || s.lostAcks == 0):
		s.refused = append(s.refused, err.Error())
	case err == nil && step.Act == Reveal && fault == 2:
		s.lostAcks++ // it will be sent again, and refused, until the epoch ends
	case err == nil && step.Act == Reveal:
		s.disk = s.disk.without(step.Commitment.Hash)
	}
}

// Whatever happens between disk and chain, each epoch sees at most one commit, the chain refuses no commit, and every
// commit on the chain is revealed once, in its epoch, if only the validator lives at some block of it.
func TestLedgerSurvivesCrashes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tempo := rapid.Int64Range(6, 30).Draw(t, "tempo")
		s := crashing{
			chain: &toyChain{
				tempo: tempo, rate: rapid.Int64Range(1, 2*tempo).Draw(t, "rate"), revealEpochs: rapid.Uint64Range(1, 3).Draw(t, "reveal epochs"),
				commits: map[[32]byte]uint64{}, revealed: map[uint64]int{}, committed: map[uint64]int{},
			},
			pick: func(what string, n int) int { return rapid.IntRange(0, n-1).Draw(t, what) },
		}
		for range 8 * tempo {
			// The first block of an epoch that owes a reveal passes without fault: the validator lives then.
			s.careful = s.chain.height%tempo < 2
			s.turn()
		}
		s.careful = true
		for range int64(s.chain.revealEpochs+1) * tempo {
			s.turn()
		}
		for epoch, n := range s.chain.committed {
			require.Equal(t, 1, n, "commits in epoch %d", epoch)
			if epoch+s.chain.revealEpochs < uint64(s.chain.height/tempo) {
				require.Equal(t, 1, s.chain.revealed[epoch], "reveals of epoch %d", epoch)
			}
		}
		require.Zero(t, s.chain.expired)
		require.Empty(t, s.refused)
		require.NotEmpty(t, s.chain.revealed)
	})
}
