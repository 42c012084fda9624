package chainclient_test

import (
	"context"
	"net"
	"slices"
	"strconv"
	"testing"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/cosmos/cosmos-sdk/client/grpc/cmtservice"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"github.com/dendra-net/dendra/chainclient"
	"github.com/dendra-net/dendra/internal/testchain"
	"github.com/dendra-net/dendra/x/weights"
)

// bytesCodec passes messages on unread.
type bytesCodec struct{}

type rawMessage []byte

func (bytesCodec) Name() string                  { return "proto" }
func (bytesCodec) Marshal(v any) ([]byte, error) { return *v.(*rawMessage), nil }
func (bytesCodec) Unmarshal(b []byte, v any) error {
	*v.(*rawMessage) = slices.Clone(b)
	return nil
}

// ledger serves the queries of an application that is driven block by block.
type ledger struct {
	*testchain.Chain
	forgotten int64                                      // heights up to here are refused, as by a node that prunes
	lie       func(*weights.QueryReplayResponse)         // changes what is answered, unless nil
	notes     func(*weights.QuerySubnetEvidenceResponse) // the same
}

// serve returns a client of the ledger.
func (l *ledger) serve(t *testing.T) *chainclient.Client {
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	server := grpc.NewServer(grpc.ForceServerCodec(bytesCodec{}), grpc.UnknownServiceHandler(func(_ any, s grpc.ServerStream) error {
		method, _ := grpc.MethodFromServerStream(s)
		var in, out rawMessage
		if err := s.RecvMsg(&in); err != nil {
			return err
		}
		if out, err = l.answer(s.Context(), method, in); err != nil {
			return err
		}
		return s.SendMsg(&out)
	}))
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	t.Cleanup(func() {
		server.Stop()
		require.NoError(t, <-ended)
	})
	return dial(t, nil, listener.Addr().String())
}

func (l *ledger) answer(ctx context.Context, method string, in []byte) ([]byte, error) {
	if method == "/cosmos.base.tendermint.v1beta1.Service/GetNodeInfo" {
		info, err := cometPart{}.GetNodeInfo(ctx, &cmtservice.GetNodeInfoRequest{})
		if err != nil {
			return nil, err
		}
		return info.Marshal()
	}
	height := int64(0)
	if md, ok := metadata.FromIncomingContext(ctx); ok && len(md.Get("x-cosmos-block-height")) > 0 {
		var err error
		if height, err = strconv.ParseInt(md.Get("x-cosmos-block-height")[0], 10, 64); err != nil {
			return nil, err
		}
	}
	if height > 0 && height <= l.forgotten {
		return nil, status.Error(codes.Unknown, "codespace sdk code 38: not found: failed to load state")
	}
	handle := l.App.GRPCQueryRouter().Route(method)
	if handle == nil {
		return nil, status.Error(codes.Unimplemented, method)
	}
	at, err := l.App.CreateQueryContext(height, false)
	if err != nil {
		return nil, err
	}
	res, err := handle(at, &abci.RequestQuery{Data: in})
	if err != nil {
		return nil, err
	}
	switch {
	case l.lie != nil && method == "/dendra.weights.v1.Query/Replay":
		var page weights.QueryReplayResponse
		if err := page.Unmarshal(res.Value); err != nil {
			return nil, err
		}
		l.lie(&page)
		return page.Marshal()
	case l.notes != nil && method == "/dendra.weights.v1.Query/SubnetEvidence":
		var page weights.QuerySubnetEvidenceResponse
		if err := page.Unmarshal(res.Value); err != nil {
			return nil, err
		}
		l.notes(&page)
		return page.Marshal()
	}
	return res.Value, nil
}
