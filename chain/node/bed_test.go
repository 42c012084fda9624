package node_test

import (
	"context"
	"fmt"
	"net"
	"testing"
	"time"

	"github.com/cosmos/cosmos-sdk/client/grpc/cmtservice"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	txtypes "github.com/cosmos/cosmos-sdk/types/tx"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"github.com/dendra-net/dendra/chain/node"
	"github.com/dendra-net/dendra/internal/testchain"
	"github.com/dendra-net/dendra/seal"
	"github.com/dendra-net/dendra/x/neuron"
	"github.com/dendra-net/dendra/x/producer"
	"github.com/dendra-net/dendra/x/subnet"
)

const (
	chainID   = "four"
	blockTime = 150 * time.Millisecond
	patience  = 30 * time.Second
)

// member is one node of a network.
type member struct {
	t       *testing.T
	options node.Options
	node    *node.Node
	conn    *grpc.ClientConn
}

// network prepares the homes of count nodes with a common genesis, and ports that are free now. Nothing runs yet.
func network(t *testing.T, count int) []*member {
	t.Helper()
	g := testchain.Genesis()
	g.ChainID, g.Producers = chainID, nil
	g.Neuron.Params.WorkWindow = 500
	testchain.AddSubnet(&g, "text", func(h *subnet.Hyperparameters) { h.MinDifficulty, h.Tempo = 100, 10 })
	members, peers := make([]*member, count), make([]string, count)
	for i := range members {
		home := t.TempDir()
		id, err := node.InitHome(home)
		require.NoError(t, err)
		g.Producers = append(g.Producers, producer.Producer{
			Name: fmt.Sprint("node-", i), Operator: testchain.Cold("producer").Address().String(), ConsensusPubkey: id.ConsensusKey, Power: 1,
		})
		o := node.Options{Home: home, RPC: freeAddr(t), P2P: freeAddr(t), GRPC: freeAddr(t), REST: freeAddr(t), BlockTime: blockTime, CheckLaws: true}
		members[i], peers[i] = &member{t: t, options: o}, id.PeerID+"@"+o.P2P
	}
	doc, err := g.Doc()
	require.NoError(t, err)
	for i, m := range members {
		require.NoError(t, node.WriteGenesis(m.options.Home, doc))
		for j, peer := range peers {
			if j != i {
				m.options.Peers = append(m.options.Peers, peer)
			}
		}
	}
	return members
}

func freeAddr(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	return l.Addr().String()
}

// start runs the node until the test ends or stop is called.
func (m *member) start() {
	m.t.Helper()
	n, err := node.Start(m.t.Context(), m.options)
	require.NoError(m.t, err)
	m.node = n
	m.t.Cleanup(func() { require.NoError(m.t, n.Close()) })
	m.dial()
}

func (m *member) stop() {
	m.t.Helper()
	require.NoError(m.t, m.node.Close())
}

// dial opens a connection to the node's gRPC door, which outlives the node.
func (m *member) dial() {
	m.t.Helper()
	if m.conn != nil {
		return
	}
	conn, err := grpc.NewClient(m.options.GRPC, grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDefaultCallOptions(grpc.WaitForReady(true)))
	require.NoError(m.t, err)
	m.conn = conn
	m.t.Cleanup(func() { require.NoError(m.t, conn.Close()) })
}

// height asks the node for its newest block; 0 when it does not answer.
func (m *member) height() int64 {
	ctx, cancel := context.WithTimeout(m.t.Context(), time.Second)
	defer cancel()
	res, err := cmtservice.NewServiceClient(m.conn).GetLatestBlock(ctx, &cmtservice.GetLatestBlockRequest{})
	if err != nil {
		return 0
	}
	return res.SdkBlock.Header.Height
}

// appHash is the state a block was made on.
func (m *member) appHash(height int64) []byte {
	m.t.Helper()
	ctx, cancel := context.WithTimeout(m.t.Context(), patience)
	defer cancel()
	res, err := cmtservice.NewServiceClient(m.conn).GetBlockByHeight(ctx, &cmtservice.GetBlockByHeightRequest{Height: height})
	require.NoError(m.t, err)
	return res.SdkBlock.Header.AppHash
}

// reach waits until the nodes have a block of that height.
func reach(t *testing.T, height int64, members ...*member) {
	t.Helper()
	eventually(t, fmt.Sprint("height ", height), func() bool {
		for _, m := range members {
			if m.height() < height {
				return false
			}
		}
		return true
	})
}

func eventually(t *testing.T, what string, done func() bool) {
	t.Helper()
	deadline := time.Now().Add(patience)
	for !done() {
		if time.Now().After(deadline) {
			t.Fatalf("waited %s for %s in vain", patience, what)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// register registers the named hotkey by work through this node's door.
func (m *member) register(name string) {
	m.t.Helper()
	ctx, cancel := context.WithTimeout(m.t.Context(), patience)
	defer cancel()
	work, err := neuron.NewQueryClient(m.conn).Work(ctx, &neuron.QueryWorkRequest{Netuid: 1})
	require.NoError(m.t, err)
	res, err := txtypes.NewServiceClient(m.conn).BroadcastTx(ctx, &txtypes.BroadcastTxRequest{
		TxBytes: unsigned(m.t, solved(m.t, work, name)), Mode: txtypes.BroadcastMode_BROADCAST_MODE_SYNC,
	})
	require.NoError(m.t, err)
	require.Zero(m.t, res.TxResponse.Code, res.TxResponse.RawLog)
}

// knows reports whether this node's state has the named hotkey on the subnet.
func (m *member) knows(name string) bool {
	ctx, cancel := context.WithTimeout(m.t.Context(), time.Second)
	defer cancel()
	_, err := neuron.NewQueryClient(m.conn).NeuronByHotkey(ctx, &neuron.QueryNeuronByHotkeyRequest{
		Netuid: 1, Hotkey: testchain.Hot(name).Address().String(),
	})
	return err == nil
}

func solved(t *testing.T, work *neuron.QueryWorkResponse, name string) *neuron.MsgRegisterWork {
	t.Helper()
	hot, cold := testchain.Hot(name), testchain.Cold(name).Address()
	proof, err := hot.Sign(seal.Possession(chainID, 1, cold))
	require.NoError(t, err)
	m := &neuron.MsgRegisterWork{
		Hotkey: hot.Address().String(), Coldkey: cold.String(), Netuid: 1, HotkeyPubkey: hot.PubKey().Bytes(),
		Height: work.Block.Height, Proof: proof,
	}
	// More than the difficulty asked: others may register before this one is in a block.
	challenge := seal.Challenge(work.Block.Hash, hot.Address(), 1, chainID)
	for !seal.Meets(seal.Work(challenge, m.Nonce), 8*work.Difficulty) {
		m.Nonce++
	}
	return m
}

// unsigned is a transaction as a client without the chain's engine writes it.
func unsigned(t *testing.T, msg sdk.Msg) []byte {
	t.Helper()
	wrapped, err := codectypes.NewAnyWithValue(msg)
	require.NoError(t, err)
	body, err := (&txtypes.TxBody{Messages: []*codectypes.Any{wrapped}}).Marshal()
	require.NoError(t, err)
	auth, err := (&txtypes.AuthInfo{Fee: &txtypes.Fee{GasLimit: 200_000}}).Marshal()
	require.NoError(t, err)
	raw, err := (&txtypes.TxRaw{BodyBytes: body, AuthInfoBytes: auth}).Marshal()
	require.NoError(t, err)
	return raw
}
