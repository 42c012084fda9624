package emission

import (
	errorsmod "cosmossdk.io/errors"
	"google.golang.org/grpc/codes"
)

// The codes never change.
var (
	// ErrNotOpen means that a subnet takes no part in emission.
	ErrNotOpen = errorsmod.RegisterWithGRPCCode(ModuleName, 2, codes.NotFound, "subnet takes no part in emission")
	// ErrOverdrawn means that more is paid out, returned or recycled than was settled.
	ErrOverdrawn = errorsmod.Register(ModuleName, 3, "more than was settled")
	// ErrBooks means that the books contradict themselves.
	ErrBooks = errorsmod.Register(ModuleName, 4, "the books of emission are wrong")
	// ErrBadVote means that a root vote is empty, too long, unequal in length, names a subnet twice or has a bad weight.
	ErrBadVote = errorsmod.Register(ModuleName, 5, "bad root vote")
	// ErrNoStake means that the hotkey has no stake to vote with.
	ErrNoStake = errorsmod.Register(ModuleName, 6, "no stake to vote with")
	// ErrVotedTooSoon means that the hotkey's last root vote is too recent.
	ErrVotedTooSoon = errorsmod.Register(ModuleName, 7, "root vote too soon after the last")
	// ErrNoSeat means that every seat of the root vote is taken by at least as much stake.
	ErrNoSeat = errorsmod.Register(ModuleName, 8, "no seat in the root vote")
	// ErrBurntForEver means that somebody tried to move burnt TAO.
	ErrBurntForEver = errorsmod.Register(ModuleName, 9, "burnt TAO cannot be moved")
	// ErrNothing means that the amount of a message is zero.
	ErrNothing = errorsmod.Register(ModuleName, 10, "amount is zero")
	// ErrBadAddress means that an address is not a tao1... address.
	ErrBadAddress = errorsmod.RegisterWithGRPCCode(ModuleName, 11, codes.InvalidArgument, "bad address")
	// ErrNotAuthority means that the sender of a change of parameters is not governance.
	ErrNotAuthority = errorsmod.Register(ModuleName, 12, "only governance may do this")
	// ErrBadParams means that a parameter is outside its bounds.
	ErrBadParams = errorsmod.Register(ModuleName, 13, "emission parameter out of bounds")
	// ErrBadGenesis means that a genesis contradicts itself or the bank.
	ErrBadGenesis = errorsmod.Register(ModuleName, 14, "bad emission genesis")
)
