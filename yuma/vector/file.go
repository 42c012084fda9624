package vector

import (
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"slices"

	"github.com/dendra-net/dendra/fixed"
	"github.com/dendra-net/dendra/yuma"
)

// Format is the one format this package reads.
const Format = "yuma-vector/1"

// Bounds of a vector file: enough for the largest network there is, small enough to be run without care.
const (
	MaxBytes = 32 << 20
	MaxSteps = 1_000
	MaxCells = 4 << 20 // cells of all matrices together, blocks expanded
	maxUID   = math.MaxUint16
	maxN     = maxUID + 1
)

// KindEpoch is the kind of vector that runs whole epochs.
const KindEpoch = "epoch"

// kinds are all kinds of the format.
var kinds = []string{
	KindEpoch, "median", "median_columns", "top_k", "max_upscale", "bond_ema", "liquid_equals_plain", "interpolate",
	"column_clip", "max_weight_limit", "param_check", "prune", "retention", "retention_share", "retention_contour",
	"two_team_recurrence",
}

// ErrKind marks a sound vector file of a kind that cannot be run or verified as asked.
var ErrKind = errors.New("vector kind not handled")

// File is one vector.
type File struct {
	Name                           string // where it came from, for messages
	Kind, ID, Source, Origin, Note string
	N                              int // neurons
	Steps                          []Step
	// KnifeEdge and Dust mark vectors on which sound arithmetics may differ by more than the tolerances.
	KnifeEdge, Dust bool
}

// Step is one epoch of a vector.
type Step struct {
	Input    yuma.Input // without bonds
	HasBonds bool       // false: the step continues from the one before
	Bonds    [][]yuma.Cell
	Reset    []uint16 // bonds to these uids are wiped first
	Expect   []Check
	Derived  *Derived // nil when the file has none
}

// Load reads and parses the file at path.
func Load(path string) (File, error) {
	f, err := os.Open(path)
	if err != nil {
		return File{}, fmt.Errorf("read vector: %w", err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, MaxBytes+1))
	if err != nil {
		return File{}, fmt.Errorf("read vector %s: %w", path, err)
	}
	return Parse(path, data)
}

// Parse reads a vector; name stands for the file in messages. The error is an *Error.
func Parse(name string, data []byte) (File, error) {
	if len(data) > MaxBytes {
		return File{}, &Error{File: name, Reason: fmt.Sprintf("larger than %d bytes", MaxBytes)}
	}
	s := newScanner(name, data)
	d := s.document()
	s.end()
	if s.err != nil {
		return File{}, s.err
	}
	d.file.Name = name
	if err := d.finish(); err != nil {
		err.File = name
		return File{}, err
	}
	return d.file, nil
}

// document is a file as written, before its parts were held against each other.
type document struct {
	file     File
	format   string
	params   *params
	steps    []step
	hasN     bool
	hasCases bool
}

// step is a step as written.
type step struct {
	params       *params
	block, last  uint64
	emission     uint64
	stake        []uint64
	lastUpdate   []uint64
	registeredAt []uint64
	permits      []bool
	commits      []uint64
	weights      []row[uint16]
	bonds        []row[uint16]
	reset        []uint16
	expect       []Check
	derived      *Derived
	present      map[string]bool
}

func (s *scanner) document() (d document) {
	s.object(func(key string) {
		switch key {
		case "format":
			d.format = s.text()
		case "kind":
			d.file.Kind = s.text()
		case "id":
			d.file.ID = s.text()
		case "source":
			d.file.Source = s.text()
		case "origin":
			d.file.Origin = s.text()
		case "note":
			d.file.Note = s.text()
		case "n":
			d.file.N, d.hasN = int(s.whole(maxN)), true
		case "params":
			d.params = s.params()
		case "steps":
			d.steps = s.steps()
		case "knife_edge":
			d.file.KnifeEdge = s.boolean()
		case "dust":
			d.file.Dust = s.boolean()
		case "cases":
			d.hasCases = true
			s.array(func(int) { s.skip() })
		default:
			s.skip()
		}
	})
	return d
}

func (s *scanner) steps() (out []step) {
	s.array(func(i int) {
		if i >= MaxSteps {
			s.fail("more than %d steps", MaxSteps)
		}
		out = append(out, s.step())
	})
	return out
}

func (s *scanner) step() (st step) {
	st.present = map[string]bool{}
	s.object(func(key string) {
		st.present[key] = true
		switch key {
		case "block":
			st.block = s.whole(math.MaxUint64)
		case "last_step_block":
			st.last = s.whole(math.MaxUint64)
		case "emission":
			st.emission = s.whole(math.MaxUint64)
		case "stake":
			st.stake = s.wholes()
		case "last_update":
			st.lastUpdate = s.wholes()
		case "registered_at":
			st.registeredAt = s.wholes()
		case "permits_in":
			st.permits = list(s, s.boolean)
		case "commit_block":
			st.commits = s.commits()
		case "params":
			st.params = s.params()
		case "weights":
			st.weights = rows(s, s.u16)
		case "bonds_in":
			st.bonds = rows(s, s.u16)
		case "reset_bond_columns":
			st.reset = list(s, s.uid)
		case "carry":
			s.boolean()
		case "expect":
			st.expect = list(s, s.check)
		case "derived":
			st.derived = s.derived()
		default:
			s.skip()
		}
	})
	for _, key := range []string{"block", "emission", "stake", "last_update", "registered_at", "permits_in", "weights", "expect"} {
		if !st.present[key] {
			s.fail("field %q is missing", key)
		}
	}
	return st
}

// list reads an array of at most maxN elements.
func list[T any](s *scanner, item func() T) (out []T) {
	s.array(func(i int) {
		if i >= maxN {
			s.fail("more than %d elements", maxN)
		}
		out = append(out, item())
	})
	return out
}

func (s *scanner) wholes() []uint64 {
	return list(s, func() uint64 { return s.whole(math.MaxUint64) })
}

func (s *scanner) u16() uint16 { return uint16(s.whole(math.MaxUint16)) }

// commits reads a list of heights or nulls, or null for none at all.
func (s *scanner) commits() (out []uint64) {
	t := s.token()
	if t == nil {
		return nil
	}
	if t != delimOpenList {
		s.fail("want a list or null, have %s", describe(t))
	}
	for i := 0; s.err == nil && s.dec.More(); i++ {
		if i >= maxN {
			s.fail("more than %d elements", maxN)
		}
		height := yuma.NoCommit
		if t := s.token(); t != nil {
			height = s.asWhole(t, math.MaxUint64)
		}
		out = append(out, height)
	}
	s.token()
	return out
}

// finish holds the parts of the document against each other.
func (d *document) finish() *Error {
	f := &d.file
	switch {
	case d.format != Format:
		return &Error{Path: "format", Reason: fmt.Sprintf("want %q, have %q", Format, d.format)}
	case !slices.Contains(kinds, f.Kind):
		return &Error{Path: "kind", Reason: fmt.Sprintf("unknown kind %q", f.Kind)}
	case !soundID(f.ID):
		return &Error{Path: "id", Reason: fmt.Sprintf("want lower-case letters, digits and underscores, have %q", f.ID)}
	case f.Origin != "transcribed" && f.Origin != "derived":
		return &Error{Path: "origin", Reason: fmt.Sprintf("want transcribed or derived, have %q", f.Origin)}
	case f.Kind != KindEpoch && !d.hasCases:
		return &Error{Reason: `field "cases" is missing`}
	case f.Kind != KindEpoch:
		return nil
	case !d.hasN || d.params == nil || len(d.steps) == 0:
		return &Error{Reason: `an epoch vector needs "n", "params" and at least one step`}
	}
	return d.finishSteps()
}

func soundID(id string) bool {
	for _, c := range []byte(id) {
		if c != '_' && (c < '0' || c > '9') && (c < 'a' || c > 'z') {
			return false
		}
	}
	return id != ""
}

func (d *document) finishSteps() *Error {
	base, err := d.params.over(yuma.CompatParams(), d.file.N, true)
	if err != nil {
		err.Path = "params" + err.Path
		return err
	}
	for k, written := range d.steps {
		st, err := written.finish(base, d.file.N)
		if err == nil && k == 0 && !st.HasBonds {
			err = &Error{Path: ".bonds_in", Reason: "the first step has no step before it to take bonds from"}
		}
		if err != nil {
			err.Path = fmt.Sprintf("steps[%d]%s", k, err.Path)
			return err
		}
		d.file.Steps = append(d.file.Steps, st)
	}
	d.steps = nil
	return nil
}

func (st step) finish(base yuma.Params, n int) (Step, *Error) {
	for _, l := range []struct {
		name string
		have int
	}{
		{"stake", len(st.stake)}, {"last_update", len(st.lastUpdate)}, {"registered_at", len(st.registeredAt)},
		{"permits_in", len(st.permits)},
	} {
		if l.have != n {
			return Step{}, &Error{Path: "." + l.name, Reason: fmt.Sprintf("want %d elements, have %d", n, l.have)}
		}
	}
	if st.commits != nil && len(st.commits) != n {
		return Step{}, &Error{Path: ".commit_block", Reason: fmt.Sprintf("want %d elements, have %d", n, len(st.commits))}
	}
	if st.params != nil {
		var err *Error
		if base, err = st.params.over(base, n, false); err != nil {
			err.Path = ".params" + err.Path
			return Step{}, err
		}
	}
	return st.assemble(base, n)
}

func (st step) assemble(p yuma.Params, n int) (Step, *Error) {
	weights, err := matrix(st.weights, n, func(j, v uint16) yuma.Weight { return yuma.Weight{UID: j, Value: v} })
	if err != nil {
		err.Path = ".weights" + err.Path
		return Step{}, err
	}
	bonds, err := matrix(st.bonds, n, func(j, v uint16) yuma.Cell { return yuma.Cell{UID: j, Value: fixed.FracFromU16(v)} })
	if err != nil {
		err.Path = ".bonds_in" + err.Path
		return Step{}, err
	}
	for k, c := range st.expect {
		if err := c.sound(n); err != nil {
			return Step{}, &Error{Path: fmt.Sprintf(".expect[%d]", k), Reason: err.Error()}
		}
	}
	if st.derived != nil {
		if err := st.derived.sound(n); err != nil {
			return Step{}, &Error{Path: ".derived", Reason: err.Error()}
		}
	}
	return Step{
		Input: yuma.Input{
			Params: p, Block: st.block, LastStepBlock: st.last, Emission: st.emission, Stake: st.stake,
			LastUpdate: st.lastUpdate, RegisteredAt: st.registeredAt, Permits: st.permits, CommitBlock: st.commits,
			Weights: weights,
		},
		HasBonds: st.present["bonds_in"], Bonds: bonds, Reset: st.reset, Expect: st.expect, Derived: st.derived,
	}, nil
}
