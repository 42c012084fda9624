package keeper_test

import (
	"testing"

	"cosmossdk.io/collections"
	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/internal/testchain"
	"github.com/dendra-net/dendra/x/subnet"
	"github.com/dendra-net/dendra/x/weights"
)

// R-WEIGHTS-7: a subnet whose epoch panics loses nothing, and nobody else notices.
func TestFailingEpochIsIsolated(t *testing.T) {
	g := testchain.Genesis()
	tune := func(h *subnet.Hyperparameters) { h.Tempo, h.WeightsRateLimit, h.CommitReveal = 10, 1, false }
	members := []testchain.Member{{Name: "val-1", StakeRao: 600 * tao}, {Name: "val-2", StakeRao: 400 * tao}, {Name: "good"}, {Name: "poor"}}
	testchain.AddSubnet(&g, "broken", tune, members...)
	testchain.AddSubnet(&g, "sound", tune, members...)
	// A row whose lists differ in length cannot come from a message: only a fault in the code or a torn store makes it.
	torn := weights.Row{Netuid: 1, Uids: []uint32{2, 3}, Generations: []uint32{0, 0}, Weights: []uint32{1, 1}, SetAt: 1}
	g.Weights.Rows = []weights.Row{torn}
	g.Weights.Activity = []weights.Activity{{Netuid: 1, Height: 1}}
	c := testchain.New(t, g)
	c.Block()
	tear(t, c, func(r *weights.Row) { r.Generations = nil })
	c.Must(testchain.Hot("val-1"), vote(2, "val-1", 3, 1))
	c.Must(testchain.Hot("val-2"), vote(2, "val-2", 3, 1))
	c.To(10)
	last := c.Block()

	require.True(t, emitted(last, "dendra.weights.v1.EventEpochFailed"))
	broken, err := c.App.Weights.Epochs.Get(c.Ctx(), 1)
	require.NoError(t, err)
	require.Equal(t, weights.Epoch{Netuid: 1, Index: 2, Last: 11, Due: 21, Failures: 1}, broken)
	sound, err := c.App.Weights.Scores.Get(c.Ctx(), 2)
	require.NoError(t, err)
	require.Zero(t, sound.CarriedRao)
	require.NotZero(t, sound.ServerRao[2])

	// Once the fault is mended, the pay that waited is paid.
	tear(t, c, func(r *weights.Row) { r.Generations = []uint32{0, 0} })
	c.To(21)
	mended, err := c.App.Weights.Scores.Get(c.Ctx(), 1)
	require.NoError(t, err)
	require.Zero(t, mended.CarriedRao)
	paid := uint64(0)
	for uid := range mended.ServerRao {
		paid += mended.ServerRao[uid] + mended.ValidatorRao[uid]
	}
	require.InDelta(t, 21*tao/2, paid, 10, "half of 21 blocks")
}

// tear changes the stored row behind the back of the messages, in the state the next block starts from.
func tear(t *testing.T, c *testchain.Chain, change func(*weights.Row)) {
	t.Helper()
	ctx := c.Ctx()
	key := collections.Join(uint32(1), uint32(0))
	row, err := c.App.Weights.Rows.Get(ctx, key)
	require.NoError(t, err)
	change(&row)
	require.NoError(t, c.App.Weights.Rows.Set(ctx, key, row))
}

func emitted(res *abci.ResponseFinalizeBlock, event string) bool {
	for _, e := range res.Events {
		if e.Type == event {
			return true
		}
	}
	return false
}
