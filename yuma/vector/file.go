package vector

import (
	"errors"
	"fmt"
	"io"
	"math"
	"os"

	"github.com/dendra-net/dendra/yuma"
)

// Format is the one format this package reads.
const Format = "yuma-vector/1"

// Bounds of a vector file: enough for the largest network there is, small enough to be run without care.
const (
	MaxBytes = 32 << 20
	MaxSteps = 1_000
	MaxCells = 4 << 20 // cells of all matrices together, blocks expanded
	maxReals = 1 << 19 // expected figures and other numbers that are kept in full
	maxUID   = math.MaxUint16
	maxN     = maxUID + 1
)

// KindEpoch is the kind of vector that runs whole epochs.
const KindEpoch = "epoch"

// ErrKind marks a sound vector file of a kind that has no epochs to run.
var ErrKind = errors.New("not an epoch vector")

var errIrregular = errors.New("not a regular file")

// File is one vector.
type File struct {
	Name                           string // where it came from, for messages
	Kind, ID, Source, Origin, Note string
	N                              int    // neurons
	Steps                          []Step // of an epoch vector
	// KnifeEdge and Dust mark vectors on which sound arithmetics may differ by more than the tolerances.
	KnifeEdge, Dust bool

	cases []testCase // of the other kinds
}

// Parts is the number of steps or cases.
func (f File) Parts() int { return len(f.Steps) + len(f.cases) }

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
	info, err := os.Stat(path) // first: to open a pipe that nobody writes to takes for ever
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%s: %w", path, errIrregular)
	}
	if err != nil {
		return File{}, fmt.Errorf("read vector: %w", err)
	}
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
	if d.file.Kind == KindEpoch {
		return d.file, nil
	}
	var err error
	d.file.cases, err = d.readCases(name, data)
	return d.file, err
}
