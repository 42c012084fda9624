package mixture

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"

	"github.com/dendra-net/dendra/mix"
	"github.com/dendra-net/dendra/neuron"
	"github.com/dendra-net/dendra/subnets/lm"
)

// Oracle fills out with what follows each of as many prefixes. It is called by several goroutines at once.
type Oracle func(ctx context.Context, prefixes [][]byte, out []mix.Dist) error

// Of asks a model.
func Of(m lm.Model) Oracle {
	return func(ctx context.Context, prefixes [][]byte, out []mix.Dist) error {
		if len(prefixes) != len(out) {
			return fmt.Errorf("%d prefixes, and room for %d distributions", len(prefixes), len(out))
		}
		for i := range prefixes { // one by one, to notice a caller who has left
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := m.Predict(prefixes[i:i+1], out[i:i+1]); err != nil {
				return fmt.Errorf("prefix %d: %w", i, err)
			}
		}
		return nil
	}
}

// Market is how one reaches a subnet's miners.
type Market struct {
	// Miners lists who serves, without whoever asks.
	Miners func(ctx context.Context) ([]neuron.Address, error)
	// Ask puts one signed request to a miner and returns the verified answer, bounded in time and size.
	Ask func(ctx context.Context, miner neuron.Address, method, path string, body []byte) neuron.Answer
}

// Oracle asks one miner.
func (m Market) Oracle(miner neuron.Address) Oracle {
	return func(ctx context.Context, prefixes [][]byte, out []mix.Dist) error {
		body, err := EncodeRequest(prefixes)
		if err != nil {
			return err
		}
		return read(m.Ask(ctx, miner, http.MethodPost, Path, body), out)
	}
}

// read takes an answer apart, or says why it counts as none.
func read(a neuron.Answer, out []mix.Dist) error {
	switch {
	case a.Err != nil:
		return a.Err
	case a.Status != http.StatusOK:
		return fmt.Errorf("%w: status %d", ErrAnswer, a.Status)
	}
	return DecodeAnswer(a.Body, out)
}

// remembered is how many answers a miner keeps: several validators, a gateway and other miners ask at about one time.
const remembered = 32

// memo answers a batch that was asked lately without asking again, and one that is being asked by waiting.
type memo struct {
	ask   Oracle
	mu    sync.Mutex
	known map[[32]byte]*reply
	order [][32]byte // oldest first
}

type reply struct {
	done  chan struct{}
	dists []mix.Dist
	err   error
}

func newMemo(ask Oracle) *memo { return &memo{ask: ask, known: map[[32]byte]*reply{}} }

func (m *memo) answer(ctx context.Context, body []byte, prefixes [][]byte) ([]mix.Dist, error) {
	for {
		r, first := m.claim(sha256.Sum256(body))
		if first {
			m.fill(ctx, sha256.Sum256(body), r, prefixes)
			return r.dists, r.err
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-r.done:
		}
		if !errors.Is(r.err, context.Canceled) && !errors.Is(r.err, context.DeadlineExceeded) {
			return r.dists, r.err
		} // whoever asked first had less patience: take its place
	}
}

// claim returns the answer to a batch and whether the caller is the one to find it.
func (m *memo) claim(key [32]byte) (r *reply, first bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if r, ok := m.known[key]; ok {
		return r, false
	}
	r = &reply{done: make(chan struct{})}
	m.known[key] = r
	m.order = append(m.order, key)
	if len(m.order) > remembered {
		delete(m.known, m.order[0])
		m.order = m.order[1:]
	}
	return r, true
}

// fill finds an answer. Failures are not kept.
func (m *memo) fill(ctx context.Context, key [32]byte, r *reply, prefixes [][]byte) {
	defer close(r.done)
	r.err = errors.New("the model failed") // stands if ask panics
	defer func() {
		if r.err != nil {
			m.forget(key, r)
		}
	}()
	dists := make([]mix.Dist, len(prefixes))
	if r.err = m.ask(ctx, prefixes, dists); r.err == nil {
		r.dists = dists
	}
}

func (m *memo) forget(key [32]byte, r *reply) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.known[key] == r {
		delete(m.known, key)
		m.order = slices.DeleteFunc(m.order, func(k [32]byte) bool { return k == key })
	}
}
