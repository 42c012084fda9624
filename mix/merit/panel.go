package merit

import (
	"errors"
	"fmt"
	"slices"
)

// Bounds of a Panel: what is larger would cost more than an epoch has.
const (
	MaxMiners    = 256
	MaxPositions = 1 << 16
	MaxPrior     = 64
	maxName      = 128 // bytes of an ID, an owner or a model
)

// leastPassages is how many passages a standard error needs to mean something.
const leastPassages = 8

// ErrPanel marks a panel that cannot be judged. It is its maker's fault and never a miner's.
var ErrPanel = errors.New("panel cannot be judged")

// Panel is what one exam measured: at many positions of fresh text, what everybody gave the byte that came.
type Panel struct {
	Height    int64 // of the chain when it was taken; it rises from panel to panel
	Positions []Position
	Base      []float64 // likelihoods of the public model that everybody could answer with, by position
	Miners    []Miner
	Prior     []Artifact // published before this epoch
	// Derive, as of Derivations, is asked about those against whom somebody is to be let in. It may be nil, but then who
	// tempers another's answers, or multiplies several, passes for new.
	Derive Deriver
	Cache  *Cache // of a laboratory; else nil
}

// Position is a place in a text. Positions of a passage are not independent: standard errors go by passages.
type Position struct {
	Context []byte // what precedes; the last 64 bytes are heeded
	Passage int
}

// Miner is one that was asked.
type Miner struct {
	ID    string // its hotkey
	Owner string // its coldkey; empty when unknown, and then it is its own
	// Model names what it says it answers with, a digest for one; another name begins another version. May be empty.
	Model string
	// Since is the height at which it was registered, or committed Model if that was later.
	Since int64
	// Likelihoods are what it gave the byte that came, by position; nil when it did not answer. What is no probability
	// counts as zero, and zero costs at most 18 bits.
	Likelihoods []float64
}

// Artifact is a published model that is not, or no longer, anyone's answer.
type Artifact struct {
	Owner       string // as in Miner, or the ID where the owner is unknown
	Since       int64
	Likelihoods []float64
}

// Member is one of a panel's answers: Miners[Index], or Prior[Index].
type Member struct {
	Prior bool
	Index int
}

func (m Miner) owner() string {
	if m.Owner == "" {
		return m.ID
	}
	return m.Owner
}

func (p *Panel) check() error {
	switch n := len(p.Positions); {
	case n == 0 || n > MaxPositions:
		return fmt.Errorf("%w: %d positions, want 1 to %d", ErrPanel, n, MaxPositions)
	case len(p.Base) != n:
		return fmt.Errorf("%w: the public model answered at %d of %d positions", ErrPanel, len(p.Base), n)
	case len(p.Miners) > MaxMiners:
		return fmt.Errorf("%w: %d miners, the most is %d", ErrPanel, len(p.Miners), MaxMiners)
	case len(p.Prior) > MaxPrior:
		return fmt.Errorf("%w: %d older artifacts, the most is %d", ErrPanel, len(p.Prior), MaxPrior)
	}
	if c := p.Cache; c != nil && c.contexts != nil && len(c.contexts) != len(p.Positions) {
		return fmt.Errorf("%w: %d positions with a cache of %d", ErrPanel, len(p.Positions), len(c.contexts))
	}
	if n := len(passagesOf(p.Positions)); n < leastPassages {
		return fmt.Errorf("%w: %d passages, want %d", ErrPanel, n, leastPassages)
	}
	return p.checkMembers()
}

func (p *Panel) checkMembers() error {
	seen := map[string]bool{}
	for i, m := range p.Miners {
		switch {
		case m.ID == "" || max(len(m.ID), len(m.Owner), len(m.Model)) > maxName:
			return fmt.Errorf("%w: miner %d has names of %d, %d and %d bytes, want an ID and at most %d", ErrPanel, i,
				len(m.ID), len(m.Owner), len(m.Model), maxName)
		case seen[m.ID]:
			return fmt.Errorf("%w: miner %s is there twice", ErrPanel, m.ID)
		case m.Likelihoods != nil && len(m.Likelihoods) != len(p.Positions):
			return fmt.Errorf("%w: miner %s has %d likelihoods for %d positions", ErrPanel, m.ID, len(m.Likelihoods), len(p.Positions))
		}
		seen[m.ID] = true
	}
	for i, a := range p.Prior {
		if len(a.Likelihoods) != len(p.Positions) {
			return fmt.Errorf("%w: older artifact %d has %d likelihoods for %d positions", ErrPanel, i, len(a.Likelihoods), len(p.Positions))
		}
	}
	return nil
}

// ignorance is the part of every answer that is made uniform, so that no position decides a score: a hostile 0 costs 18
// bits, and an honest answer 0.0014.
const ignorance = 1e-3

// tame makes column a copy of likelihoods that are all between ignorance/256 and 1.
func tame(likelihoods []float64) []float64 {
	column := make([]float64, len(likelihoods))
	for i, p := range likelihoods {
		if !(p >= 0 && p <= 1) { // NaN compares false
			p = 0
		}
		column[i] = float64(p*(1-ignorance)) + ignorance/256
	}
	return column
}

// passagesOf lists the positions of each passage, in the order of their first ones.
func passagesOf(positions []Position) [][]int32 {
	at := map[int]int{}
	var list [][]int32
	for i, p := range positions {
		k, ok := at[p.Passage]
		if !ok {
			k = len(list)
			at[p.Passage] = k
			list = append(list, nil)
		}
		list[k] = append(list[k], int32(i))
	}
	return slices.Clip(list)
}
