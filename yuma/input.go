package yuma

import (
	"math"

	"github.com/dendra-net/dendra/fixed"
)

// Weight is one entry of a vote: the weight given to a neuron, relative to the others in the row.
type Weight struct{ UID, Value uint16 }

// Cell is one entry of a row of shares: a bond, or a value in a Trace.
type Cell struct {
	UID   uint16
	Value fixed.Frac
}

// NoCommit in Input.CommitBlock stands for a neuron without a live commit.
const NoCommit uint64 = math.MaxUint64

// Input is the state of a subnet at an epoch. The number of neurons is len(Stake), at most 65,536. Slices per uid should
// be as long; a shorter one is read as if padded with zeros. Rows are sorted by UID without repetition; cells out of
// order, and cells for uids that do not exist, are ignored.
type Input struct {
	Params Params
	// Block is the height of this epoch, LastStepBlock that of the one before (0: there was none).
	Block, LastStepBlock uint64
	// Emission is what is to be paid, in rao.
	Emission uint64
	// Stake in rao, per uid. A sum beyond 2^64 is computed after dropping as many low bits as it exceeds it by.
	Stake []uint64
	// LastUpdate and RegisteredAt are block heights, per uid.
	LastUpdate, RegisteredAt []uint64
	// Permits held now, from the epoch before, per uid.
	Permits []bool
	// CommitBlock is the height of the oldest live commit per uid, or NoCommit; nil when there are none at all.
	CommitBlock []uint64
	// Weights and Bonds are rows per uid, nil where there are none. Bonds are what the epoch before stored.
	Weights [][]Weight
	Bonds   [][]Cell
	// Renewed says per uid whether the row came into force since the epoch before; nil: all did.
	Renewed []bool
	// Receipts is, per uid, the part of the receipts asked for that it showed; nil: nobody was asked.
	Receipts []fixed.Frac
	// Memory is what the epoch before stored.
	Memory Memory
}

// Output is everything an epoch decides. Slices are per uid; shares are between 0 and 1.
type Output struct {
	Stake          []fixed.Frac // share of all stake
	ActiveStake    []fixed.Frac // share of the stake that votes
	Consensus      []fixed.Frac // largest weight a majority agrees on
	Prerank        []fixed.Frac // stake-weighted votes before clipping
	Rank           []fixed.Frac // and after
	Trust          []fixed.Frac // Rank / Prerank
	ValidatorTrust []fixed.Frac // part of the row that survived clipping
	Incentive      []fixed.Frac // Rank over its sum
	Dividends      []fixed.Frac // reward of validators for their bonds, over its sum
	Information    []fixed.Frac // how much of the information share its dividend kept
	ServerShare    []fixed.Frac // shares of the emission: as server, as validator, together
	ValidatorShare []fixed.Frac
	Share          []fixed.Frac

	ServerEmission, ValidatorEmission, Emission []uint64 // payouts in rao: as server, as validator, together

	Active     []bool
	NewPermits []bool
	// Bonds to store: a row for each uid that holds a new permit, nil for the others. Values are at most one and never 0.
	Bonds [][]Cell
	// Memory to store; empty as far as no rule asks for it.
	Memory Memory
	// Carry says that nothing was paid and the emission should stay pending: there was nobody to pay, or
	// Params.CarryIfNoIncentive forbade it.
	Carry bool
}

// sized returns s cut or padded with zeros to n elements.
func sized[T any](s []T, n int) []T {
	if len(s) >= n {
		return s[:n]
	}
	out := make([]T, n)
	copy(out, s)
	return out
}
