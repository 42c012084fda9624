package gateway

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/dendra-net/dendra/neuron"
)

// Directory knows the subnets, as models, and their live neurons.
type Directory interface {
	// Models lists what can be asked, by netuid.
	Models(ctx context.Context) ([]Model, error)
	// Subnet returns one subnet with its neurons.
	Subnet(ctx context.Context, netuid uint16) (neuron.Subnet, error)
	// Freshness tells how old the answers are and why they are not newer.
	Freshness() Freshness
}

// Model is a subnet under the name clients ask for.
type Model struct {
	ID     string // the subnet's name; with "-NETUID" behind it where a lower netuid has the same name
	Netuid uint16
	// Validators says that those who validate the subnet answer, and not its miners: see Alias.
	Validators bool
}

// Freshness is the state of a Directory.
type Freshness struct {
	Known bool          // there is something to answer from
	Age   time.Duration // of the oldest answer given out
	Err   error         // why the last refresh failed; nil when it did not
}

// CachedDirectory remembers what the chain says for a short while, and for as long as the chain does not answer. Its
// Refresh is called by Gateway.Run; without that, the first reader after the time to live refreshes.
type CachedDirectory struct {
	subnets func(context.Context) ([]neuron.Subnet, error)
	subnet  func(context.Context, uint16) (neuron.Subnet, error)
	ttl     time.Duration
	now     func() time.Time

	mu       sync.Mutex
	models   cached[[]Model]
	byNetuid map[uint16]*cached[neuron.Subnet]
}

// cached is a value, when it was read, and what happened when it was last tried again.
type cached[T any] struct {
	value T
	known bool
	at    time.Time // of the value
	tried time.Time
	err   error
	busy  chan struct{} // closed when the refresh that runs has ended; nil when none runs
}

const (
	// DefaultTTL is how long a CachedDirectory trusts what it read when its ttl is zero: two blocks of the local
	// network.
	DefaultTTL = 2 * time.Second
	// refreshLimit bounds one question to the chain.
	refreshLimit = 5 * time.Second
)

// NewDirectory makes a directory over two calls of the chain, neuron.Chain's Subnets and Subnet for one pair. Zero
// ttl is DefaultTTL; nil now is time.Now.
func NewDirectory(subnets func(context.Context) ([]neuron.Subnet, error), subnet func(context.Context, uint16) (neuron.Subnet, error),
	ttl time.Duration, now func() time.Time,
) *CachedDirectory {
	if ttl <= 0 {
		ttl = DefaultTTL
	}
	if now == nil {
		now = time.Now
	}
	return &CachedDirectory{subnets: subnets, subnet: subnet, ttl: ttl, now: now, byNetuid: map[uint16]*cached[neuron.Subnet]{}}
}

// Models lists the subnets as models.
func (d *CachedDirectory) Models(ctx context.Context) ([]Model, error) {
	return load(ctx, d, &d.models, d.readModels)
}

// Subnet returns one subnet of those Models lists.
func (d *CachedDirectory) Subnet(ctx context.Context, netuid uint16) (neuron.Subnet, error) {
	d.mu.Lock()
	slot, ok := d.byNetuid[netuid]
	if !ok {
		slot = &cached[neuron.Subnet]{}
		d.byNetuid[netuid] = slot
	}
	d.mu.Unlock()
	s, err := load(ctx, d, slot, d.reader(netuid))
	if err != nil {
		d.forget(netuid, slot)
	}
	return s, err
}

// forget keeps numbers that were asked for in vain out of the cache.
func (d *CachedDirectory) forget(netuid uint16, slot *cached[neuron.Subnet]) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !slot.known && slot.busy == nil && d.byNetuid[netuid] == slot {
		delete(d.byNetuid, netuid)
	}
}

// Freshness reports the oldest entry, and an error if the last attempt at any of them failed.
func (d *CachedDirectory) Freshness() Freshness {
	d.mu.Lock()
	defer d.mu.Unlock()
	f := Freshness{Known: d.models.known, Err: d.models.err}
	if f.Known {
		f.Age = d.now().Sub(d.models.at)
	}
	for netuid, slot := range d.byNetuid {
		if slot.known {
			f.Age = max(f.Age, d.now().Sub(slot.at))
		}
		if slot.err != nil && f.Err == nil {
			f.Err = fmt.Errorf("subnet %d: %w", netuid, slot.err)
		}
	}
	return f
}

// Refresh reads again what has been asked for. Old answers stay when the chain does not give new ones.
func (d *CachedDirectory) Refresh(ctx context.Context) error {
	_, err := refresh(ctx, d, &d.models, d.readModels)
	errs := []error{err}
	d.mu.Lock()
	slots := make(map[uint16]*cached[neuron.Subnet], len(d.byNetuid))
	for netuid, slot := range d.byNetuid {
		slots[netuid] = slot
	}
	d.mu.Unlock()
	for netuid, slot := range slots {
		_, err := refresh(ctx, d, slot, d.reader(netuid))
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

func (d *CachedDirectory) reader(netuid uint16) func(context.Context) (neuron.Subnet, error) {
	return func(ctx context.Context) (neuron.Subnet, error) { return d.subnet(ctx, netuid) }
}

func (d *CachedDirectory) readModels(ctx context.Context) ([]Model, error) {
	subnets, err := d.subnets(ctx)
	if err != nil {
		return nil, err
	}
	models := nameModels(subnets)
	d.mu.Lock()
	defer d.mu.Unlock()
	live := map[uint16]bool{}
	for _, m := range models {
		live[m.Netuid] = true
	}
	for netuid, slot := range d.byNetuid { // dissolved subnets
		if !live[netuid] && slot.busy == nil {
			delete(d.byNetuid, netuid)
		}
	}
	return models, nil
}

// load answers from the cache while it is young, refreshes when it is not, and falls back to it when that fails.
// While one caller refreshes, the others take the old value.
func load[T any](ctx context.Context, d *CachedDirectory, slot *cached[T], read func(context.Context) (T, error)) (T, error) {
	d.mu.Lock()
	rested := d.now().Sub(slot.tried) < d.ttl // also after a failure: a dead chain is not asked by every request
	if slot.known && (rested || slot.busy != nil) {
		defer d.mu.Unlock()
		return slot.value, nil
	}
	d.mu.Unlock()
	value, err := refresh(ctx, d, slot, read)
	if err == nil {
		return value, nil
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if slot.known {
		return slot.value, nil
	}
	return value, err
}

// refresh reads the value anew, or waits for the caller that is doing so.
func refresh[T any](ctx context.Context, d *CachedDirectory, slot *cached[T], read func(context.Context) (T, error)) (T, error) {
	d.mu.Lock()
	if busy := slot.busy; busy != nil {
		d.mu.Unlock()
		select {
		case <-busy:
		case <-ctx.Done():
		}
		d.mu.Lock()
		defer d.mu.Unlock()
		return slot.value, errors.Join(slot.err, ctx.Err())
	}
	done := make(chan struct{})
	slot.busy = done
	d.mu.Unlock()

	// Others wait for this answer, so it must not end with the request that happened to ask for it.
	limited, cancel := context.WithTimeout(context.WithoutCancel(ctx), refreshLimit)
	value, err := read(limited)
	cancel()

	d.mu.Lock()
	defer d.mu.Unlock()
	slot.busy, slot.err, slot.tried = nil, err, d.now()
	if err == nil {
		slot.value, slot.known, slot.at = value, true, slot.tried
	}
	close(done)
	return value, err
}
