package chainclient_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"net"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	p2p "github.com/cometbft/cometbft/proto/tendermint/p2p"
	"github.com/cosmos/cosmos-sdk/client/grpc/cmtservice"
	"github.com/cosmos/cosmos-sdk/client/grpc/node"
	"github.com/cosmos/cosmos-sdk/crypto/keys/ed25519"
	"github.com/cosmos/cosmos-sdk/crypto/keys/secp256k1"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/tx"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	"github.com/cosmos/gogoproto/proto"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"github.com/dendra-net/dendra/chainclient"
	"github.com/dendra-net/dendra/x/guard"
	"github.com/dendra-net/dendra/x/subnet"
	"github.com/dendra-net/dendra/x/weights"
)

const chainID = "test-1"

// fakeNode is a node in script: it checks signatures and sequences as the chain does and holds accepted transactions.
type fakeNode struct {
	address string
	height  atomic.Int64
	statuses,
	accounts atomic.Int64 // calls
	refuse atomic.Int64 // how many calls still to answer with "unavailable"

	mu       sync.Mutex
	sequence uint64            // of every account
	inBlock  map[string]string // hash -> hex of the answers, of what a block holds
	sent     []*tx.TxRaw
	heights  []string                           // header of each metagraph call
	check    func(*tx.AuthInfo) *sdk.TxResponse // nil accepts
	outcome  func(hash string) *sdk.TxResponse  // nil succeeds
	hide     bool                               // no block ever holds anything
	known    bool                               // says of every transaction that it has it already
	account  func() (*authtypes.BaseAccount, error)
	simulate func() *cmtservice.ABCIQueryResponse
	block    func(*cmtservice.GetBlockByHeightResponse) // changes what is answered, unless nil
	blocks   int                                        // that were asked for
	pages    map[uint32]*weights.QueryMetagraphResponse
}

func startNode(t *testing.T) *fakeNode {
	f := &fakeNode{inBlock: map[string]string{}}
	f.height.Store(10)
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	f.address = listener.Addr().String()
	server := grpc.NewServer(grpc.ForceServerCodec(chainclient.WireCodec), grpc.UnaryInterceptor(f.gate))
	cmtservice.RegisterServiceServer(server, &cometPart{f: f})
	node.RegisterServiceServer(server, &nodePart{f: f})
	tx.RegisterServiceServer(server, &txPart{f: f})
	authtypes.RegisterQueryServer(server, &authPart{f: f})
	guard.RegisterQueryServer(server, &guardPart{})
	subnet.RegisterQueryServer(server, &subnetPart{})
	weights.RegisterQueryServer(server, &weightsPart{f: f})
	var running sync.WaitGroup
	running.Go(func() { _ = server.Serve(listener) })
	t.Cleanup(func() { server.Stop(); running.Wait() })
	return f
}

func (f *fakeNode) gate(ctx context.Context, req any, _ *grpc.UnaryServerInfo, handle grpc.UnaryHandler) (any, error) {
	if f.refuse.Add(-1) >= 0 {
		return nil, status.Error(codes.Unavailable, "busy")
	}
	return handle(ctx, req)
}

func dial(t *testing.T, change func(*chainclient.Options), nodes ...string) *chainclient.Client {
	o := chainclient.Options{Endpoints: nodes, Timeout: 5 * time.Second, Backoff: time.Millisecond, Inclusion: 10 * time.Second, Poll: 20 * time.Millisecond}
	if change != nil {
		change(&o)
	}
	c, err := chainclient.Dial(t.Context(), o)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, c.Close()) })
	return c
}

type cometPart struct {
	cmtservice.UnimplementedServiceServer
	f *fakeNode
}

func (cometPart) GetNodeInfo(context.Context, *cmtservice.GetNodeInfoRequest) (*cmtservice.GetNodeInfoResponse, error) {
	return &cmtservice.GetNodeInfoResponse{DefaultNodeInfo: &p2p.DefaultNodeInfo{Network: chainID}}, nil
}

func (c cometPart) ABCIQuery(_ context.Context, req *cmtservice.ABCIQueryRequest) (*cmtservice.ABCIQueryResponse, error) {
	if req.Path != "/app/simulate" {
		return nil, fmt.Errorf("path %q", req.Path)
	}
	if c.f.simulate != nil {
		return c.f.simulate(), nil
	}
	return &cmtservice.ABCIQueryResponse{Value: []byte(`{"gas_info":{"gas_wanted":"0","gas_used":"100001"}}`)}, nil
}

type nodePart struct {
	node.UnimplementedServiceServer
	f *fakeNode
}

func (n nodePart) Status(context.Context, *node.StatusRequest) (*node.StatusResponse, error) {
	n.f.statuses.Add(1)
	return &node.StatusResponse{Height: uint64(n.f.height.Load())}, nil
}

type guardPart struct{ guard.UnimplementedQueryServer }

func (guardPart) Params(context.Context, *guard.QueryParamsRequest) (*guard.QueryParamsResponse, error) {
	return &guard.QueryParamsResponse{Params: guard.Params{MinGasPriceMicrorao: 10_000, FreeGas: 500_000}}, nil
}

type authPart struct {
	authtypes.UnimplementedQueryServer
	f *fakeNode
}

func (a authPart) AccountInfo(context.Context, *authtypes.QueryAccountInfoRequest) (*authtypes.QueryAccountInfoResponse, error) {
	a.f.accounts.Add(1)
	if a.f.account != nil {
		info, err := a.f.account()
		return &authtypes.QueryAccountInfoResponse{Info: info}, err
	}
	a.f.mu.Lock()
	defer a.f.mu.Unlock()
	return &authtypes.QueryAccountInfoResponse{Info: &authtypes.BaseAccount{AccountNumber: 7, Sequence: a.f.sequence}}, nil
}

type txPart struct {
	tx.UnimplementedServiceServer
	f *fakeNode
}

func (p txPart) BroadcastTx(_ context.Context, req *tx.BroadcastTxRequest) (*tx.BroadcastTxResponse, error) {
	f := p.f
	f.mu.Lock()
	defer f.mu.Unlock()
	var raw tx.TxRaw
	var auth tx.AuthInfo
	if err := proto.Unmarshal(req.TxBytes, &raw); err != nil {
		return nil, err
	}
	if err := proto.Unmarshal(raw.AuthInfoBytes, &auth); err != nil {
		return nil, err
	}
	hash := fmt.Sprintf("%X", sha256.Sum256(req.TxBytes))
	if res := f.verify(&raw, &auth); res != nil {
		res.TxHash = hash
		return &tx.BroadcastTxResponse{TxResponse: res}, nil
	}
	f.sent = append(f.sent, &raw)
	f.inBlock[hash] = ""
	res := &sdk.TxResponse{TxHash: hash}
	if f.known {
		res.Codespace, res.Code, res.RawLog = "sdk", 19, "tx already in mempool"
	}
	return &tx.BroadcastTxResponse{TxResponse: res}, nil
}

// verify does what the chain does at the door, in its words.
func (f *fakeNode) verify(raw *tx.TxRaw, auth *tx.AuthInfo) *sdk.TxResponse {
	if f.check != nil {
		if res := f.check(auth); res != nil {
			return res
		}
	}
	if len(auth.SignerInfos) == 0 {
		return nil
	}
	info := auth.SignerInfos[0]
	if info.Sequence != f.sequence {
		return &sdk.TxResponse{Codespace: "sdk", Code: 32, RawLog: "account sequence mismatch, expected " +
			strconv.FormatUint(f.sequence, 10) + ", got " + strconv.FormatUint(info.Sequence, 10) + ": incorrect account sequence"}
	}
	document, err := proto.Marshal(&tx.SignDoc{BodyBytes: raw.BodyBytes, AuthInfoBytes: raw.AuthInfoBytes, ChainId: chainID, AccountNumber: 7})
	if err != nil || !goodSignature(info, document, raw.Signatures[0]) {
		return &sdk.TxResponse{Codespace: "sdk", Code: 4, RawLog: "signature verification failed: unauthorized"}
	}
	f.sequence++
	return nil
}

func goodSignature(info *tx.SignerInfo, document, signature []byte) bool {
	hot, cold := new(ed25519.PubKey), new(secp256k1.PubKey)
	if info.PublicKey.TypeUrl == "/"+proto.MessageName(hot) {
		return proto.Unmarshal(info.PublicKey.Value, hot) == nil && hot.VerifySignature(document, signature)
	}
	return proto.Unmarshal(info.PublicKey.Value, cold) == nil && cold.VerifySignature(document, signature)
}

func (p txPart) GetTx(_ context.Context, req *tx.GetTxRequest) (*tx.GetTxResponse, error) {
	f := p.f
	f.mu.Lock()
	defer f.mu.Unlock()
	data, ok := f.inBlock[req.Hash]
	if !ok || f.hide {
		return nil, status.Errorf(codes.NotFound, "tx not found: %s", req.Hash)
	}
	if f.outcome != nil {
		return &tx.GetTxResponse{TxResponse: f.outcome(req.Hash)}, nil
	}
	return &tx.GetTxResponse{TxResponse: &sdk.TxResponse{TxHash: req.Hash, Height: 11, GasUsed: 90_000, Data: data}}, nil
}

type subnetPart struct {
	subnet.UnimplementedQueryServer
}

func (subnetPart) Subnet(_ context.Context, req *subnet.QuerySubnetRequest) (*subnet.QuerySubnetResponse, error) {
	return &subnet.QuerySubnetResponse{Subnet: subnet.Subnet{Netuid: req.Netuid, Name: "text",
		Hyperparameters: subnet.Hyperparameters{Tempo: 20, CommitReveal: true, RevealEpochs: 1, MinWeights: 2, WeightsRateLimit: 5, VersionKey: 3}}}, nil
}

type weightsPart struct {
	weights.UnimplementedQueryServer
	f *fakeNode
}

func (w weightsPart) Metagraph(ctx context.Context, req *weights.QueryMetagraphRequest) (*weights.QueryMetagraphResponse, error) {
	md, _ := metadata.FromIncomingContext(ctx)
	height := "newest"
	if h := md.Get("x-cosmos-block-height"); len(h) == 1 {
		height = h[0]
	}
	w.f.mu.Lock()
	defer w.f.mu.Unlock()
	w.f.heights = append(w.f.heights, height)
	page, ok := w.f.pages[req.FromUid]
	if !ok {
		return nil, status.Error(codes.Unknown, "codespace weights code 21: no such subnet: subnet 9 of 2")
	}
	return page, nil
}
