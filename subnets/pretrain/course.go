package pretrain

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/dendra-net/dendra/neuron"
)

// term is an exam to come, as a miner sees it.
type term struct {
	chainID string
	epoch   uint64
	begin   int64 // first block of the epoch: from there the exam before is surely over
	opens   int64
	due     int64 // last height at which a commit is still in time
	tempo   int64
}

// span is the blocks of the running epoch, from begin to end-1, as validators count them.
func span(net neuron.Subnet) (begin, end int64) {
	return max(net.NextEpoch-net.Tempo, 0), net.NextEpoch
}

// nextTerm is the first exam that an artifact can still be committed for at height.
func nextTerm(head neuron.Head, net neuron.Subnet, margin int64) term {
	begin, end := span(net)
	t := term{chainID: head.ChainID, epoch: net.Epoch, begin: begin, tempo: net.Tempo}
	t.opens = Opens(begin, end)
	margin = min(margin, max(1, (t.opens-begin)/2)) // short epochs leave less of it
	t.due = t.opens - 1 - margin
	if head.Height > t.due {
		t.epoch++
		t.begin, t.opens, t.due = t.begin+net.Tempo, t.opens+net.Tempo, t.due+net.Tempo
	}
	return t
}

// course trains for one exam and commits what came of it.
func (m *Miner) course(ctx context.Context) error {
	head, err := m.Chain.Head(ctx)
	if err != nil {
		return err
	}
	net, err := m.Chain.Subnet(ctx, m.Netuid)
	if err != nil {
		return err
	}
	m.clock.see(head.Height)
	t := nextTerm(head, net, m.MarginBlocks)
	if err := m.awaitHeight(ctx, t.opens-t.tempo+1); err != nil { // the shard before is known then
		return err
	}
	m.reveal(ctx, t)
	artifact, err := m.train(ctx, t)
	if err != nil {
		return err
	}
	if err := m.awaitHeight(ctx, t.begin); err != nil {
		return err
	}
	if artifact != nil {
		if err := m.keep(artifact); err != nil {
			return err
		}
		m.commitBefore(ctx, t, digestOf(artifact))
	}
	return m.awaitHeight(ctx, t.due+1)
}

// commitBefore tries to commit until it is too late for the exam; the artifact of the exam before counts then.
func (m *Miner) commitBefore(ctx context.Context, t term, digest [32]byte) {
	for ctx.Err() == nil {
		err := m.commit(ctx, digest)
		if err == nil || ctx.Err() != nil {
			return
		}
		head, headErr := m.Chain.Head(ctx)
		if headErr == nil && head.Height > t.due {
			m.Log.Warn("pretrain: an artifact missed its exam", "epoch", t.epoch, "height", head.Height, "error", err)
			return
		}
		_ = sleep(ctx, m.Poll) // the loop sees that ctx has ended
	}
}

// train has the trainer work until the exam's commits are due.
func (m *Miner) train(ctx context.Context, t term) ([]byte, error) {
	base, err := Base()
	if err != nil {
		return nil, err
	}
	due := make(chan struct{})
	watch, stop := context.WithCancel(ctx)
	var watcher sync.WaitGroup
	defer watcher.Wait()
	defer stop()
	watcher.Go(func() {
		if m.awaitHeight(watch, t.due) == nil {
			close(due)
		}
	})
	left := time.Duration(float64(t.due-m.clock.height) * float64(m.clock.perBlock()))
	return m.Trainer.Train(ctx, Course{
		Epoch: t.epoch, Base: base, Fresh: m.shards,
		Work: time.Duration(float64(left) * m.CPUShare), Due: due,
		Pace: &Pace{Share: m.CPUShare, Now: m.Now}, Leader: m.leader,
	})
}

// awaitHeight waits until the chain has a block of that height. Outages are waited out.
func (m *Miner) awaitHeight(ctx context.Context, height int64) error {
	for {
		head, err := m.Chain.Head(ctx)
		if err == nil && head.Height >= height {
			return nil
		}
		if err := sleep(ctx, m.Poll); err != nil {
			return err
		}
	}
}

// maxShards is how many revealed shards a miner trains on.
const maxShards = 512

// reveal derives the shards of the exams that are over, as far back as the chain still tells, and at most so many.
func (m *Miner) reveal(ctx context.Context, t term) {
	var found []Shard
	for epoch, opened := t.epoch, t.opens; epoch > 0 && len(found) < maxShards; {
		epoch, opened = epoch-1, opened-t.tempo
		if n := len(m.shards); opened < 1 || n > 0 && m.shards[n-1].Epoch >= epoch {
			break
		}
		s, err := m.shardOf(ctx, t.chainID, epoch, opened)
		if err != nil {
			m.Log.Debug("pretrain: older shards are not to be had", "epoch", epoch, "error", err)
			break
		}
		found = append(found, s)
	}
	for i := range found {
		m.shards = append(m.shards, found[len(found)-1-i])
	}
	m.shards = m.shards[max(0, len(m.shards)-maxShards):]
}

func (m *Miner) shardOf(ctx context.Context, chainID string, epoch uint64, opened int64) (Shard, error) {
	beacon, err := m.Chain.BlockHash(ctx, opened)
	if err != nil {
		return Shard{}, fmt.Errorf("read the hash of block %d: %w", opened, err)
	}
	passages, err := PublicShard(ShardSeed(chainID, m.Netuid, epoch, beacon))
	if err != nil {
		return Shard{}, err
	}
	return Shard{Epoch: epoch, Texts: textsOf(passages)}, nil
}

// blockClock learns how long a block takes.
type blockClock struct {
	now    func() time.Time
	first  int64
	at     time.Time
	height int64
	last   time.Time
}

func (c *blockClock) see(height int64) {
	c.height, c.last = height, c.now()
	if c.first == 0 {
		c.first, c.at = height, c.last
	}
}

// perBlock is a second until two heights have been seen.
func (c *blockClock) perBlock() time.Duration {
	if c.height == c.first {
		return time.Second
	}
	return max(c.last.Sub(c.at)/time.Duration(c.height-c.first), time.Millisecond)
}
