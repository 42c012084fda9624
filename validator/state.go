package validator

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"

	"github.com/dendra-net/dendra/evidence"
	"github.com/dendra-net/dendra/internal/durable"
	"github.com/dendra-net/dendra/internal/jsonbound"
	"github.com/dendra-net/dendra/neuron"
	"github.com/dendra-net/dendra/validator/scoring"
)

// ErrState marks a state file that cannot be this validator's: corrupt, of another hotkey or chain, or in use by a
// second process.
var ErrState = errors.New("bad validator state")

const (
	stateFormat   = "dendra validator state"
	stateVersion  = 1
	maxStateBytes = 16 << 20
	maxFigure     = 1e9 // of a standing: above it arithmetic of epochs could leave what a file can hold
)

// stateLimits bound what a state takes in memory.
var stateLimits = jsonbound.Limits{Bytes: maxStateBytes, Objects: 1 << 18, Elements: 1 << 18}

// State is what a validator keeps on disk between blocks. Package validator alone writes it; others may read it.
type State struct {
	Format  string         `json:"format"`
	Version int            `json:"version"`
	ChainID string         `json:"chain_id"`
	Netuid  uint16         `json:"netuid"`
	Hotkey  neuron.Address `json:"hotkey"`

	Height    int64              `json:"height"`           // newest block acted upon
	NextFold  uint64             `json:"next_fold"`        // first epoch whose measures are not in the standings yet
	Standings []scoring.Standing `json:"standings"`        // by hotkey, then generation
	Ledger    Ledger             `json:"ledger"`           // what is owed to the chain
	Memory    []byte             `json:"memory,omitempty"` // an examiner's, for its next exam
	Keep      []evidence.Digest  `json:"keep,omitempty"`   // what the last exam left on the shelf for it
}

// StatePath is where the validator of a subnet keeps its state.
func StatePath(dir string, netuid uint16) string {
	return filepath.Join(dir, fmt.Sprintf("validator-%d.json", netuid))
}

// LostMemoryPath is where a validator puts an examiner's memory that was damaged, in place of the one before.
func LostMemoryPath(dir string, netuid uint16) string {
	return filepath.Join(dir, fmt.Sprintf("validator-%d.lost-memory", netuid))
}

// ReadState reads a validator's state. The error is fs.ErrNotExist when there is none yet.
func ReadState(dir string, netuid uint16) (State, error) {
	s, _, err := readState(StatePath(dir, netuid))
	return s, err
}

func readState(path string) (State, []byte, error) {
	text, err := durable.Read(path, maxStateBytes)
	if err != nil {
		return State{}, nil, fmt.Errorf("read validator state: %w", err)
	}
	s, err := parseState(text)
	if err != nil {
		return State{}, nil, stateError(path, err.Error())
	}
	return s, text, nil
}

// parseState reads what a state file holds. It accepts nothing that could not be written again.
func parseState(text []byte) (State, error) {
	if err := stateLimits.Check(text); err != nil {
		return State{}, err
	}
	var s State
	if err := json.Unmarshal(text, &s); err != nil {
		return State{}, err
	}
	return s, s.check()
}

func (s State) check() error {
	if s.Format != stateFormat || s.Version != stateVersion {
		return fmt.Errorf("it is %.64q version %d; this program reads %q version %d", s.Format, s.Version, stateFormat, stateVersion)
	}
	for _, x := range s.Standings {
		for _, figure := range []float64{x.Sum, x.Variance, x.Mass, x.Voted, x.PruneSum, x.Last.Mean, x.Last.StdErr, x.Last.Pruning} {
			if math.Abs(figure) > maxFigure {
				return fmt.Errorf("the standing of %.100q has a figure of %g, beyond all bounds", x.Hotkey, figure)
			}
		}
	}
	if w := s.Ledger.Wish; w != nil && !even(w.Vote) {
		return errors.New("a wish's vote is uneven")
	}
	for _, c := range s.Ledger.Commits {
		if !even(c.Vote) {
			return errors.New("a commitment's vote is uneven")
		}
	}
	return nil
}

func even(v neuron.Vote) bool {
	return len(v.UIDs) == len(v.Generations) && len(v.UIDs) == len(v.Weights)
}

func stateError(path, why string) error {
	return fmt.Errorf("%w: %s: %s; move the file aside to begin anew (scores, and a commit not yet revealed, are lost)", ErrState, path, why)
}

// ReadMemory reads what the examiner of a validator remembers; nil before its first exam.
func ReadMemory(dir string, netuid uint16) ([]byte, error) {
	s, err := ReadState(dir, netuid)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return s.Memory, err
}

// keeper holds the state in memory and on disk alike.
type keeper struct {
	path  string
	last  []byte // what the file holds
	state State
}

// openKeeper reads the state of this hotkey on this chain, or begins one.
func openKeeper(dir, chainID string, netuid uint16, hotkey neuron.Address) (*keeper, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the validator's directory: %w", err)
	}
	k := &keeper{path: StatePath(dir, netuid)}
	s, text, err := readState(k.path)
	if errors.Is(err, fs.ErrNotExist) {
		k.state = State{Format: stateFormat, Version: stateVersion, ChainID: chainID, Netuid: netuid, Hotkey: hotkey}
		return k, nil
	}
	if err != nil {
		return nil, err
	}
	if s.ChainID != chainID || s.Netuid != netuid || s.Hotkey != hotkey {
		return nil, stateError(k.path, fmt.Sprintf("it belongs to hotkey %s on subnet %d of chain %s, not to %s on subnet %d of %s", s.Hotkey, s.Netuid, s.ChainID, hotkey, netuid, chainID))
	}
	k.state, k.last = s, text
	return k, nil
}

// save makes next the state, on disk first. It refuses when the file is not what was written last: then a second
// validator runs on the same directory, and both would commit.
func (k *keeper) save(next State) error {
	scoring.Sort(next.Standings)
	text, err := json.Marshal(next)
	if err != nil {
		return fmt.Errorf("write validator state: %w", err)
	}
	now, err := durable.Read(k.path, maxStateBytes)
	if err != nil && !errors.Is(err, fs.ErrNotExist) || !bytes.Equal(now, k.last) {
		return fmt.Errorf("%w: %s was changed by somebody else; does a second validator use this directory?", ErrState, k.path)
	}
	if err := durable.Replace(k.path, text, 0o600); err != nil {
		return fmt.Errorf("write validator state: %w", err)
	}
	k.state, k.last = next, text
	return nil
}
