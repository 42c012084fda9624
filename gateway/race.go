package gateway

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"github.com/dendra-net/dendra/gateway/requestlog"
	"github.com/dendra-net/dendra/neuron"
)

const (
	hedgeShare  = 0.05 // of the requests may have a second miner asked while the first is silent
	hedgeBurst  = 8.0
	patienceFor = 20                   // times the fastest miner's latency
	readingTime = 2 * time.Millisecond // granted for each token of the prompt
)

var errLost = errors.New("another miner answered first")

// race asks the miners of one exchange. As a rule one after the other; when the one being asked is silent for longer
// than is usual, the next one is asked beside it, and whoever answers first counts.
type race struct {
	x        *exchange
	ctx      context.Context
	left     []neuron.Neuron
	running  []*attempt
	results  chan result // room for all, so that no attempt waits for its reader
	failures []*failure
}

// result is how an attempt ended: with an answer or a failure.
type result struct {
	at *attempt
	answer
	failure *failure
}

// run returns the first sound answer; false when there was none and failures tell why. When it returns, no attempt
// runs any more.
func (r *race) run() (won result, ok bool) {
	r.start()
	timer := time.NewTimer(r.x.patience)
	defer timer.Stop()
	claimed := r.x.claimed
	for len(r.running) > 0 {
		select {
		case res := <-r.results:
			r.settle(res)
			switch {
			case res.failure == nil && !ok:
				won, ok = res, true
				r.stop(nil)
			case res.failure != nil && res.failure.final:
				r.stop(nil)
			case len(r.running) == 0 && !ok && len(r.left) > 0 && r.ctx.Err() == nil:
				r.start()
				timer.Reset(r.x.patience)
			}
		case <-claimed:
			claimed = nil
			r.stop(r.x.winning())
		case <-timer.C:
			if len(r.left) > 0 && r.x.g.hedges.take() {
				r.hedge()
				timer.Reset(r.x.patience)
			}
		}
	}
	return won, ok
}

// start asks the next miner.
func (r *race) start() {
	at := r.x.g.newAttempt(r.x.record.Netuid, r.left[0], r.x.req.mode())
	r.left = r.left[1:]
	ctx, cancel := context.WithCancelCause(r.ctx)
	at.cancel = cancel
	r.running = append(r.running, at)
	go func() { r.results <- r.x.ask(ctx, at) }()
}

// hedge asks the next miner beside those that are silent.
func (r *race) hedge() {
	for _, at := range r.running {
		at.slow = true
	}
	r.start()
}

// stop ends the race for everybody but the winner, and starts nobody more.
func (r *race) stop(winner *attempt) {
	r.left = nil
	for _, at := range r.running {
		if at != winner {
			at.cancel(errLost)
		}
	}
}

// settle notes the end of an attempt in the record and on the scoreboard. A miner that another overtook is to blame
// only if it was silent for too long.
func (r *race) settle(res result) {
	x, at, f := r.x, res.at, res.failure
	r.running = slices.DeleteFunc(r.running, func(a *attempt) bool { return a == at })
	at.cancel(nil)
	lost := f != nil && errors.Is(f.err, errLost)
	switch {
	case f == nil:
	case x.gone():
		f.outcome, f.final = requestlog.Cancelled, true
	case lost && at.slow:
		f.outcome = requestlog.Timeout
	}
	if f != nil && !lost {
		r.failures = append(r.failures, f)
	}
	x.note(at, f)
	at.settle(f)
}

// ask puts the question to one miner.
func (x *exchange) ask(ctx context.Context, at *attempt) (res result) {
	res.at = at
	defer func() {
		if p := recover(); p != nil {
			x.g.cfg.Logger.Error("an attempt panicked", "request", x.record.ID, "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
			res.failure = &failure{outcome: requestlog.Failed, err: errors.New("the gateway failed"), final: true}
		}
		at.end = x.g.cfg.Now()
	}()
	if x.req.stream {
		res.answer, res.failure = x.stream(ctx, at)
	} else {
		res.answer, res.failure = at.whole(ctx, x.path, x.req)
	}
	return res
}

// patienceWith is how long a miner may be silent before another is asked as well: much longer than the fastest of the
// subnet usually needs.
func (g *Gateway) patienceWith(netuid uint16, neurons []neuron.Neuron, req chatRequest) time.Duration {
	var fastest time.Duration
	for _, n := range neurons {
		latency := g.board.of(minerKey{netuid, n.Hotkey}).latency(req.mode())
		if latency > 0 && (fastest == 0 || latency < fastest) {
			fastest = latency
		}
	}
	wait := max(g.cfg.Limits.Patience, patienceFor*fastest)
	return wait + time.Duration(min(req.prompt, 1e6))*readingTime
}

// hedgeBudget keeps second questions to a small share of all.
type hedgeBudget struct {
	mu   sync.Mutex
	left float64
}

// earn grants each request its share.
func (h *hedgeBudget) earn() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.left = min(hedgeBurst, h.left+hedgeShare)
}

// take spends one hedge if there is one.
func (h *hedgeBudget) take() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.left < 1 {
		return false
	}
	h.left--
	return true
}
