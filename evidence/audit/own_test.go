package audit_test

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/corpus/fresh"
	"github.com/dendra-net/dendra/evidence"
	"github.com/dendra-net/dendra/evidence/audit"
	"github.com/dendra-net/dendra/neuron"
)

func checkOf(t *testing.T, r *audit.Report, name string) *audit.Check {
	t.Helper()
	i := slices.IndexFunc(r.Checks, func(c *audit.Check) bool { return c.Name == name })
	require.GreaterOrEqual(t, i, 0, "%s in %s", name, asJSON(t, r))
	return r.Checks[i]
}

// Whoever has none of a validator's text computes its exams again from what it kept of it.
func TestOwnTextIsAudited(t *testing.T) {
	m := scribeMarket(t)
	again := func(t *testing.T, change func(*evidence.File, *audit.Options)) *audit.Report {
		o := m.options(t, 2)
		o.Examiner = scribe{}
		f := m.file(t, 2)
		change(f, &o)
		packed, err := evidence.Encode(f)
		require.NoError(t, err)
		o.Known.Digest = nil // a liar notes the digest of the lie
		report, err := audit.Run(context.Background(), packed, o)
		require.NoError(t, err)
		return report
	}
	honest := again(t, func(*evidence.File, *audit.Options) {})
	require.True(t, honest.Right, asJSON(t, honest))
	own := m.file(t, 2).Exam.Own
	require.NotNil(t, own.Blob, "too much for the file")
	text := checkOf(t, honest, "text")
	require.Zero(t, text.Done, "there is nothing to compare it with")
	require.Equal(t, []string{fmt.Sprintf("the validator's own (%d bytes), recorded", own.Size)}, text.Notes)
	require.Positive(t, m.file(t, 2).Exam.Marks[0].Share+m.file(t, 2).Exam.Marks[1].Share)

	// holding shows other bytes as the blob of the own text.
	holding := func(content []byte) func(*evidence.File, *audit.Options) {
		return func(f *evidence.File, o *audit.Options) {
			d := evidence.DigestOf(content)
			f.Exam.Own = evidence.Body{Blob: &d, Size: len(content)}
			o.Blob = func(ctx context.Context, want evidence.Digest) ([]byte, error) {
				if want == d {
					return content, nil
				}
				return m.fetch.Blob(ctx, want)
			}
		}
	}
	kept, err := m.fetch.Blob(context.Background(), *own.Blob)
	require.NoError(t, err)
	edited := func(i int) []byte {
		list, err := fresh.Decode(kept)
		require.NoError(t, err)
		list[i].Text[0]++
		encoded, err := fresh.Encode(list)
		require.NoError(t, err)
		return encoded
	}
	for name, c := range map[string]struct {
		lie         func(*evidence.File, *audit.Options)
		found, says string
	}{
		"other text that was asked":   {holding(edited(0)), "requests", "was not recorded"},
		"other text that was scored":  {holding(edited(passages - 1)), "marks", "are stored"},
		"no passages":                 {holding([]byte("junk")), "marks", "no encoded passages"},
		"more than an exam keeps":     {holding(make([]byte, 1<<20+1)), "text", "1048577 bytes"},
		"another digest":              {func(f *evidence.File, _ *audit.Options) { f.Exam.Own.Blob = &evidence.Digest{1} }, "text", "cannot be had"},
		"a server with another blob":  {func(_ *evidence.File, o *audit.Options) { o.Blob = says(edited(3)) }, "text", "another digest"},
		"own text said to be shipped": {func(f *evidence.File, _ *audit.Options) { f.Exam.Own = evidence.Body{} }, "requests", "was not recorded"},
		"an examiner that has no use for it": {func(_ *evidence.File, o *audit.Options) { o.Examiner = jury{} }, "requests",
			"are not asked for again"},
		"text of the auditor's own": {func(f *evidence.File, o *audit.Options) {
			f.Exam.Own = evidence.Body{}
			o.Examiner = scribe{text: untouched{}}
		}, "requests", "were not recorded"},
		"asking twice": {func(_ *evidence.File, o *audit.Options) { o.Examiner = greedy{} }, "marks", "asked for the validator's own before"},
	} {
		t.Run(name, func(t *testing.T) {
			report := again(t, c.lie)
			require.False(t, report.Right)
			check := checkOf(t, report, c.found)
			require.Positive(t, check.Wrong, asJSON(t, report))
			require.Contains(t, fmt.Sprint(check.Notes), c.says)
		})
	}
}

func says(content []byte) func(context.Context, evidence.Digest) ([]byte, error) {
	return func(context.Context, evidence.Digest) ([]byte, error) { return bytes.Clone(content), nil }
}

// untouched is text of which nothing is ever drawn.
type untouched struct{}

func (untouched) Draw([32]byte, int, int) ([]fresh.Passage, error) { panic("drawn in an audit") }

// greedy asks for its own text twice.
type greedy struct{ jury }

func (greedy) Examine(_ context.Context, x neuron.Exam) (neuron.Findings, error) {
	first, err := x.Own(nil)
	if err != nil || len(first) == 0 {
		return neuron.Findings{}, fmt.Errorf("the first time: %d bytes, %w", len(first), err)
	}
	_, err = x.Own(nil)
	return neuron.Findings{}, err
}
