package explain

import (
	"github.com/dendra-net/dendra/yuma"
)

// Epoch is all that one epoch of a subnet was computed from, and what the chain says came of it. Slices are per uid and
// as long as Neurons.
type Epoch struct {
	Netuid uint16
	Index  uint64
	Height int64 // at whose end it closed

	// Input is what Yuma Consensus starts from; its Emission is PendingRao less OwnerRao.
	Input      yuma.Input
	StakeRao   []uint64 // behind each hotkey
	CountedRao []uint64 // of it, what counts; Input.Stake differs from it where the fair start gives voices
	PermitHeld []bool   // from the epoch before; Input.Permits are those that were used
	PendingRao uint64   // all there was to pay
	OwnerRao   uint64   // the owner's cut of it, by the rule
	OwnerCut   uint16   // of 65535
	Owner      string   // coldkey of the subnet's owner; empty when it has none
	Neurons    []Neuron
	Jury       *Jury // nil where the subnet does not replace by evidence
	Stored     Results
}

// Neuron is who sits in a slot.
type Neuron struct {
	Generation      uint32
	Hotkey, Coldkey string
	RegisteredAt    int64
}

// Results are what the chain stores of an epoch. Fractions have 48 bits, bonds 63.
type Results struct {
	StakeWeight, Consensus, Incentive, Dividend, ValidatorTrust []uint64

	ServerRao, ValidatorRao []uint64
	Permit, Active          []bool
	OwnerRao, CarriedRao    uint64
	Bonds                   [][]yuma.Cell
	CountedRao              []uint64
	Memory                  yuma.Memory
	PruningUbits            []uint32 // what validators agreed each neuron adds, in millionths of a bit per byte
	Judges                  []bool   // who was paid for its votes
}

// sized returns s cut or padded with zeros to n elements.
func sized[T any](s []T, n int) []T {
	out := make([]T, n)
	copy(out, s)
	return out
}

// sound makes every slice as long as there are neurons, so that no answer of a node reaches beyond one.
func (e Epoch) sound() Epoch {
	n := len(e.Neurons)
	in, s := &e.Input, &e.Stored
	in.Stake, in.LastUpdate, in.RegisteredAt = sized(in.Stake, n), sized(in.LastUpdate, n), sized(in.RegisteredAt, n)
	in.Permits, in.Weights, in.Bonds = sized(in.Permits, n), sized(in.Weights, n), sized(in.Bonds, n)
	e.StakeRao, e.CountedRao, e.PermitHeld = sized(e.StakeRao, n), sized(e.CountedRao, n), sized(e.PermitHeld, n)
	s.StakeWeight, s.Consensus, s.Incentive = sized(s.StakeWeight, n), sized(s.Consensus, n), sized(s.Incentive, n)
	s.Dividend, s.ValidatorTrust = sized(s.Dividend, n), sized(s.ValidatorTrust, n)
	s.ServerRao, s.ValidatorRao = sized(s.ServerRao, n), sized(s.ValidatorRao, n)
	s.Permit, s.Active, s.Bonds = sized(s.Permit, n), sized(s.Active, n), sized(s.Bonds, n)
	s.CountedRao, s.Memory = sized(s.CountedRao, n), soundMemory(s.Memory, n)
	s.PruningUbits, s.Judges = sized(s.PruningUbits, n), sized(s.Judges, n)
	e.Jury = e.Jury.sound(n)
	return e
}

func soundMemory(m yuma.Memory, n int) yuma.Memory {
	return yuma.Memory{
		Votes: sized(m.Votes, n), Median: sized(m.Median, n), Consensus: sized(m.Consensus, n), Fast: sized(m.Fast, n),
		Slow: sized(m.Slow, n), Slowest: sized(m.Slowest, n), Before: sized(m.Before, n), Correlation: sized(m.Correlation, n),
	}
}
