package keeper_test

import (
	"context"
	"testing"

	"cosmossdk.io/collections"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"
	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/chain"
	"github.com/dendra-net/dendra/internal/testchain"
	"github.com/dendra-net/dendra/seal"
	"github.com/dendra-net/dendra/x/neuron"
	neuronkeeper "github.com/dendra-net/dendra/x/neuron/keeper"
	"github.com/dendra-net/dendra/x/subnet"
	"github.com/dendra-net/dendra/x/weights"
	"github.com/dendra-net/dendra/x/weights/keeper"
)

// proof is evidence of an epoch with pruning scores of the two miners of a market.
func proof(name string, epoch uint64, good, poor uint32) *weights.MsgPublishEvidence {
	return &weights.MsgPublishEvidence{
		Hotkey: testchain.Hot(name).Address().String(), Netuid: 1, Epoch: epoch, Digest: make([]byte, 32), Url: "http://" + name + ".example.org/evidence",
		Uids: []uint32{2, 3}, Generations: []uint32{0, 0}, PruningUbits: []uint32{good, poor},
	}
}

// requireTwice sees a message refused for one reason at the door and in a block.
func requireTwice(t *testing.T, c *testchain.Chain, name string, m sdk.Msg, want interface{ ABCICode() uint32 }) {
	t.Helper()
	raw := c.Sign(testchain.Hot(name), m)
	door := c.Check(raw)
	require.Equal(t, want.ABCICode(), door.Code, door.Log)
	res := c.Block(raw).TxResults[0]
	require.Equal(t, want.ABCICode(), res.Code, res.Log)
}

// slotOf is the key of a slot.
func slotOf(netuid, uid uint32) collections.Pair[uint32, uint32] {
	return collections.Join(netuid, uid)
}

func lastEvidence(c *testchain.Chain, name string) (weights.Evidence, error) {
	res, err := keeper.NewQueryServer(c.App.Weights).Evidence(c.Ctx(), &weights.QueryEvidenceRequest{Netuid: 1, Hotkey: testchain.Hot(name).Address().String()})
	if err != nil {
		return weights.Evidence{}, err
	}
	return res.Evidence, nil
}

// R-WEIGHTS-15: evidence is taken, for nothing, once the vote that it explains is revealed; once for each epoch.
func TestEvidenceFollowsTheReveal(t *testing.T) {
	c := market(t, nil)
	c.Block()
	v := vote(1, "val-1", 65535, 32768)
	salt := [16]byte{1}
	hash := seal.Commit(testchain.ChainID, 1, testchain.Hot("val-1").Address(), seal.Vote{
		UIDs: []uint16{2, 3}, Generations: []uint32{0, 0}, Weights: []uint16{65535, 32768},
	}, salt)
	requireTwice(t, c, "val-1", proof("val-1", 1, 5, 6), weights.ErrVoteSealed)
	c.Must(testchain.Hot("val-1"), &weights.MsgCommitWeights{Hotkey: v.Hotkey, Netuid: 1, Hash: hash[:]}) // in epoch 1
	requireTwice(t, c, "val-1", proof("val-1", 1, 5, 6), weights.ErrVoteSealed)
	c.To(11)
	c.Must(testchain.Hot("val-1"), &weights.MsgRevealWeights{Hotkey: v.Hotkey, Netuid: 1, Uids: v.Uids, Generations: v.Generations, Weights: v.Weights, Salt: salt[:]})
	requireTwice(t, c, "val-1", proof("val-1", 2, 5, 6), weights.ErrVoteSealed)
	_, err := lastEvidence(c, "val-1")
	require.ErrorIs(t, err, weights.ErrNoEvidence)

	good := c.Sign(testchain.Hot("val-1"), proof("val-1", 1, 5, 6))
	require.Zero(t, c.Check(good).Code)
	res := c.Block(good)
	require.Zero(t, res.TxResults[0].Code, res.TxResults[0].Log)
	require.Equal(t, "dendra.weights.v1.EventEvidencePublished", res.TxResults[0].Events[len(res.TxResults[0].Events)-1].Type)
	e, err := lastEvidence(c, "val-1")
	require.NoError(t, err)
	require.Equal(t, weights.Evidence{
		Netuid: 1, Uid: 0, Hotkey: v.Hotkey, Epoch: 1, Digest: make([]byte, 32), Url: "http://val-1.example.org/evidence",
		Uids: []uint32{2, 3}, Generations: []uint32{0, 0}, PruningUbits: []uint32{5, 6}, Height: c.Height,
	}, e)
	requireTwice(t, c, "val-1", proof("val-1", 1, 5, 6), weights.ErrEvidenceTwice)
}

// R-WEIGHTS-15: the door refuses whatever the handler would.
func TestEvidenceIsRefusedAtTheDoor(t *testing.T) {
	c := market(t, open)
	c.Block()
	c.Must(testchain.Hot("val-1"), vote(1, "val-1", 300, 100)) // in epoch 1
	bad := func(spoil func(*weights.MsgPublishEvidence)) *weights.MsgPublishEvidence {
		m := proof("val-1", 1, 5, 6)
		spoil(m)
		return m
	}
	requireTwice(t, c, "good", proof("good", 1, 5, 6), weights.ErrNoPermit)
	requireTwice(t, c, "val-2", proof("val-2", 1, 5, 6), weights.ErrVoteSealed)
	requireTwice(t, c, "val-1", bad(func(m *weights.MsgPublishEvidence) { m.Netuid = 9 }), subnet.ErrSubnetUnknown)
	requireTwice(t, c, "val-1", bad(func(m *weights.MsgPublishEvidence) { m.Digest = m.Digest[1:] }), weights.ErrBadEvidence)
	requireTwice(t, c, "val-1", bad(func(m *weights.MsgPublishEvidence) { m.Url = "ftp://a" }), weights.ErrBadEvidence)
	requireTwice(t, c, "val-1", bad(func(m *weights.MsgPublishEvidence) { m.PruningUbits = nil }), weights.ErrUnequalLengths)
	requireTwice(t, c, "val-1", bad(func(m *weights.MsgPublishEvidence) { m.Uids = []uint32{3, 2} }), weights.ErrUnsortedUIDs)
	requireTwice(t, c, "val-1", bad(func(m *weights.MsgPublishEvidence) { m.Uids = []uint32{2, 4} }), weights.ErrBadUID)
	c.To(51) // epoch 6 begins
	requireTwice(t, c, "val-1", proof("val-1", 1, 5, 6), weights.ErrEvidenceLate)
}

// full is a full subnet that prunes by evidence, with two validators, three miners and somebody who wants in.
func full(t *testing.T) *testchain.Chain {
	g := testchain.Genesis()
	g.Grants = append(g.Grants, chain.Grant{Address: testchain.Cold("new").Address(), Rao: 50 * tao})
	testchain.AddSubnet(&g, "text", func(h *subnet.Hyperparameters) {
		h.Tempo, h.WeightsRateLimit, h.CommitReveal, h.PruneByEvidence = 10, 1, false, true
		h.MaxNeurons, h.MaxValidators, h.ImmunityBlocks, h.MinReplaceable = 5, 2, 0, 0
	}, testchain.Member{Name: "val-1", StakeRao: 600 * tao}, testchain.Member{Name: "val-2", StakeRao: 400 * tao},
		testchain.Member{Name: "good"}, testchain.Member{Name: "poor"}, testchain.Member{Name: "idle"})
	return testchain.New(t, g)
}

func replaces(t *testing.T, c *testchain.Chain) string {
	t.Helper()
	p, err := neuronkeeper.NewQueryServer(c.App.Neurons).Price(c.Ctx(), &neuron.QueryPriceRequest{Netuid: 1})
	require.NoError(t, err)
	require.NotNil(t, p.Replaces)
	for _, name := range []string{"val-1", "val-2", "good", "poor", "idle"} {
		if p.Replaces.Hotkey == testchain.Hot(name).Address().String() {
			return name
		}
	}
	return p.Replaces.Hotkey
}

// R-WEIGHTS-16, R-NEURON-19: the miner that adds least to the others gives way, though it was paid most; the validators,
// who add nothing, stay. Its evidence goes with the neuron it was by.
func TestNeuronsAreReplacedByEvidence(t *testing.T) {
	c := full(t)
	c.Block()
	for _, name := range []string{"val-1", "val-2"} {
		c.Must(testchain.Hot(name), vote(1, name, 1, 100)) // poor is paid most
	}
	c.Must(testchain.Hot("val-1"), three(proof("val-1", 1, 40_000, 3), 7_000))
	c.To(11)
	require.Equal(t, "poor", replaces(t, c), "val-1 has a majority")
	r, err := c.App.Neurons.Rankings.Get(c.Ctx(), 1)
	require.NoError(t, err)
	require.Equal(t, []uint32{0, 0, 40_000, 3, 7_000}, r.PruningUbits)
	require.Equal(t, []bool{true, true, false, false, false}, r.Judges)
	require.Greater(t, r.EmissionRao[3], r.EmissionRao[2])
	require.Zero(t, r.EmissionRao[4])

	c.Must(testchain.Cold("new"), c.Burn(1, "new", 10*tao))
	n, err := c.App.Neurons.ByHotkey(c.Ctx(), 1, testchain.Hot("new").Address())
	require.NoError(t, err)
	require.Equal(t, [2]uint32{3, 1}, [2]uint32{n.Uid, n.Generation})
	c.To(21)
	r, err = c.App.Neurons.Rankings.Get(c.Ctx(), 1)
	require.NoError(t, err)
	require.Equal(t, []uint32{0, 0, 40_000, 0, 7_000}, r.PruningUbits, "what was said of the one before says nothing of the newcomer")
	c.To(71)
	r, err = c.App.Neurons.Rankings.Get(c.Ctx(), 1)
	require.NoError(t, err)
	require.Equal(t, make([]uint32, 5), r.PruningUbits, "old evidence counts no more")
}

// three adds a score of the third miner.
func three(m *weights.MsgPublishEvidence, ubits uint32) *weights.MsgPublishEvidence {
	m.Uids, m.Generations, m.PruningUbits = append(m.Uids, 4), append(m.Generations, 0), append(m.PruningUbits, ubits)
	return m
}

// R-WEIGHTS-16: a minority moves nothing: the order is that of payout.
func TestAMinorityPrunesNobody(t *testing.T) {
	c := full(t)
	c.Block()
	for _, name := range []string{"val-1", "val-2"} {
		c.Must(testchain.Hot(name), vote(1, name, 1, 100))
	}
	c.Must(testchain.Hot("val-2"), three(proof("val-2", 1, 40_000, 3), 7_000))
	c.To(11)
	require.Equal(t, "idle", replaces(t, c))
}

// R-WEIGHTS-15: evidence is part of the state that is written out, comes in pages, and goes with its neuron or subnet.
func TestEvidenceLivesAndGoes(t *testing.T) {
	c := full(t)
	c.Block()
	for _, name := range []string{"val-1", "val-2"} {
		c.Must(testchain.Hot(name), vote(1, name, 1, 100))
		c.Must(testchain.Hot(name), proof(name, 1, 9, 9))
	}
	d := testchain.FromDoc(t, c.Export())
	for _, on := range []*testchain.Chain{c, d} {
		on.To(15)
	}
	require.JSONEq(t, string(c.Export().AppState), string(d.Export().AppState))

	q := keeper.NewQueryServer(d.App.Weights)
	first, err := q.SubnetEvidence(d.Ctx(), &weights.QuerySubnetEvidenceRequest{Netuid: 1, Pagination: &query.PageRequest{Limit: 1}})
	require.NoError(t, err)
	require.Len(t, first.Evidence, 1)
	second, err := q.SubnetEvidence(d.Ctx(), &weights.QuerySubnetEvidenceRequest{Netuid: 1, Pagination: &query.PageRequest{Key: first.Pagination.NextKey}})
	require.NoError(t, err)
	require.Equal(t, uint32(1), second.Evidence[0].Uid)
	require.Nil(t, second.Pagination.NextKey)
	_, err = q.Evidence(d.Ctx(), &weights.QueryEvidenceRequest{Netuid: 1, Hotkey: testchain.Hot("good").Address().String()})
	require.ErrorIs(t, err, weights.ErrNoEvidence)
	_, err = q.Evidence(d.Ctx(), &weights.QueryEvidenceRequest{Netuid: 1, Hotkey: testchain.Hot("nobody").Address().String()})
	require.ErrorIs(t, err, neuron.ErrNotRegistered)
	_, err = q.Evidence(d.Ctx(), &weights.QueryEvidenceRequest{Netuid: 1, Hotkey: "nobody"})
	require.Error(t, err)

	ctx, _ := d.Ctx().CacheContext()
	sitting, err := d.App.Neurons.ByUID(ctx, 1, 0)
	require.NoError(t, err)
	sitting.Generation++
	require.NoError(t, d.App.Neurons.Neurons.Set(ctx, slotOf(1, 0), sitting))
	_, err = lastEvidenceAt(ctx, d, "val-1")
	require.ErrorIs(t, err, weights.ErrNoEvidence, "it was by the one before")
	require.NoError(t, d.App.Weights.RunDue(ctx.WithBlockHeight(21)))
	has, err := d.App.Weights.Evidence.Has(ctx, slotOf(1, 0))
	require.NoError(t, err)
	require.False(t, has)
	has, err = d.App.Weights.Evidence.Has(ctx, slotOf(1, 1))
	require.NoError(t, err)
	require.True(t, has)
	require.NoError(t, d.App.Weights.SubnetDissolved(ctx, 1))
	has, err = d.App.Weights.Evidence.Has(ctx, slotOf(1, 1))
	require.NoError(t, err)
	require.False(t, has)
}

func lastEvidenceAt(ctx context.Context, c *testchain.Chain, name string) (*weights.QueryEvidenceResponse, error) {
	return keeper.NewQueryServer(c.App.Weights).Evidence(ctx, &weights.QueryEvidenceRequest{Netuid: 1, Hotkey: testchain.Hot(name).Address().String()})
}

func TestGenesisEvidenceMakesSense(t *testing.T) {
	good := weights.Evidence{Digest: make([]byte, 32), Uids: []uint32{1, 2}, Generations: []uint32{0, 0}, PruningUbits: []uint32{1, 2}}
	for name, spoil := range map[string]func(*weights.Evidence){
		"digest":  func(e *weights.Evidence) { e.Digest = nil },
		"lengths": func(e *weights.Evidence) { e.PruningUbits = nil },
		"order":   func(e *weights.Evidence) { e.Uids = []uint32{2, 1} },
	} {
		g, e := weights.DefaultGenesis(), good
		g.Evidence = []weights.Evidence{e}
		require.NoError(t, g.Validate())
		spoil(&e)
		g.Evidence = []weights.Evidence{e}
		require.ErrorIs(t, g.Validate(), weights.ErrBadGenesis, name)
	}
}
