package neuron

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/dendra-net/dendra/x/subnet"
)

// AccountKeeper makes accounts for keys the chain sees for the first time.
type AccountKeeper interface {
	GetAccount(ctx context.Context, addr sdk.AccAddress) sdk.AccountI
	NewAccountWithAddress(ctx context.Context, addr sdk.AccAddress) sdk.AccountI
	SetAccount(ctx context.Context, account sdk.AccountI)
}

// SubnetKeeper knows the subnets and their rules.
type SubnetKeeper interface {
	// Get returns the subnet or subnet.ErrSubnetUnknown.
	Get(ctx context.Context, netuid uint32) (subnet.Subnet, error)
}

// StakeKeeper knows which coldkey owns which hotkey.
type StakeKeeper interface {
	// BindHotkey makes coldkey the hotkey's owner; an error if another one is.
	BindHotkey(ctx context.Context, hotkey, coldkey sdk.AccAddress) error
	// Owner returns the hotkey's owner, or stake.ErrHotkeyUnknown.
	Owner(ctx context.Context, hotkey sdk.AccAddress) (sdk.AccAddress, error)
}

// EmissionKeeper destroys what registrations cost.
type EmissionKeeper interface {
	RecycleFromAccount(ctx context.Context, from sdk.AccAddress, rao uint64) error
}
