package evidence

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/dendra-net/dendra/neuron"
	"github.com/dendra-net/dendra/validator/scoring"
)

const (
	format  = "dendra evidence"
	version = 1
	// InlineBytes is the largest body that a file holds itself; larger ones are blobs.
	InlineBytes = 4 << 10
)

// Digest is a SHA-256, hexadecimal in files.
type Digest [32]byte

// DigestOf returns the digest of content.
func DigestOf(content []byte) Digest { return sha256.Sum256(content) }

// String spells the digest in 64 lower-case hexadecimal digits.
func (d Digest) String() string { return hex.EncodeToString(d[:]) }

// MarshalText is String.
func (d Digest) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText accepts the one spelling of a digest.
func (d *Digest) UnmarshalText(text []byte) error {
	parsed, ok := parseDigest(string(text))
	if !ok {
		return fmt.Errorf("digest %.80q is not 64 lower-case hexadecimal digits", text)
	}
	*d = parsed
	return nil
}

func parseDigest(s string) (Digest, bool) {
	var d Digest
	if len(s) != 64 {
		return d, false
	}
	n, err := hex.Decode(d[:], []byte(s))
	return d, err == nil && n == 32 && d.String() == s
}

// File is the evidence of one epoch of one subnet by one validator.
type File struct {
	Format    string         `json:"format"`
	Version   int            `json:"version"`
	ChainID   string         `json:"chain_id"`
	Netuid    uint16         `json:"netuid"`
	Epoch     uint64         `json:"epoch"`
	Validator neuron.Address `json:"validator"`
	Kind      string         `json:"kind"`   // name of the task or examiner
	Begin     int64          `json:"begin"`  // the epoch runs from this height
	End       int64          `json:"end"`    // to the one below this
	Height    int64          `json:"height"` // at which it was folded
	Secret    Digest         `json:"secret"` // of the epoch

	Seats     []Seat     `json:"seats"` // whoever was registered, by uid
	Rule      Rule       `json:"rule"`
	Rounds    []Round    `json:"rounds,omitempty"` // of a task; remembered ones of earlier epochs first
	Exam      *Exam      `json:"exam,omitempty"`
	Exchanges []Exchange `json:"exchanges"`

	// Originality holds the factors that a task gave for copying; absent where it cannot tell.
	Originality map[neuron.Address]float64 `json:"originality,omitempty"`
	Before      []scoring.Standing         `json:"before"`
	After       []scoring.Standing         `json:"after"`
	Voting      bool                       `json:"voting"`
	Vote        neuron.Vote                `json:"vote"` // empty when there was nothing to vote
}

// Seat is one slot of the subnet when the epoch was folded.
type Seat struct {
	UID        uint16         `json:"uid"`
	Generation uint32         `json:"generation"`
	Hotkey     neuron.Address `json:"hotkey"`
	Serves     bool           `json:"serves"` // had published an endpoint
}

// Rule is how answers became a vote.
type Rule struct {
	Alpha      float64 `json:"alpha"`
	Floor      float64 `json:"floor"`
	Linear     bool    `json:"linear"`
	MinWeights int     `json:"min_weights"`
	Version    uint64  `json:"version"`
}

// Round is one round of questions.
type Round struct {
	Epoch      uint64           `json:"epoch"`
	Secret     Digest           `json:"secret"` // of that epoch
	Index      int              `json:"index"`
	Height     int64            `json:"height"`
	Serving    []neuron.Address `json:"serving"` // whom the sample was drawn from, sorted
	Sample     int              `json:"sample"`
	Miners     []neuron.Address `json:"miners"` // the sample
	Shared     int              `json:"shared"` // questions that all got
	Own        int              `json:"own"`    // questions each got for itself
	Cut        bool             `json:"cut,omitempty"`
	Remembered bool             `json:"remembered,omitempty"` // its shared questions were part of the judgement on copies
}

// Exchange is one question put to one miner, or one request of an exam.
type Exchange struct {
	Round    int            `json:"round"` // place in File.Rounds; 0 in an exam
	Miner    neuron.Address `json:"miner"`
	Question string         `json:"question,omitempty"` // ID, of a task
	Shared   bool           `json:"shared,omitempty"`
	Method   string         `json:"method,omitempty"` // of an exam
	Path     string         `json:"path,omitempty"`
	Request  Body           `json:"request,omitzero"`
	Status   int            `json:"status"`
	Answer   Body           `json:"answer,omitzero"`
	Latency  time.Duration  `json:"latency_ns"`
	Error    string         `json:"error,omitempty"` // why there is no usable answer
	Score    float64        `json:"score,omitempty"` // grade, of a task
	Proof    *neuron.Proof  `json:"proof,omitempty"` // absent where the miner signed nothing
}

// Exam is what an examiner was given and what it found.
type Exam struct {
	Opened     int64       `json:"opened"`
	Beacon     Digest      `json:"beacon"`
	Candidates []Candidate `json:"candidates"`
	Memory     Body        `json:"memory,omitzero"` // given to it
	Reads      []Read      `json:"reads,omitempty"` // what it asked the shelf for, by digest
	Own        Body        `json:"own,omitzero"`    // what it drew of things that only the validator had; empty when nothing
	Cut        bool        `json:"cut,omitempty"`   // the deadline ended it

	Marks     []Mark   `json:"marks"` // by miner
	NewMemory Body     `json:"new_memory,omitzero"`
	Keep      []Digest `json:"keep,omitempty"`
	Facts     []Fact   `json:"facts,omitempty"`
}

// Candidate is a miner of an exam.
type Candidate struct {
	Neuron    neuron.Neuron    `json:"neuron"`
	Committed neuron.Committed `json:"committed"`
}

// Read is one look at the shelf for something that the exam had not put there itself.
type Read struct {
	Digest Digest `json:"digest"`
	Found  bool   `json:"found"`
}

// Fact is neuron.Fact as files spell it.
type Fact struct {
	Name   string  `json:"name"`
	Value  float64 `json:"value"`
	StdErr float64 `json:"std_err,omitempty"`
}

// FactsOf puts facts in the form of files.
func FactsOf(facts []neuron.Fact) []Fact {
	var out []Fact
	for _, f := range facts {
		out = append(out, Fact(f))
	}
	return out
}

// Mark is what the exam said of one miner.
type Mark struct {
	Miner   neuron.Address `json:"miner"`
	Share   float64        `json:"share"`
	StdErr  float64        `json:"std_err"`
	N       int            `json:"n"`
	Pruning float64        `json:"pruning,omitempty"`
	Facts   []Fact         `json:"facts,omitempty"`
	Reason  string         `json:"reason,omitempty"`
}

// MarkOf puts a mark in the form of files.
func MarkOf(miner neuron.Address, m neuron.Mark) Mark {
	return Mark{miner, m.Share, m.StdErr, m.N, m.Pruning, FactsOf(scoring.Facts(m.Facts)), scoring.Printable(m.Reason, 256)}
}

// Body is some bytes: in the file as text or data, or beside it as a blob. The zero value is no bytes at all.
type Body struct {
	Text string  `json:"text,omitempty"` // when they are UTF-8
	Data []byte  `json:"data,omitempty"` // when they are not
	Blob *Digest `json:"blob,omitempty"`
	Size int     `json:"size,omitempty"` // of the blob
}

// ErrMissing says that a blob is not to be had.
var ErrMissing = errors.New("blob is missing")

// Bytes returns the body; blob finds what is not in the file.
func (b Body) Bytes(blob func(Digest) ([]byte, error)) ([]byte, error) {
	switch {
	case b.Blob != nil:
		content, err := blob(*b.Blob)
		if err != nil {
			return nil, fmt.Errorf("blob %s: %w", b.Blob, err)
		}
		if DigestOf(content) != *b.Blob {
			return nil, fmt.Errorf("blob %s: the content has another digest", b.Blob)
		}
		return content, nil
	case b.Text != "":
		return []byte(b.Text), nil
	}
	return b.Data, nil
}

// Empty reports whether the body is no bytes at all.
func (b Body) Empty() bool { return b.Text == "" && len(b.Data) == 0 && b.Blob == nil }

// Blobs lists the digests of everything that lies beside the file, each once, in the order of their first mention.
func (f *File) Blobs() []Digest {
	var out []Digest
	seen := map[Digest]bool{}
	note := func(d Digest) {
		if !seen[d] {
			seen[d] = true
			out = append(out, d)
		}
	}
	bodies := func(all ...Body) {
		for _, b := range all {
			if b.Blob != nil {
				note(*b.Blob)
			}
		}
	}
	for _, x := range f.Exchanges {
		bodies(x.Request, x.Answer)
	}
	if f.Exam != nil {
		bodies(f.Exam.Memory, f.Exam.NewMemory, f.Exam.Own)
		for _, r := range f.Exam.Reads {
			if r.Found {
				note(r.Digest)
			}
		}
	}
	return out
}

// Neurons returns the seats in the form the arithmetic of scoring takes.
func (f *File) Neurons() []neuron.Neuron {
	out := make([]neuron.Neuron, len(f.Seats))
	for i, s := range f.Seats {
		out[i] = neuron.Neuron{UID: s.UID, Generation: s.Generation, Hotkey: s.Hotkey}
		if s.Serves {
			out[i].Endpoint = "published"
		}
	}
	return out
}

// SeatsOf takes down who was registered.
func SeatsOf(neurons []neuron.Neuron) []Seat {
	out := make([]Seat, len(neurons))
	for i, n := range neurons {
		out[i] = Seat{n.UID, n.Generation, n.Hotkey, n.Endpoint != ""}
	}
	return out
}

// Weights returns the rule in the form the arithmetic of scoring takes.
func (r Rule) Weights() scoring.Rule {
	return scoring.Rule{Linear: r.Linear, Floor: r.Floor, MinWeights: r.MinWeights, Version: r.Version}
}
