// Package neurontest serves authors of miners, validators and gateways: fixed keys, a clock that stands until it is
// moved, a chain in memory that holds the rules of voting, and a conformance suite for anyone's miner.
//
// Its one invariant: it is never more lenient than the real chain and the real wire.
//
//	chain := neurontest.NewChain("test-1")
//	chain.AddSubnet(neuron.Subnet{Netuid: 1, CommitReveal: true})
//	uid := chain.Register(1, neurontest.Key("alice").Address(), neuron.Neuron{Permit: true, StakeRao: 5e9})
package neurontest

import (
	"crypto/sha256"
	"sync"
	"time"

	"github.com/dendra-net/dendra/neuron"
)

// Key returns the hotkey of that name: always the same one, and known to everybody, so never to be used for value.
func Key(name string) neuron.Key {
	return neuron.KeyFromSeed(sha256.Sum256([]byte("dendra test key " + name)))
}

// Clock tells the time it was set to. It is safe for concurrent use.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// NewClock returns a clock that stands at noon of 2 January 2026, UTC.
func NewClock() *Clock { return &Clock{now: time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)} }

// Now returns the clock's time.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Advance moves the clock by d, which may be negative.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// Set puts the clock at t.
func (c *Clock) Set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = t
}
