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

// What an examiner remembers from one exam to the next: whose artifacts were let in, which lie on the shelf as what was there
// before the next exam's, and what newcomers have cost.
const (
	memoryVersion = 2
	maxRecords    = 16
	maxMemory     = 64 << 10
)

var errMemory = errors.New("no memory of a pretrain exam")

// record is an artifact that was let in.
type record struct {
	Digest  digest         `json:"digest"`
	Owner   neuron.Address `json:"owner"`
	Coldkey string         `json:"coldkey"` // of the owner; empty when the chain did not say
	Height  int64          `json:"height"`  // of the first commit
	Bits    float64        `json:"bits"`    // per byte, when it was last measured
	Idle    int            `json:"idle"`    // exams in a row in which its owner was not let in
	Root    bool           `json:"root"`    // the owner's later ones, if they are like it, count as told when it was
}

// maxColdkey is more than an address has.
const maxColdkey = 128

// holder is who owns the artifact in the end: neurons of one coldkey do not copy from each other.
func (r record) holder() string { return cmp.Or(r.Coldkey, string(r.Owner)) }

// compare puts first who was let in most lately, then the better.
func (r record) compare(o record) int {
	return cmp.Or(cmp.Compare(r.Idle, o.Idle), cmp.Compare(r.Bits, o.Bits), bytes.Compare(r.Digest[:], o.Digest[:]))
}

type memory struct {
	Version int       `json:"version"`
	Records []record  `json:"records"`
	Spent   []account `json:"spent"`
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

// write keeps the best of what was let in, and names what must stay on the shelf for it.
func (m memory) write() ([]byte, [][32]byte, error) {
	m.Version = memoryVersion
	records := slices.SortedStableFunc(slices.Values(m.Records), record.compare)
	records = records[:min(len(records), maxRecords)]
	m.Records = records
	raw, err := json.Marshal(m)
	if err != nil {
		return nil, nil, fmt.Errorf("remember the exam: %w", err)
	}
	keep := make([][32]byte, len(records))
	for i, r := range records {
		keep[i] = r.Digest
	}
	return raw, keep, nil
}

// recall reads what write wrote. What is not exactly that is refused, and then there is no memory.
func recall(raw []byte) (m memory, err error) {
	if raw == nil {
		return memory{}, nil
	}
	if len(raw) > maxMemory {
		return memory{}, fmt.Errorf("%w: %d bytes, the most is %d", errMemory, len(raw), maxMemory)
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(&m); err != nil {
		return memory{}, fmt.Errorf("%w: %w", errMemory, err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return memory{}, fmt.Errorf("%w: there is more after it", errMemory)
	}
	if err := m.check(); err != nil {
		return memory{}, err
	}
	return m, nil
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
		if seen[r.Digest] || len(r.Coldkey) > maxColdkey || r.Height < 0 || r.Idle < 0 || !(r.Bits >= 0) || math.IsInf(r.Bits, 0) {
			return fmt.Errorf("%w: record %d is out of bounds or there twice", errMemory, i)
		}
		seen[r.Digest] = true
	}
	return checkSpent(m.Spent)
}

// checkSpent refuses accounts that no row of exams can have left: with a sixteenth forgotten each time, sixteen exams' work is the
// most.
func checkSpent(list []account) error {
	if len(list) > maxAccounts {
		return fmt.Errorf("%w: %d accounts, the most is %d", errMemory, len(list), maxAccounts)
	}
	seen := map[string]bool{}
	for i, a := range list {
		if seen[a.Holder] || len(a.Holder) > maxColdkey || a.Work < leastWork || a.Work > 17*usualWork {
			return fmt.Errorf("%w: account %d is out of bounds or there twice", errMemory, i)
		}
		seen[a.Holder] = true
	}
	return nil
}
