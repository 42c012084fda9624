package chain_test

import (
	"encoding/json"
	"testing"

	abci "github.com/cometbft/cometbft/abci/types"
	dbm "github.com/cosmos/cosmos-db"
	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/internal/testchain"
	"github.com/dendra-net/dendra/x/subnet"
)

const days = 500

// The same blocks give the same state everywhere: on a chain that never stops and on one that is read back from its disk
// again and again, whose mempool hears of every transaction besides. Every law of the books holds at every block.
func TestSameBlocksSameState(t *testing.T) {
	doc, err := world().Doc()
	require.NoError(t, err)
	dir := t.TempDir()
	open := func() dbm.DB {
		db, err := dbm.NewPebbleDB("state", dir, nil)
		require.NoError(t, err)
		return db
	}
	a, b := testchain.FromDoc(t, doc), testchain.OnDB(t, doc, open())
	l := newLife(t, 1, a)
	for range days {
		txs := l.block()
		for _, raw := range txs {
			b.Check(raw)
		}
		want, got := a.Block(txs...), b.Block(txs...)
		requireSame(t, a.Height, want, got)
		l.note(txs, codes(want))
		if a.Height%60 == 0 {
			require.NoError(t, b.App.Close())
			b.Reopen(open())
		}
	}
	require.NoError(t, b.App.Close())
	requireBusy(t, l)
}

func requireSame(t *testing.T, height int64, want, got *abci.ResponseFinalizeBlock) {
	t.Helper()
	require.Equal(t, want.AppHash, got.AppHash, "height %d", height)
	require.Equal(t, want.TxResults, got.TxResults, "height %d", height)
	require.Equal(t, want.Events, got.Events, "height %d", height)
}

func codes(res *abci.ResponseFinalizeBlock) []uint32 {
	out := make([]uint32, len(res.TxResults))
	for i, r := range res.TxResults {
		out[i] = r.Code
	}
	return out
}

// requireBusy: a test of random messages that are all refused would test nothing.
func requireBusy(t *testing.T, l *life) {
	t.Helper()
	for _, kind := range []string{
		"/cosmos.bank.v1beta1.MsgSend", "/cosmos.authz.v1beta1.MsgGrant", "/cosmos.authz.v1beta1.MsgExec", "/cosmos.feegrant.v1beta1.MsgGrantAllowance",
		"/dendra.stake.v1.MsgAddStake", "/dendra.stake.v1.MsgRemoveStake", "/dendra.stake.v1.MsgSetTake",
		"/dendra.neuron.v1.MsgRegister", "/dendra.neuron.v1.MsgRegisterWork", "/dendra.neuron.v1.MsgServe", "/dendra.neuron.v1.MsgCommitData",
		"/dendra.subnet.v1.MsgCreateSubnet", "/dendra.subnet.v1.MsgSetParam", "/dendra.subnet.v1.MsgSetIdentity", "/dendra.subnet.v1.MsgDissolveSubnet",
		"/dendra.weights.v1.MsgSetWeights", "/dendra.weights.v1.MsgCommitWeights", "/dendra.weights.v1.MsgRevealWeights",
		"/dendra.weights.v1.MsgPublishEvidence",
		"/dendra.emission.v1.MsgSetRootWeights", "/dendra.emission.v1.MsgBurn",
	} {
		require.Positive(t, l.did[kind], "%s never succeeded; what did: %v", kind, l.did)
	}
}

// A state written out and read in is the same state, and lives on alike.
func TestExportedStateLivesOn(t *testing.T) {
	a := testchain.New(t, world())
	l := newLife(t, 2, a)
	for range 6 {
		for range 30 {
			a.Block(l.block()...)
		}
		doc := a.Export()
		b := testchain.FromDoc(t, doc)
		for range 15 {
			txs := l.block()
			want, got := a.Block(txs...), b.Block(txs...)
			require.Equal(t, codes(want), codes(got), "height %d", a.Height)
			requireSameState(t, a, b)
		}
	}
}

// requireSameState compares module by module, so that a difference names its place.
func requireSameState(t *testing.T, a, b *testchain.Chain) {
	t.Helper()
	one, other := state(t, a), state(t, b)
	require.Len(t, other, len(one))
	for name := range one {
		require.JSONEq(t, string(one[name]), string(other[name]), "module %s at height %d", name, a.Height)
	}
}

func state(t *testing.T, c *testchain.Chain) (out map[string]json.RawMessage) {
	t.Helper()
	require.NoError(t, json.Unmarshal(c.Export().AppState, &out))
	return out
}

// R-WEIGHTS-1: neurons that register, and an owner who asks for more, do not void the votes that wait to be revealed.
func TestRevealIsJudgedByItsCommit(t *testing.T) {
	g := town()
	g.Subnet.Subnets[0].Owner = alice.Address().String()
	g.Subnet.Subnets[0].Hyperparameters.CommitReveal = true
	g.Subnet.Subnets[0].Hyperparameters.MinWeights = 4
	g.Subnet.Params.FreezeBlocks = 0
	c := testchain.New(t, g)
	c.Block()
	full := vote{"val-1", []uint32{0, 1, 2, 3}, make([]uint32, 4), []uint32{0, 0, 5, 6}}
	short := vote{"val-2", []uint32{2, 3}, make([]uint32, 2), []uint32{5, 6}}
	c.Must(val1, full.commit())
	c.Must(val2, short.commit())
	for _, name := range []string{"new-1", "new-2"} {
		res := c.Block(c.Unsigned(c.Work(1, name)))
		require.Zero(t, res.TxResults[0].Code, res.TxResults[0].Log)
	}
	c.Must(alice, &subnet.MsgSetParam{Sender: alice.Address().String(), Netuid: 1, Name: "min_weights", Value: 6})
	c.To(11)
	res := c.Deliver(val2, short.reveal())
	require.NotZero(t, res.Code, "it was too short when it was committed")
	require.Contains(t, res.Log, "2 weights, the subnet wants 4")
	c.Must(val1, full.reveal())
}
