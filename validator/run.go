package validator

import (
	"context"
	"fmt"
	"time"

	"github.com/dendra-net/dendra/evidence"
	"github.com/dendra-net/dendra/neuron"
)

const (
	chainTime   = 30 * time.Second // for one question to the chain, or one message and its block
	slowestPoll = 15 * time.Second // between questions while the chain is away
)

// Run validates until ctx ends, which returns nil, or until it cannot go on: ErrNotRegistered, ErrReplaced,
// ErrState, ErrConfig. Outages of the chain and of miners are waited out.
func Run(ctx context.Context, c Config) error {
	if err := c.complete(); err != nil {
		return err
	}
	v := &validator{Config: c, results: make(chan outcome, 1), slots: make(chan struct{}, c.Parallel)}
	v.history.limit = c.History
	defer v.stopExam()
	defer v.stopRound()
	for {
		pause, err := v.turn(ctx)
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return err
		}
		v.wait(ctx, pause)
	}
}

// validator is the loop's memory. Only Run's goroutine touches it; a round in flight has copies of its own.
type validator struct {
	Config
	keeper *keeper // nil until the chain has told its name
	store  *evidence.Store

	place    neuron.Neuron // own slot as last seen; the zero value before the first look
	placed   bool
	campaign campaign
	started  bool // campaign is set
	permitAt int64
	history  history

	results chan outcome       // of the round in flight
	cancel  context.CancelFunc // of the round in flight; nil when there is none
	slots   chan struct{}

	exam     *examination // in flight, or not folded yet; nil when there is none
	saidExam uint64       // epoch, plus one, for which it was logged that the exam waits

	showAt    int64 // height before which no evidence is shown, after a failure
	noteAt    int64 // height before which no note of evidence is sent
	noteTries int
	noteEpoch uint64 // epoch of the note that noteTries counts

	outage  time.Time // since when the chain is away
	retryAt int64     // height before which nothing is sent again
	retries int
	said    string // last reason logged for not sending
}

// wait pauses until the round or exam in flight ends, the time is over or ctx ends.
func (v *validator) wait(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	case out := <-v.results:
		v.finishRound(out)
	case <-v.exam.ended():
		v.exam.noticed = true
	}
}

// turn is one look at the chain and all that follows from it. It returns how long to pause.
func (v *validator) turn(ctx context.Context) (time.Duration, error) {
	head, net, err := v.look(ctx)
	if ctx.Err() != nil {
		return 0, nil
	}
	if err != nil {
		return v.away(err), nil
	}
	if v.keeper == nil {
		if err := v.open(head.ChainID); err != nil {
			return 0, err
		}
	}
	if head.Height < v.keeper.state.Height {
		return v.away(fmt.Errorf("the chain is at block %d, this validator has acted on block %d: waiting for the node to catch up; if the chain was begun anew, remove %s", head.Height, v.keeper.state.Height, v.keeper.path)), nil
	}
	v.back()
	if err := v.findSelf(head, net); err != nil {
		return 0, err
	}
	if err := v.measure(ctx, head, net); err != nil {
		return 0, err
	}
	if err := v.keep(ctx, head, net); err != nil {
		return 0, err
	}
	v.publish(ctx, head, net)
	return v.Poll, nil
}

// open reads what the validator keeps on disk.
func (v *validator) open(chainID string) error {
	state, err := openKeeper(v.Dir, chainID, v.Netuid, v.Key.Address())
	if err != nil {
		return err
	}
	store, err := evidence.Open(v.Dir, chainID, v.Netuid, v.Key.Address())
	if err != nil {
		return fmt.Errorf("%w: %w", ErrState, err)
	}
	v.keeper, v.store = state, store
	return nil
}

func (v *validator) look(ctx context.Context) (neuron.Head, neuron.Subnet, error) {
	ctx, cancel := context.WithTimeout(ctx, chainTime)
	defer cancel()
	head, err := v.Chain.Head(ctx)
	if err != nil {
		return head, neuron.Subnet{}, fmt.Errorf("read the chain's head: %w", err)
	}
	net, err := v.Chain.Subnet(ctx, v.Netuid)
	if err != nil {
		return head, net, fmt.Errorf("read subnet %d: %w", v.Netuid, err)
	}
	return head, net, nil
}

// away notes that the chain cannot be used now and returns how long to wait.
func (v *validator) away(err error) time.Duration {
	now := v.Now()
	if v.outage.IsZero() {
		v.outage = now
		v.Log.Warn("chain cannot be used; waiting", "error", err)
	}
	return min(max(v.Poll, now.Sub(v.outage)/4), slowestPoll)
}

func (v *validator) back() {
	if !v.outage.IsZero() {
		v.Log.Info("chain can be used again", "away", v.Now().Sub(v.outage).Round(time.Millisecond))
		v.outage = time.Time{}
	}
}

// findSelf looks up the own slot.
func (v *validator) findSelf(head neuron.Head, net neuron.Subnet) error {
	own := v.Key.Address()
	for _, n := range net.Neurons {
		if n.Hotkey != own {
			continue
		}
		if v.placed && n.Permit && !v.place.Permit {
			v.permitAt = head.Height + permitSettles
			v.Log.Info("permit received", "uid", n.UID, "stake_rao", n.StakeRao)
		}
		if !v.placed {
			v.Log.Info("validator runs", "uid", n.UID, "permit", n.Permit, "stake_rao", n.StakeRao, "kind", v.kind(), "floor", v.Floor)
		}
		v.place, v.placed = n, true
		return nil
	}
	if v.placed {
		return fmt.Errorf("%w: hotkey %s lost uid %d of subnet %d; register again: dendra neuron register --subnet %d", ErrReplaced, own, v.place.UID, v.Netuid, v.Netuid)
	}
	return fmt.Errorf("%w: hotkey %s holds none of the %d slots of subnet %d; register it: dendra neuron register --subnet %d",
		ErrNotRegistered, own, len(net.Neurons), v.Netuid, v.Netuid)
}

// permitSettles is how many blocks miners get to learn of a new permit before they are measured by it.
const permitSettles = 5
