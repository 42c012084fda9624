package neuron

import (
	errorsmod "cosmossdk.io/errors"
	"google.golang.org/grpc/codes"
)

// The codes never change.
var (
	// ErrNotRegistered means that the subnet has no such neuron.
	ErrNotRegistered = errorsmod.RegisterWithGRPCCode(ModuleName, 2, codes.NotFound, "not registered on this subnet")
	// ErrAlreadyRegistered means that the hotkey has a slot on the subnet.
	ErrAlreadyRegistered = errorsmod.Register(ModuleName, 3, "hotkey already registered on this subnet")
	// ErrRegistrationClosed means that governance closed registration on the subnet.
	ErrRegistrationClosed = errorsmod.Register(ModuleName, 4, "registration is closed on this subnet")
	// ErrPriceAboveMax means that the burn price is above what the coldkey allowed.
	ErrPriceAboveMax = errorsmod.Register(ModuleName, 5, "burn price above the given maximum")
	// ErrNoSlot means that the subnet is full and nobody on it may be replaced now.
	ErrNoSlot = errorsmod.Register(ModuleName, 6, "no slot to register on")
	// ErrBadKey means that a public key is malformed or not that of the hotkey.
	ErrBadKey = errorsmod.Register(ModuleName, 7, "bad hotkey")
	// ErrBadProof means that the hotkey did not sign for this coldkey, subnet and chain.
	ErrBadProof = errorsmod.Register(ModuleName, 8, "bad proof of possession")
	// ErrWorkClosed means that the subnet takes no registrations by work.
	ErrWorkClosed = errorsmod.Register(ModuleName, 9, "registration by work is closed on this subnet")
	// ErrWorkWindow means that the block the work is bound to is too old or not made yet.
	ErrWorkWindow = errorsmod.Register(ModuleName, 10, "work outside the window")
	// ErrBlockUnknown means that the chain does not remember the hash of the block.
	ErrBlockUnknown = errorsmod.Register(ModuleName, 11, "hash of the block not known")
	// ErrBadWork means that the seal does not meet the difficulty.
	ErrBadWork = errorsmod.Register(ModuleName, 12, "work does not meet the difficulty")
	// ErrWorkReplayed means that the same work was used before.
	ErrWorkReplayed = errorsmod.Register(ModuleName, 13, "work used before")
	// ErrWorkPerBlock means that the block has its registrations by work.
	ErrWorkPerBlock = errorsmod.Register(ModuleName, 14, "no more registrations by work in this block")
	// ErrServeRate means that the neuron changed its endpoint too recently.
	ErrServeRate = errorsmod.Register(ModuleName, 15, "endpoint changed too recently")
	// ErrBadEndpoint means that an endpoint is not a base URL others can call.
	ErrBadEndpoint = errorsmod.Register(ModuleName, 16, "bad endpoint")
	// ErrDataRate means that the neuron committed data too recently.
	ErrDataRate = errorsmod.Register(ModuleName, 17, "data committed too recently")
	// ErrDataSize means that a commitment of data is empty or too large.
	ErrDataSize = errorsmod.Register(ModuleName, 18, "bad size of data")
	// ErrBadParams means that parameters are senseless.
	ErrBadParams = errorsmod.Register(ModuleName, 19, "bad parameters")
	// ErrBadGenesis means that the genesis contradicts itself.
	ErrBadGenesis = errorsmod.Register(ModuleName, 20, "bad neuron genesis")
	// ErrNotAuthority means that the sender is not governance.
	ErrNotAuthority = errorsmod.Register(ModuleName, 21, "only governance may do this")
	// ErrTooManyNeurons means that a limit would be below the neurons there are.
	ErrTooManyNeurons = errorsmod.Register(ModuleName, 22, "more neurons than the new limit")
	// ErrNoData means that the neuron has committed nothing.
	ErrNoData = errorsmod.RegisterWithGRPCCode(ModuleName, 23, codes.NotFound, "no data committed")
)
