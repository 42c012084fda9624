package chain_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"cosmossdk.io/collections"
	cryptotypes "github.com/cosmos/cosmos-sdk/crypto/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/x/authz"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	"github.com/cosmos/cosmos-sdk/x/feegrant"
	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/chain"
	"github.com/dendra-net/dendra/internal/testchain"
	"github.com/dendra-net/dendra/x/emission"
	"github.com/dendra-net/dendra/x/neuron"
	"github.com/dendra-net/dendra/x/stake"
	"github.com/dendra-net/dendra/x/subnet"
	"github.com/dendra-net/dendra/x/weights"
)

// souls is how many people live in a random town. Person i has a coldkey and a hotkey, both of the name.
const souls = 12

func soul(i int) string { return fmt.Sprint("soul-", i) }

// life is people who do at random, from a seed, all that messages let them do, and some that they do not.
type life struct {
	t       *testing.T
	r       *rand.Rand
	c       *testchain.Chain // whose state they look at
	waiting map[string]vote  // committed, not yet revealed
	did     map[string]int   // kinds of messages that succeeded
}

func newLife(t *testing.T, seed uint64, c *testchain.Chain) *life {
	return &life{t: t, r: rand.New(rand.NewPCG(seed, 7)), c: c, waiting: map[string]vote{}, did: map[string]int{}}
}

// world is where they live: rules short enough for things to happen, money for most, two subnets.
func world() chain.Genesis {
	g := testchain.Genesis()
	h := &g.Subnet.Params.Defaults
	h.Tempo, h.MaxNeurons, h.MaxValidators, h.ImmunityBlocks, h.MinReplaceable = 12, 8, 6, 10, 1
	h.WeightsRateLimit, h.ServeRateLimit, h.MinDifficulty, h.MaxBurnRao, h.ActivityCutoff = 3, 4, 40, 2*tao, 100
	g.Subnet.Params.Slots, g.Subnet.Params.CreateInterval, g.Subnet.Params.MinLockRao = 5, 4, 5*tao
	g.Subnet.Params.LockInterval, g.Subnet.Params.FreezeBlocks = 30, 2
	g.Stake.Params.UnbondingBlocks, g.Stake.Params.FreeUnstakeBlocks, g.Stake.Params.TakeRaiseBlocks = 15, 5, 10
	g.Emission.Params.RootTempo, g.Emission.Params.RootRateLimit, g.Emission.Params.RootStaleBlocks = 20, 5, 90
	g.Neuron.Params.DataRateLimit, g.Neuron.Params.DataMemoryBlocks = 5, 20
	h.PruneByEvidence = true
	for i := range souls - 2 { // two have nothing
		g.Grants = append(g.Grants, chain.Grant{Address: testchain.Cold(soul(i)).Address(), Rao: 500 * tao})
	}
	testchain.AddSubnet(&g, "hidden", nil, testchain.Member{Name: soul(0), StakeRao: 50 * tao}, testchain.Member{Name: soul(1), StakeRao: 30 * tao},
		testchain.Member{Name: soul(2)})
	testchain.AddSubnet(&g, "open", func(h *subnet.Hyperparameters) { h.CommitReveal, h.Yuma3 = false, false }, testchain.Member{Name: soul(1)})
	return g
}

func (l *life) pick(n int) int { return l.r.IntN(n) }

func (l *life) cold() string { return testchain.Cold(soul(l.pick(souls))).Address().String() }
func (l *life) hot() string  { return testchain.Hot(soul(l.pick(souls))).Address().String() }
func (l *life) rao() uint64  { return l.r.Uint64N(20 * tao) }

// netuid names a subnet that is, usually.
func (l *life) netuid() uint32 {
	list, err := l.c.App.Subnets.List(l.c.Ctx())
	require.NoError(l.t, err)
	if len(list) == 0 || l.pick(30) == 0 {
		return uint32(l.pick(9))
	}
	return list[l.pick(len(list))].Netuid
}

// owned is a subnet of the owner's, or other when it has none.
func (l *life) owned(owner string, other uint32) uint32 {
	list, err := l.c.App.Subnets.List(l.c.Ctx())
	require.NoError(l.t, err)
	for _, s := range list {
		if s.Owner == owner {
			return s.Netuid
		}
	}
	return other
}

// block is the transactions of one block: each key sends one at most, so that each can succeed.
func (l *life) block() (txs [][]byte) {
	for _, i := range l.r.Perm(souls)[:l.pick(8)] {
		name := soul(i)
		if l.pick(2) == 0 {
			txs = append(txs, l.sign(testchain.Hot(name), l.asHotkey(name)))
		} else {
			txs = append(txs, l.sign(testchain.Cold(name), l.asColdkey(name)))
		}
	}
	if l.pick(4) == 0 {
		name := soul(l.pick(souls))
		if netuid := l.netuid(); l.open(netuid) {
			txs = append(txs, l.c.Unsigned(l.c.Work(netuid, name)))
		}
	}
	if l.pick(10) == 0 {
		txs = append(txs, noise(l.pick(400)))
	}
	return txs
}

func (l *life) open(netuid uint32) bool {
	_, err := l.c.App.Subnets.Get(l.c.Ctx(), netuid)
	return err == nil && l.c.Height > 0
}

func (l *life) sign(key cryptotypes.PrivKey, msg sdk.Msg) []byte { return l.c.Sign(key, msg) }

func (l *life) asHotkey(name string) sdk.Msg {
	me, netuid := testchain.Hot(name).Address().String(), l.netuid()
	switch l.pick(7) {
	case 0:
		return &neuron.MsgServe{Hotkey: me, Netuid: netuid, Endpoint: fmt.Sprintf("http://10.0.0.%d:80", l.pick(250))}
	case 1:
		return &neuron.MsgCommitData{Hotkey: me, Netuid: netuid, Data: noise(1 + l.pick(100))}
	case 2:
		return &emission.MsgSetRootWeights{Hotkey: me, Netuids: []uint32{1, max(2, netuid)}, Weights: []uint32{uint32(l.pick(100)), uint32(1 + l.pick(100))}}
	case 3:
		if v, ok := l.waiting[name]; ok {
			return v.reveal()
		}
		v := l.opinion(name)
		l.waiting[name] = v
		return v.commit()
	case 4:
		v := l.opinion(name)
		delete(l.waiting, name)
		return v.commit()
	case 5:
		return l.evidence(name, uint32(1+l.pick(2)))
	}
	v := l.opinion(name)
	return &weights.MsgSetWeights{Hotkey: me, Netuid: netuid, Uids: v.uids, Generations: v.generations, Weights: v.weights}
}

// opinion is a vote on subnet 1's neurons as they are now.
func (l *life) opinion(name string) vote {
	v := vote{name: name}
	all, err := l.c.App.Neurons.All(l.c.Ctx(), 1)
	require.NoError(l.t, err)
	for _, n := range all {
		if l.pick(3) > 0 {
			v.uids, v.generations = append(v.uids, n.Uid), append(v.generations, n.Generation)
			v.weights = append(v.weights, uint32(l.pick(65536)))
		}
	}
	return v
}

// evidence is of the vote that a hotkey has in force on a subnet, or of none.
func (l *life) evidence(name string, netuid uint32) sdk.Msg {
	hot := testchain.Hot(name).Address()
	m := &weights.MsgPublishEvidence{Hotkey: hot.String(), Netuid: netuid, Digest: noise(32), Url: "http://" + name}
	if n, err := l.c.App.Neurons.ByHotkey(l.c.Ctx(), netuid, hot); err == nil {
		if row, err := l.c.App.Weights.Rows.Get(l.c.Ctx(), collections.Join(netuid, n.Uid)); err == nil {
			m.Epoch = row.Epoch
		}
	}
	all, err := l.c.App.Neurons.All(l.c.Ctx(), netuid)
	require.NoError(l.t, err)
	for _, n := range all {
		m.Uids, m.Generations, m.PruningUbits = append(m.Uids, n.Uid), append(m.Generations, n.Generation), append(m.PruningUbits, uint32(l.pick(9)))
	}
	return m
}

func (l *life) asColdkey(name string) sdk.Msg {
	addr := testchain.Cold(name).Address()
	me, netuid := addr.String(), l.netuid()
	own := l.owned(me, netuid)
	switch l.pick(14) {
	case 0:
		return &stake.MsgAddStake{Coldkey: me, Hotkey: l.hot(), Rao: l.rao()}
	case 1:
		return &stake.MsgRemoveStake{Coldkey: me, Hotkey: l.hot(), Rao: l.rao()}
	case 2:
		return &stake.MsgRemoveStake{Coldkey: me, Hotkey: testchain.Hot(name).Address().String()}
	case 3:
		return &stake.MsgSetTake{Coldkey: me, Hotkey: testchain.Hot(name).Address().String(), TakeU16: uint32(l.pick(12_000))}
	case 4, 5:
		return l.c.Burn(netuid, name, 2*tao)
	case 6:
		return &subnet.MsgCreateSubnet{Coldkey: me, Name: fmt.Sprint("net-", l.pick(100)), MaxLockRao: 100 * tao}
	case 7:
		list := subnet.HyperparameterList()
		p := list[l.pick(len(list))]
		return &subnet.MsgSetParam{Sender: me, Netuid: own, Name: p.Name, Value: p.Owner.Min + l.r.Int64N(max(1, min(p.Owner.Max-p.Owner.Min, 1000)))}
	case 8:
		return &subnet.MsgSetIdentity{Sender: me, Netuid: own, Description: fmt.Sprint("of ", name)}
	case 9:
		if l.pick(4) > 0 {
			return &emission.MsgBurn{Coldkey: me, Rao: l.r.Uint64N(tao)}
		}
		return &subnet.MsgDissolveSubnet{Sender: me, Netuid: own}
	case 10:
		return l.authorize(addr)
	case 11:
		return exec(addr, send(addr, testchain.Cold(soul(l.pick(souls))).Address(), int64(1+l.pick(tao))))
	}
	return &banktypes.MsgSend{FromAddress: me, ToAddress: l.cold(), Amount: coins(chain.Denom, int64(1+l.rao()))}
}

// authorize lets another pay with, or act for, this coldkey.
func (l *life) authorize(granter sdk.AccAddress) sdk.Msg {
	grantee := testchain.Hot(soul(l.pick(souls))).Address()
	until := time.Unix(1_700_000_000, 0).Add(time.Duration(l.c.Height+30) * time.Second).UTC()
	if l.pick(2) == 0 {
		m, err := feegrant.NewMsgGrantAllowance(&feegrant.BasicAllowance{SpendLimit: coins(chain.Denom, tao), Expiration: &until}, granter, grantee)
		require.NoError(l.t, err)
		return m
	}
	m, err := authz.NewMsgGrant(granter, grantee, authz.NewGenericAuthorization(sdk.MsgTypeURL(&stake.MsgAddStake{})), &until)
	require.NoError(l.t, err)
	return m
}

// note counts what succeeded.
func (l *life) note(txs [][]byte, codes []uint32) {
	for i, raw := range txs {
		if tx, err := l.c.App.Encoding.Tx.TxDecoder()(raw); err == nil && codes[i] == 0 {
			l.did[sdk.MsgTypeURL(tx.GetMsgs()[0])]++
		}
	}
}
