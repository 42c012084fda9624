package neuron

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

const tao = 1_000_000_000

// wait enters the queue, which must be busy, and returns the ticket.
func wait(t *testing.T, q *queue, caller string, stake uint64) *ticket {
	t.Helper()
	k, err := q.enter(Address(caller), stake*tao)
	require.NoError(t, err)
	return k
}

// served returns who got a worker, in order, when one worker does all the work.
func served(q *queue, tickets map[string]*ticket) (order []string) {
	for len(tickets) > 0 {
		q.release()
		for name, k := range tickets {
			if len(k.granted) > 0 {
				order = append(order, name)
				delete(tickets, name)
			}
		}
	}
	return order
}

func TestQueueFollowsStake(t *testing.T) { // R-WIRE-10
	q := newQueue(1, 10)
	require.NoError(t, q.acquire(t.Context(), "busy", 0))
	tickets := map[string]*ticket{}
	for name, stake := range map[string]uint64{"none": 0, "mid": 50, "poor": 1, "rich": 1000, "well": 400} {
		tickets[name] = wait(t, q, name, stake)
	}
	require.Equal(t, []string{"rich", "well", "mid", "poor", "none"}, served(q, tickets))
}

// A caller that floods gets its share and no more: with nine times the weight, nine of ten.
func TestQueueSharesByStake(t *testing.T) { // R-WIRE-10
	q := newQueue(1, 1000)
	require.NoError(t, q.acquire(t.Context(), "busy", 0))
	tickets := map[string]*ticket{}
	for i := range 100 {
		tickets[fmt.Sprintf("flood %02d", i)] = wait(t, q, "flood", 8)
	}
	for i := range 10 {
		tickets[fmt.Sprintf("small %02d", i)] = wait(t, q, "small", 0)
	}
	small := 0
	for _, name := range served(q, tickets)[:50] {
		if name[0] == 's' {
			small++
		}
	}
	require.InDelta(t, 5, small, 1)
}

func TestFullQueueRefusesThePoorest(t *testing.T) { // R-WIRE-10
	q := newQueue(1, 2)
	require.NoError(t, q.acquire(t.Context(), "busy", 1))
	poor, mid := wait(t, q, "poor", 1), wait(t, q, "mid", 10)
	_, err := q.enter("poorer", 0)
	requireFull(t, err)
	rich := wait(t, q, "rich", 100)
	requireFull(t, <-poor.granted)
	require.Equal(t, []string{"rich", "mid"}, served(q, map[string]*ticket{"rich": rich, "mid": mid}))
	q.release()
	require.NoError(t, q.drained(t.Context()))
	require.Empty(t, q.last)
}

func requireFull(t *testing.T, err error) {
	t.Helper()
	var r *Refusal
	require.ErrorAs(t, err, &r)
	require.Equal(t, http.StatusTooManyRequests, r.Status)
	require.Equal(t, "queue_full", r.Code)
	require.Positive(t, r.RetryAfter)
}

func TestAbandonedTicketFreesItsPlace(t *testing.T) {
	q := newQueue(1, 1)
	require.NoError(t, q.acquire(t.Context(), "busy", 1))
	gone := errors.New("gone")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(gone)
	require.ErrorIs(t, q.acquire(ctx, "leaver", 5*tao), gone)
	next := wait(t, q, "next", 1)

	// One that is given a worker at the moment it leaves hands the worker back.
	q.release()
	require.ErrorIs(t, q.abandon(next, ctx), gone)
	require.NoError(t, q.drained(t.Context()))
	require.Equal(t, 1, q.free)
	require.Error(t, func() error {
		require.NoError(t, q.acquire(t.Context(), "busy", 1))
		return q.drained(ctx)
	}())
}

// Virtual time starts anew without changing the order, and callers without a claim are forgotten.
func TestQueueRebase(t *testing.T) {
	q := newQueue(1, 10)
	require.NoError(t, q.acquire(t.Context(), "busy", 0))
	q.clock = 1 << 21
	for i := range 100 {
		q.last[Address(fmt.Sprint(i))] = 5
	}
	a, b, c := wait(t, q, "a", 1), wait(t, q, "b", 9), wait(t, q, "b", 9)
	require.Equal(t, []string{"b1", "b2", "a"}, served(q, map[string]*ticket{"a": a, "b1": b, "b2": c}))
	require.Less(t, q.clock, 2.0)
	require.LessOrEqual(t, len(q.last), 2)
}
