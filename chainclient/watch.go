package chainclient

import (
	"context"
	"sync"
	"time"

	"github.com/dendra-net/dendra/neuron"
)

// fastestPoll bounds how often a fast chain is asked for its head.
const fastestPoll = 25 * time.Millisecond

// watcher asks for the head on behalf of all who want to know. It asks only while somebody does.
type watcher struct {
	read func(context.Context) (neuron.Head, error)
	opts Options

	mu      sync.Mutex
	ears    map[chan neuron.Head]struct{}
	last    neuron.Head
	cancel  context.CancelFunc // ends the running poller, nil when none runs
	done    sync.WaitGroup
	stopped bool
}

func newWatcher(read func(context.Context) (neuron.Head, error), o Options) *watcher {
	return &watcher{read: read, opts: o, ears: map[chan neuron.Head]struct{}{}}
}

// Heads delivers the newest block, then each newer one, until ctx ends or the client is closed; then the channel is
// closed. A slow reader misses blocks and never sees an old one.
func (c *Client) Heads(ctx context.Context) <-chan neuron.Head {
	return c.heads.listen(ctx)
}

func (w *watcher) listen(ctx context.Context) <-chan neuron.Head {
	ear := make(chan neuron.Head, 1)
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.stopped || ctx.Err() != nil {
		close(ear)
		return ear
	}
	if w.last.Height > 0 && w.cancel != nil {
		ear <- w.last
	}
	w.ears[ear] = struct{}{}
	if w.cancel == nil {
		w.last = neuron.Head{} // what an earlier poller saw may be old
		poll, cancel := context.WithCancel(context.Background())
		w.cancel = cancel
		w.done.Go(func() { w.run(poll) })
	}
	context.AfterFunc(ctx, func() { w.drop(ear) })
	return ear
}

// drop ends one listener, and the poller with the last of them.
func (w *watcher) drop(ear chan neuron.Head) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if _, ok := w.ears[ear]; !ok {
		return
	}
	delete(w.ears, ear)
	close(ear)
	if len(w.ears) == 0 && w.cancel != nil {
		w.cancel()
		w.cancel = nil
	}
}

func (w *watcher) stop() {
	w.mu.Lock()
	w.stopped = true
	for ear := range w.ears {
		delete(w.ears, ear)
		close(ear)
	}
	if w.cancel != nil {
		w.cancel()
		w.cancel = nil
	}
	w.mu.Unlock()
	w.done.Wait()
}

// run asks about four times a block, as far as Options.Poll and fastestPoll allow.
func (w *watcher) run(ctx context.Context) {
	pause := fastestPoll
	var seen time.Time
	for sleep(ctx, pause) {
		head, err := w.read(ctx)
		if err != nil {
			pause = w.opts.Poll // the failure itself was reported by the call
			continue
		}
		if !w.tell(ctx, head) {
			continue
		}
		now := time.Now()
		if !seen.IsZero() {
			pause = min(max(now.Sub(seen)/4, fastestPoll), w.opts.Poll)
		}
		seen = now
	}
}

// tell passes a head on and reports whether it is new.
func (w *watcher) tell(ctx context.Context, head neuron.Head) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if ctx.Err() != nil || head.Height <= w.last.Height {
		return false
	}
	w.last = head
	for ear := range w.ears {
		select {
		case <-ear: // make room: only the newest counts
		default:
		}
		ear <- head
	}
	return true
}
