package chainclient

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"time"
)

// Options say which chain to talk to and how patiently. Only Endpoints must be set.
type Options struct {
	// Endpoints are gRPC addresses, host:port. The first that answers is used until it fails.
	Endpoints []string
	// ChainID is the chain that is wanted; a node of another one is refused. Empty takes the node's.
	ChainID string
	// Timeout bounds one call with all its retries; 10 s when zero.
	Timeout time.Duration
	// Retries is how often a call is repeated when a node cannot be reached; 4 when zero, never when negative.
	Retries int
	// Backoff is the pause before the first repetition, doubled with each further one; 50 ms when zero.
	Backoff time.Duration
	// Inclusion is how long Submit waits for the block that holds a transaction; a minute when zero.
	Inclusion time.Duration
	// Poll is how often the head and a sent transaction are asked for at least; a second when zero.
	Poll time.Duration
	// GasPrice is the price of a unit of gas in millionths of a rao; what the chain asks at least when zero.
	GasPrice uint64
	// Log hears of endpoints that fail; nil hears nothing.
	Log *slog.Logger
}

// maxMessage bounds one answer of a node. The largest is a page of a metagraph, far below.
const maxMessage = 32 << 20

func (o Options) withDefaults() Options {
	orDuration(&o.Timeout, 10*time.Second)
	orDuration(&o.Backoff, 50*time.Millisecond)
	orDuration(&o.Inclusion, time.Minute)
	orDuration(&o.Poll, time.Second)
	if o.Retries == 0 {
		o.Retries = 4
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return o
}

func orDuration(d *time.Duration, def time.Duration) {
	if *d <= 0 {
		*d = def
	}
}

func (o Options) check() error {
	if len(o.Endpoints) == 0 {
		return errors.New("chainclient: no endpoint was given; name at least one gRPC address, host:port")
	}
	for _, e := range o.Endpoints {
		if _, port, err := net.SplitHostPort(e); err != nil || port == "" {
			return fmt.Errorf("chainclient: endpoint %q is not host:port", e)
		}
	}
	return nil
}
