// Package teststore gives keeper tests an in-memory store with the engine's real account and bank keepers.
package teststore

import (
	"context"
	"testing"
	"time"

	corestore "cosmossdk.io/core/store"
	"cosmossdk.io/log/v2"
	"cosmossdk.io/math"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	"github.com/cosmos/cosmos-sdk/codec"
	"github.com/cosmos/cosmos-sdk/codec/types"
	"github.com/cosmos/cosmos-sdk/runtime"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	"github.com/cosmos/cosmos-sdk/testutil"
	sdk "github.com/cosmos/cosmos-sdk/types"
	authkeeper "github.com/cosmos/cosmos-sdk/x/auth/keeper"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	bankkeeper "github.com/cosmos/cosmos-sdk/x/bank/keeper"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/internal/prefix"
)

// Store is a chain's state without a chain: stores, accounts and coins are real, blocks are set by the test.
type Store struct {
	Ctx       sdk.Context
	Codec     codec.Codec
	Registry  types.InterfaceRegistry
	Accounts  authkeeper.AccountKeeper
	Bank      bankkeeper.BaseKeeper
	Authority string // the address that may change parameters

	keys map[string]*storetypes.KVStoreKey
}

// Denom is the one coin of the chain.
const Denom = "rao"

// New makes a store for the named modules. permissions name the module accounts beyond the engine's own and what
// they may do with the supply ("minter", "burner" or nothing).
func New(t testing.TB, modules []string, permissions map[string][]string) *Store {
	t.Helper()
	prefix.Set()
	keys := map[string]*storetypes.KVStoreKey{}
	for _, name := range append([]string{authtypes.StoreKey, banktypes.StoreKey}, modules...) {
		keys[name] = storetypes.NewKVStoreKey(name)
	}
	registry := types.NewInterfaceRegistry()
	authtypes.RegisterInterfaces(registry)
	banktypes.RegisterInterfaces(registry)
	cdc := codec.NewProtoCodec(registry)
	authority := authtypes.NewModuleAddress("gov").String()
	perms := map[string][]string{authtypes.FeeCollectorName: nil, "faucet": {"minter"}}
	for name, p := range permissions {
		perms[name] = p
	}
	accounts := authkeeper.NewAccountKeeper(cdc, runtime.NewKVStoreService(keys[authtypes.StoreKey]),
		authtypes.ProtoBaseAccount, perms, prefix.Codec(), prefix.Account, authority)
	bank := bankkeeper.NewBaseKeeper(cdc, runtime.NewKVStoreService(keys[banktypes.StoreKey]), accounts, nil,
		authority, log.NewNopLogger())
	ctx := testutil.DefaultContextWithKeys(keys, nil, nil).
		WithBlockHeader(cmtproto.Header{ChainID: "dendra-test", Height: 1, Time: time.Unix(1_700_000_000, 0).UTC()}).
		WithChainID("dendra-test")
	require.NoError(t, accounts.Params.Set(ctx, authtypes.DefaultParams()))
	require.NoError(t, bank.SetParams(ctx, banktypes.DefaultParams()))
	return &Store{Ctx: ctx, Codec: cdc, Registry: registry, Accounts: accounts, Bank: bank, Authority: authority, keys: keys}
}

// Service opens the key-value store of a module named in New.
func (s *Store) Service(module string) corestore.KVStoreService {
	return runtime.NewKVStoreService(s.keys[module])
}

// Fund mints coins to an address, as a test's genesis would.
func (s *Store) Fund(t testing.TB, to sdk.AccAddress, rao uint64) {
	t.Helper()
	coins := Coins(rao)
	require.NoError(t, s.Bank.MintCoins(s.Ctx, "faucet", coins))
	require.NoError(t, s.Bank.SendCoinsFromModuleToAccount(s.Ctx, "faucet", to, coins))
}

// Balance returns what an address holds.
func (s *Store) Balance(ctx context.Context, addr sdk.AccAddress) uint64 {
	return s.Bank.GetBalance(ctx, addr, Denom).Amount.Uint64()
}

// ModuleBalance returns what a module account holds.
func (s *Store) ModuleBalance(ctx context.Context, module string) uint64 {
	return s.Balance(ctx, authtypes.NewModuleAddress(module))
}

// At moves the context to a height.
func (s *Store) At(height int64) { s.Ctx = s.Ctx.WithBlockHeight(height) }

// Coins is an amount of the one coin.
func Coins(rao uint64) sdk.Coins {
	return sdk.NewCoins(sdk.NewCoin(Denom, math.NewIntFromUint64(rao)))
}

// Address makes an account address out of a name.
func Address(name string) sdk.AccAddress {
	b := make([]byte, 20)
	copy(b, name)
	return b
}
