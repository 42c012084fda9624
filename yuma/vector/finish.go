package vector

import (
	"fmt"

	"github.com/dendra-net/dendra/fixed"
	"github.com/dendra-net/dendra/yuma"
)

// finish holds the parts of the document against each other.
func (d *document) finish() *Error {
	f := &d.file
	switch {
	case d.format != Format:
		return &Error{Path: "format", Reason: fmt.Sprintf("want %q, have %q", Format, brief(d.format))}
	case f.Kind != KindEpoch && caseReaders[f.Kind] == nil:
		return &Error{Path: "kind", Reason: fmt.Sprintf("unknown kind %q", brief(f.Kind))}
	case !soundID(f.ID):
		return &Error{Path: "id", Reason: fmt.Sprintf("want lower-case letters, digits and underscores, have %q", brief(f.ID))}
	case f.Origin != "transcribed" && f.Origin != "derived":
		return &Error{Path: "origin", Reason: fmt.Sprintf("want transcribed or derived, have %q", brief(f.Origin))}
	case f.Kind != KindEpoch && !d.hasCases:
		return &Error{Reason: `field "cases" is missing`}
	case f.Kind != KindEpoch && (d.params != nil || d.steps != nil):
		return &Error{Reason: fmt.Sprintf(`"params" and "steps" do not belong to kind %q`, f.Kind)}
	case f.Kind != KindEpoch:
		return nil
	case d.hasCases || d.network != nil || d.tol != nil:
		return &Error{Reason: `"cases", "network" and "tol" do not belong to kind "epoch"`}
	case !d.hasN || d.params == nil || len(d.steps) == 0:
		return &Error{Reason: `an epoch vector needs "n", "params" and at least one step`}
	}
	return d.finishSteps()
}

func soundID(id string) bool {
	for _, c := range []byte(id) {
		if c != '_' && (c < '0' || c > '9') && (c < 'a' || c > 'z') {
			return false
		}
	}
	return id != ""
}

func (d *document) finishSteps() *Error {
	base, err := d.params.over(yuma.CompatParams(), d.file.N, true)
	if err != nil {
		err.Path = "params" + err.Path
		return err
	}
	for k, written := range d.steps {
		st, err := written.finish(base, d.file.N)
		if err == nil && k == 0 && !st.HasBonds {
			err = &Error{Path: ".bonds_in", Reason: "the first step has no step before it to take bonds from"}
		}
		if err != nil {
			err.Path = fmt.Sprintf("steps[%d]%s", k, err.Path)
			return err
		}
		d.file.Steps = append(d.file.Steps, st)
	}
	d.steps = nil
	return nil
}

func (st step) finish(base yuma.Params, n int) (Step, *Error) {
	for _, l := range []struct {
		name string
		have int
	}{
		{"stake", len(st.stake)}, {"last_update", len(st.lastUpdate)}, {"registered_at", len(st.registeredAt)},
		{"permits_in", len(st.permits)},
	} {
		if l.have != n {
			return Step{}, &Error{Path: "." + l.name, Reason: fmt.Sprintf("want %d elements, have %d", n, l.have)}
		}
	}
	if st.commits != nil && len(st.commits) != n {
		return Step{}, &Error{Path: ".commit_block", Reason: fmt.Sprintf("want %d elements, have %d", n, len(st.commits))}
	}
	if st.params != nil {
		var err *Error
		if base, err = st.params.over(base, n, false); err != nil {
			err.Path = ".params" + err.Path
			return Step{}, err
		}
	}
	return st.assemble(base, n)
}

func (st step) assemble(p yuma.Params, n int) (Step, *Error) {
	weights, err := matrix(st.weights, n, func(j, v uint16) yuma.Weight { return yuma.Weight{UID: j, Value: v} })
	if err != nil {
		err.Path = ".weights" + err.Path
		return Step{}, err
	}
	bonds, err := matrix(st.bonds, n, func(j, v uint16) yuma.Cell { return yuma.Cell{UID: j, Value: fixed.FracFromU16(v)} })
	if err != nil {
		err.Path = ".bonds_in" + err.Path
		return Step{}, err
	}
	for k, c := range st.expect {
		if err := c.sound(n); err != nil {
			return Step{}, &Error{Path: fmt.Sprintf(".expect[%d]", k), Reason: err.Error()}
		}
	}
	if st.derived != nil {
		if err := st.derived.sound(n); err != nil {
			return Step{}, &Error{Path: ".derived", Reason: err.Error()}
		}
	}
	return Step{
		Input: yuma.Input{
			Params: p, Block: st.block, LastStepBlock: st.last, Emission: st.emission, Stake: st.stake,
			LastUpdate: st.lastUpdate, RegisteredAt: st.registeredAt, Permits: st.permits, CommitBlock: st.commits,
			Weights: weights,
		},
		HasBonds: st.present["bonds_in"], Bonds: bonds, Reset: st.reset, Expect: st.expect, Derived: st.derived,
	}, nil
}
