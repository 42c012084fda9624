package stake

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

// AccountKeeper makes the module's accounts.
type AccountKeeper interface {
	// GetModuleAccount makes the account when it is missing and returns nil for a name the application does not know.
	GetModuleAccount(ctx context.Context, module string) sdk.ModuleAccountI
	GetModuleAddress(module string) sdk.AccAddress
}

// BankKeeper moves stake.
type BankKeeper interface {
	BlockedAddr(addr sdk.AccAddress) bool
	GetBalance(ctx context.Context, addr sdk.AccAddress, denom string) sdk.Coin
	SendCoinsFromAccountToModule(ctx context.Context, from sdk.AccAddress, module string, amount sdk.Coins) error
	SendCoinsFromModuleToAccount(ctx context.Context, module string, to sdk.AccAddress, amount sdk.Coins) error
	SendCoinsFromModuleToModule(ctx context.Context, from, to string, amount sdk.Coins) error
}
