package pretrain

import (
	"bytes"
	"cmp"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"

	"github.com/dendra-net/dendra/neuron"
)

// What an examiner remembers from one exam to the next: whose artifacts it measured. The best of them lie on the shelf, as
// what was there before the next exam's.
const (
	memoryVersion = 1
	maxRecords    = 16
	maxMemory     = 64 << 10
)

var errMemory = errors.New("no memory of a pretrain exam")

// record is an artifact that was measured.
type record struct {
	Digest  digest         `json:"digest"`
	Owner   neuron.Address `json:"owner"`
	Coldkey string         `json:"coldkey"` // of the owner; empty when the chain did not say
	Height  int64          `json:"height"`  // of the first commit
	Bits    float64        `json:"bits"`    // per byte, when it was last measured
	Root    bool           `json:"root"`    // the owner's later ones, if they are like it, count as told when it was
}

// maxColdkey is more than an address has.
const maxColdkey = 128

// holder is who owns the artifact in the end: neurons of one coldkey do not copy from each other.
func (r record) holder() string { return cmp.Or(r.Coldkey, string(r.Owner)) }

type memory struct {
	Version int      `json:"version"`
	Records []record `json:"records"`
}

// digest travels as 64 hexadecimal digits.
type digest [32]byte

func (d digest) MarshalText() ([]byte, error) { return []byte(hex.EncodeToString(d[:])), nil }

func (d *digest) UnmarshalText(text []byte) error {
	raw, err := hex.DecodeString(string(text))
	if err != nil || len(raw) != len(d) {
		return fmt.Errorf("%w: %.80q is no digest of 64 digits", errMemory, text)
	}
	copy(d[:], raw)
	return nil
}

// remember keeps the best of what was measured, and of each owner the root and the latest.
func remember(records []record) ([]byte, [][32]byte, error) {
	records = slices.Clone(records)
	slices.SortStableFunc(records, func(a, b record) int {
		return cmp.Or(cmp.Compare(a.Bits, b.Bits), bytes.Compare(a.Digest[:], b.Digest[:]))
	})
	records = records[:min(len(records), maxRecords)]
	raw, err := json.Marshal(memory{memoryVersion, records})
	if err != nil {
		return nil, nil, fmt.Errorf("remember the exam: %w", err)
	}
	keep := make([][32]byte, len(records))
	for i, r := range records {
		keep[i] = r.Digest
	}
	return raw, keep, nil
}

// recall reads what remember wrote. What is not exactly that is refused.
func recall(raw []byte) ([]record, error) {
	if raw == nil {
		return nil, nil
	}
	if len(raw) > maxMemory {
		return nil, fmt.Errorf("%w: %d bytes, the most is %d", errMemory, len(raw), maxMemory)
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	var m memory
	if err := d.Decode(&m); err != nil {
		return nil, fmt.Errorf("%w: %w", errMemory, err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%w: there is more after it", errMemory)
	}
	if err := m.check(); err != nil {
		return nil, err
	}
	return m.Records, nil
}

func (m memory) check() error {
	if m.Version != memoryVersion || len(m.Records) > maxRecords {
		return fmt.Errorf("%w: version %d with %d records, want version %d with %d at most", errMemory, m.Version, len(m.Records), memoryVersion, maxRecords)
	}
	seen := map[digest]bool{}
	for i, r := range m.Records {
		if _, err := neuron.ParseAddress(string(r.Owner)); err != nil {
			return fmt.Errorf("%w: record %d: %w", errMemory, i, err)
		}
		if seen[r.Digest] || len(r.Coldkey) > maxColdkey || r.Height < 0 || !(r.Bits >= 0) || math.IsInf(r.Bits, 0) {
			return fmt.Errorf("%w: record %d is out of bounds or there twice", errMemory, i)
		}
		seen[r.Digest] = true
	}
	return nil
}
