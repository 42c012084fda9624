package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/internal/testchain"
	"github.com/dendra-net/dendra/seal"
	"github.com/dendra-net/dendra/x/subnet"
	"github.com/dendra-net/dendra/x/weights"
)

const tao = 1_000_000_000

// market is two validators with stake (uids 0 and 1) and two miners (uids 2 and 3) on one subnet of tempo 10.
func market(t *testing.T, tune func(*subnet.Hyperparameters)) *testchain.Chain {
	g := testchain.Genesis()
	testchain.AddSubnet(&g, "text", func(h *subnet.Hyperparameters) {
		h.Tempo, h.WeightsRateLimit = 10, 1
		if tune != nil {
			tune(h)
		}
	}, testchain.Member{Name: "val-1", StakeRao: 600 * tao}, testchain.Member{Name: "val-2", StakeRao: 400 * tao},
		testchain.Member{Name: "good"}, testchain.Member{Name: "poor"})
	return testchain.New(t, g)
}

func vote(netuid uint32, name string, weightsOf ...uint32) *weights.MsgSetWeights {
	m := &weights.MsgSetWeights{Hotkey: testchain.Hot(name).Address().String(), Netuid: netuid}
	for i, w := range weightsOf {
		m.Uids, m.Generations, m.Weights = append(m.Uids, uint32(i+2)), append(m.Generations, 0), append(m.Weights, w)
	}
	return m
}

func open(h *subnet.Hyperparameters) { h.CommitReveal = false }

// R-WEIGHTS-5, R-WEIGHTS-6: the first block hands out permits; an epoch pays exactly what was pending.
func TestEpochPaysWhatWasPending(t *testing.T) {
	c := market(t, open)
	c.Block()
	s, err := c.App.Weights.Scores.Get(c.Ctx(), 1)
	require.NoError(t, err)
	require.Equal(t, []bool{true, true, false, false}, s.Permit)
	require.NotZero(t, s.CarriedRao, "nobody voted: the pay waits")

	c.Must(testchain.Hot("val-1"), vote(1, "val-1", 300, 100))
	c.Must(testchain.Hot("val-2"), vote(1, "val-2", 3, 1))
	before := c.Supply()
	c.To(11)
	s, err = c.App.Weights.Scores.Get(c.Ctx(), 1)
	require.NoError(t, err)
	sum := uint64(0)
	for uid := range s.ServerRao {
		sum += s.ServerRao[uid] + s.ValidatorRao[uid]
	}
	require.Equal(t, uint64(11*tao), sum, "eleven blocks of 1 TAO, to the rao")
	require.Zero(t, s.CarriedRao)
	require.InDelta(t, 0.75, float64(s.Incentive[2])/(1<<48), 1e-4)
	require.InDelta(t, 0.25, float64(s.Incentive[3])/(1<<48), 1e-4)
	require.Equal(t, before+8*tao, c.Supply())
	stake, err := c.App.Stake.StakeOf(c.Ctx(), testchain.Hot("good").Address())
	require.NoError(t, err)
	require.Equal(t, s.ServerRao[2], stake)
}

// R-WEIGHTS-4: what was committed in epoch e counts when revealed in epoch e+1, at no other time.
func TestCommitReveal(t *testing.T) {
	c := market(t, nil)
	c.Block()
	v := vote(1, "val-1", 65535, 32768)
	salt := [16]byte{1, 2, 3}
	hash := seal.Commit(testchain.ChainID, 1, testchain.Hot("val-1").Address(), seal.Vote{
		UIDs: []uint16{2, 3}, Generations: []uint32{0, 0}, Weights: []uint16{65535, 32768},
	}, salt)
	commit := &weights.MsgCommitWeights{Hotkey: v.Hotkey, Netuid: 1, Hash: hash[:]}
	reveal := &weights.MsgRevealWeights{Hotkey: v.Hotkey, Netuid: 1, Uids: v.Uids, Generations: v.Generations, Weights: v.Weights, Salt: salt[:]}

	requireRefused(t, c, "val-1", v, weights.ErrCommitReveal.ABCICode())
	requireRefused(t, c, "val-1", reveal, weights.ErrNoCommit.ABCICode())
	c.Must(testchain.Hot("val-1"), commit)
	requireRefused(t, c, "val-1", reveal, weights.ErrRevealTooEarly.ABCICode())
	c.To(11)
	wrong := *reveal
	wrong.Weights = []uint32{65535, 32767}
	requireRefused(t, c, "val-1", &wrong, weights.ErrNoCommit.ABCICode())
	c.Must(testchain.Hot("val-1"), reveal)
	requireRefused(t, c, "val-1", reveal, weights.ErrNoCommit.ABCICode())
	c.To(21)
	s, err := c.App.Weights.Scores.Get(c.Ctx(), 1)
	require.NoError(t, err)
	require.InDelta(t, 2.0/3, float64(s.Incentive[2])/(1<<48), 1e-4)

	// A commit nobody reveals is dropped after its epoch.
	c.Must(testchain.Hot("val-1"), commit)
	c.To(41)
	requireRefused(t, c, "val-1", reveal, weights.ErrNoCommit.ABCICode())
}

// R-WEIGHTS-3: free within the rate limit, refused at the door outside it.
func TestRateLimitAtTheDoor(t *testing.T) {
	c := market(t, func(h *subnet.Hyperparameters) { h.CommitReveal, h.WeightsRateLimit = false, 5 })
	c.Block()
	c.Must(testchain.Hot("val-1"), vote(1, "val-1", 1, 1))
	again := c.Sign(testchain.Hot("val-1"), vote(1, "val-1", 2, 1))
	require.Equal(t, weights.ErrTooSoon.ABCICode(), c.Check(again).Code)
	c.To(5)
	require.Equal(t, weights.ErrTooSoon.ABCICode(), c.Check(again).Code)
	c.To(6) // the mempool's next block is 7, five after the last vote
	require.Zero(t, c.Check(again).Code)
	require.NotZero(t, c.Check(c.Sign(testchain.Hot("val-1"), vote(1, "val-1", 3, 1))).Code, "one free message a block")
}

func requireRefused(t *testing.T, c *testchain.Chain, name string, msg interface {
	Reset()
	String() string
	ProtoMessage()
}, code uint32) {
	t.Helper()
	raw := c.Sign(testchain.Hot(name), msg)
	res := c.Check(raw)
	require.Equal(t, code, res.Code, res.Log)
}

// R-WEIGHTS-8: a state exported and imported goes on alike.
func TestExportImport(t *testing.T) {
	c := market(t, open)
	c.Block()
	c.Must(testchain.Hot("val-1"), vote(1, "val-1", 300, 100))
	c.Must(testchain.Hot("val-2"), vote(1, "val-2", 3, 1))
	c.To(15)
	d := testchain.FromDoc(t, c.Export())
	c.To(35)
	d.To(35)
	require.JSONEq(t, string(c.Export().AppState), string(d.Export().AppState))
}
