package weights

import (
	errorsmod "cosmossdk.io/errors"
	"google.golang.org/grpc/codes"
)

// The codes never change.
var (
	// ErrUnequalLengths means that uids, generations and weights do not have one length.
	ErrUnequalLengths = errorsmod.Register(ModuleName, 2, "uids, generations and weights differ in length")
	// ErrTooManyWeights means that the vote has more entries than the subnet has neurons.
	ErrTooManyWeights = errorsmod.Register(ModuleName, 3, "more weights than neurons")
	// ErrTooFewWeights means that the vote has fewer entries than the subnet asks for.
	ErrTooFewWeights = errorsmod.Register(ModuleName, 4, "too few weights")
	// ErrUnsortedUIDs means that uids do not rise strictly: one is named twice or out of order.
	ErrUnsortedUIDs = errorsmod.Register(ModuleName, 5, "uids are not strictly rising")
	// ErrBadUID means that a uid names no neuron.
	ErrBadUID = errorsmod.Register(ModuleName, 6, "no such uid")
	// ErrBadWeight means that a weight is above 65535.
	ErrBadWeight = errorsmod.Register(ModuleName, 7, "weight out of range")
	// ErrStakeTooLow means that the neuron has less stake than the subnet asks of its validators.
	ErrStakeTooLow = errorsmod.Register(ModuleName, 8, "not enough stake")
	// ErrOldVersion means that the vote comes from software older than the subnet's version key.
	ErrOldVersion = errorsmod.Register(ModuleName, 9, "version key too low")
	// ErrTooSoon means that the neuron set or committed weights less than the rate limit ago.
	ErrTooSoon = errorsmod.Register(ModuleName, 10, "setting weights too fast")
	// ErrNoPermit means that the neuron holds no validator permit.
	ErrNoPermit = errorsmod.Register(ModuleName, 11, "no validator permit")
	// ErrCommitReveal means that the subnet takes only committed weights.
	ErrCommitReveal = errorsmod.Register(ModuleName, 12, "this subnet uses commit and reveal")
	// ErrNoCommitReveal means that the subnet takes only open weights.
	ErrNoCommitReveal = errorsmod.Register(ModuleName, 13, "this subnet does not use commit and reveal")
	// ErrTooManyCommits means that the neuron has as many unrevealed commits as it may.
	ErrTooManyCommits = errorsmod.Register(ModuleName, 14, "too many unrevealed commits")
	// ErrBadHash means that a commit is not 32 bytes.
	ErrBadHash = errorsmod.Register(ModuleName, 15, "a commit is 32 bytes")
	// ErrNoCommit means that no commit of the neuron has the hash of the revealed vote.
	ErrNoCommit = errorsmod.Register(ModuleName, 16, "no such commit")
	// ErrRevealTooEarly means that the epoch of the reveal has not begun.
	ErrRevealTooEarly = errorsmod.Register(ModuleName, 17, "too early to reveal")
	// ErrRevealTooLate means that the epoch of the reveal is over.
	ErrRevealTooLate = errorsmod.Register(ModuleName, 18, "too late to reveal")
	// ErrBadSalt means that a salt is not 16 bytes.
	ErrBadSalt = errorsmod.Register(ModuleName, 19, "a salt is 16 bytes")
	// ErrNoScores means that the subnet has had no epoch yet.
	ErrNoScores = errorsmod.Register(ModuleName, 20, "no epoch yet")
	// ErrUnknownSubnet means that the module keeps no clock for the subnet.
	ErrUnknownSubnet = errorsmod.Register(ModuleName, 21, "no such subnet")
	// ErrBadParams means that parameters are out of bounds.
	ErrBadParams = errorsmod.Register(ModuleName, 22, "parameters out of bounds")
	// ErrNotAuthority means that only governance may do this.
	ErrNotAuthority = errorsmod.Register(ModuleName, 23, "only governance may do this")
	// ErrBadGenesis means that the module's genesis contradicts itself.
	ErrBadGenesis = errorsmod.Register(ModuleName, 24, "bad weights genesis")
	// ErrBadEvidence means that a digest is not 32 bytes or a URL cannot be called.
	ErrBadEvidence = errorsmod.Register(ModuleName, 25, "bad evidence")
	// ErrVoteSealed means that the neuron's own vote of the epoch is not open: its evidence would tell it to copiers.
	ErrVoteSealed = errorsmod.Register(ModuleName, 26, "own vote of that epoch is not open")
	// ErrEvidenceLate means that evidence of the epoch is no longer taken.
	ErrEvidenceLate = errorsmod.Register(ModuleName, 27, "too late for evidence of that epoch")
	// ErrEvidenceTwice means that the neuron published evidence of the epoch or of a later one.
	ErrEvidenceTwice = errorsmod.Register(ModuleName, 28, "evidence of that epoch or a later one was published")
	// ErrNoEvidence means that the neuron has published none.
	ErrNoEvidence = errorsmod.RegisterWithGRPCCode(ModuleName, 29, codes.NotFound, "no evidence published")
)
