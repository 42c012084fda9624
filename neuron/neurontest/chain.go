package neurontest

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"sync"

	"github.com/dendra-net/dendra/neuron"
)

// What the chain refuses. Compare with errors.Is.
var (
	ErrNoSubnet      = errors.New("no such subnet")
	ErrNotRegistered = errors.New("hotkey is not registered")
	ErrNoPermit      = errors.New("no validator permit")
	ErrRateLimited   = errors.New("rate limit")
	ErrCommitReveal  = errors.New("subnet uses commit and reveal")
	ErrOpenWeights   = errors.New("subnet does not use commit and reveal")
	ErrTooMany       = errors.New("too many commits")
	ErrNoCommit      = errors.New("no such commit")
	ErrTooEarly      = errors.New("too early to reveal")
	ErrExpired       = errors.New("too late to reveal")
	ErrBadVote       = errors.New("bad vote")
	ErrBadEndpoint   = errors.New("bad endpoint")
	ErrBadData       = errors.New("bad size of data")
	ErrNoBlock       = errors.New("no such block")
	ErrBadEvidence   = errors.New("bad evidence")
	ErrVoteSealed    = errors.New("own vote of that epoch is not open")
	ErrEvidenceLate  = errors.New("too late for evidence")
	ErrEvidenceTwice = errors.New("evidence of that epoch or of a later one was published")
)

const (
	maxCommits     = 10
	maxEndpoint    = 256
	maxData        = 128
	evidenceEpochs = 4 // for so many epochs after a vote is open evidence may be published
)

// Chain is a neuron.Chain in memory. Blocks come only by Advance; a call takes effect at once, in the current block.
// It keeps the rules of voting but computes no scores: a test writes those with Update. It is safe for concurrent use.
type Chain struct {
	mu      sync.Mutex
	id      string
	height  int64
	subnets map[uint16]*market
	faults  map[string][]error
}

var _ neuron.Chain = (*Chain)(nil)

// market is a subnet with what its neurons have voted.
type market struct {
	neuron.Subnet
	votes    map[neuron.Address]neuron.Vote
	voted    map[neuron.Address]uint64   // the epoch of the vote that is in force
	commits  map[neuron.Address][]commit // oldest first
	data     []neuron.Committed          // all that was committed, oldest first
	first    map[string]neuron.Committed // by data
	evidence map[neuron.Address][]neuron.Evidence
}

// NewChain returns a chain at height 1 without subnets.
func NewChain(chainID string) *Chain {
	return &Chain{id: chainID, height: 1, subnets: map[uint16]*market{}, faults: map[string][]error{}}
}

// AddSubnet opens a subnet. Zero fields get values: tempo 20, RevealEpochs 1, MinWeights 1 and a name. Its neurons come
// by Register.
func (c *Chain) AddSubnet(s neuron.Subnet) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if s.Name == "" {
		s.Name = fmt.Sprintf("subnet-%d", s.Netuid)
	}
	if s.Tempo == 0 {
		s.Tempo = 20
	}
	if s.NextEpoch == 0 {
		s.NextEpoch = c.height + s.Tempo
	}
	s.RevealEpochs, s.MinWeights = max(s.RevealEpochs, 1), max(s.MinWeights, 1)
	s.Neurons = nil
	c.subnets[s.Netuid] = &market{
		Subnet: s, votes: map[neuron.Address]neuron.Vote{}, voted: map[neuron.Address]uint64{}, commits: map[neuron.Address][]commit{},
		first: map[string]neuron.Committed{}, evidence: map[neuron.Address][]neuron.Evidence{},
	}
}

// Register gives hotkey the next uid of the subnet and returns it. The stake, permit, endpoint and scores are n's.
func (c *Chain) Register(netuid uint16, hotkey neuron.Address, n neuron.Neuron) uint16 {
	c.mu.Lock()
	defer c.mu.Unlock()
	m := c.known(netuid)
	n.UID, n.Hotkey, n.RegisteredAt = uint16(len(m.Neurons)), hotkey, c.height
	m.Neurons = append(m.Neurons, n)
	return n.UID
}

// Replace gives a slot to another hotkey, as when the weakest neuron makes room: the generation grows, and what the
// former one had voted, committed and published is gone. Who committed what first stays known.
func (c *Chain) Replace(netuid, uid uint16, hotkey neuron.Address, n neuron.Neuron) {
	c.mu.Lock()
	defer c.mu.Unlock()
	m := c.known(netuid)
	old := m.Neurons[uid]
	delete(m.votes, old.Hotkey)
	delete(m.voted, old.Hotkey)
	delete(m.commits, old.Hotkey)
	delete(m.evidence, old.Hotkey)
	m.data = slices.DeleteFunc(m.data, func(d neuron.Committed) bool { return d.Hotkey == old.Hotkey })
	n.UID, n.Hotkey, n.RegisteredAt, n.Generation = uid, hotkey, c.height, old.Generation+1
	m.Neurons[uid] = n
}

// Update changes a subnet: scores, stakes, parameters.
func (c *Chain) Update(netuid uint16, change func(*neuron.Subnet)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	change(&c.known(netuid).Subnet)
}

// known returns a subnet that the test itself has added; to name another one is a mistake in the test.
func (c *Chain) known(netuid uint16) *market {
	m := c.subnets[netuid]
	if m == nil {
		panic(fmt.Sprintf("neurontest: AddSubnet was not called for subnet %d", netuid))
	}
	return m
}

// Advance makes blocks, and closes the epochs that end in them.
func (c *Chain) Advance(blocks int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for range blocks {
		c.height++
		for _, m := range c.subnets {
			if c.height >= m.NextEpoch {
				m.Epoch++
				m.NextEpoch = c.height + m.Tempo
			}
		}
	}
}

// AdvanceEpoch makes blocks until the running epoch of the subnet has closed.
func (c *Chain) AdvanceEpoch(netuid uint16) {
	c.mu.Lock()
	blocks := int(c.known(netuid).NextEpoch - c.height)
	c.mu.Unlock()
	c.Advance(blocks)
}

// Fail makes the next call of method ("CommitWeights" for one) return err instead of taking effect. Several wait in
// line.
func (c *Chain) Fail(method string, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.faults[method] = append(c.faults[method], err)
}

// Weights returns the vote of hotkey that is in force.
func (c *Chain) Weights(netuid uint16, hotkey neuron.Address) (neuron.Vote, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	v, ok := c.known(netuid).votes[hotkey]
	return cloneVote(v), ok
}

// Commits returns how many commits of hotkey wait to be revealed.
func (c *Chain) Commits(netuid uint16, hotkey neuron.Address) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.known(netuid).commits[hotkey])
}

// Peers returns a look-up among the subnet's neurons, as neuron.Server wants it.
func (c *Chain) Peers(netuid uint16) func(neuron.Address) (neuron.Neuron, bool) {
	return func(hotkey neuron.Address) (neuron.Neuron, bool) {
		c.mu.Lock()
		defer c.mu.Unlock()
		if n := c.known(netuid).find(hotkey); n != nil {
			return *n, true
		}
		return neuron.Neuron{}, false
	}
}

func (m *market) find(hotkey neuron.Address) *neuron.Neuron {
	i := slices.IndexFunc(m.Neurons, func(n neuron.Neuron) bool { return n.Hotkey == hotkey })
	if i < 0 {
		return nil
	}
	return &m.Neurons[i]
}

// enter opens a call: it honours ctx and planned faults. The caller unlocks c.mu if the error is nil.
func (c *Chain) enter(ctx context.Context, method string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	c.mu.Lock()
	if planned := c.faults[method]; len(planned) > 0 {
		c.faults[method] = planned[1:]
		c.mu.Unlock()
		return fmt.Errorf("%s: %w", method, planned[0])
	}
	return nil
}

// Head implements neuron.Chain.
func (c *Chain) Head(ctx context.Context) (neuron.Head, error) {
	if err := c.enter(ctx, "Head"); err != nil {
		return neuron.Head{}, err
	}
	defer c.mu.Unlock()
	return neuron.Head{ChainID: c.id, Height: c.height}, nil
}

// Subnets implements neuron.Chain.
func (c *Chain) Subnets(ctx context.Context) ([]neuron.Subnet, error) {
	if err := c.enter(ctx, "Subnets"); err != nil {
		return nil, err
	}
	defer c.mu.Unlock()
	var all []neuron.Subnet
	for _, m := range c.subnets {
		s := m.Subnet
		s.Neurons = nil
		all = append(all, s)
	}
	slices.SortFunc(all, func(a, b neuron.Subnet) int { return int(a.Netuid) - int(b.Netuid) })
	return all, nil
}

// Subnet implements neuron.Chain.
func (c *Chain) Subnet(ctx context.Context, netuid uint16) (neuron.Subnet, error) {
	if err := c.enter(ctx, "Subnet"); err != nil {
		return neuron.Subnet{}, err
	}
	defer c.mu.Unlock()
	m := c.subnets[netuid]
	if m == nil {
		return neuron.Subnet{}, fmt.Errorf("%w: %d", ErrNoSubnet, netuid)
	}
	s := m.Subnet
	s.Neurons = slices.Clone(m.Neurons)
	return s, nil
}

// Serve implements neuron.Chain.
func (c *Chain) Serve(ctx context.Context, key neuron.Key, netuid uint16, endpoint string) error {
	if err := c.enter(ctx, "Serve"); err != nil {
		return err
	}
	defer c.mu.Unlock()
	_, n, err := c.member(key, netuid)
	if err != nil {
		return err
	}
	u, err := url.Parse(endpoint)
	if err != nil || len(endpoint) > maxEndpoint || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		return fmt.Errorf("%w: %.64q, want http(s)://host in at most %d bytes", ErrBadEndpoint, endpoint, maxEndpoint)
	}
	n.Endpoint = endpoint
	return nil
}

// member returns the subnet and the neuron that signs with key.
func (c *Chain) member(key neuron.Key, netuid uint16) (*market, *neuron.Neuron, error) {
	m := c.subnets[netuid]
	if m == nil {
		return nil, nil, fmt.Errorf("%w: %d", ErrNoSubnet, netuid)
	}
	if key.IsZero() {
		return nil, nil, fmt.Errorf("%w: there is no key", ErrNotRegistered)
	}
	n := m.find(key.Address())
	if n == nil {
		return nil, nil, fmt.Errorf("%w: %s on subnet %d", ErrNotRegistered, key.Address(), netuid)
	}
	return m, n, nil
}
