package neurontest

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"net/url"
	"slices"

	"github.com/dendra-net/dendra/neuron"
)

// CommitData implements neuron.Chain. It has no rate limit beyond that of one block.
func (c *Chain) CommitData(ctx context.Context, key neuron.Key, netuid uint16, data []byte) error {
	if err := c.enter(ctx, "CommitData"); err != nil {
		return err
	}
	defer c.mu.Unlock()
	m, n, err := c.member(key, netuid)
	if err != nil {
		return err
	}
	if len(data) == 0 || len(data) > maxData {
		return fmt.Errorf("%w: %d bytes, want 1..%d", ErrBadData, len(data), maxData)
	}
	d := neuron.Committed{Hotkey: n.Hotkey, Data: bytes.Clone(data), Height: c.height, First: n.Hotkey, FirstHeight: c.height}
	if i := slices.IndexFunc(m.data, func(d neuron.Committed) bool { return d.Hotkey == n.Hotkey && d.Height == c.height }); i >= 0 {
		return fmt.Errorf("%w: %s committed data at height %d already", ErrRateLimited, n.Hotkey, c.height)
	}
	if first, known := m.first[string(data)]; known {
		d.First, d.FirstHeight = first.Hotkey, first.Height
	} else {
		m.first[string(data)] = d
	}
	m.data = append(m.data, d)
	return nil
}

// Committed implements neuron.Chain. It knows every height.
func (c *Chain) Committed(ctx context.Context, netuid uint16, height int64) ([]neuron.Committed, error) {
	if err := c.enter(ctx, "Committed"); err != nil {
		return nil, err
	}
	defer c.mu.Unlock()
	m := c.subnets[netuid]
	switch {
	case m == nil:
		return nil, fmt.Errorf("%w: %d", ErrNoSubnet, netuid)
	case height < 0 || height > c.height:
		return nil, fmt.Errorf("%w: height %d, the newest is %d", ErrNoBlock, height, c.height)
	case height == 0:
		height = c.height
	}
	last := map[neuron.Address]neuron.Committed{}
	for _, d := range m.data {
		if d.Height <= height {
			last[d.Hotkey] = d
		}
	}
	all := make([]neuron.Committed, 0, len(last))
	for _, d := range last {
		d.Data = bytes.Clone(d.Data)
		all = append(all, d)
	}
	slices.SortFunc(all, func(a, b neuron.Committed) int { return cmp.Compare(a.Hotkey, b.Hotkey) })
	return all, nil
}

// BlockHash implements neuron.Chain: chains of one name have the same hashes.
func (c *Chain) BlockHash(ctx context.Context, height int64) ([32]byte, error) {
	if err := c.enter(ctx, "BlockHash"); err != nil {
		return [32]byte{}, err
	}
	defer c.mu.Unlock()
	if height < 1 || height > c.height {
		return [32]byte{}, fmt.Errorf("%w: height %d, the newest is %d", ErrNoBlock, height, c.height)
	}
	return sha256.Sum256(binary.BigEndian.AppendUint64([]byte("block of "+c.id+" at "), uint64(height))), nil
}

// PublishEvidence implements neuron.Chain.
func (c *Chain) PublishEvidence(ctx context.Context, key neuron.Key, netuid uint16, e neuron.Evidence) error {
	if err := c.enter(ctx, "PublishEvidence"); err != nil {
		return err
	}
	defer c.mu.Unlock()
	m, n, err := c.voter(key, netuid)
	if err != nil {
		return err
	}
	if err := m.checkEvidence(e); err != nil {
		return err
	}
	published := m.evidence[n.Hotkey]
	open, voted := m.voted[n.Hotkey]
	switch {
	case !voted || open < e.Epoch:
		return fmt.Errorf("%w: evidence of epoch %d", ErrVoteSealed, e.Epoch)
	case m.Epoch > e.Epoch+m.openAfter()+evidenceEpochs:
		return fmt.Errorf("%w: of epoch %d, now is epoch %d", ErrEvidenceLate, e.Epoch, m.Epoch)
	case len(published) > 0 && published[len(published)-1].Epoch >= e.Epoch:
		return fmt.Errorf("%w: of epoch %d, the last was of epoch %d", ErrEvidenceTwice, e.Epoch, published[len(published)-1].Epoch)
	}
	m.evidence[n.Hotkey] = append(published, cloneEvidence(e))
	return nil
}

// Evidence returns what hotkey has published on the subnet, oldest first.
func (c *Chain) Evidence(netuid uint16, hotkey neuron.Address) []neuron.Evidence {
	c.mu.Lock()
	defer c.mu.Unlock()
	var all []neuron.Evidence
	for _, e := range c.known(netuid).evidence[hotkey] {
		all = append(all, cloneEvidence(e))
	}
	return all
}

// openAfter is how many epochs after its own a vote can be read by all.
func (m *market) openAfter() uint64 {
	if m.CommitReveal {
		return m.RevealEpochs
	}
	return 0
}

func (m *market) checkEvidence(e neuron.Evidence) error {
	u, err := url.Parse(e.URL)
	if err != nil || len(e.URL) > maxEndpoint || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return fmt.Errorf("%w: URL %.64q, want http(s)://host/path in at most %d bytes", ErrBadEvidence, e.URL, maxEndpoint)
	}
	if n := len(e.UIDs); len(e.Generations) != n || len(e.Pruning) != n {
		return fmt.Errorf("%w: %d uids, %d generations, %d pruning scores", ErrBadEvidence, n, len(e.Generations), len(e.Pruning))
	}
	for i, uid := range e.UIDs {
		if i > 0 && uid <= e.UIDs[i-1] {
			return fmt.Errorf("%w: uid %d after %d, want strictly ascending", ErrBadEvidence, uid, e.UIDs[i-1])
		}
		if int(uid) >= len(m.Neurons) {
			return fmt.Errorf("%w: uid %d, the subnet has %d", ErrBadEvidence, uid, len(m.Neurons))
		}
	}
	return nil
}

func cloneEvidence(e neuron.Evidence) neuron.Evidence {
	e.UIDs, e.Generations, e.Pruning = slices.Clone(e.UIDs), slices.Clone(e.Generations), slices.Clone(e.Pruning)
	return e
}
