// Package module plugs x/producer into the application.
package module

import (
	"context"
	"encoding/json"
	"fmt"

	"cosmossdk.io/core/appmodule"
	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/cosmos/cosmos-sdk/client"
	"github.com/cosmos/cosmos-sdk/codec"
	"github.com/cosmos/cosmos-sdk/codec/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkmodule "github.com/cosmos/cosmos-sdk/types/module"
	"github.com/grpc-ecosystem/grpc-gateway/runtime"
	"google.golang.org/grpc"

	"github.com/dendra-net/dendra/x/producer"
	"github.com/dendra-net/dendra/x/producer/keeper"
)

var (
	_ appmodule.AppModule      = AppModule{}
	_ sdkmodule.HasABCIGenesis = AppModule{}
	_ appmodule.HasEndBlocker  = AppModule{}
)

// AppModule is the module as the application sees it.
type AppModule struct{ keeper *keeper.Keeper }

// NewAppModule wraps a keeper.
func NewAppModule(k *keeper.Keeper) AppModule { return AppModule{k} }

func (AppModule) IsAppModule()                                {}
func (AppModule) IsOnePerModuleType()                         {}
func (AppModule) Name() string                                { return producer.ModuleName }
func (AppModule) RegisterLegacyAminoCodec(*codec.LegacyAmino) {}
func (AppModule) RegisterInterfaces(types.InterfaceRegistry)  {}
func (AppModule) ConsensusVersion() uint64                    { return 1 }
func (AppModule) DefaultGenesis(cdc codec.JSONCodec) json.RawMessage {
	return cdc.MustMarshalJSON(producer.DefaultGenesis())
}

func (AppModule) RegisterGRPCGatewayRoutes(c client.Context, mux *runtime.ServeMux) {
	if err := producer.RegisterQueryHandlerClient(context.Background(), mux, producer.NewQueryClient(c)); err != nil {
		panic(err)
	}
}

func (m AppModule) RegisterServices(registrar grpc.ServiceRegistrar) error {
	producer.RegisterQueryServer(registrar, keeper.NewQueryServer(m.keeper))
	return nil
}

func (AppModule) ValidateGenesis(cdc codec.JSONCodec, _ client.TxEncodingConfig, raw json.RawMessage) error {
	var g producer.GenesisState
	if err := cdc.UnmarshalJSON(raw, &g); err != nil {
		return fmt.Errorf("%s genesis: %w", producer.ModuleName, err)
	}
	return g.Validate()
}

func (m AppModule) InitGenesis(ctx sdk.Context, cdc codec.JSONCodec, raw json.RawMessage) []abci.ValidatorUpdate {
	var g producer.GenesisState
	cdc.MustUnmarshalJSON(raw, &g)
	updates, err := m.keeper.InitGenesis(ctx, g)
	if err != nil {
		panic(err)
	}
	return updates
}

func (m AppModule) ExportGenesis(ctx sdk.Context, cdc codec.JSONCodec) json.RawMessage {
	g, err := m.keeper.ExportGenesis(ctx)
	if err != nil {
		panic(err)
	}
	return cdc.MustMarshalJSON(g)
}

// EndBlock pays the fees of the block.
func (m AppModule) EndBlock(ctx context.Context) error {
	return m.keeper.PayFees(sdk.UnwrapSDKContext(ctx))
}
