package vector

import (
	"context"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strconv"

	"github.com/dendra-net/dendra/yuma"
)

// Options says how to verify. The zero value is a quick verification by this package alone.
type Options struct {
	// Full computes every case, whatever it costs. Otherwise cases that need thousands of epochs are computed for a sample
	// of them and fewer networks, and the report counts those left.
	Full bool
	// AlphaBounds is the chain's check of the bounds of liquid alpha; without it cases about that are not applicable.
	AlphaBounds func(low, high uint16) error
	// Progress is called before each step or case, when it is there.
	Progress func(done, of int)
}

// Verify runs a vector and compares it with what the file expects and with what its oracle derived, at the tolerances of
// the format for any arithmetic of at least 48 fractional bits: flags equal, u16 within 1, amounts within
// max(1, emission*1e-13), reals within 1e-11. A figure's own tolerance applies where it is wider; and figures transcribed
// from a 32.32 arithmetic, which carry its rounding, may differ by 2^-26 of their scale. The only error is that of a
// context that ends between two parts.
func Verify(ctx context.Context, f File, o Options) (Report, error) {
	v := &verifier{file: f, options: o, report: Report{
		Name: f.Name, ID: f.ID, Kind: f.Kind, Parts: f.Parts(), WorstU16: new(big.Rat), WorstRao: new(big.Rat), WorstReal: new(big.Rat),
	}}
	for v.part = range v.report.Parts {
		if err := ctx.Err(); err != nil {
			return v.report, fmt.Errorf("verify %s: %w", f.Name, err)
		}
		if o.Progress != nil {
			o.Progress(v.part, v.report.Parts)
		}
		if f.Kind == KindEpoch {
			v.epoch(f.Steps[v.part])
		} else {
			f.cases[v.part].verify(v)
		}
	}
	return v.report, nil
}

// epoch verifies one step.
func (v *verifier) epoch(st Step) {
	v.emission = st.Input.Emission
	out, trace := yuma.EpochTraced(st.ready(v.stored))
	v.stored = asStored(out.Bonds)
	o := &outcome{out, trace}
	for _, c := range st.Expect {
		v.check(o, c)
	}
	v.derived(o, st.Derived)
}

type verifier struct {
	file     File
	options  Options
	report   Report
	part     int
	stored   [][]yuma.Cell // bonds of the step before
	emission uint64        // of the step
}

var (
	realTolerance = big.NewRat(1, 100_000_000_000)
	one           = big.NewRat(1, 1)
	raoTolerance  = big.NewRat(1, 10_000_000_000_000) // of the emission
	rounding      = big.NewRat(1, 1<<26)              // of a 32.32 source, after sums and divisions
)

// portable is the tolerance of the format for any arithmetic.
func (v *verifier) portable(u unit) *big.Rat {
	switch u {
	case unitU16:
		return one
	case unitRao:
		return larger(one, v.ofEmission(raoTolerance))
	case unitReal:
		return realTolerance
	default:
		return new(big.Rat)
	}
}

func (v *verifier) ofEmission(share *big.Rat) *big.Rat {
	return new(big.Rat).Mul(share, new(big.Rat).SetUint64(v.emission))
}

// source is the rounding that a transcribed figure brought along.
func (v *verifier) source(u unit) *big.Rat {
	switch {
	case v.file.Origin != "transcribed":
		return new(big.Rat)
	case u == unitReal:
		return rounding
	case u == unitRao:
		return v.ofEmission(rounding)
	default:
		return new(big.Rat)
	}
}

func larger(a, b *big.Rat) *big.Rat {
	if a.Cmp(b) >= 0 {
		return a
	}
	return b
}

func (v *verifier) check(o *outcome, c Check) {
	kind := fields[c.Field]
	switch {
	case c.Rows != nil:
		v.rows(o, c, kind)
	case kind.matrix:
		have := kind.cell(o, int(c.At[0]), c.At[1])
		v.compare(c, kind, fmt.Sprintf("%d,%d", c.At[0], c.At[1]), have, c.Value.Number)
	case kind.boolean:
		v.flags(kind.flags(o), c)
	default:
		v.numbers(kind.numbers(o), c, kind)
	}
}

func (v *verifier) flags(have []bool, c Check) {
	for uid, want := range c.perUID(len(have)) {
		if want != nil {
			v.flag(c.Field, strconv.Itoa(uid), have[uid], want.Truth == (c.Op != "!="))
		}
	}
}

func (v *verifier) numbers(have []*big.Rat, c Check, kind fieldKind) {
	for uid, want := range c.perUID(len(have)) {
		if want != nil {
			v.compare(c, kind, strconv.Itoa(uid), have[uid], want.Number)
		}
	}
}

func (v *verifier) rows(o *outcome, c Check, kind fieldKind) {
	for _, r := range c.Rows {
		for _, want := range r.cells {
			v.compare(c, kind, fmt.Sprintf("%d,%d", r.uid, want.uid), kind.cell(o, int(r.uid), want.uid), want.value)
		}
		if c.Exact {
			have, want := kind.cells(o)[r.uid], r.cells
			same := slices.EqualFunc(have, want, func(a yuma.Cell, b cell[*big.Rat]) bool { return a.UID == b.uid })
			v.verdict(same, c.Field, fmt.Sprint(r.uid), fmt.Sprint(have), fmt.Sprint(want), "the same cells")
		}
	}
}

// compare holds a number against an expectation with its operator.
func (v *verifier) compare(c Check, kind fieldKind, place string, have, want *big.Rat) {
	sign := have.Cmp(want)
	ordered := map[string]bool{">": sign > 0, ">=": sign >= 0, "<": sign < 0, "<=": sign <= 0, "!=": sign != 0}
	if ok, is := ordered[c.Op]; is {
		v.verdict(ok, c.Field, place, decimalOf(have), c.Op+" "+decimalOf(want), "0")
		return
	}
	v.near(kind.unit, c.Field, place, have, want, c.Tol, v.source(kind.unit))
}

// near holds a number against another within the widest tolerance that applies: the format's, the figure's own, or the
// rounding of its source.
func (v *verifier) near(u unit, field, place string, have, want, own, source *big.Rat) {
	difference := new(big.Rat).Sub(have, want)
	difference.Abs(difference)
	portable := v.portable(u)
	allowed := larger(portable, own)
	switch {
	case difference.Cmp(portable) <= 0:
		v.note(u, difference)
	case difference.Cmp(larger(allowed, source)) <= 0:
		v.report.SourceRounding++
	default:
		v.note(u, difference)
		v.verdict(false, field, place, decimalOf(have), decimalOf(want), decimalOf(allowed))
		return
	}
	v.report.Checks++
}

// real holds a real number against another, whose own tolerance may be wider than the format's.
func (v *verifier) real(field, place string, have, want, own *big.Rat) {
	v.near(unitReal, field, place, have, want, own, exactly)
}

// within holds a real number against one that is only known so well; the difference counts as ours.
func (v *verifier) within(field, place string, have, want, tolerance *big.Rat) {
	difference := new(big.Rat).Sub(have, want)
	v.note(unitReal, difference.Abs(difference))
	v.verdict(difference.Cmp(tolerance) <= 0, field, place, decimalOf(have), decimalOf(want), decimalOf(tolerance))
}

func (v *verifier) flag(field, place string, have, want bool) {
	v.verdict(have == want, field, place, fmt.Sprint(have), fmt.Sprint(want), "0")
}

// skip notes that the case has no rule of ours to be held against.
func (v *verifier) skip(reason string) {
	v.report.NotApplicable = append(v.report.NotApplicable, NotApplicable{v.part, reason})
}

func (v *verifier) note(u unit, difference *big.Rat) {
	r := &v.report
	switch u {
	case unitU16:
		r.WorstU16 = larger(r.WorstU16, difference)
	case unitRao:
		r.WorstRao = larger(r.WorstRao, difference)
	case unitReal:
		r.WorstReal = larger(r.WorstReal, difference)
	}
}

func (v *verifier) verdict(ok bool, field, place, have, want, tolerance string) {
	v.report.Checks++
	switch {
	case ok:
	case v.file.KnifeEdge || v.file.Dust:
		v.report.Excused++
	default:
		v.report.Failures = append(v.report.Failures, Failure{v.part, field, place, have, want, tolerance})
	}
}

// decimalOf prints a number with as many decimals as tell apart what the tolerances do.
func decimalOf(x *big.Rat) string {
	if x.IsInt() {
		return x.Num().String()
	}
	return x.FloatString(18)
}

// derived holds a step against what the oracle computed from the same input in exact arithmetic.
func (v *verifier) derived(o *outcome, d *Derived) {
	if d == nil {
		return
	}
	for _, name := range slices.Sorted(maps.Keys(d.Flags)) {
		have := fields[name].flags(o)
		for uid, want := range d.Flags[name] {
			v.flag(name, strconv.Itoa(uid), have[uid], want)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(d.Numbers)) {
		kind := fields[name]
		have := kind.numbers(o)
		for uid, want := range d.Numbers[name] {
			v.near(kind.unit, name, strconv.Itoa(uid), have[uid], want, exactly, exactly)
		}
	}
	if d.HasBonds {
		v.derivedBonds(o, d.Bonds)
	}
}

// exactly adds nothing to the format's tolerance.
var exactly = new(big.Rat)

// derivedBonds compares all bonds, those that only one side has with zero.
func (v *verifier) derivedBonds(o *outcome, want []row[uint16]) {
	rows := make([][]cell[uint16], len(o.Output.Bonds))
	for _, r := range want {
		rows[r.uid] = r.cells
	}
	for i, have := range o.Output.Bonds {
		v.derivedRow(i, have, rows[i])
	}
}

func (v *verifier) derivedRow(i int, have []yuma.Cell, want []cell[uint16]) {
	for len(have) > 0 || len(want) > 0 {
		var uid, haveValue, wantValue uint16
		fromHave := len(want) == 0 || len(have) > 0 && have[0].UID <= want[0].uid
		fromWant := len(have) == 0 || len(want) > 0 && want[0].uid <= have[0].UID
		if fromHave {
			uid, haveValue, have = have[0].UID, have[0].Value.U16(), have[1:]
		}
		if fromWant {
			uid, wantValue, want = want[0].uid, want[0].value, want[1:]
		}
		v.near(unitU16, "bonds_u16", fmt.Sprintf("%d,%d", i, uid), whole(haveValue), whole(wantValue), exactly, exactly)
	}
}

func whole(v uint16) *big.Rat { return new(big.Rat).SetUint64(uint64(v)) }
