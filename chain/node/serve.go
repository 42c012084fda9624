package node

import (
	"net/http"

	"github.com/cosmos/cosmos-sdk/client"
	"github.com/cosmos/cosmos-sdk/client/grpc/cmtservice"
	nodeservice "github.com/cosmos/cosmos-sdk/client/grpc/node"
	"github.com/cosmos/cosmos-sdk/codec"
	"github.com/cosmos/cosmos-sdk/server/api"
	"github.com/cosmos/cosmos-sdk/server/config"
	"github.com/cosmos/cosmos-sdk/types/module"
	authtx "github.com/cosmos/cosmos-sdk/x/auth/tx"
	"github.com/cosmos/gogoproto/proto"
	"google.golang.org/grpc"
	"google.golang.org/grpc/reflection"
	"google.golang.org/grpc/reflection/grpc_reflection_v1"

	"cosmossdk.io/log/v2"

	"github.com/dendra-net/dendra/chain"
)

// maxMessage bounds one gRPC message.
const maxMessage = 16 << 20

// registerServices adds the services that need a running node to those of the modules.
func registerServices(app *chain.App, g *gate, c client.Context) {
	authtx.RegisterTxService(app.GRPCQueryRouter(), c, g.simulate, app.Encoding.Registry)
	cmtservice.RegisterTendermintService(c, app.GRPCQueryRouter(), app.Encoding.Registry, g.query)
	nodeservice.RegisterNodeService(c, app.GRPCQueryRouter(), *config.DefaultConfig(), func() int64 {
		return app.CommitMultiStore().EarliestVersion()
	})
}

func grpcServer(app *chain.App) *grpc.Server {
	s := grpc.NewServer(
		grpc.ForceServerCodec(codec.NewProtoCodec(app.Encoding.Registry).GRPCCodec()),
		grpc.MaxRecvMsgSize(maxMessage), grpc.MaxSendMsgSize(maxMessage), grpc.WaitForHandlers(true),
	)
	app.RegisterGRPCServerWithSkipCheckHeader(s, true) // a restarted node has state before it has seen a header
	// The modules' descriptors are in gogoproto's registry, not only in that of protobuf itself.
	grpc_reflection_v1.RegisterServerReflectionServer(s, reflection.NewServerV1(reflection.ServerOptions{
		Services: s, DescriptorResolver: proto.HybridResolver,
	}))
	return s
}

// restHandler answers every query as JSON, with CORS open: the data is public.
func restHandler(app *chain.App, c client.Context) http.Handler {
	mux := api.New(c, log.NewNopLogger(), nil).GRPCGatewayRouter
	authtx.RegisterGRPCGatewayRoutes(c, mux)
	cmtservice.RegisterGRPCGatewayRoutes(c, mux)
	nodeservice.RegisterGRPCGatewayRoutes(c, mux)
	for _, name := range app.Manager.OrderInitGenesis {
		if m, ok := app.Manager.Modules[name].(module.AppModuleBasic); ok {
			m.RegisterGRPCGatewayRoutes(c, mux)
		}
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Access-Control-Allow-Origin", "*")
		w.Header().Set("Access-Control-Allow-Headers", "Content-Type, x-cosmos-block-height")
		w.Header().Set("Access-Control-Allow-Methods", "GET, POST, OPTIONS")
		if r.Method == http.MethodOptions {
			w.WriteHeader(http.StatusNoContent)
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, maxMessage)
		mux.ServeHTTP(w, r)
	})
}
