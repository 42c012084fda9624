package pretrain

import (
	"context"
	"io"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/dendra-net/dendra/corpus"
	"github.com/dendra-net/dendra/nn"
	"github.com/dendra-net/dendra/nn/weights"
)

// Trainer makes artifacts. A miner uses it from one goroutine.
type Trainer interface {
	// First makes an artifact at once, so that the miner has something to show; nil means that it has nothing yet.
	First(ctx context.Context, c Course) ([]byte, error)
	// Train makes an artifact for one exam. It ends when the course's work is done, soon after Due is closed, and at once
	// when ctx ends; nil means that there is nothing to publish.
	Train(ctx context.Context, c Course) ([]byte, error)
}

// Saver is a Trainer that can go on after a restart.
type Saver interface {
	Save(w io.Writer) error
	Load(r io.Reader) error
}

// Course is what a trainer has to work with until an exam.
type Course struct {
	Epoch uint64        // whose exam it is for
	Base  []byte        // text that everybody had from the start
	Fresh []Shard       // revealed so far, oldest first
	Work  time.Duration // how long the trainer may be at work, pauses not counted
	Due   <-chan struct{}
	Pace  *Pace
	// Leader fetches what the best paid other miner published last, as any neuron may; nil where there is nobody to ask.
	Leader func(ctx context.Context) ([]byte, error)
}

// Shard is the text of an exam that is over.
type Shard struct {
	Epoch uint64
	Texts [][]byte
}

// due tells whether the artifact is needed now.
func (c Course) due() bool {
	select {
	case <-c.Due: // a nil channel never is
		return true
	default:
		return false
	}
}

// text is all there is to train on.
func (c Course) text() []byte {
	size := len(c.Base)
	for _, s := range c.Fresh {
		for _, t := range s.Texts {
			size += len(t) + 1
		}
	}
	all := append(make([]byte, 0, size), c.Base...)
	for _, s := range c.Fresh {
		for _, t := range s.Texts {
			all = append(append(all, t...), nn.First)
		}
	}
	return all
}

// basePart is how much of each kind of the shipped text a miner begins with.
const basePart = 1 << 20

// Base is the part of the shipped text that miners begin with: the same for all. Do not change it.
var Base = sync.OnceValues(func() ([]byte, error) {
	var base []byte
	for _, kind := range corpus.Kinds() {
		text, err := corpus.Text(kind, corpus.Training)
		if err != nil {
			return nil, err
		}
		base = append(base, text[:min(len(text), basePart)]...)
	}
	return base, nil
})

// trainers are the kinds of trainers that come with the program.
var trainers = map[string]func() Trainer{
	"ngram3":    func() Trainer { return &counter{order: 3, base: 4 << 20} },
	"ngram5":    func() Trainer { return &counter{order: 5, base: 2 << 20} },
	"net-s":     func() Trainer { return &net{shape: small, seed: 1} },
	"net-m":     func() Trainer { return &net{shape: medium, seed: 2} },
	"net-w":     func() Trainer { return TrainFrom(weights.File(), 3) },
	"copycat":   func() Trainer { return &copycat{} },
	"perturber": func() Trainer { return &copycat{perturb: true} },
	"memoriser": func() Trainer { return &counter{order: 7, revealedOnly: true} },
}

// Kinds are the names of the trainers there are: "ngram3" and "ngram5" count; "net-s" and "net-m" are small and larger llamas
// from random weights, and "net-w" goes on from the shipped ones; "copycat" publishes what the leader published, "perturber"
// does so after slight changes, and "memoriser" learns the shards of past exams by heart and nothing else. The last three are
// there to be seen earning nothing.
func Kinds() []string { return slices.Sorted(maps.Keys(trainers)) }

// NewTrainer makes a trainer of a kind.
func NewTrainer(kind string) (Trainer, bool) {
	if make, ok := trainers[kind]; ok {
		return make(), true
	}
	return nil, false
}
