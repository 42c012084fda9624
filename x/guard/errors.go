package guard

import errorsmod "cosmossdk.io/errors"

// The codes never change.
var (
	// ErrNotAuthority means that the sender of a change of parameters is not governance.
	ErrNotAuthority = errorsmod.Register(ModuleName, 2, "only governance may do this")
	// ErrBadParams means that a parameter is outside its bounds.
	ErrBadParams = errorsmod.Register(ModuleName, 3, "guard parameter out of bounds")
	// ErrFreeTwice means that the key sent a transaction without a fee in this block already.
	ErrFreeTwice = errorsmod.Register(ModuleName, 4, "one transaction without a fee in each block")
	// ErrBroken means that a law of the books does not hold.
	ErrBroken = errorsmod.Register(ModuleName, 5, "a law of the books is broken")
	// ErrUnchecked means that checking the laws was cut short.
	ErrUnchecked = errorsmod.Register(ModuleName, 6, "laws of the books could not be checked")
	// ErrBadKey means that the brake was asked about a key of no or too many bytes.
	ErrBadKey = errorsmod.Register(ModuleName, 7, "bad key for the brake")
)
