// Package module plugs x/weights into the application.
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

	"github.com/dendra-net/dendra/x/weights"
	"github.com/dendra-net/dendra/x/weights/keeper"
)

var (
	_ appmodule.AppModule     = AppModule{}
	_ sdkmodule.HasGenesis    = AppModule{}
	_ appmodule.HasEndBlocker = AppModule{}
)

// AppModule is the module as the application sees it.
type AppModule struct{ keeper *keeper.Keeper }

// NewAppModule wraps a keeper.
func NewAppModule(k *keeper.Keeper) AppModule { return AppModule{k} }

func (AppModule) IsAppModule()                                  {}
func (AppModule) IsOnePerModuleType()                           {}
func (AppModule) Name() string                                  { return weights.ModuleName }
func (AppModule) RegisterLegacyAminoCodec(c *codec.LegacyAmino) { weights.RegisterLegacyAminoCodec(c) }
func (AppModule) RegisterInterfaces(r types.InterfaceRegistry)  { weights.RegisterInterfaces(r) }
func (AppModule) ConsensusVersion() uint64                      { return 1 }
func (AppModule) DefaultGenesis(cdc codec.JSONCodec) json.RawMessage {
	return cdc.MustMarshalJSON(weights.DefaultGenesis())
}

func (AppModule) RegisterGRPCGatewayRoutes(c client.Context, mux *runtime.ServeMux) {
	if err := weights.RegisterQueryHandlerClient(context.Background(), mux, weights.NewQueryClient(c)); err != nil {
		panic(err)
	}
}

func (m AppModule) RegisterServices(registrar grpc.ServiceRegistrar) error {
	weights.RegisterMsgServer(registrar, keeper.NewMsgServer(m.keeper))
	weights.RegisterQueryServer(registrar, keeper.NewQueryServer(m.keeper))
	return nil
}

func (AppModule) ValidateGenesis(cdc codec.JSONCodec, _ client.TxEncodingConfig, raw json.RawMessage) error {
	var g weights.GenesisState
	if err := cdc.UnmarshalJSON(raw, &g); err != nil {
		return fmt.Errorf("%s genesis: %w", weights.ModuleName, err)
	}
	return g.Validate()
}

func (m AppModule) InitGenesis(ctx sdk.Context, cdc codec.JSONCodec, raw json.RawMessage) {
	var g weights.GenesisState
	cdc.MustUnmarshalJSON(raw, &g)
	if err := m.keeper.InitGenesis(ctx, g); err != nil {
		panic(err)
	}
}

func (m AppModule) ExportGenesis(ctx sdk.Context, cdc codec.JSONCodec) json.RawMessage {
	g, err := m.keeper.ExportGenesis(ctx)
	if err != nil {
		panic(err)
	}
	return cdc.MustMarshalJSON(g)
}

// EndBlock runs the epochs that are due.
func (m AppModule) EndBlock(ctx context.Context) error {
	return m.keeper.RunDue(sdk.UnwrapSDKContext(ctx))
}
