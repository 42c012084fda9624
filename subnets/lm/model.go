package lm

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/dendra-net/dendra/mix"
	"github.com/dendra-net/dendra/nn"
	"github.com/dendra-net/dendra/nn/gguf"
	"github.com/dendra-net/dendra/nn/tlm"
)

// MaxArtifact is the most bytes of a model's file that a subnet takes from a miner: far below what a good compressor
// makes of the shipped text, so that even learning that text by heart would take learning.
const MaxArtifact = 1 << 20

// ErrArtifact marks bytes that are no model of a kind that subnets run.
var ErrArtifact = errors.New("not a model that can be run here")

// Generator continues a text.
type Generator interface {
	// Generate continues prompt by at most n bytes, handing each to emit. It ends early, with that error, when ctx ends
	// or emit fails.
	Generate(ctx context.Context, prompt []byte, n int, pick nn.Sampler, emit func(byte) error) error
}

// Model predicts text byte by byte. Any number of goroutines may use one.
type Model interface {
	Generator
	// Predict fills out with what the model expects after each prefix. There must be as many of both.
	Predict(prefixes [][]byte, out []mix.Dist) error
	// Bits is what each byte of text costs: the surprise of the model, which saw the bytes before it, in bits.
	Bits(ctx context.Context, text []byte) ([]float32, error)
	// Kind is what the model is made of: "ngram" or "llama".
	Kind() string
}

// Format is what a model's file is written in.
type Format string

// What files begin with. Of anything else the format is empty.
const (
	FormatNGram Format = "DNGRAM"
	FormatTLM   Format = "TLMINT8"
	FormatGGUF  Format = "GGUF"
)

// FormatOf tells a file's format by its first bytes.
func FormatOf(artifact []byte) Format {
	for _, f := range []Format{FormatNGram, FormatTLM, FormatGGUF} {
		if bytes.HasPrefix(artifact, []byte(f)) {
			return f
		}
	}
	return ""
}

// Load reads a model's file as a stranger may have written it: n-gram counts of package mix, a tlm file, or a GGUF file
// of a llama over bytes. The first bytes say which; anything else is refused. Callers bound its size by MaxArtifact.
func Load(artifact []byte) (Model, error) {
	switch FormatOf(artifact) {
	case FormatNGram:
		return loadNGram(artifact)
	case FormatTLM:
		return loadTLM(artifact)
	case FormatGGUF:
		m, err := gguf.Parse(artifact)
		if err != nil {
			return nil, fmt.Errorf("%w: GGUF file: %w", ErrArtifact, err)
		}
		return FromNN(m), nil
	}
	return nil, fmt.Errorf("%w: %d bytes that begin with %.8q; a tlm file begins with %q, an n-gram file with %q, a GGUF file with %q",
		ErrArtifact, len(artifact), artifact, FormatTLM, FormatNGram, FormatGGUF)
}

func loadNGram(artifact []byte) (Model, error) {
	m, err := mix.Parse(artifact, 0)
	if err != nil {
		return nil, fmt.Errorf("%w: n-gram file: %w", ErrArtifact, err)
	}
	return FromNGram(m), nil
}

func loadTLM(artifact []byte) (Model, error) {
	file, err := tlm.Parse(artifact)
	if err != nil {
		return nil, fmt.Errorf("%w: tlm file: %w", ErrArtifact, err)
	}
	m, err := file.Model()
	if err != nil {
		return nil, fmt.Errorf("%w: tlm file: %w", ErrArtifact, err)
	}
	return FromNN(m), nil
}

// errCounts says that a caller gave other numbers of prefixes and places.
func errCounts(prefixes, places int) error {
	return fmt.Errorf("predict: %d prefixes, and room for %d distributions", prefixes, places)
}
