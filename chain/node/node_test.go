package node_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/reflection/grpc_reflection_v1"

	"github.com/dendra-net/dendra/chain/node"
	"github.com/dendra-net/dendra/chainclient"
	"github.com/dendra-net/dendra/x/neuron"
)

// One node makes blocks, answers at every door, ends cleanly, and goes on from where it was.
func TestOneNode(t *testing.T) {
	m := network(t, 1)[0]
	var said shared
	m.options.Log = slog.New(slog.NewTextHandler(&said, nil))
	m.start()
	reach(t, 5, m)

	requireREST(t, m)
	requireRPC(t, m)
	requireReflection(t, m)
	requireBlockHashes(t, m)
	m.register("ada")
	eventually(t, "the registration", func() bool { return m.knows("ada") })

	height := m.node.Height()
	m.stop()
	require.NoError(t, m.node.Close(), "closing twice is harmless")
	require.LessOrEqual(t, strings.Count(said.String(), "\n"), int(m.node.Height())+5, "a line for each block, hardly more:\n%s", said.String())
	require.Contains(t, said.String(), "msg=block height=1 txs=0")

	m.start()
	require.GreaterOrEqual(t, m.node.Height(), height)
	reach(t, height+3, m)
	require.True(t, m.knows("ada"))
}

// shared is a log that one goroutine writes and another reads.
type shared struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *shared) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *shared) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

func requireREST(t *testing.T, m *member) {
	t.Helper()
	base := "http://" + m.options.REST
	res, body := get(t, http.MethodGet, base+"/dendra/emission/v1/supply")
	require.Equal(t, http.StatusOK, res.StatusCode, body)
	require.Equal(t, "*", res.Header.Get("Access-Control-Allow-Origin"))
	var supply struct{ Issued_rao, Supply_rao string }
	require.NoError(t, json.Unmarshal([]byte(body), &supply), body)

	res, _ = get(t, http.MethodOptions, base+"/cosmos/tx/v1beta1/txs")
	require.Equal(t, http.StatusNoContent, res.StatusCode)
	require.Contains(t, res.Header.Get("Access-Control-Allow-Methods"), http.MethodPost)
	res, _ = get(t, http.MethodGet, base+"/dendra/nothing/v1/here")
	require.Equal(t, http.StatusNotImplemented, res.StatusCode)
}

func requireRPC(t *testing.T, m *member) {
	t.Helper()
	res, body := get(t, http.MethodGet, "http://"+m.options.RPC+"/status")
	require.Equal(t, http.StatusOK, res.StatusCode)
	require.Contains(t, body, `"network":"`+chainID+`"`)
	require.Equal(t, "*", res.Header.Get("Access-Control-Allow-Origin"))
}

// requireBlockHashes: clients learn the very hash that the chain knew while it made the block, and no block's before it is.
func requireBlockHashes(t *testing.T, m *member) {
	t.Helper()
	client, err := chainclient.Dial(t.Context(), chainclient.Options{Endpoints: []string{m.options.GRPC}})
	require.NoError(t, err)
	defer client.Close()
	work, err := client.Neuron().Work(t.Context(), &neuron.QueryWorkRequest{Netuid: 1})
	require.NoError(t, err)
	hash, err := client.BlockHash(t.Context(), work.Block.Height)
	require.NoError(t, err)
	require.Equal(t, work.Block.Hash, hash[:])
	_, err = client.BlockHash(t.Context(), work.Block.Height+1000)
	require.ErrorIs(t, err, chainclient.ErrNoBlock)
	data, err := client.Committed(t.Context(), 1, work.Block.Height)
	require.NoError(t, err)
	require.Empty(t, data)
}

func get(t *testing.T, method, url string) (*http.Response, string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, url, nil)
	require.NoError(t, err)
	req.Header.Set("Origin", "https://wallet.example")
	res, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	require.NoError(t, err)
	return res, string(body)
}

// requireReflection: a stranger's tool learns of every service and its messages from the node itself.
func requireReflection(t *testing.T, m *member) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	stream, err := grpc_reflection_v1.NewServerReflectionClient(m.conn).ServerReflectionInfo(ctx)
	require.NoError(t, err)
	ask := func(r *grpc_reflection_v1.ServerReflectionRequest) *grpc_reflection_v1.ServerReflectionResponse {
		require.NoError(t, stream.Send(r))
		res, err := stream.Recv()
		require.NoError(t, err)
		return res
	}
	list := ask(&grpc_reflection_v1.ServerReflectionRequest{MessageRequest: &grpc_reflection_v1.ServerReflectionRequest_ListServices{}})
	var names []string
	for _, s := range list.GetListServicesResponse().Service {
		names = append(names, s.Name)
	}
	for _, want := range []string{"dendra.weights.v1.Query", "dendra.neuron.v1.Query", "cosmos.tx.v1beta1.Service", "cosmos.bank.v1beta1.Query"} {
		require.Contains(t, names, want)
		file := ask(&grpc_reflection_v1.ServerReflectionRequest{
			MessageRequest: &grpc_reflection_v1.ServerReflectionRequest_FileContainingSymbol{FileContainingSymbol: want},
		})
		require.NotEmpty(t, file.GetFileDescriptorResponse().GetFileDescriptorProto(), "%s: %s", want, file.GetErrorResponse())
	}
	require.NoError(t, stream.CloseSend())
}

// Four nodes agree; three go on without the fourth, two wait for it; whoever comes back catches up; a transaction
// through any door reaches all.
func TestFourNodes(t *testing.T) {
	all := network(t, 4)
	for _, m := range all {
		m.start()
	}
	reach(t, 3, all...)
	for i, m := range all {
		name := []string{"ada", "ben", "cyd", "dot"}[i]
		m.register(name)
		for _, other := range all {
			eventually(t, name+" on every node", func() bool { return other.knows(name) })
		}
	}
	requireAgreement(t, all)

	all[3].stop()
	reach(t, all[0].height()+5, all[:3]...)
	all[2].stop()
	requireStandstill(t, all[:2])

	all[2].start()
	reach(t, all[0].height()+3, all[:3]...)
	all[3].start()
	all[0].register("eva")
	eventually(t, "the latest news at the one that came back", func() bool { return all[3].knows("eva") })
	requireAgreement(t, all)
}

func requireAgreement(t *testing.T, members []*member) {
	t.Helper()
	height := members[0].height()
	reach(t, height, members...)
	want := members[0].appHash(height)
	require.NotEmpty(t, want)
	for _, m := range members[1:] {
		require.Equal(t, want, m.appHash(height))
	}
}

// requireStandstill: at most one block under way is still finished, then there are no more for ten block times.
func requireStandstill(t *testing.T, members []*member) {
	t.Helper()
	var since time.Time
	last := int64(-1)
	eventually(t, "standstill", func() bool {
		if h := max(members[0].height(), members[1].height()); h != last {
			last, since = h, time.Now()
		}
		return time.Since(since) > 10*blockTime
	})
}

// A port that is taken is named with its door and the flag that moves it, and nothing is left open behind it.
func TestPortInUse(t *testing.T) {
	m := network(t, 1)[0]
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	taken := l.Addr().String()
	for flag, o := range map[string]func(*node.Options) *string{
		"--rpc-listen":  func(o *node.Options) *string { return &o.RPC },
		"--p2p-listen":  func(o *node.Options) *string { return &o.P2P },
		"--grpc-listen": func(o *node.Options) *string { return &o.GRPC },
		"--rest-listen": func(o *node.Options) *string { return &o.REST },
	} {
		options := m.options
		*o(&options) = taken
		_, err := node.Start(t.Context(), options)
		require.ErrorIs(t, err, node.ErrPortInUse)
		require.ErrorContains(t, err, taken)
		require.ErrorContains(t, err, flag)
	}
	m.start()
	reach(t, 1, m)
}

// A node told to stop before it runs stops at once, even one that waits for the hour of its genesis.
func TestStartIsCancelled(t *testing.T) {
	m := network(t, 1)[0]
	doc, err := node.ReadGenesis(m.options.Home)
	require.NoError(t, err)
	doc.GenesisTime = time.Now().Add(time.Hour)
	require.NoError(t, node.WriteGenesis(m.options.Home, doc))
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	_, err = node.Start(ctx, m.options)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	_, err = node.Start(ctx, m.options)
	require.ErrorIs(t, err, context.DeadlineExceeded)
}
