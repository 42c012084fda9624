package chainclient_test

import (
	"context"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/chainclient"
	"github.com/dendra-net/dendra/x/weights"
)

func TestDialRefusesSenselessOptions(t *testing.T) {
	_, err := chainclient.Dial(t.Context(), chainclient.Options{})
	require.ErrorContains(t, err, "no endpoint")
	_, err = chainclient.Dial(t.Context(), chainclient.Options{Endpoints: []string{"nowhere"}})
	require.ErrorContains(t, err, `"nowhere" is not host:port`)
}

func TestDialRefusesAnotherChain(t *testing.T) {
	f := startNode(t)
	_, err := chainclient.Dial(t.Context(), chainclient.Options{Endpoints: []string{f.address}, ChainID: "other-1"})
	require.ErrorIs(t, err, chainclient.ErrWrongChain)
	require.ErrorContains(t, err, `"test-1"`)
	c := dial(t, nil, f.address)
	require.Equal(t, chainID, c.ChainID())
}

// silent accepts connections and never says a word.
func silent(t *testing.T) string {
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	var open []net.Conn
	var serving sync.WaitGroup
	serving.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			open = append(open, conn)
		}
	})
	t.Cleanup(func() {
		require.NoError(t, listener.Close())
		serving.Wait()
		for _, conn := range open {
			_ = conn.Close() // the other side may have closed it
		}
	})
	return listener.Addr().String()
}

func TestCallsEndWithTheirDeadline(t *testing.T) {
	start := time.Now()
	_, err := chainclient.Dial(t.Context(), chainclient.Options{Endpoints: []string{silent(t)}, Timeout: 100 * time.Millisecond})
	require.ErrorIs(t, err, chainclient.ErrUnreachable)
	require.Less(t, time.Since(start), 5*time.Second)
}

func TestCancelledCallsSaySo(t *testing.T) {
	f := startNode(t)
	c := dial(t, nil, f.address)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := c.Head(ctx)
	require.ErrorIs(t, err, context.Canceled)
}

func TestASilentEndpointIsLeft(t *testing.T) {
	f := startNode(t)
	c := dial(t, func(o *chainclient.Options) { o.Timeout = 400 * time.Millisecond }, silent(t), f.address)
	head, err := c.Head(t.Context())
	require.NoError(t, err)
	require.Equal(t, int64(10), head.Height)
	require.Equal(t, chainID, head.ChainID)
}

func TestUnavailableIsTriedAgain(t *testing.T) {
	f := startNode(t)
	c := dial(t, nil, f.address)
	f.refuse.Store(2)
	_, err := c.Head(t.Context())
	require.NoError(t, err)
	require.Equal(t, int64(1), f.statuses.Load())

	f.refuse.Store(1000)
	_, err = c.Head(t.Context())
	require.ErrorIs(t, err, chainclient.ErrUnreachable)
	require.ErrorContains(t, err, "busy")
	f.refuse.Store(0)
}

func TestErrorsOfTheChainKeepTheirCode(t *testing.T) {
	f := startNode(t)
	c := dial(t, nil, f.address)
	_, err := c.Subnet(t.Context(), 9)
	var refused *chainclient.TxError
	require.ErrorAs(t, err, &refused)
	require.Equal(t, "weights", refused.Codespace)
	require.Equal(t, uint32(21), refused.Code)
	require.Contains(t, refused.Message, "subnet 9 of 2")
	require.ErrorIs(t, err, &chainclient.TxError{Codespace: "weights", Code: 21})
	require.NotErrorIs(t, err, &chainclient.TxError{Codespace: "weights", Code: 22})
}

func TestTheWholeMetagraphIsOfOneHeight(t *testing.T) {
	f := startNode(t)
	f.pages = map[uint32]*weights.QueryMetagraphResponse{
		0: {Netuid: 1, Height: 42, NextUid: 2, Epoch: weights.Epoch{Index: 4, Due: 60}, Neurons: []weights.MetagraphNeuron{
			{Uid: 0, Hotkey: "a", Permit: true, Incentive: 1 << 47, ServerRao: 3, ValidatorRao: 4}, {Uid: 1, Hotkey: "b"}}},
		2: {Netuid: 1, Height: 42, Neurons: []weights.MetagraphNeuron{{Uid: 2, Hotkey: "c", Dividend: 1 << 48}}},
	}
	c := dial(t, nil, f.address)
	market, height, err := c.SubnetAt(t.Context(), 1, 0)
	require.NoError(t, err)
	require.Equal(t, int64(42), height)
	require.Equal(t, []string{"newest", "42"}, f.heights)
	require.Equal(t, "text", market.Name)
	require.Equal(t, uint64(4), market.Epoch)
	require.Equal(t, int64(60), market.NextEpoch)
	require.True(t, market.CommitReveal)
	require.Len(t, market.Neurons, 3)
	require.InDelta(t, 0.5, market.Neurons[0].Incentive, 0)
	require.Equal(t, uint64(7), market.Neurons[0].EmissionRao)
	require.InDelta(t, 1, market.Neurons[2].Dividend, 0)
}

func TestAMetagraphOfStrangeUIDsIsRefused(t *testing.T) {
	f := startNode(t)
	f.pages = map[uint32]*weights.QueryMetagraphResponse{0: {Height: 1, Neurons: []weights.MetagraphNeuron{{Uid: 70_000}}}}
	_, err := dial(t, nil, f.address).Subnet(t.Context(), 1)
	require.ErrorContains(t, err, "neuron 70000")
}

func TestHeadsAreSharedAndNewest(t *testing.T) {
	f := startNode(t)
	c := dial(t, nil, f.address)
	ctx, cancel := context.WithCancel(t.Context())
	first, second := c.Heads(ctx), c.Heads(t.Context())
	require.Equal(t, int64(10), (<-first).Height)
	f.height.Store(11)
	require.Equal(t, int64(11), (<-first).Height)
	f.height.Store(12)
	require.Equal(t, int64(12), (<-first).Height)
	for height := range second { // was not read meanwhile: old ones are gone or still in its only slot
		if height.Height == 12 {
			break
		}
	}
	cancel()
	for range first { // ends: the channel is closed
	}
	require.NoError(t, c.Close())
	for range second {
	}
	_, open := <-c.Heads(t.Context())
	require.False(t, open, "a closed client has no heads")
}

func TestHeadsSurviveAnOutage(t *testing.T) {
	f := startNode(t)
	c := dial(t, func(o *chainclient.Options) { o.Retries = -1 }, f.address)
	heads := c.Heads(t.Context())
	require.Equal(t, int64(10), (<-heads).Height)
	f.refuse.Store(3)
	f.height.Store(20)
	require.Equal(t, int64(20), (<-heads).Height)
}

func TestStreamsAreRefused(t *testing.T) {
	f := startNode(t)
	_, err := dial(t, nil, f.address).NewStream(t.Context(), nil, "/x")
	require.Error(t, err)
}
