// Package module plugs x/guard into the application.
package module

import (
	"context"
	"encoding/json"
	"fmt"

	"cosmossdk.io/core/appmodule"
	"github.com/cosmos/cosmos-sdk/client"
	"github.com/cosmos/cosmos-sdk/codec"
	"github.com/cosmos/cosmos-sdk/codec/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkmodule "github.com/cosmos/cosmos-sdk/types/module"
	"github.com/grpc-ecosystem/grpc-gateway/runtime"
	"google.golang.org/grpc"

	"github.com/dendra-net/dendra/x/guard"
	"github.com/dendra-net/dendra/x/guard/keeper"
)

var (
	_ appmodule.AppModule       = AppModule{}
	_ sdkmodule.HasGenesis      = AppModule{}
	_ appmodule.HasBeginBlocker = AppModule{}
	_ appmodule.HasEndBlocker   = AppModule{}
)

// AppModule is the module as the application sees it.
type AppModule struct {
	keeper          *keeper.Keeper
	checkEveryBlock bool
}

// NewAppModule wraps a keeper. With checkEveryBlock every law is computed at the end of every block, and one that does
// not hold stops the chain: right for local networks and tests, too slow for a chain with many accounts. The module
// must then be the last to end the block.
func NewAppModule(k *keeper.Keeper, checkEveryBlock bool) AppModule {
	return AppModule{keeper: k, checkEveryBlock: checkEveryBlock}
}

func (AppModule) IsAppModule()             {}
func (AppModule) IsOnePerModuleType()      {}
func (AppModule) Name() string             { return guard.ModuleName }
func (AppModule) ConsensusVersion() uint64 { return 1 }

// RegisterLegacyAminoCodec makes the messages signable by wallets that show amino JSON.
func (AppModule) RegisterLegacyAminoCodec(cdc *codec.LegacyAmino) {
	guard.RegisterLegacyAminoCodec(cdc)
}

// RegisterInterfaces makes the messages known to the codec.
func (AppModule) RegisterInterfaces(registry types.InterfaceRegistry) {
	guard.RegisterInterfaces(registry)
}

// RegisterGRPCGatewayRoutes serves the queries over REST.
func (AppModule) RegisterGRPCGatewayRoutes(c client.Context, mux *runtime.ServeMux) {
	if err := guard.RegisterQueryHandlerClient(context.Background(), mux, guard.NewQueryClient(c)); err != nil {
		panic(err) // the routes are fixed at build time: only a fault of the generated code can fail
	}
}

// RegisterServices serves messages and queries.
func (m AppModule) RegisterServices(registrar grpc.ServiceRegistrar) error {
	guard.RegisterMsgServer(registrar, keeper.NewMsgServer(m.keeper))
	guard.RegisterQueryServer(registrar, keeper.NewQueryServer(m.keeper))
	return nil
}

// DefaultGenesis is the state of an empty chain.
func (AppModule) DefaultGenesis(cdc codec.JSONCodec) json.RawMessage {
	return cdc.MustMarshalJSON(guard.DefaultGenesis())
}

// ValidateGenesis checks a genesis file without a chain.
func (AppModule) ValidateGenesis(cdc codec.JSONCodec, _ client.TxEncodingConfig, raw json.RawMessage) error {
	var g guard.GenesisState
	if err := cdc.UnmarshalJSON(raw, &g); err != nil {
		return fmt.Errorf("%s genesis: %w", guard.ModuleName, err)
	}
	return g.Validate()
}

// InitGenesis writes the genesis; the engine has no other way than a panic to refuse one.
func (m AppModule) InitGenesis(ctx sdk.Context, cdc codec.JSONCodec, raw json.RawMessage) {
	var g guard.GenesisState
	cdc.MustUnmarshalJSON(raw, &g)
	if err := m.keeper.InitGenesis(ctx, g); err != nil {
		panic(err)
	}
}

// ExportGenesis reads the state.
func (m AppModule) ExportGenesis(ctx sdk.Context, cdc codec.JSONCodec) json.RawMessage {
	g, err := m.keeper.ExportGenesis(ctx)
	if err != nil {
		panic(err)
	}
	return cdc.MustMarshalJSON(g)
}

// BeginBlock drops what the brake remembered of earlier blocks.
func (m AppModule) BeginBlock(ctx context.Context) error { return m.keeper.Forget(ctx) }

// EndBlock checks the laws where every block is checked.
func (m AppModule) EndBlock(ctx context.Context) error {
	if !m.checkEveryBlock {
		return nil
	}
	return m.keeper.Enforce(sdk.UnwrapSDKContext(ctx))
}
