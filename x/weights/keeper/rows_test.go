package keeper_test

import (
	"testing"

	"cosmossdk.io/collections"
	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/internal/testchain"
	"github.com/dendra-net/dendra/x/subnet"
	"github.com/dendra-net/dendra/x/weights"
)

// An epoch leaves rows of bonds and of averages of those who vote, and none of who has no permit.
func TestRowsGoWithTheirPermit(t *testing.T) {
	c := market(t, func(h *subnet.Hyperparameters) { h.CommitReveal, h.VoteMemoryPpm, h.MaxValidators = false, 750_000, 2 })
	c.Block()
	c.Must(testchain.Hot("val-1"), vote(1, "val-1", 300, 100))
	c.Must(testchain.Hot("val-2"), vote(1, "val-2", 3, 1))
	c.To(11)
	k := c.App.Weights
	due, err := k.NextEpoch(c.Ctx(), 1)
	require.NoError(t, err)
	c.To(due - 1)

	ctx, _ := c.Ctx().WithBlockHeight(due).CacheContext()
	once := collections.Join(uint32(1), uint32(3))
	require.NoError(t, k.Bonds.Set(ctx, once, weights.BondRow{Netuid: 1, Uid: 3, Uids: []uint32{2}, Bonds: []uint64{1 << 62}}))
	require.NoError(t, k.Averages.Set(ctx, once, weights.AverageRow{Netuid: 1, Uid: 3, Uids: []uint32{2}, Weights: []uint64{1 << 62}}))
	require.NoError(t, k.RunDue(ctx))
	for uid, want := range []bool{true, true, false, false} {
		key := collections.Join(uint32(1), uint32(uid))
		bonds, err := k.Bonds.Has(ctx, key)
		require.NoError(t, err)
		require.Equal(t, want, bonds, "bonds of uid %d", uid)
		average, err := k.Averages.Has(ctx, key)
		require.NoError(t, err)
		require.Equal(t, want, average, "average of uid %d", uid)
	}
}
