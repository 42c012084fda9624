package vector

import (
	"math/big"

	"github.com/dendra-net/dendra/fixed"
	"github.com/dendra-net/dendra/yuma"
)

// unit is what a field is counted in, which decides its tolerance.
type unit int

const (
	unitFlag unit = iota
	unitU16
	unitRao
	unitReal
)

// fieldKind says what a field is and how to read it from an epoch. Exactly one of the readers is set.
type fieldKind struct {
	unit            unit
	matrix, boolean bool
	flags           func(o *outcome) []bool
	whole           func(o *outcome) []uint64
	reals           func(o *outcome) []fixed.Frac
	cells           func(o *outcome) [][]yuma.Cell
}

// outcome is what a step came to.
type outcome struct {
	yuma.Output
	yuma.Trace
}

func flags(read func(o *outcome) []bool) fieldKind {
	return fieldKind{unit: unitFlag, boolean: true, flags: read}
}

func rao(read func(o *outcome) []uint64) fieldKind { return fieldKind{unit: unitRao, whole: read} }

func reals(read func(o *outcome) []fixed.Frac) fieldKind {
	return fieldKind{unit: unitReal, reals: read}
}

func realRows(read func(o *outcome) [][]yuma.Cell) fieldKind {
	return fieldKind{unit: unitReal, matrix: true, cells: read}
}

func u16s(read func(o *outcome) []fixed.Frac) fieldKind {
	return fieldKind{unit: unitU16, whole: func(o *outcome) []uint64 { return widen(fixed.U16s(read(o))) }}
}

func widen(v []uint16) []uint64 {
	out := make([]uint64, len(v))
	for i, x := range v {
		out[i] = uint64(x)
	}
	return out
}

// fields are the names the format knows.
var fields = map[string]fieldKind{
	"active":      flags(func(o *outcome) []bool { return o.Active }),
	"new_permits": flags(func(o *outcome) []bool { return o.NewPermits }),

	"server_emission":    rao(func(o *outcome) []uint64 { return o.ServerEmission }),
	"validator_emission": rao(func(o *outcome) []uint64 { return o.ValidatorEmission }),
	"emission":           rao(func(o *outcome) []uint64 { return o.Emission }),

	"stake_weight_u16":    u16s(func(o *outcome) []fixed.Frac { return o.Output.Stake }),
	"consensus_u16":       u16s(func(o *outcome) []fixed.Frac { return o.Consensus }),
	"rank_u16":            u16s(func(o *outcome) []fixed.Frac { return o.Incentive }),
	"trust_u16":           u16s(func(o *outcome) []fixed.Frac { return o.Trust }),
	"validator_trust_u16": u16s(func(o *outcome) []fixed.Frac { return o.ValidatorTrust }),
	"incentive_u16":       u16s(func(o *outcome) []fixed.Frac { return o.Incentive }),
	"dividends_u16":       u16s(func(o *outcome) []fixed.Frac { return o.Dividends }),
	"pruning_u16":         {unit: unitU16, whole: func(o *outcome) []uint64 { return widen(fixed.MaxUpscale(o.Share)) }},
	"bonds_u16":           {unit: unitU16, matrix: true, cells: func(o *outcome) [][]yuma.Cell { return o.Output.Bonds }},

	"stake":           reals(func(o *outcome) []fixed.Frac { return o.Output.Stake }),
	"active_stake":    reals(func(o *outcome) []fixed.Frac { return o.ActiveStake }),
	"consensus":       reals(func(o *outcome) []fixed.Frac { return o.Consensus }),
	"prerank":         reals(func(o *outcome) []fixed.Frac { return o.Prerank }),
	"rank":            reals(func(o *outcome) []fixed.Frac { return o.Rank }),
	"trust":           reals(func(o *outcome) []fixed.Frac { return o.Trust }),
	"validator_trust": reals(func(o *outcome) []fixed.Frac { return o.ValidatorTrust }),
	"incentive":       reals(func(o *outcome) []fixed.Frac { return o.Incentive }),
	"dividends":       reals(func(o *outcome) []fixed.Frac { return o.Dividends }),
	"server_share":    reals(func(o *outcome) []fixed.Frac { return o.ServerShare }),
	"validator_share": reals(func(o *outcome) []fixed.Frac { return o.ValidatorShare }),
	"emission_share":  reals(func(o *outcome) []fixed.Frac { return o.Share }),

	"weights":      realRows(func(o *outcome) [][]yuma.Cell { return o.Trace.Weights }),
	"clipped":      realRows(func(o *outcome) [][]yuma.Cell { return o.Trace.Clipped }),
	"bonds_delta":  realRows(func(o *outcome) [][]yuma.Cell { return o.Trace.BondsDelta }),
	"bonds":        realRows(func(o *outcome) [][]yuma.Cell { return o.Trace.Bonds }),
	"bonds_stored": realRows(func(o *outcome) [][]yuma.Cell { return o.Trace.BondsStored }),
}

// numbers returns the values of a field that has one number per uid.
func (k fieldKind) numbers(o *outcome) []*big.Rat {
	if k.whole != nil {
		return each(k.whole(o), func(x uint64) *big.Rat { return new(big.Rat).SetUint64(x) })
	}
	return each(k.reals(o), rational)
}

func each[T any](v []T, number func(T) *big.Rat) []*big.Rat {
	out := make([]*big.Rat, len(v))
	for i, x := range v {
		out[i] = number(x)
	}
	return out
}

// cell returns the value of a matrix field; cells that are not there are zero.
func (k fieldKind) cell(o *outcome, row int, column uint16) *big.Rat {
	for _, c := range k.cells(o)[row] {
		if c.UID == column {
			return k.quantised(c.Value)
		}
	}
	return new(big.Rat)
}

func (k fieldKind) quantised(v fixed.Frac) *big.Rat {
	if k.unit == unitU16 {
		return new(big.Rat).SetUint64(uint64(v.U16()))
	}
	return rational(v)
}

func rational(v fixed.Frac) *big.Rat {
	return new(big.Rat).SetFrac(new(big.Int).SetUint64(uint64(v)), new(big.Int).SetUint64(uint64(fixed.FracOne)))
}
