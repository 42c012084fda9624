package pretrain

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"github.com/dendra-net/dendra/nn"
	"github.com/dendra-net/dendra/nn/gguf"
	"github.com/dendra-net/dendra/nn/tlm"
	"github.com/dendra-net/dendra/subnets/lm"
)

// MaxArtifact is the most bytes of a model's file. The shipped text takes three times as much when it is compressed well,
// so a file that knew it by heart would have had to learn how.
const MaxArtifact = lm.MaxArtifact

// artifactPath is where a miner hands out a file, by what it committed for it: GET /artifact/<64 digits>.
const artifactPath = "/artifact/"

// MaxWork bounds what a model may compute for a byte, in multiplications: twice what the largest usual net in MaxArtifact does,
// or as much as that net with a context of 1,024. A small file could else ask for a minute of attention.
const MaxWork = 2 << 20

// ErrWork marks a model that would keep the validator computing for too long.
var ErrWork = errors.New("the model computes too much")

// Path is where a miner is asked for the artifact of a commitment.
func Path(commitment [32]byte) string { return artifactPath + hex.EncodeToString(commitment[:]) }

// parsePath returns the commitment that a path names. Only the form that Path writes is taken, so that a path is never
// anything else than 64 digits.
func parsePath(path string) (commitment [32]byte, ok bool) {
	digits, ok := strings.CutPrefix(path, artifactPath)
	if !ok || len(digits) != 2*len(commitment) || strings.ToLower(digits) != digits {
		return commitment, false
	}
	n, err := hex.Decode(commitment[:], []byte(digits))
	return commitment, err == nil && n == len(commitment)
}

// open turns a file into a model that is safe to run. Files are not compressed, so what a model takes in memory is at most a
// small multiple of MaxArtifact.
func open(artifact []byte) (lm.Model, error) {
	if len(artifact) > MaxArtifact {
		return nil, fmt.Errorf("%w: %d bytes, the most is %d", lm.ErrArtifact, len(artifact), MaxArtifact)
	}
	c, err := shape(artifact)
	if err != nil {
		return nil, err
	}
	if w := work(c); w > MaxWork {
		return nil, tooDear(w)
	}
	return lm.Load(artifact)
}

// shape is a net's; that of what is no net is zero.
func shape(artifact []byte) (nn.Config, error) {
	switch {
	case bytes.HasPrefix(artifact, []byte("TLMINT8")):
		f, err := tlm.Parse(artifact)
		if err != nil {
			return nn.Config{}, fmt.Errorf("%w: %w", lm.ErrArtifact, err)
		}
		return f.Config, nil
	case bytes.HasPrefix(artifact, []byte("GGUF")):
		m, err := gguf.Parse(artifact)
		if err != nil {
			return nn.Config{}, fmt.Errorf("%w: %w", lm.ErrArtifact, err)
		}
		return m.Config(), nil
	}
	return nn.Config{}, nil
}

// exponential is what the exponential of an attention weighs against a multiplication.
const exponential = 16

// work is about how many multiplications a net does for a byte. Heads cost by themselves: each takes as many exponentials as
// there are bytes in the context.
func work(c nn.Config) int {
	return c.Parameters() + c.Layers*c.Context*(c.Dim+exponential*c.Heads)
}

func digestOf(artifact []byte) [32]byte { return sha256.Sum256(artifact) }
