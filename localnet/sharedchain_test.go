package localnet

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/neuron"
)

// countingChain counts reads, which take a while.
type countingChain struct {
	neuron.Chain
	reads atomic.Int64
	fail  atomic.Bool
}

func (c *countingChain) Subnet(ctx context.Context, netuid uint16) (neuron.Subnet, error) {
	c.reads.Add(1)
	select {
	case <-ctx.Done():
		return neuron.Subnet{}, ctx.Err()
	case <-time.After(100 * time.Millisecond):
	}
	if c.fail.Load() {
		return neuron.Subnet{}, errors.New("away")
	}
	return neuron.Subnet{Netuid: netuid, Epoch: uint64(c.reads.Load()), Neurons: []neuron.Neuron{{UID: 1}}}, nil
}

func TestPartsOfAMarketShareTheirReads(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		under := &countingChain{}
		c := newSharedChain(under, time.Second)
		leaving, leave := context.WithCancel(t.Context())
		var all sync.WaitGroup
		all.Go(func() {
			_, err := c.Subnet(leaving, 1)
			require.ErrorIs(t, err, context.Canceled)
		})
		time.Sleep(time.Millisecond)
		for range 20 {
			all.Go(func() {
				s, err := c.Subnet(t.Context(), 1)
				require.NoError(t, err, "the first to ask has left, the others still get their answer")
				require.Equal(t, uint16(1), s.Netuid)
				s.Neurons[0].UID = 9 // belongs to the caller
			})
		}
		leave()
		all.Wait()
		require.EqualValues(t, 1, under.reads.Load())

		s, err := c.Subnet(t.Context(), 2)
		require.NoError(t, err)
		require.Equal(t, uint16(2), s.Netuid)
		s, err = c.Subnet(t.Context(), 1)
		require.NoError(t, err)
		require.Equal(t, uint16(1), s.Neurons[0].UID)
		require.EqualValues(t, 2, under.reads.Load())

		time.Sleep(2 * time.Second)
		under.fail.Store(true)
		_, err = c.Subnet(t.Context(), 1)
		require.ErrorContains(t, err, "away", "an old answer is no answer")
		under.fail.Store(false)
		s, err = c.Subnet(t.Context(), 1)
		require.NoError(t, err, "a failure is not remembered")
		require.EqualValues(t, 4, s.Epoch)
	})
}
