package pretrain

import (
	"context"
	"crypto/sha256"
	"fmt"
	"sync"

	"github.com/dendra-net/dendra/corpus/fresh"
)

// maxScores bounds what a scorer remembers: a few exams of a small subnet.
const maxScores = 64

// scorer runs models on shards, one at a time, and remembers what they scored: several validators in one process, and a
// model that lies on the shelf from the exam before, cost nothing twice. Its zero value is ready.
type scorer struct {
	once  sync.Once
	turn  chan struct{}
	known map[[32]byte]scored
	order [][32]byte // oldest first
}

type scored struct {
	bits []float32
	err  error
}

// bits is what each new byte of a shard costs with an artifact. An error that is not ctx's is the artifact's own.
func (s *scorer) bits(ctx context.Context, artifact []byte, shard []fresh.Passage) ([]float32, error) {
	s.once.Do(func() { s.turn, s.known = make(chan struct{}, 1), map[[32]byte]scored{} })
	select {
	case s.turn <- struct{}{}:
		defer func() { <-s.turn }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	key := scoreKey(artifact, shard)
	if had, ok := s.known[key]; ok {
		return had.bits, had.err
	}
	bits, err := measure(ctx, artifact, shard)
	if ctx.Err() == nil {
		s.remember(key, scored{bits, err})
	}
	return bits, err
}

func (s *scorer) remember(key [32]byte, v scored) {
	if len(s.order) >= maxScores {
		delete(s.known, s.order[0])
		s.order = s.order[1:]
	}
	s.known[key] = v
	s.order = append(s.order, key)
}

func scoreKey(artifact []byte, shard []fresh.Passage) [32]byte {
	sum := digestOf(artifact)
	h := sha256.New()
	h.Write(sum[:])
	for _, p := range shard {
		sum = sha256.Sum256(p.Text)
		h.Write(sum[:])
		for _, s := range p.New {
			fmt.Fprintf(h, "%d-%d ", s.Begin, s.End)
		}
	}
	return [32]byte(h.Sum(nil))
}

// measure runs a stranger's model. Whatever it does, an error is the worst that comes of it.
func measure(ctx context.Context, artifact []byte, shard []fresh.Passage) (bits []float32, err error) {
	defer func() {
		if fault := recover(); fault != nil {
			bits, err = nil, fmt.Errorf("the model broke down: %v", fault)
		}
	}()
	model, err := open(artifact)
	if err != nil {
		return nil, err
	}
	for _, p := range shard {
		all, err := model.Bits(ctx, p.Text)
		if err != nil {
			return nil, err
		}
		if len(all) != len(p.Text) {
			return nil, fmt.Errorf("the model priced %d of %d bytes", len(all), len(p.Text))
		}
		for _, s := range p.New {
			bits = append(bits, all[s.Begin:s.End]...)
		}
	}
	return bits, nil
}

// mean is the average of what each byte costs.
func mean(bits []float32) float64 {
	var sum float64
	for _, b := range bits {
		sum += float64(b)
	}
	return sum / float64(len(bits))
}
