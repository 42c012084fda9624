package stake

import (
	errorsmod "cosmossdk.io/errors"
	"google.golang.org/grpc/codes"
)

// The codes never change.
var (
	// ErrHotkeyUnknown means that nobody has bound the hotkey yet: it is bound when it first registers on a subnet.
	ErrHotkeyUnknown = errorsmod.RegisterWithGRPCCode(ModuleName, 2, codes.NotFound, "hotkey unknown")
	// ErrHotkeyOwned means that another coldkey owns the hotkey, for ever.
	ErrHotkeyOwned = errorsmod.Register(ModuleName, 3, "hotkey owned by another coldkey")
	// ErrNotOwner means that the sender does not own the hotkey.
	ErrNotOwner = errorsmod.Register(ModuleName, 4, "not the hotkey's owner")
	// ErrBelowMinimum means that a deposit, or what a withdrawal would leave, is less than the least stake.
	ErrBelowMinimum = errorsmod.Register(ModuleName, 5, "below the least stake")
	// ErrNoShares means that a deposit is worth less than one share of the pool.
	ErrNoShares = errorsmod.Register(ModuleName, 6, "deposit too small for one share")
	// ErrNotEnough means that a withdrawal is larger than the stake.
	ErrNotEnough = errorsmod.Register(ModuleName, 7, "not enough stake")
	// ErrTakeTooHigh means that a take is above the most a hotkey may ask.
	ErrTakeTooHigh = errorsmod.Register(ModuleName, 8, "take too high")
	// ErrTakeTooSoon means that the take was changed too recently to be raised.
	ErrTakeTooSoon = errorsmod.Register(ModuleName, 9, "take raised too soon")
	// ErrTooManyUnbondings means that too many unstakings of the coldkey wait already.
	ErrTooManyUnbondings = errorsmod.Register(ModuleName, 10, "too many unstakings wait")
	// ErrOverflow means that an amount would pass what the books can hold.
	ErrOverflow = errorsmod.Register(ModuleName, 11, "amount too large")
	// ErrBadAddress means that an address is not a tao1... address.
	ErrBadAddress = errorsmod.RegisterWithGRPCCode(ModuleName, 12, codes.InvalidArgument, "bad address")
	// ErrBlocked means that the address may not receive coins, so that its stake could never be paid back.
	ErrBlocked = errorsmod.Register(ModuleName, 13, "address cannot receive coins")
	// ErrNotAuthority means that the sender of a change of parameters is not governance.
	ErrNotAuthority = errorsmod.Register(ModuleName, 14, "only governance may do this")
	// ErrBadParams means that a parameter is outside its bounds.
	ErrBadParams = errorsmod.Register(ModuleName, 15, "stake parameter out of bounds")
	// ErrBadGenesis means that a genesis contradicts itself or the bank.
	ErrBadGenesis = errorsmod.Register(ModuleName, 16, "bad stake genesis")
)
