package neuron

import (
	"fmt"
	"net/http"
	"sync"
	"time"
)

const (
	replayPerHotkey = 1 << 16 // nonces of one hotkey within the window: 5,400 requests a second
	replayTotal     = 1 << 18 // nonces of all hotkeys within the window
)

// seenKey is one request that was let in.
type seenKey struct {
	hotkey Address
	nonce  nonce
}

// replays remembers the nonces that were let in for as long as they are fresh. It is consulted after the signature,
// and only admitted callers are recorded, so that strangers cannot fill it.
type replays struct {
	mu        sync.Mutex
	now       func() time.Time
	perHotkey int
	total     int
	seen      map[seenKey]struct{}
	count     map[Address]int
	order     []seenKey   // seen by arrival, from head on
	head      int         //
	floor     int64       // nonces up to this time are forgotten, hence stale whatever the clock says
	file      *replayFile // nil: memory only
}

func newReplays(now func() time.Time) *replays {
	return &replays{now: now, perHotkey: replayPerHotkey, total: replayTotal, seen: map[seenKey]struct{}{}, count: map[Address]int{}}
}

// check refuses a nonce that is not fresh or has been let in before.
func (r *replays) check(hotkey Address, n nonce) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.checkLocked(hotkey, n)
}

func (r *replays) checkLocked(hotkey Address, n nonce) error {
	now := r.now()
	switch age := now.Sub(n.time()); {
	case age > MaxPast:
		return stale("nonce was made %v ago, at most %v is accepted; this clock shows %s", age, MaxPast, now.UTC().Format(time.RFC3339Nano))
	case age < -MaxFuture:
		return stale("nonce is %v in the future, at most %v is accepted; this clock shows %s", -age, MaxFuture, now.UTC().Format(time.RFC3339Nano))
	case n.ns <= r.floor:
		return stale("nonce is older than what this miner remembers: sign the request again")
	}
	if _, again := r.seen[seenKey{hotkey, n}]; again {
		return Refuse(http.StatusUnauthorized, codeReplayed, "nonce %s of %s has been used: sign the request again with a new one", n, hotkey)
	}
	return nil
}

func stale(format string, args ...any) *Refusal {
	return Refuse(http.StatusUnauthorized, codeStale, format, args...)
}

// record lets a nonce in, once. What cannot be remembered is refused.
func (r *replays) record(hotkey Address, n nonce) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.checkLocked(hotkey, n); err != nil {
		return err
	}
	r.expire()
	if have := r.count[hotkey]; have >= r.perHotkey {
		return Refuse(http.StatusTooManyRequests, "too_many_requests", "%d requests of %s within %v, at most %d are accepted", have, hotkey, MaxPast, r.perHotkey).after(time.Second)
	}
	if len(r.seen) >= r.total {
		return Refuse(http.StatusServiceUnavailable, "replay_window_full", "%d requests within %v, at most %d are accepted", len(r.seen), MaxPast, r.total).after(time.Second)
	}
	key := seenKey{hotkey, n}
	if err := r.persist(key); err != nil {
		return err
	}
	r.add(key)
	return nil
}

func (r *replays) add(key seenKey) {
	r.seen[key] = struct{}{}
	r.count[key.hotkey]++
	r.order = append(r.order, key)
}

// expire forgets nonces that are stale by now.
func (r *replays) expire() {
	oldest := r.now().Add(-MaxPast).UnixNano()
	for ; r.head < len(r.order) && r.order[r.head].nonce.ns < oldest; r.head++ {
		key := r.order[r.head]
		r.floor = max(r.floor, key.nonce.ns)
		delete(r.seen, key)
		if r.count[key.hotkey]--; r.count[key.hotkey] == 0 {
			delete(r.count, key.hotkey)
		}
	}
	if r.head > len(r.order)/2 {
		r.order = append(r.order[:0], r.order[r.head:]...)
		r.head = 0
	}
}

// persist writes the key behind the file's good part, and rewrites the file when most of it is stale.
func (r *replays) persist(key seenKey) error {
	if r.file == nil {
		return nil
	}
	err := r.file.append(key)
	if err == nil && r.file.lines > 2*len(r.seen)+1024 {
		err = r.file.rewrite(r.floor, append(r.order[r.head:len(r.order):len(r.order)], key))
	}
	if err != nil {
		return Refuse(http.StatusServiceUnavailable, "replay_file", "cannot remember the request: %v", fmt.Errorf("%w: free the disk or change the replay file", err)).after(5 * time.Second)
	}
	return nil
}

// close releases the file.
func (r *replays) close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.file == nil {
		return nil
	}
	return r.file.close()
}
