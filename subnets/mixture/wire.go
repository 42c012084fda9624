package mixture

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/dendra-net/dendra/mix"
)

// Path is where a miner of this subnet is asked for distributions, by POST.
//
// A request is a JSON object {"prefixes": ["<base64>", ...]} of 1 to MaxPrefixes texts of at most MaxPrefixBytes bytes.
// The answer, of type application/octet-stream, is DistBytes bytes for each prefix in their order and nothing else: what
// the miner expects to be the next byte after it. The true bytes are never shown.
const Path = "/v1/distributions"

// Bounds of a request.
const (
	MaxPrefixes    = 64
	MaxPrefixBytes = 128
	maxRequest     = 32 << 10
)

// ErrRequest marks a request for distributions that cannot be answered.
var ErrRequest = errors.New("not a request for distributions")

type batch struct {
	Prefixes [][]byte `json:"prefixes"` // base64 in JSON
}

// EncodeRequest writes the body of a request.
func EncodeRequest(prefixes [][]byte) ([]byte, error) {
	b := batch{prefixes}
	if err := b.check(); err != nil {
		return nil, err
	}
	return json.Marshal(b)
}

// DecodeRequest reads the body of a request.
func DecodeRequest(body []byte) ([][]byte, error) {
	if len(body) > maxRequest {
		return nil, fmt.Errorf("%w: %d bytes, at most %d are read", ErrRequest, len(body), maxRequest)
	}
	var b batch
	if err := json.Unmarshal(body, &b); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrRequest, err)
	}
	return b.Prefixes, b.check()
}

func (b batch) check() error {
	if n := len(b.Prefixes); n < 1 || n > MaxPrefixes {
		return fmt.Errorf("%w: %d prefixes, want 1 to %d", ErrRequest, n, MaxPrefixes)
	}
	for i, p := range b.Prefixes {
		if len(p) > MaxPrefixBytes {
			return fmt.Errorf("%w: prefix %d has %d bytes, at most %d are read", ErrRequest, i, len(p), MaxPrefixBytes)
		}
	}
	return nil
}

// EncodeAnswer writes the body of an answer.
func EncodeAnswer(dists []mix.Dist) []byte {
	out := make([]byte, len(dists)*DistBytes)
	for i := range dists {
		Quantise(&dists[i], out[i*DistBytes:])
	}
	return out
}

// DecodeAnswer reads the body of an answer to len(out) prefixes. One bad distribution makes the whole answer none.
func DecodeAnswer(body []byte, out []mix.Dist) error {
	if len(body) != len(out)*DistBytes {
		return fmt.Errorf("%w: %d bytes for %d prefixes, want %d", ErrAnswer, len(body), len(out), len(out)*DistBytes)
	}
	for i := range out {
		if err := Restore(body[i*DistBytes:][:DistBytes], &out[i]); err != nil {
			return fmt.Errorf("prefix %d: %w", i, err)
		}
	}
	return nil
}
