package pretrain

import (
	"bytes"
	"context"
	"math/rand/v2"

	"github.com/dendra-net/dendra/mix"
	"github.com/dendra-net/dendra/nn/tlm"
)

// copycat publishes what the leader published: as it is, or slightly changed so that its hash is another.
type copycat struct {
	perturb bool
}

func (t *copycat) First(context.Context, Course) ([]byte, error) { return nil, nil }

func (t *copycat) Train(ctx context.Context, c Course) ([]byte, error) {
	if c.Leader == nil {
		return nil, nil
	}
	artifact, err := c.Leader(ctx)
	if err != nil || artifact == nil || !t.perturb {
		return artifact, err
	}
	return Perturb(artifact, c.Base, c.Epoch)
}

// perturbed is the share of a net's weights that Perturb moves, and taught how many bytes it teaches an n-gram.
const (
	perturbed = 0.05
	taught    = 4 << 10
)

// Perturb changes a model a little, so that it is almost as good under another hash: it moves one weight in twenty of a net by
// the least there is, or teaches an n-gram a page of text. It returns other files as they are.
func Perturb(artifact, text []byte, seed uint64) ([]byte, error) {
	r := rand.New(rand.NewPCG(seed, 0))
	switch {
	case bytes.HasPrefix(artifact, []byte("TLMINT8")):
		f, err := tlm.Parse(artifact)
		if err != nil {
			return nil, err
		}
		for _, m := range f.Matrices {
			wobble(m.Weights, r)
		}
		return f.Marshal(), nil
	case bytes.HasPrefix(artifact, []byte("DNGRAM")):
		m, err := mix.Parse(artifact, 0)
		if err != nil {
			return nil, err
		}
		at := r.IntN(max(1, len(text)-taught))
		m.Train(text[at:min(at+taught, len(text))])
		return m.Fit(MaxArtifact)
	}
	return artifact, nil
}

func wobble(weights []int8, r *rand.Rand) {
	for i, w := range weights {
		if r.Float64() >= perturbed {
			continue
		}
		if w > 0 {
			weights[i]--
		} else {
			weights[i]++
		}
	}
}
