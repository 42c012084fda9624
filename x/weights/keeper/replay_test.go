package keeper_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/internal/testchain"
	"github.com/dendra-net/dendra/x/subnet"
	"github.com/dendra-net/dendra/x/weights"
	"github.com/dendra-net/dendra/x/weights/keeper"
)

// R-WEIGHTS-11: the records of a large subnet come in pages that follow each other; scores and memory come with the first.
func TestReplayComesInPages(t *testing.T) {
	const neurons = 600
	g := testchain.Genesis()
	members := []testchain.Member{{Name: "val", StakeRao: 100 * tao}}
	for i := 1; i < neurons; i++ {
		members = append(members, testchain.Member{Name: fmt.Sprint("m", i)})
	}
	testchain.AddSubnet(&g, "large", func(h *subnet.Hyperparameters) {
		h.MaxNeurons, h.Tempo, h.CommitReveal, h.WeightsRateLimit = 1000, 3, false, 1
	}, members...)
	c := testchain.Lawless(t, g)
	c.Block()
	c.Must(testchain.Hot("val"), &weights.MsgSetWeights{Hotkey: testchain.Hot("val").Address().String(), Netuid: 1, Uids: []uint32{7, 599}, Generations: []uint32{0, 0}, Weights: []uint32{1, 2}})
	c.To(4)

	q := keeper.NewQueryServer(c.App.Weights)
	first, err := q.Replay(c.Ctx(), &weights.QueryReplayRequest{Netuid: 1})
	require.NoError(t, err)
	require.Len(t, first.Neurons, 512)
	require.Equal(t, uint32(512), first.NextUid)
	require.Equal(t, uint32(neurons), first.Size_)
	require.Equal(t, uint64(1), first.Scores.Epoch)
	require.Len(t, first.Memory.CountedRao, neurons)
	require.Equal(t, []uint32{7, 599}, first.Neurons[0].Row.Uids)
	require.Equal(t, []uint32{7, 599}, first.Neurons[0].Bonds.Uids)
	require.Equal(t, int64(2), first.Neurons[0].Activity.Height)
	require.Nil(t, first.Neurons[7].Row)

	second, err := q.Replay(c.Ctx(), &weights.QueryReplayRequest{Netuid: 1, FromUid: first.NextUid})
	require.NoError(t, err)
	require.Len(t, second.Neurons, neurons-512)
	require.Zero(t, second.NextUid)
	require.Nil(t, second.Scores)
	require.Equal(t, uint32(599), second.Neurons[87].Neuron.Uid)

	beyond, err := q.Replay(c.Ctx(), &weights.QueryReplayRequest{Netuid: 1, FromUid: 1 << 31})
	require.NoError(t, err)
	require.Empty(t, beyond.Neurons)
	_, err = q.Replay(c.Ctx(), &weights.QueryReplayRequest{Netuid: 2})
	require.ErrorIs(t, err, weights.ErrUnknownSubnet)
}
