package vector

import (
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/dendra-net/dendra/fixed"
	"github.com/dendra-net/dendra/yuma"
)

// Result is what a vector of kind epoch comes to, step by step. Its JSON is the output of `dendra yuma run`.
type Result struct {
	Steps []StepResult `json:"steps"`
}

// StepResult is one epoch in the compatibility profile's integers, and its scores as reals.
type StepResult struct {
	StakeWeight       []uint16 `json:"stake_weight_u16"`
	Consensus         []uint16 `json:"consensus_u16"`
	Incentive         []uint16 `json:"incentive_u16"`
	Dividends         []uint16 `json:"dividends_u16"`
	ValidatorTrust    []uint16 `json:"validator_trust_u16"`
	Trust             []uint16 `json:"trust_u16"`
	Rank              []uint16 `json:"rank_u16"`
	Pruning           []uint16 `json:"pruning_u16"`
	ServerEmission    []uint64 `json:"server_emission"`
	ValidatorEmission []uint64 `json:"validator_emission"`
	Emission          []uint64 `json:"emission"`
	Active            []bool   `json:"active"`
	NewPermits        []bool   `json:"new_permits"`
	Bonds             BondRows `json:"bonds_u16"`
	Reals             Reals    `json:"reals"`
}

// Reals are the scores as decimal numbers of up to 18 digits.
type Reals struct {
	Consensus      Decimals `json:"consensus"`
	Incentive      Decimals `json:"incentive"`
	Dividends      Decimals `json:"dividends"`
	ValidatorTrust Decimals `json:"validator_trust"`
	EmissionShare  Decimals `json:"emission_share"`
}

// Decimals prints shares as JSON numbers.
type Decimals []fixed.Frac

// MarshalJSON writes exact decimals, not floats.
func (d Decimals) MarshalJSON() ([]byte, error) {
	out := []byte{'['}
	for i, v := range d {
		if i > 0 {
			out = append(out, ',')
		}
		out = append(out, v.String()...)
	}
	return append(out, ']'), nil
}

// BondRows prints rows of bonds as {"uid": [[uid, value], ...]} in ascending order, empty rows left out.
type BondRows [][]yuma.Cell

// MarshalJSON writes the u16 form of each bond.
func (b BondRows) MarshalJSON() ([]byte, error) {
	out := []byte{'{'}
	for i, cells := range b {
		if len(cells) == 0 {
			continue
		}
		if len(out) > 1 {
			out = append(out, ',')
		}
		out = append(strconv.AppendInt(append(out, '"'), int64(i), 10), `":[`...)
		for k, c := range cells {
			if k > 0 {
				out = append(out, ',')
			}
			out = fmt.Appendf(out, "[%d,%d]", c.UID, c.Value.U16())
		}
		out = append(out, ']')
	}
	return append(out, '}'), nil
}

// Run runs every step of a vector of kind epoch; other kinds give ErrKind.
func Run(f File) (Result, error) {
	if f.Kind != KindEpoch {
		return Result{}, fmt.Errorf("%s: kind %q has no epochs to run: %w", f.Name, f.Kind, ErrKind)
	}
	var r Result
	var stored [][]yuma.Cell
	for _, st := range f.Steps {
		out := yuma.Epoch(st.ready(stored))
		stored = asStored(out.Bonds)
		r.Steps = append(r.Steps, newStepResult(out))
	}
	return r, nil
}

var _ json.Marshaler = BondRows{}

func newStepResult(out yuma.Output) StepResult {
	return StepResult{
		StakeWeight: fixed.U16s(out.Stake), Consensus: fixed.U16s(out.Consensus), Incentive: fixed.U16s(out.Incentive),
		Dividends: fixed.U16s(out.Dividends), ValidatorTrust: fixed.U16s(out.ValidatorTrust), Trust: fixed.U16s(out.Trust),
		Rank: fixed.U16s(out.Incentive), Pruning: fixed.MaxUpscale(out.Share), ServerEmission: out.ServerEmission,
		ValidatorEmission: out.ValidatorEmission, Emission: out.Emission, Active: out.Active, NewPermits: out.NewPermits,
		Bonds: out.Bonds,
		Reals: Reals{
			Consensus: out.Consensus, Incentive: out.Incentive, Dividends: out.Dividends,
			ValidatorTrust: out.ValidatorTrust, EmissionShare: out.Share,
		},
	}
}

// ready returns the input of a step that follows one which stored these bonds.
func (st Step) ready(stored [][]yuma.Cell) yuma.Input {
	in := st.Input
	in.Bonds = stored
	if st.HasBonds {
		in.Bonds = st.Bonds
	}
	if len(st.Reset) == 0 {
		return in
	}
	var reset [maxN]bool
	for _, uid := range st.Reset {
		reset[uid] = true
	}
	kept := make([][]yuma.Cell, len(in.Bonds))
	for i, cells := range in.Bonds {
		for _, c := range cells {
			if !reset[c.UID] {
				kept[i] = append(kept[i], c)
			}
		}
	}
	in.Bonds = kept
	return in
}

// asStored returns bonds as the format stores them between steps: in u16.
func asStored(bonds [][]yuma.Cell) [][]yuma.Cell {
	out := make([][]yuma.Cell, len(bonds))
	for i, cells := range bonds {
		for _, c := range cells {
			out[i] = append(out[i], yuma.Cell{UID: c.UID, Value: fixed.FracFromU16(c.Value.U16())})
		}
	}
	return out
}
