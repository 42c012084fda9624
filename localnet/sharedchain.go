package localnet

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"github.com/dendra-net/dendra/neuron"
)

// sharedReadTime bounds one read of the chain that several parts wait for.
const sharedReadTime = 30 * time.Second

// sharedChain is the chain as all parts of a market see it: what one has read a moment ago the others need not read
// again. Everything but reads of the newest block passes through.
type sharedChain struct {
	neuron.Chain
	age time.Duration // how old an answer may be
	now func() time.Time

	flight  singleflight.Group
	mu      sync.Mutex
	answers map[string]sharedAnswer
}

type sharedAnswer struct {
	value any
	at    time.Time // when it was asked for
}

func newSharedChain(chain neuron.Chain, age time.Duration) *sharedChain {
	return &sharedChain{Chain: chain, age: age, now: time.Now, answers: map[string]sharedAnswer{}}
}

func (c *sharedChain) Head(ctx context.Context) (neuron.Head, error) {
	return sharedRead(ctx, c, "head", c.Chain.Head)
}

func (c *sharedChain) Subnet(ctx context.Context, netuid uint16) (neuron.Subnet, error) {
	s, err := sharedRead(ctx, c, fmt.Sprintf("subnet %d", netuid), func(ctx context.Context) (neuron.Subnet, error) {
		return c.Chain.Subnet(ctx, netuid)
	})
	s.Neurons = slices.Clone(s.Neurons)
	return s, err
}

// sharedRead returns an answer that is young enough, or reads one together with whoever asks for the same.
func sharedRead[T any](ctx context.Context, c *sharedChain, key string, read func(context.Context) (T, error)) (T, error) {
	if value, ok := c.young(key); ok {
		return value.(T), nil
	}
	result := c.flight.DoChan(key, func() (any, error) {
		if value, ok := c.young(key); ok {
			return value, nil
		}
		// Others wait for this too: it must not end with the part that happened to ask first.
		limited, cancel := context.WithTimeout(context.WithoutCancel(ctx), sharedReadTime)
		defer cancel()
		asked := c.now()
		value, err := read(limited)
		if err == nil {
			c.mu.Lock()
			c.answers[key] = sharedAnswer{value, asked}
			c.mu.Unlock()
		}
		return value, err
	})
	var none T
	select {
	case <-ctx.Done():
		return none, ctx.Err()
	case r := <-result:
		if r.Err != nil {
			return none, r.Err
		}
		return r.Val.(T), nil
	}
}

func (c *sharedChain) young(key string) (any, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	a, ok := c.answers[key]
	return a.value, ok && c.now().Sub(a.at) < c.age
}
