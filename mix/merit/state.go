package merit

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
)

// MaxStateBytes bounds what Parse reads.
const MaxStateBytes = 1 << 20

// ErrState marks bytes that are no State.
var ErrState = errors.New("not a state of merit")

const (
	layout        = 2  // of the bytes of a State
	forgetAfter   = 50 // panels without an answer, after which a version must begin again
	mostPanels    = 1 << 30
	maxNeighbours = 20 // a version remembers distances to
)

// State is what is remembered from panel to panel: of each miner which version of its behaviour is being judged. It
// holds no positions and no answers: about 1 KiB per miner, and 150 KiB of what was learnt of whom to believe and of how
// answers go together. The zero value is one that has seen nothing.
type State struct {
	Layout   int
	Height   int64 // of the last panel
	Versions []version
	Gate     memory
	Ties     []ties // of the latest panels
}

// version is a miner's behaviour while it stays what it is.
type version struct {
	ID, Owner, Model string
	Since            int64   // as the panel had it
	Begun            int64   // height from which it counts
	Rise             float64 // how much it changed when it began: among those that begin together, who moved less is earlier
	Toward           string  // whose answers it came near to when it began; may be empty
	Quarrel          quarrel
	Admitted         bool
	Seated           bool   // the version before it was admitted
	Marginal         sample // bits it tells beyond its prior art, over its panels
	Skill            sample // bits by which it beat the public model when it began
	Apart            sample // the same without those who may have turned into it
	Paid             sample // its share of the pay, while it had no quarrel
	Near             []neighbour
	Held             []string // miners whose answers were held against it while it was on probation
	Panels           int      // that it answered
	Silent           int      // panels without an answer, less those with one
	Gone             int      // panels without an answer in a row
}

// neighbour is how far another version's answers were when both were first seen together.
type neighbour struct {
	ID    string // empty for the public model
	Begun int64
	Bits  float64
}

// earlier says whether v was there before w.
func (v *version) earlier(w *version) bool {
	switch {
	case v.Begun != w.Begun:
		return v.Begun < w.Begun
	case v.Rise != w.Rise:
		return v.Rise < w.Rise
	case v.Since != w.Since:
		return v.Since < w.Since
	}
	return v.ID < w.ID
}

// Parse reads what Bytes wrote. No bytes at all are a new State.
func Parse(raw []byte) (*State, error) {
	if len(raw) == 0 {
		return &State{Layout: layout}, nil
	}
	if len(raw) > MaxStateBytes {
		return nil, fmt.Errorf("%w: %d bytes, the most is %d", ErrState, len(raw), MaxStateBytes)
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	s := &State{}
	if err := d.Decode(s); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrState, err)
	}
	if d.More() {
		return nil, fmt.Errorf("%w: something follows it", ErrState)
	}
	return s, s.check()
}

func (s *State) check() error {
	if s.Layout != layout {
		return fmt.Errorf("%w: layout %d, want %d", ErrState, s.Layout, layout)
	}
	if len(s.Versions) > 2*MaxMiners {
		return fmt.Errorf("%w: %d versions, the most is %d", ErrState, len(s.Versions), 2*MaxMiners)
	}
	if err := s.Gate.check(); err != nil {
		return err
	}
	if len(s.Ties) > remembered || slices.ContainsFunc(s.Ties, func(t ties) bool { return !t.valid() }) {
		return fmt.Errorf("%w: its ties are not sane", ErrState)
	}
	seen := map[string]bool{}
	for i := range s.Versions {
		v := &s.Versions[i]
		switch {
		case v.ID == "" || max(len(v.ID), len(v.Owner), len(v.Model), len(v.Toward)) > maxName || seen[v.ID]:
			return fmt.Errorf("%w: version %d has no name of its own", ErrState, i)
		case len(v.Near) > maxNeighbours || len(v.Held) > mostPrior+mostPending || min(v.Panels, v.Silent, v.Gone) < 0 || max(v.Panels, v.Silent, v.Gone) > mostPanels:
			return fmt.Errorf("%w: version of %s is out of bounds", ErrState, v.ID)
		case !v.Quarrel.valid() || !v.Marginal.valid() || !v.Skill.valid() || !v.Paid.valid() || !v.Apart.valid() || !(math.Abs(v.Rise) < 1e6):
			return fmt.Errorf("%w: version of %s has no sane figures", ErrState, v.ID)
		}
		seen[v.ID] = true
	}
	return nil
}

func (s sample) valid() bool {
	return s.N >= 0 && s.N <= mostPanels && s.Var >= 0 && s.Var < 1e6 && math.Abs(s.Mean) < 1e6
}

// Bytes is the State for Parse. The same State gives the same bytes.
func (s *State) Bytes() ([]byte, error) {
	s.Layout = layout
	raw, err := json.Marshal(s)
	if err != nil {
		return nil, fmt.Errorf("write state of merit: %w", err)
	}
	if len(raw) > MaxStateBytes {
		return nil, fmt.Errorf("write state of merit: %d bytes, the most is %d", len(raw), MaxStateBytes)
	}
	return raw, nil
}

func (s *State) find(id string) *version {
	for i := range s.Versions {
		if s.Versions[i].ID == id {
			return &s.Versions[i]
		}
	}
	return nil
}
