package neuron

import (
	"container/heap"
	"context"
	"net/http"
	"sync"
	"time"
)

// queue lets a bounded number of requests work at once and orders those that wait by weighted fair queueing: each
// caller's share of the workers follows its stake, and among single requests the richer caller goes first. When too
// many wait, the one that would be served last, the poorest, is refused.
type queue struct {
	mu      sync.Mutex
	free    int // workers without work
	workers int
	limit   int // most that wait
	waiting tickets
	clock   float64             // virtual time: the tag last let in
	last    map[Address]float64 // tag of each caller's newest request
	serial  uint64
	idle    chan struct{} // closed while nothing works; replaced when work begins
}

// ticket is a request that waits or works.
type ticket struct {
	caller  Address
	tag     float64 // virtual time at which the request would be done: the smallest goes first
	cost    float64
	serial  uint64
	place   int        // index in tickets, -1 once it left
	granted chan error // receives nil when a worker is given, or why not
}

const raoPerTAO = 1e9

func newQueue(workers, limit int) *queue {
	q := &queue{free: workers, workers: workers, limit: limit, last: map[Address]float64{}, idle: make(chan struct{})}
	close(q.idle)
	return q
}

// acquire waits for a worker. Each nil error must be followed by one release.
func (q *queue) acquire(ctx context.Context, caller Address, stakeRao uint64) error {
	t, err := q.enter(caller, stakeRao)
	if err != nil {
		return err
	}
	select {
	case err := <-t.granted:
		return err
	case <-ctx.Done():
		return q.abandon(t, ctx)
	}
}

// enter gives the request a worker at once or a place in the line.
func (q *queue) enter(caller Address, stakeRao uint64) (*ticket, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	t := q.ticket(caller, stakeRao)
	if q.free > 0 { // nobody waits while a worker is free
		if q.free == q.workers {
			q.idle = make(chan struct{})
		}
		q.free--
		q.last[caller] = t.tag
		q.grant(t)
		return t, nil
	}
	if len(q.waiting) >= q.limit {
		if err := q.makeRoom(t); err != nil {
			return nil, err
		}
	}
	q.last[caller] = t.tag
	heap.Push(&q.waiting, t)
	return t, nil
}

func (q *queue) ticket(caller Address, stakeRao uint64) *ticket {
	q.serial++
	cost := 1 / (1 + float64(stakeRao)/raoPerTAO)
	tag := max(q.clock, q.last[caller]) + cost
	return &ticket{caller: caller, tag: tag, cost: cost, serial: q.serial, place: -1, granted: make(chan error, 1)}
}

// makeRoom refuses the request that would be served last, be it t or one that waits.
func (q *queue) makeRoom(t *ticket) error {
	poorest := t
	for _, w := range q.waiting {
		if poorest.before(w) {
			poorest = w
		}
	}
	full := Refuse(http.StatusTooManyRequests, "queue_full", "%d requests work and %d wait, and those who wait have more stake", q.workers, len(q.waiting)).after(time.Second)
	if poorest == t {
		return full
	}
	q.remove(poorest)
	poorest.granted <- full
	return nil
}

// grant tells t that it has a worker.
func (q *queue) grant(t *ticket) {
	q.clock = max(q.clock, t.tag)
	q.rebase()
	t.granted <- nil
}

// release returns a worker, which takes the next request.
func (q *queue) release() {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.waiting) > 0 {
		q.grant(heap.Pop(&q.waiting).(*ticket))
		return
	}
	if q.free++; q.free == q.workers {
		q.clock = 0
		clear(q.last)
		close(q.idle)
	}
}

// abandon takes back a request whose caller stopped waiting, and the worker if it was given one just now.
func (q *queue) abandon(t *ticket, ctx context.Context) error {
	q.mu.Lock()
	waits := t.place >= 0
	if waits {
		q.remove(t)
	}
	q.mu.Unlock()
	if !waits && <-t.granted == nil {
		q.release()
	}
	return context.Cause(ctx)
}

func (q *queue) remove(t *ticket) {
	heap.Remove(&q.waiting, t.place)
	q.last[t.caller] -= t.cost
}

// rebase keeps virtual time small, so that no fraction is lost, and forgets callers who have no claim left.
func (q *queue) rebase() {
	if q.clock < 1<<20 && len(q.last) < 1<<12 {
		return
	}
	for caller, tag := range q.last {
		if tag <= q.clock {
			delete(q.last, caller)
		} else {
			q.last[caller] = tag - q.clock
		}
	}
	for _, t := range q.waiting {
		t.tag -= q.clock
	}
	heap.Init(&q.waiting) // tags that differed by less than a rounding may be equal now
	q.clock = 0
}

// drained waits until nothing works.
func (q *queue) drained(ctx context.Context) error {
	q.mu.Lock()
	idle := q.idle
	q.mu.Unlock()
	select {
	case <-idle:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (t *ticket) before(u *ticket) bool {
	if t.tag != u.tag {
		return t.tag < u.tag
	}
	return t.serial < u.serial
}

// tickets is a heap, first to serve on top.
type tickets []*ticket

func (h tickets) Len() int           { return len(h) }
func (h tickets) Less(i, j int) bool { return h[i].before(h[j]) }
func (h tickets) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].place, h[j].place = i, j
}

// Push implements heap.Interface.
func (h *tickets) Push(x any) {
	t := x.(*ticket)
	t.place = len(*h)
	*h = append(*h, t)
}

// Pop implements heap.Interface.
func (h *tickets) Pop() any {
	t := (*h)[len(*h)-1]
	(*h)[len(*h)-1] = nil
	*h = (*h)[:len(*h)-1]
	t.place = -1
	return t
}
