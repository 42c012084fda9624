package chainclient

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/cosmos/cosmos-sdk/client/grpc/cmtservice"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"github.com/dendra-net/dendra/internal/prefix"
)

// ErrWrongChain says that the node belongs to another chain than the one asked for.
var ErrWrongChain = errors.New("wrong chain")

// ErrUnreachable says that no endpoint answered within the deadline.
var ErrUnreachable = errors.New("no node answers")

// Client talks to one chain. Make it with Dial, end it with Close.
type Client struct {
	Queries
	opts    Options
	chainID string

	conns   []*grpc.ClientConn
	current atomic.Int64 // index into conns of the endpoint in use

	heads    *watcher
	accounts accounts
	fees     fees
	blocks   blockHashes
	close    sync.Once
}

// Dial connects to the first endpoint that answers and checks that it is of the right chain. Errors: ErrUnreachable,
// ErrWrongChain.
func Dial(ctx context.Context, o Options) (*Client, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	prefix.Set()
	c := &Client{opts: o.withDefaults()}
	c.Queries = Queries{conn: c}
	c.heads = newWatcher(c.Head, c.opts)
	for _, endpoint := range c.opts.Endpoints {
		conn, err := grpc.NewClient("passthrough:///"+endpoint,
			grpc.WithTransportCredentials(insecure.NewCredentials()),
			grpc.WithDefaultCallOptions(grpc.ForceCodec(wireCodec{}), grpc.MaxCallRecvMsgSize(maxMessage)))
		if err != nil {
			return nil, errors.Join(fmt.Errorf("chainclient: endpoint %q: %w", endpoint, err), c.Close())
		}
		c.conns = append(c.conns, conn)
	}
	if err := c.greet(ctx); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return c, nil
}

// greet learns the chain's name and compares it with the one that is wanted.
func (c *Client) greet(ctx context.Context) error {
	info, err := cmtservice.NewServiceClient(c).GetNodeInfo(ctx, &cmtservice.GetNodeInfoRequest{})
	if err != nil {
		return fmt.Errorf("connect to the chain: %w", err)
	}
	c.chainID = info.DefaultNodeInfo.GetNetwork()
	if c.chainID == "" || c.opts.ChainID != "" && c.opts.ChainID != c.chainID {
		return fmt.Errorf("%w: the node is of %q, wanted is %q", ErrWrongChain, c.chainID, c.opts.ChainID)
	}
	return nil
}

// ChainID names the chain that the client is connected to.
func (c *Client) ChainID() string { return c.chainID }

// Close ends the head watcher and closes the connections. Calls that are under way fail.
func (c *Client) Close() error {
	var errs []error
	c.close.Do(func() {
		c.heads.stop()
		for _, conn := range c.conns {
			errs = append(errs, conn.Close())
		}
	})
	return errors.Join(errs...)
}
