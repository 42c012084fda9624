package subnet

import (
	errorsmod "cosmossdk.io/errors"
	"google.golang.org/grpc/codes"
)

// The codes never change.
var (
	// ErrSubnetUnknown means that no subnet has the netuid.
	ErrSubnetUnknown = errorsmod.RegisterWithGRPCCode(ModuleName, 2, codes.NotFound, "no such subnet")
	// ErrBadName means that a name is not 1 to 32 of a-z, 0-9 and -.
	ErrBadName = errorsmod.Register(ModuleName, 3, "bad subnet name")
	// ErrNameTaken means that another subnet has the name.
	ErrNameTaken = errorsmod.Register(ModuleName, 4, "subnet name taken")
	// ErrBadIdentity means that a description or URL is too long or not what it should be.
	ErrBadIdentity = errorsmod.Register(ModuleName, 5, "bad subnet identity")
	// ErrTooSoon means that the last creation on the chain is too recent.
	ErrTooSoon = errorsmod.Register(ModuleName, 6, "too soon after the last creation")
	// ErrPriceAboveMax means that the lock price is above what the creator allowed.
	ErrPriceAboveMax = errorsmod.Register(ModuleName, 7, "lock price above the given maximum")
	// ErrSlotsFull means that every slot is taken and no subnet may be removed for a new one.
	ErrSlotsFull = errorsmod.Register(ModuleName, 8, "no free subnet slot")
	// ErrNotOwner means that the sender neither owns the subnet nor is governance.
	ErrNotOwner = errorsmod.Register(ModuleName, 9, "not the subnet's owner")
	// ErrParamUnknown means that no hyperparameter has the name.
	ErrParamUnknown = errorsmod.Register(ModuleName, 10, "no such hyperparameter")
	// ErrGovernanceOnly means that owners may not change the hyperparameter.
	ErrGovernanceOnly = errorsmod.Register(ModuleName, 11, "only governance may change this hyperparameter")
	// ErrOutOfBounds means that a value is outside the bounds of its hyperparameter.
	ErrOutOfBounds = errorsmod.Register(ModuleName, 12, "hyperparameter out of bounds")
	// ErrFrozen means that the subnet's epoch is so near that its rules stand still.
	ErrFrozen = errorsmod.Register(ModuleName, 13, "hyperparameters are frozen before the epoch")
	// ErrParamRate means that the owner changed the same hyperparameter too recently.
	ErrParamRate = errorsmod.Register(ModuleName, 14, "hyperparameter changed too recently")
	// ErrBadParams means that values which are well by themselves do not fit each other, or that parameters are senseless.
	ErrBadParams = errorsmod.Register(ModuleName, 15, "bad parameters")
	// ErrBadGenesis means that the genesis contradicts itself.
	ErrBadGenesis = errorsmod.Register(ModuleName, 16, "bad subnet genesis")
	// ErrNotAuthority means that the sender is not governance.
	ErrNotAuthority = errorsmod.Register(ModuleName, 17, "only governance may do this")
	// ErrBadOwner means that the address cannot own a subnet because it could not receive the lock again.
	ErrBadOwner = errorsmod.Register(ModuleName, 18, "address cannot own a subnet")
)
