package chain

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"cosmossdk.io/log/v2"
	abci "github.com/cometbft/cometbft/abci/types"
	dbm "github.com/cosmos/cosmos-db"
	"github.com/cosmos/cosmos-sdk/baseapp"
	"github.com/cosmos/cosmos-sdk/runtime"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/module"
	"github.com/cosmos/cosmos-sdk/x/auth"
	authkeeper "github.com/cosmos/cosmos-sdk/x/auth/keeper"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	"github.com/cosmos/cosmos-sdk/x/authz"
	authzkeeper "github.com/cosmos/cosmos-sdk/x/authz/keeper"
	authzmodule "github.com/cosmos/cosmos-sdk/x/authz/module"
	"github.com/cosmos/cosmos-sdk/x/bank"
	bankkeeper "github.com/cosmos/cosmos-sdk/x/bank/keeper"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	"github.com/cosmos/cosmos-sdk/x/consensus"
	consensuskeeper "github.com/cosmos/cosmos-sdk/x/consensus/keeper"
	consensustypes "github.com/cosmos/cosmos-sdk/x/consensus/types"
	"github.com/cosmos/cosmos-sdk/x/feegrant"
	feegrantkeeper "github.com/cosmos/cosmos-sdk/x/feegrant/keeper"
	feegrantmodule "github.com/cosmos/cosmos-sdk/x/feegrant/module"

	"github.com/dendra-net/dendra/internal/prefix"
	"github.com/dendra-net/dendra/x/emission"
	emissionkeeper "github.com/dendra-net/dendra/x/emission/keeper"
	emissionmodule "github.com/dendra-net/dendra/x/emission/module"
	"github.com/dendra-net/dendra/x/guard"
	guardkeeper "github.com/dendra-net/dendra/x/guard/keeper"
	guardmodule "github.com/dendra-net/dendra/x/guard/module"
	"github.com/dendra-net/dendra/x/neuron"
	neuronkeeper "github.com/dendra-net/dendra/x/neuron/keeper"
	neuronmodule "github.com/dendra-net/dendra/x/neuron/module"
	"github.com/dendra-net/dendra/x/producer"
	producerkeeper "github.com/dendra-net/dendra/x/producer/keeper"
	producermodule "github.com/dendra-net/dendra/x/producer/module"
	"github.com/dendra-net/dendra/x/stake"
	stakekeeper "github.com/dendra-net/dendra/x/stake/keeper"
	stakemodule "github.com/dendra-net/dendra/x/stake/module"
	"github.com/dendra-net/dendra/x/subnet"
	subnetkeeper "github.com/dendra-net/dendra/x/subnet/keeper"
	subnetmodule "github.com/dendra-net/dendra/x/subnet/module"
	"github.com/dendra-net/dendra/x/weights"
	weightskeeper "github.com/dendra-net/dendra/x/weights/keeper"
	weightsmodule "github.com/dendra-net/dendra/x/weights/module"
)

const (
	// Name is how the application calls itself to its peers.
	Name = "dendra"
	// Denom is the chain's one coin: 1 TAO is 1,000,000,000 rao.
	Denom = "rao"
	// govModule is the name of the account that may change parameters. Governance acts through it; nobody holds a
	// key to it.
	govModule = "gov"
)

// ErrNoBlock means that the chain has no block yet.
var ErrNoBlock = errors.New("no block yet")

// Options say how an application is built.
type Options struct {
	// DB holds the state.
	DB dbm.DB
	// Log takes the application's log; nothing is logged without it.
	Log log.Logger
	// CheckLaws makes the node check every law of the books at the end of every block and stop when one is broken.
	CheckLaws bool
	// Base are further options of the engine: pruning for one.
	Base []func(*baseapp.BaseApp)
}

// App is the chain's state machine with its keepers.
type App struct {
	*baseapp.BaseApp
	Encoding Encoding
	Manager  *module.Manager

	Accounts  accounts
	Bank      bankkeeper.BaseKeeper
	Consensus consensuskeeper.Keeper
	FeeGrants feegrantkeeper.Keeper
	Authz     authzkeeper.Keeper
	Stake     *stakekeeper.Keeper
	Emission  *emissionkeeper.Keeper
	Subnets   *subnetkeeper.Keeper
	Neurons   *neuronkeeper.Keeper
	Weights   *weightskeeper.Keeper
	Producers *producerkeeper.Keeper
	Guard     *guardkeeper.Keeper

	keys map[string]*storetypes.KVStoreKey
}

// permissions lists every module account and what it may do with the supply: only x/emission mints and burns.
var permissions = map[string][]string{
	authtypes.FeeCollectorName: nil,
	govModule:                  nil,
	stake.ModuleName:           nil,
	stake.UnbondingName:        nil,
	emission.ModuleName:        {authtypes.Minter, authtypes.Burner},
	emission.BurntName:         nil,
	subnet.LockName:            nil,
}

var storeNames = []string{
	authtypes.StoreKey, banktypes.StoreKey, consensustypes.StoreKey, feegrant.StoreKey, authzkeeper.StoreKey,
	stake.StoreKey, emission.StoreKey, subnet.StoreKey, neuron.StoreKey, weights.StoreKey, producer.StoreKey, guard.StoreKey,
}

// New builds the application and loads its newest state.
func New(o Options) (*App, error) {
	if o.Log == nil {
		o.Log = log.NewNopLogger()
	}
	enc, err := newEncoding()
	if err != nil {
		return nil, err
	}
	app := &App{
		BaseApp:  baseapp.NewBaseApp(Name, o.Log, o.DB, enc.Tx.TxDecoder(), o.Base...),
		Encoding: enc,
		keys:     storetypes.NewKVStoreKeys(storeNames...),
	}
	app.SetInterfaceRegistry(enc.Registry)
	app.SetTxEncoder(enc.Tx.TxEncoder())
	app.buildKeepers(o.Log)
	if err := app.buildManager(o.CheckLaws); err != nil {
		return nil, err
	}
	app.SetAnteHandler(app.anteHandler())
	app.MountKVStores(app.keys)
	app.SetInitChainer(app.initChain)
	app.SetPreBlocker(app.preBlock)
	app.SetBeginBlocker(app.Manager.BeginBlock)
	app.SetEndBlocker(app.Manager.EndBlock)
	if err := app.LoadLatestVersion(); err != nil {
		return nil, fmt.Errorf("load state: %w", err)
	}
	return app, nil
}

// Authority is the address that may change parameters.
func Authority() string {
	prefix.Set()
	return authtypes.NewModuleAddress(govModule).String()
}

func (app *App) buildKeepers(logger log.Logger) {
	cdc, authority := app.Encoding.Codec, Authority()
	app.Consensus = consensuskeeper.NewKeeper(cdc, runtime.NewKVStoreService(app.keys[consensustypes.StoreKey]), authority, runtime.EventService{})
	app.SetParamStore(app.Consensus.ParamsStore)
	app.Accounts = accounts{authkeeper.NewAccountKeeper(cdc, runtime.NewKVStoreService(app.keys[authtypes.StoreKey]),
		authtypes.ProtoBaseAccount, permissions, prefix.Codec(), prefix.Account, authority)}
	app.Bank = bankkeeper.NewBaseKeeper(cdc, runtime.NewKVStoreService(app.keys[banktypes.StoreKey]), app.Accounts,
		blockedAddresses(), authority, logger)
	app.FeeGrants = feegrantkeeper.NewKeeper(cdc, runtime.NewKVStoreService(app.keys[feegrant.StoreKey]), app.Accounts)
	app.Authz = authzkeeper.NewKeeper(runtime.NewKVStoreService(app.keys[authzkeeper.StoreKey]), cdc, app.MsgServiceRouter(), app.Accounts)

	app.Guard = guardkeeper.NewKeeper(cdc, runtime.NewKVStoreService(app.keys[guard.StoreKey]), authority)
	app.Stake = stakekeeper.NewKeeper(cdc, runtime.NewKVStoreService(app.keys[stake.StoreKey]), app.Accounts, app.Bank, authority)
	app.Emission = emissionkeeper.NewKeeper(cdc, runtime.NewKVStoreService(app.keys[emission.StoreKey]), app.Bank, app.Stake, authority)
	app.Subnets = subnetkeeper.NewKeeper(cdc, runtime.NewKVStoreService(app.keys[subnet.StoreKey]), app.Bank, app.Emission, authority)
	app.Neurons = neuronkeeper.NewKeeper(cdc, runtime.NewKVStoreService(app.keys[neuron.StoreKey]), app.Accounts, app.Subnets, app.Stake, app.Emission, authority)
	app.Weights = weightskeeper.NewKeeper(cdc, runtime.NewKVStoreService(app.keys[weights.StoreKey]), app.Subnets, app.Neurons, app.Stake, app.Emission, authority)
	app.Producers = producerkeeper.NewKeeper(cdc, runtime.NewKVStoreService(app.keys[producer.StoreKey]), app.Bank)

	app.Subnets.SetHooks(app.Neurons, app.Weights)
	app.Subnets.SetClock(app.Weights)
	app.Subnets.SetRanker(app.Emission)
	app.Guard.SetLaws(app.laws()...)
}

// blockedAddresses are the module accounts: coins sent to them by hand would break the books.
func blockedAddresses() map[string]bool {
	blocked := map[string]bool{}
	for name := range permissions { // any order: builds a set
		blocked[authtypes.NewModuleAddress(name).String()] = true
	}
	return blocked
}

func (app *App) laws() []guard.Law {
	var laws []guard.Law
	laws = append(laws, app.Emission.Laws()...)
	laws = append(laws, app.Stake.Laws()...)
	laws = append(laws, app.Subnets.Laws()...)
	laws = append(laws, app.Neurons.Laws()...)
	return append(laws, app.bankLaw())
}

// genesisOrder is also the order of EndBlock where it matters: producers hand out fees first, the guard looks last.
var genesisOrder = []string{
	authtypes.ModuleName, banktypes.ModuleName, consensustypes.ModuleName, feegrant.ModuleName, authz.ModuleName,
	stake.ModuleName, emission.ModuleName, subnet.ModuleName, neuron.ModuleName, weights.ModuleName,
	producer.ModuleName, guard.ModuleName,
}

func (app *App) buildManager(checkLaws bool) error {
	cdc, registry := app.Encoding.Codec, app.Encoding.Registry
	m := module.NewManager(
		auth.NewAppModule(cdc, app.Accounts.AccountKeeper, nil, nil),
		bank.NewAppModule(cdc, app.Bank, app.Accounts.AccountKeeper, nil),
		consensus.NewAppModule(cdc, app.Consensus),
		feegrantmodule.NewAppModule(cdc, app.Accounts, app.Bank, app.FeeGrants, registry),
		authzmodule.NewAppModule(cdc, app.Authz, app.Accounts, app.Bank, registry),
		stakemodule.NewAppModule(app.Stake),
		emissionmodule.NewAppModule(app.Emission),
		subnetmodule.NewAppModule(app.Subnets),
		neuronmodule.NewAppModule(app.Neurons),
		weightsmodule.NewAppModule(app.Weights),
		producermodule.NewAppModule(app.Producers),
		guardmodule.NewAppModule(app.Guard, checkLaws),
	)
	m.SetOrderInitGenesis(genesisOrder...)
	m.SetOrderExportGenesis(genesisOrder...)
	m.SetOrderPreBlockers(authtypes.ModuleName)
	m.SetOrderBeginBlockers(guard.ModuleName, emission.ModuleName, neuron.ModuleName, authz.ModuleName)
	m.SetOrderEndBlockers(banktypes.ModuleName, feegrant.ModuleName, producer.ModuleName, stake.ModuleName, emission.ModuleName, weights.ModuleName, guard.ModuleName)
	for _, name := range genesisOrder {
		if basic, ok := m.Modules[name].(module.AppModuleBasic); ok {
			basic.RegisterInterfaces(registry)
			basic.RegisterLegacyAminoCodec(app.Encoding.Amino)
		}
	}
	app.Manager = m
	return m.RegisterServices(module.NewConfigurator(cdc, app.MsgServiceRouter(), app.GRPCQueryRouter()))
}

func (app *App) preBlock(ctx sdk.Context, _ *abci.RequestFinalizeBlock) (*sdk.ResponsePreBlock, error) {
	return app.Manager.PreBlock(ctx)
}

func (app *App) initChain(ctx sdk.Context, req *abci.RequestInitChain) (*abci.ResponseInitChain, error) {
	var state map[string]json.RawMessage
	if err := json.Unmarshal(req.AppStateBytes, &state); err != nil {
		return nil, fmt.Errorf("genesis state: %w", err)
	}
	return app.Manager.InitGenesis(ctx, app.Encoding.Codec, state)
}

// DefaultGenesis is the state of every module on a chain where nothing has happened: no TAO, no producers.
func (app *App) DefaultGenesis() map[string]json.RawMessage {
	state := map[string]json.RawMessage{}
	for _, name := range genesisOrder {
		if g, ok := app.Manager.Modules[name].(module.HasGenesisBasics); ok {
			state[name] = g.DefaultGenesis(app.Encoding.Codec)
		}
	}
	return state
}

// Export writes the state of the newest block as a genesis; before the first block there is none.
func (app *App) Export() (map[string]json.RawMessage, error) {
	if app.LastBlockHeight() == 0 {
		return nil, fmt.Errorf("export: %w", ErrNoBlock)
	}
	return app.Manager.ExportGenesis(app.NewContext(true), app.Encoding.Codec)
}

var _ io.Closer = (*App)(nil)
