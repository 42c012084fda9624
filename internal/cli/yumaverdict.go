package cli

import (
	"fmt"
	"io"
	"math/big"
	"path/filepath"
	"strconv"

	"github.com/dendra-net/dendra/internal/term"
	"github.com/dendra-net/dendra/yuma/vector"
)

// verification is what "yuma verify" prints.
type verification struct {
	OK    bool       `json:"ok"`
	Files []verdict  `json:"files"`
	Sum   verdictSum `json:"sum"`
}

type verdictSum struct {
	Files         int `json:"files"`
	Compared      int `json:"compared"`
	Failed        int `json:"failed"`
	AtSource      int `json:"at_source_precision"`
	NotApplicable int `json:"not_applicable"`
	Left          int `json:"left"`
	Refused       int `json:"refused"`
}

// verdict is how one file compares with its own expectations.
type verdict struct {
	File          string       `json:"file"`
	ID            string       `json:"id"`
	Kind          string       `json:"kind"`
	Parts         int          `json:"parts"` // steps or cases
	Compared      int          `json:"compared"`
	Failed        int          `json:"failed"`
	Excused       int          `json:"excused"`
	AtSource      int          `json:"at_source_precision"`
	NotApplicable []notChecked `json:"not_applicable"`
	Left          int          `json:"left"`
	WorstU16      uint64       `json:"worst_u16"`
	WorstRao      uint64       `json:"worst_rao"`
	WorstReal     float64      `json:"worst_real"`
	Verdict       string       `json:"verdict"`
	FirstFailures []string     `json:"first_failures,omitempty"`
	Refusal       string       `json:"refusal,omitempty"`
}

type notChecked struct {
	Case   int    `json:"case"`
	Reason string `json:"reason"`
}

func newVerdict(path string, r vector.Report) verdict {
	const shown = 5
	v := verdict{
		File: path, ID: r.ID, Kind: r.Kind, Parts: r.Parts, Compared: r.Checks, Failed: len(r.Failures), Excused: r.Excused,
		AtSource: r.SourceRounding, NotApplicable: []notChecked{}, Left: r.Left, WorstU16: roundUp(r.WorstU16), WorstRao: roundUp(r.WorstRao),
	}
	v.WorstReal, _ = r.WorstReal.Float64()
	for _, n := range r.NotApplicable {
		v.NotApplicable = append(v.NotApplicable, notChecked{n.Case, n.Reason})
	}
	for _, f := range r.Failures[:min(shown, len(r.Failures))] {
		v.FirstFailures = append(v.FirstFailures, partOf(r.Kind)+" "+f.String())
	}
	v.Verdict = v.judge()
	return v
}

func partOf(kind string) string {
	if kind == vector.KindEpoch {
		return "step"
	}
	return "case"
}

func roundUp(x *big.Rat) uint64 {
	whole, rest := new(big.Int).QuoRem(x.Num(), x.Denom(), new(big.Int))
	if rest.Sign() > 0 {
		whole.Add(whole, big.NewInt(1))
	}
	return whole.Uint64()
}

// judge says how it went in few words: nothing that was not compared counts as good.
func (v verdict) judge() string {
	switch {
	case v.Failed > 0:
		return fmt.Sprintf("FAILED %d", v.Failed)
	case v.Compared == 0 && len(v.NotApplicable) > 0:
		return "not applicable"
	case v.Compared == 0:
		return "nothing to compare"
	case len(v.NotApplicable) > 0:
		return fmt.Sprintf("ok, %d n/a", len(v.NotApplicable))
	case v.Left > 0:
		return fmt.Sprintf("ok, %d left", v.Left)
	case v.Excused > 0:
		return fmt.Sprintf("ok, %d excused", v.Excused)
	}
	return "ok"
}

func (v *verification) add(one verdict) {
	v.Files = append(v.Files, one)
	s := &v.Sum
	s.Files++
	s.Compared += one.Compared
	s.Failed += one.Failed
	s.AtSource += one.AtSource
	s.NotApplicable += len(one.NotApplicable)
	s.Left += one.Left
	if one.Refusal != "" {
		s.Refused++
	}
	v.OK = s.Failed == 0 && s.Refused == 0
}

// print writes a row for each file, then what the rows have no room for.
func (v verification) print(w io.Writer) error {
	t := term.Table{Columns: []term.Column{{Title: "VECTOR"}, {Title: "KIND"}, {Title: "PARTS", Right: true}, {Title: "COMPARED", Right: true},
		{Title: "U16", Right: true}, {Title: "RAO", Right: true}, {Title: "REAL", Right: true}, {Title: "VERDICT"}}}
	for _, f := range v.Files {
		if f.Refusal != "" {
			t.Add(filepath.Base(f.File), "-", "-", "-", "-", "-", "-", f.Verdict)
			continue
		}
		t.Add(f.ID, f.Kind, strconv.Itoa(f.Parts), strconv.Itoa(f.Compared), strconv.FormatUint(f.WorstU16, 10), strconv.FormatUint(f.WorstRao, 10),
			fmt.Sprintf("%.1e", f.WorstReal), f.Verdict)
	}
	if err := t.Write(w); err != nil {
		return err
	}
	for _, f := range v.Files {
		if err := f.remarks(w); err != nil {
			return err
		}
	}
	s := v.Sum
	_, err := fmt.Fprintf(w, "U16, RAO and REAL are the worst differences: in steps of 1/65535, in rao, and of real numbers.\n"+
		"%d files, %d figures compared (%d to the precision of their source), %d failed; %d cases not applicable, %d left to --full, %d files refused\n",
		s.Files, s.Compared, s.AtSource, s.Failed, s.NotApplicable, s.Left, s.Refused)
	return err
}

// remarks writes what failed and what was not compared, and why.
func (v verdict) remarks(w io.Writer) error {
	name := v.ID
	if v.Refusal != "" {
		name = filepath.Base(v.File)
	}
	var lines []string
	for _, f := range v.FirstFailures {
		lines = append(lines, "failed: "+f)
	}
	if more := v.Failed - len(v.FirstFailures); more > 0 {
		lines = append(lines, fmt.Sprintf("failed: and %d more", more))
	}
	lines = append(lines, v.skipped()...)
	if v.Refusal != "" {
		lines = append(lines, "refused: "+v.Refusal)
	}
	for _, l := range lines {
		if _, err := fmt.Fprintf(w, "%s: %s\n", name, term.Clean(l)); err != nil {
			return err
		}
	}
	return nil
}

// skipped names the cases that are not applicable, those with one reason together.
func (v verdict) skipped() (lines []string) {
	cases := map[string]string{}
	var reasons []string
	for _, n := range v.NotApplicable {
		if cases[n.Reason] == "" {
			reasons = append(reasons, n.Reason)
		}
		cases[n.Reason] += " " + strconv.Itoa(n.Case)
	}
	for _, reason := range reasons {
		lines = append(lines, fmt.Sprintf("not applicable: cases%s: %s", cases[reason], reason))
	}
	return lines
}
