package chainclient

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// errNoStreams answers a use that the chain's services do not have.
var errNoStreams = errors.New("chainclient: the chain's services have no streams")

// NewStream always fails; it is there so that generated clients take a Client as their connection.
func (c *Client) NewStream(context.Context, *grpc.StreamDesc, string, ...grpc.CallOption) (grpc.ClientStream, error) {
	return nil, errNoStreams
}

// Invoke makes one call, moving to the next endpoint and trying again while none answers. Errors of the chain come
// as *TxError; ErrUnreachable says that nobody answered within the deadline.
func (c *Client) Invoke(ctx context.Context, method string, args, reply any, opts ...grpc.CallOption) error {
	ctx, cancel := context.WithTimeout(ctx, c.opts.Timeout)
	defer cancel()
	pause := c.opts.Backoff
	for try := 0; ; try++ {
		at := c.current.Load()
		err := c.attempt(ctx, at, method, args, reply, opts)
		if err == nil || !retryable(err) {
			return decodeStatus(err)
		}
		c.advance(at, method, err)
		if try >= c.opts.Retries || !sleep(ctx, pause/2+rand.N(pause/2+1)) {
			return c.unreachable(ctx, err)
		}
		pause = min(2*pause, time.Second)
	}
}

// attempt asks one endpoint. With several endpoints a silent one may take only its part of the time that is left.
func (c *Client) attempt(ctx context.Context, at int64, method string, args, reply any, opts []grpc.CallOption) error {
	cancel := context.CancelFunc(func() {})
	if deadline, ok := ctx.Deadline(); ok && len(c.conns) > 1 {
		ctx, cancel = context.WithTimeout(ctx, time.Until(deadline)/time.Duration(len(c.conns)))
	}
	defer cancel()
	return c.conns[at%int64(len(c.conns))].Invoke(ctx, method, args, reply, opts...)
}

// advance leaves an endpoint that failed, unless another call did so already.
func (c *Client) advance(at int64, method string, err error) {
	if len(c.conns) > 1 && c.current.CompareAndSwap(at, (at+1)%int64(len(c.conns))) {
		c.opts.Log.Warn("endpoint failed; moving on", "endpoint", c.opts.Endpoints[at], "call", method, "error", err)
	}
}

func (c *Client) unreachable(ctx context.Context, last error) error {
	if errors.Is(context.Cause(ctx), context.Canceled) {
		return context.Canceled
	}
	return fmt.Errorf("%w at %v: %s", ErrUnreachable, c.opts.Endpoints, status.Convert(last).Message())
}

// retryable reports whether another try or endpoint may do better.
func retryable(err error) bool {
	code := status.Code(err)
	return code == codes.Unavailable || code == codes.DeadlineExceeded
}

// sleep waits and reports whether it could do so to the end.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
