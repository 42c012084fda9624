package emission

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

// BankKeeper mints, moves and destroys coins.
type BankKeeper interface {
	GetBalance(ctx context.Context, addr sdk.AccAddress, denom string) sdk.Coin
	GetSupply(ctx context.Context, denom string) sdk.Coin
	MintCoins(ctx context.Context, module string, amount sdk.Coins) error
	BurnCoins(ctx context.Context, module string, amount sdk.Coins) error
	SendCoinsFromAccountToModule(ctx context.Context, from sdk.AccAddress, module string, amount sdk.Coins) error
	SendCoinsFromModuleToAccount(ctx context.Context, module string, to sdk.AccAddress, amount sdk.Coins) error
	SendCoinsFromModuleToModule(ctx context.Context, from, to string, amount sdk.Coins) error
}

// StakeKeeper tells what a root voter weighs.
type StakeKeeper interface {
	StakeOf(ctx context.Context, hotkey sdk.AccAddress) (uint64, error)
}
