package miner

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/dendra-net/dendra/neuron"
)

const (
	chainTime    = 15 * time.Second // for one question to the chain
	slowestPoll  = 15 * time.Second // between questions while the chain is away
	slowestServe = time.Minute      // between attempts to publish
)

// firstLook asks the chain until it answers. It returns early, without error, when ctx ends.
func (m *miner) firstLook(ctx context.Context) (neuron.Head, neuron.Subnet, error) {
	for {
		head, net, err := m.look(ctx)
		if err == nil {
			m.outage.over(m.Log, m.Now())
			return head, net, nil
		}
		if !m.wait(ctx, m.outage.begin(m.Log, m.Now(), m.Poll, err)) {
			return head, net, nil
		}
	}
}

func (m *miner) look(ctx context.Context) (neuron.Head, neuron.Subnet, error) {
	ctx, cancel := context.WithTimeout(ctx, chainTime)
	defer cancel()
	head, err := m.Chain.Head(ctx)
	if err != nil {
		return head, neuron.Subnet{}, fmt.Errorf("read the chain's head: %w", err)
	}
	net, err := m.Chain.Subnet(ctx, m.Netuid)
	if err != nil {
		return head, net, fmt.Errorf("read subnet %d: %w", m.Netuid, err)
	}
	return head, net, nil
}

// watch keeps peers fresh, publishes the endpoint and reports epochs, until ctx ends or the slot is lost.
func (m *miner) watch(ctx context.Context, url func() string) error {
	own := url() // waits until the server listens
	if own == "" {
		return nil // it never did; its own error ends the group
	}
	m.publisher.want = or(m.External, own)
	m.Log.Info("miner answers", "uid", m.place.UID, "listen", own, "endpoint", m.publisher.want)
	if m.Ready != nil {
		m.Ready(m.publisher.want)
	}
	m.seen = 0 // look again at once: time has passed since the first look
	for {
		pause, err := m.turn(ctx)
		if err != nil {
			return err
		}
		if !m.wait(ctx, pause) {
			return nil
		}
	}
}

// turn is one look at the chain and what follows from it. It returns how long to pause.
func (m *miner) turn(ctx context.Context) (time.Duration, error) {
	head, err := m.head(ctx)
	if err != nil {
		return m.outage.begin(m.Log, m.Now(), m.Poll, err), nil
	}
	if head.Height < m.seen+m.RefreshBlocks && !m.publisher.due(m.place, m.Now()) {
		m.outage.over(m.Log, m.Now())
		return m.Poll, nil
	}
	head, net, err := m.look(ctx)
	if err != nil {
		return m.outage.begin(m.Log, m.Now(), m.Poll, err), nil
	}
	m.outage.over(m.Log, m.Now())
	me, found := find(net, m.Key.Address())
	if !found {
		return 0, m.lost(net)
	}
	m.learn(head, net)
	m.report(net, me)
	m.place = me
	m.publish(ctx)
	return m.Poll, nil
}

func (m *miner) head(ctx context.Context) (neuron.Head, error) {
	ctx, cancel := context.WithTimeout(ctx, chainTime)
	defer cancel()
	head, err := m.Chain.Head(ctx)
	if err != nil {
		return head, fmt.Errorf("read the chain's head: %w", err)
	}
	return head, nil
}

// report writes one line when an epoch has closed.
func (m *miner) report(net neuron.Subnet, me neuron.Neuron) {
	if me.UID != m.place.UID || me.Generation != m.place.Generation {
		m.Log.Warn("slot changed", "uid", me.UID, "generation", me.Generation, "old_uid", m.place.UID, "old_generation", m.place.Generation)
	}
	if net.Epoch != m.epoch {
		m.Log.Info("epoch closed", "epoch", net.Epoch, "uid", me.UID, "incentive", me.Incentive, "consensus", me.Consensus,
			"emission_rao", me.EmissionRao, "requests", m.served.Swap(0), "immune_until", me.ImmuneUntil)
	}
	m.epoch = net.Epoch
}

// lost says who has the slot now and what to do.
func (m *miner) lost(net neuron.Subnet) error {
	now := "nobody"
	for _, n := range net.Neurons {
		if n.UID == m.place.UID {
			now = string(n.Hotkey)
		}
	}
	return fmt.Errorf("%w: hotkey %s lost uid %d of subnet %d to %s; its last incentive was %.6f; register again: dendra neuron register --subnet %d",
		ErrReplaced, m.Key.Address(), m.place.UID, m.Netuid, now, m.place.Incentive, m.Netuid)
}

// publish states the endpoint on the chain when the chain has another.
func (m *miner) publish(ctx context.Context) {
	now := m.Now()
	if !m.publisher.due(m.place, now) {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, chainTime)
	defer cancel()
	if err := m.Chain.Serve(ctx, m.Key, m.Netuid, m.publisher.want); err != nil {
		m.Log.Warn("endpoint not published", "endpoint", m.publisher.want, "error", err, "again_in", m.publisher.failed(now, m.Poll))
		return
	}
	m.publisher.sent(now)
	m.Log.Info("endpoint published", "endpoint", m.publisher.want)
}

func (m *miner) wait(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}

// publisher decides when the endpoint must be sent: whenever the chain shows another, and after a failure or a
// success that does not show yet, ever more seldom, so that the chain's rate limit is met by patience.
type publisher struct {
	want  string
	pause time.Duration
	next  time.Time
}

func (p *publisher) due(place neuron.Neuron, now time.Time) bool {
	return place.Endpoint != p.want && !now.Before(p.next)
}

func (p *publisher) failed(now time.Time, least time.Duration) time.Duration {
	p.pause = min(max(2*p.pause, least), slowestServe)
	p.next = now.Add(p.pause)
	return p.pause
}

func (p *publisher) sent(now time.Time) {
	p.pause = 0
	p.next = now.Add(slowestServe / 4) // by then a block has shown it
}

// outage turns repeated failures into one line when they begin and one when they end.
type outage struct {
	since time.Time
	pause time.Duration
}

// begin notes a failure and returns how long to wait before the next attempt.
func (o *outage) begin(log *slog.Logger, now time.Time, least time.Duration, err error) time.Duration {
	if o.since.IsZero() {
		o.since = now
		log.Warn("chain does not answer; serving goes on with the peers known", "error", err)
	}
	o.pause = min(max(2*o.pause, least), slowestPoll)
	return o.pause
}

func (o *outage) over(log *slog.Logger, now time.Time) {
	if !o.since.IsZero() {
		log.Info("chain answers again", "away", now.Sub(o.since).Round(time.Millisecond))
	}
	*o = outage{}
}
