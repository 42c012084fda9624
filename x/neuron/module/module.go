// Package module plugs x/neuron into the application.
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

	"github.com/dendra-net/dendra/x/neuron"
	"github.com/dendra-net/dendra/x/neuron/keeper"
)

var (
	_ appmodule.AppModule  = AppModule{}
	_ sdkmodule.HasGenesis = AppModule{}

	_ appmodule.HasBeginBlocker = AppModule{}
)

// AppModule is the module as the application sees it.
type AppModule struct{ keeper *keeper.Keeper }

// NewAppModule wraps a keeper.
func NewAppModule(k *keeper.Keeper) AppModule { return AppModule{k} }

func (AppModule) IsAppModule()             {}
func (AppModule) IsOnePerModuleType()      {}
func (AppModule) Name() string             { return neuron.ModuleName }
func (AppModule) ConsensusVersion() uint64 { return 1 }

func (AppModule) RegisterLegacyAminoCodec(cdc *codec.LegacyAmino) {
	neuron.RegisterLegacyAminoCodec(cdc)
}

func (AppModule) RegisterInterfaces(registry types.InterfaceRegistry) {
	neuron.RegisterInterfaces(registry)
}

func (AppModule) RegisterGRPCGatewayRoutes(c client.Context, mux *runtime.ServeMux) {
	if err := neuron.RegisterQueryHandlerClient(context.Background(), mux, neuron.NewQueryClient(c)); err != nil {
		panic(err)
	}
}

func (m AppModule) RegisterServices(registrar grpc.ServiceRegistrar) error {
	neuron.RegisterMsgServer(registrar, keeper.NewMsgServer(m.keeper))
	neuron.RegisterQueryServer(registrar, keeper.NewQueryServer(m.keeper))
	return nil
}

func (AppModule) DefaultGenesis(cdc codec.JSONCodec) json.RawMessage {
	return cdc.MustMarshalJSON(neuron.DefaultGenesis())
}

func (AppModule) ValidateGenesis(cdc codec.JSONCodec, _ client.TxEncodingConfig, raw json.RawMessage) error {
	var g neuron.GenesisState
	if err := cdc.UnmarshalJSON(raw, &g); err != nil {
		return fmt.Errorf("%s genesis: %w", neuron.ModuleName, err)
	}
	return g.Validate()
}

func (m AppModule) InitGenesis(ctx sdk.Context, cdc codec.JSONCodec, raw json.RawMessage) {
	var g neuron.GenesisState
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

// BeginBlock remembers the block for proofs of work.
func (m AppModule) BeginBlock(ctx context.Context) error {
	return m.keeper.BeginBlock(sdk.UnwrapSDKContext(ctx))
}
