package vector

import (
	"fmt"
	"math/big"
)

// Report is how a vector compares with its own expectations.
type Report struct {
	Name, ID, Kind string
	Parts          int // steps or cases of the file
	Checks         int // numbers and flags compared
	Failures       []Failure
	// NotApplicable are the cases that were held against nothing, because this chain has no such rule.
	NotApplicable []NotApplicable
	// Left counts the cases that only a full verification computes.
	Left int
	// Excused counts differences in a vector that its authors flagged: knife_edge or dust.
	Excused int
	// SourceRounding counts figures that are as near as their source is exact, by its own word or because its arithmetic
	// has 32 fractional bits, but no nearer.
	SourceRounding int
	// WorstU16, WorstRao and WorstReal are the largest differences from figures that were not rounded by the source.
	WorstU16, WorstRao, WorstReal *big.Rat
}

// OK reports whether everything compared is within tolerance.
func (r Report) OK() bool { return len(r.Failures) == 0 }

// NotApplicable is a case without a rule of ours to hold against it, and why.
type NotApplicable struct {
	Case   int
	Reason string
}

// Failure is one difference beyond tolerance.
type Failure struct {
	Part      int // step or case
	Field     string
	Place     string // uid, or row and column, or place in a list; empty for a case's only figure
	Have      string
	Want      string
	Tolerance string
}

func (f Failure) String() string {
	place := f.Place
	if place != "" {
		place = "[" + place + "]"
	}
	return fmt.Sprintf("%d: %s%s: have %s, want %s within %s", f.Part, f.Field, place, f.Have, f.Want, f.Tolerance)
}
