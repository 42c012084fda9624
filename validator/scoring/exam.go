package scoring

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"runtime/debug"
	"slices"
	"strings"
	"unicode"

	"github.com/dendra-net/dendra/neuron"
)

// Examine runs an exam and holds its findings to what an examiner promises. An examiner that panics has found nothing.
func Examine(ctx context.Context, e neuron.Examiner, x neuron.Exam, examined []neuron.Candidate) (f neuron.Findings, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			f, err = neuron.Findings{}, fmt.Errorf("%w: it panicked: %v\n%s", ErrFindings, cause, firstLines(debug.Stack(), 12))
		}
	}()
	if f, err = e.Examine(ctx, x); err == nil {
		err = CheckFindings(examined, f)
	}
	return f, err
}

func firstLines(text []byte, n int) []byte {
	lines := bytes.SplitN(text, []byte("\n"), n+1)
	return bytes.Join(lines[:min(n, len(lines))], []byte("\n"))
}

// CloneCandidates copies candidates down to the bytes they committed, so that an examiner may do with them as it likes.
func CloneCandidates(all []neuron.Candidate) []neuron.Candidate {
	out := slices.Clone(all)
	for i := range out {
		out[i].Committed.Data = slices.Clone(out[i].Committed.Data)
	}
	return out
}

// MaxMemory is how many bytes an examiner may carry from one exam to the next.
const MaxMemory = 1 << 20

// maxKeep is how many things an exam may leave on the shelf.
const maxKeep = 1 << 13

// ErrFindings says that an examiner broke its word: its findings are not used at all.
var ErrFindings = errors.New("the examiner's findings cannot be")

// sumSlack is how far the shares of an exam may exceed one by rounding.
const sumSlack = 1e-6

// CheckFindings holds what an examiner promises: finite shares that are not negative and sum to at most one, only of
// miners that were examined, a memory of bounded size. The error is ErrFindings.
func CheckFindings(examined []neuron.Candidate, f neuron.Findings) error {
	known := make(map[neuron.Address]bool, len(examined))
	for _, c := range examined {
		known[c.Hotkey] = true
	}
	sum := 0.0
	for _, who := range slices.Sorted(maps.Keys(f.Marks)) {
		m := f.Marks[who]
		switch {
		case !known[who]:
			return fmt.Errorf("%w: a mark for %s, who was not examined", ErrFindings, who)
		case !finite(m.Share) || !finite(m.StdErr) || !finite(m.Pruning):
			return fmt.Errorf("%w: %s has share %g, standard error %g, pruning score %g", ErrFindings, who, m.Share, m.StdErr, m.Pruning)
		case m.Share < 0 || m.StdErr < 0 || m.N < 0:
			return fmt.Errorf("%w: %s has share %g, standard error %g of %d", ErrFindings, who, m.Share, m.StdErr, m.N)
		}
		sum += m.Share
	}
	switch {
	case sum > 1+sumSlack:
		return fmt.Errorf("%w: the shares sum to %g", ErrFindings, sum)
	case len(f.Keep) > maxKeep:
		return fmt.Errorf("%w: %d things to keep on the shelf, at most %d are", ErrFindings, len(f.Keep), maxKeep)
	case len(f.Memory) > MaxMemory:
		return fmt.Errorf("%w: a memory of %d bytes, at most %d are kept", ErrFindings, len(f.Memory), MaxMemory)
	}
	return nil
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

// Marked turns the findings of an exam into one measure per miner; one without a mark has a measure of nothing.
func Marked(examined []neuron.Candidate, f neuron.Findings) map[neuron.Address]Measure {
	out := make(map[neuron.Address]Measure, len(examined))
	for _, c := range examined {
		m := f.Marks[c.Hotkey]
		answered := m.N
		if m.Share > 0 {
			answered = max(answered, 1)
		}
		out[c.Hotkey] = Measure{
			Mean: m.Share, StdErr: m.StdErr, N: m.N, Answered: answered,
			Pruning: m.Pruning, Facts: Facts(m.Facts), Reason: Printable(m.Reason, 256),
		}
	}
	return out
}

// maxFacts bounds the facts kept of one miner or exam.
const maxFacts = 64

// Facts returns those facts that can be kept: finite figures, in printable words.
func Facts(all []neuron.Fact) []neuron.Fact {
	var out []neuron.Fact
	for _, f := range all {
		if finite(f.Value) && finite(f.StdErr) && len(out) < maxFacts {
			out = append(out, neuron.Fact{Name: Printable(f.Name, 64), Value: f.Value, StdErr: f.StdErr})
		}
	}
	return out
}

// Printable makes a stranger's words fit for logs, files and terminals: at most limit characters, none that controls.
func Printable(s string, limit int) string {
	clean := []rune(strings.Map(func(c rune) rune {
		if !unicode.IsPrint(c) {
			return ' '
		}
		return c
	}, s))
	return string(clean[:min(len(clean), limit)])
}
