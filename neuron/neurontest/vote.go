package neurontest

import (
	"context"
	"fmt"
	"slices"

	"github.com/dendra-net/dendra/neuron"
	"github.com/dendra-net/dendra/seal"
)

// commit is a hash that waits for its vote.
type commit struct {
	hash  [32]byte
	epoch uint64
}

// SetWeights implements neuron.Chain.
func (c *Chain) SetWeights(ctx context.Context, key neuron.Key, netuid uint16, v neuron.Vote) error {
	if err := c.enter(ctx, "SetWeights"); err != nil {
		return err
	}
	defer c.mu.Unlock()
	m, n, err := c.voter(key, netuid)
	switch {
	case err != nil:
		return err
	case m.CommitReveal:
		return fmt.Errorf("%w: commit instead", ErrCommitReveal)
	}
	if err := c.rateLimit(m, n); err != nil {
		return err
	}
	if err := m.checkVote(v); err != nil {
		return err
	}
	m.votes[n.Hotkey], n.LastUpdate, n.Active = cloneVote(v), c.height, true
	m.voted[n.Hotkey] = m.Epoch
	return nil
}

// CommitWeights implements neuron.Chain.
func (c *Chain) CommitWeights(ctx context.Context, key neuron.Key, netuid uint16, hash [32]byte) error {
	if err := c.enter(ctx, "CommitWeights"); err != nil {
		return err
	}
	defer c.mu.Unlock()
	m, n, err := c.voter(key, netuid)
	switch {
	case err != nil:
		return err
	case !m.CommitReveal:
		return fmt.Errorf("%w: set weights instead", ErrOpenWeights)
	}
	if err := c.rateLimit(m, n); err != nil {
		return err
	}
	m.dropExpired(n.Hotkey)
	if have := len(m.commits[n.Hotkey]); have >= maxCommits {
		return fmt.Errorf("%w: %d wait to be revealed, at most %d may", ErrTooMany, have, maxCommits)
	}
	m.commits[n.Hotkey] = append(m.commits[n.Hotkey], commit{hash, m.Epoch})
	n.LastUpdate, n.Active = c.height, true
	return nil
}

// RevealWeights implements neuron.Chain.
func (c *Chain) RevealWeights(ctx context.Context, key neuron.Key, netuid uint16, v neuron.Vote, salt [16]byte) error {
	if err := c.enter(ctx, "RevealWeights"); err != nil {
		return err
	}
	defer c.mu.Unlock()
	m, n, err := c.voter(key, netuid)
	switch {
	case err != nil:
		return err
	case !m.CommitReveal:
		return fmt.Errorf("%w: set weights instead", ErrOpenWeights)
	}
	if err := checkShape(v); err != nil {
		return err
	}
	i, err := m.findCommit(c.id, n.Hotkey, v, salt)
	if err != nil {
		return err
	}
	if err := m.checkVote(v); err != nil {
		return err
	}
	m.votes[n.Hotkey], m.voted[n.Hotkey] = cloneVote(v), m.commits[n.Hotkey][i].epoch
	m.commits[n.Hotkey] = slices.Delete(m.commits[n.Hotkey], 0, i+1) // older ones are void
	return nil
}

// voter returns the subnet and the neuron behind key, which must hold a permit.
func (c *Chain) voter(key neuron.Key, netuid uint16) (*market, *neuron.Neuron, error) {
	m, n, err := c.member(key, netuid)
	if err == nil && !n.Permit {
		err = fmt.Errorf("%w: uid %d on subnet %d", ErrNoPermit, n.UID, netuid)
	}
	return m, n, err
}

func (c *Chain) rateLimit(m *market, n *neuron.Neuron) error {
	limit := max(m.WeightsRateLimit, 1) // one in a block, always
	if passed := c.height - n.LastUpdate; n.LastUpdate != 0 && passed < limit {
		return fmt.Errorf("%w: %d blocks since the last weights, %d are required: wait until height %d", ErrRateLimited, passed, limit, n.LastUpdate+limit)
	}
	return nil
}

// findCommit returns the place of the commit that hides v, if this is the epoch to reveal it in.
func (m *market) findCommit(chainID string, hotkey neuron.Address, v neuron.Vote, salt [16]byte) (int, error) {
	raw, err := hotkey.Bytes()
	if err != nil {
		return 0, err
	}
	hash := seal.Commit(chainID, m.Netuid, raw, seal.Vote(v), salt)
	i := slices.IndexFunc(m.commits[hotkey], func(c commit) bool { return c.hash == hash })
	if i < 0 {
		return 0, fmt.Errorf("%w: %x of %s", ErrNoCommit, hash, hotkey)
	}
	due := m.commits[hotkey][i].epoch + m.RevealEpochs
	switch {
	case m.Epoch < due:
		return 0, fmt.Errorf("%w: epoch %d runs, the commit is due in epoch %d", ErrTooEarly, m.Epoch, due)
	case m.Epoch > due:
		return 0, fmt.Errorf("%w: epoch %d runs, the commit was due in epoch %d", ErrExpired, m.Epoch, due)
	}
	return i, nil
}

func (m *market) dropExpired(hotkey neuron.Address) {
	m.commits[hotkey] = slices.DeleteFunc(m.commits[hotkey], func(c commit) bool { return m.Epoch > c.epoch+m.RevealEpochs })
}

// checkShape holds what seal.Commit relies on.
func checkShape(v neuron.Vote) error {
	if n := len(v.UIDs); len(v.Generations) != n || len(v.Weights) != n {
		return fmt.Errorf("%w: %d uids, %d generations, %d weights", ErrBadVote, n, len(v.Generations), len(v.Weights))
	}
	return nil
}

func (m *market) checkVote(v neuron.Vote) error {
	if err := checkShape(v); err != nil {
		return err
	}
	switch need := min(m.MinWeights, len(m.Neurons)); {
	case v.Version < m.VersionKey:
		return fmt.Errorf("%w: version %d, at least %d is required", ErrBadVote, v.Version, m.VersionKey)
	case len(v.UIDs) < need || len(v.UIDs) == 0:
		return fmt.Errorf("%w: %d entries, at least %d are required", ErrBadVote, len(v.UIDs), max(need, 1))
	case int(slices.Max(v.UIDs)) >= len(m.Neurons):
		return fmt.Errorf("%w: uid %d, the subnet has %d", ErrBadVote, slices.Max(v.UIDs), len(m.Neurons))
	case slices.Max(v.Weights) != 65535:
		return fmt.Errorf("%w: largest weight is %d, want 65535", ErrBadVote, slices.Max(v.Weights))
	}
	for i := 1; i < len(v.UIDs); i++ {
		if v.UIDs[i] <= v.UIDs[i-1] {
			return fmt.Errorf("%w: uid %d after %d, want strictly ascending", ErrBadVote, v.UIDs[i], v.UIDs[i-1])
		}
	}
	return nil
}

func cloneVote(v neuron.Vote) neuron.Vote {
	v.UIDs, v.Generations, v.Weights = slices.Clone(v.UIDs), slices.Clone(v.Generations), slices.Clone(v.Weights)
	return v
}
