package subnet

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

// BankKeeper moves locks.
type BankKeeper interface {
	BlockedAddr(addr sdk.AccAddress) bool
	GetBalance(ctx context.Context, addr sdk.AccAddress, denom string) sdk.Coin
	SpendableCoin(ctx context.Context, addr sdk.AccAddress, denom string) sdk.Coin
	SendCoinsFromAccountToModule(ctx context.Context, from sdk.AccAddress, module string, amount sdk.Coins) error
	SendCoinsFromModuleToAccount(ctx context.Context, module string, to sdk.AccAddress, amount sdk.Coins) error
}

// EmissionKeeper lets subnets take part in emission and destroys rent.
type EmissionKeeper interface {
	// Open lets the subnet take part; it is harmless for one that does already.
	Open(ctx context.Context, netuid uint32) error
	// Close ends it.
	Close(ctx context.Context, netuid uint32) error
	// RecycleFromModule destroys coins of a module account.
	RecycleFromModule(ctx context.Context, module string, rao uint64) error
}

// Hooks are told of subnets that come and go: modules that keep state per subnet create and remove it here.
type Hooks interface {
	SubnetCreated(ctx context.Context, s Subnet) error
	SubnetDissolved(ctx context.Context, netuid uint32) error
}

// Watcher is a Hooks that also wants to see, and may refuse, a change of hyperparameters before it is made.
type Watcher interface {
	ParamChanging(ctx context.Context, before, after Subnet) error
}

// EpochClock knows when the running epoch of a subnet closes.
type EpochClock interface {
	NextEpoch(ctx context.Context, netuid uint32) (int64, error)
}

// Ranker knows what each subnet earns, so that the least useful one can make room for a new one.
type Ranker interface {
	// ShareOf returns the subnet's share of emission, in any unit that is the same for all subnets.
	ShareOf(ctx context.Context, netuid uint32) (uint64, error)
}
