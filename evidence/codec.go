package evidence

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/dendra-net/dendra/internal/jsonbound"
)

// Limits of a file. A validator whose evidence would be larger writes none.
const (
	MaxFileBytes = 24 << 20 // compressed
	maxJSONBytes = 64 << 20 // inflated
	maxObjects   = 300_000  // in the JSON: what little text can make much of,
	maxElements  = 8 << 20  // and of arrays, for the same reason
)

// ErrFile marks evidence that is malformed, too large or not of this format.
var ErrFile = errors.New("bad evidence")

// Encode writes f as its bytes: equal files give equal bytes. The error is ErrFile when it is above the limits.
func Encode(f *File) ([]byte, error) {
	f.Format, f.Version = format, version
	text, err := json.Marshal(f)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFile, err)
	}
	if err := checkText(text); err != nil {
		return nil, err
	}
	var out bytes.Buffer
	packer := gzip.NewWriter(&out)
	_, err = packer.Write(text)
	if err := errors.Join(err, packer.Close()); err != nil {
		return nil, fmt.Errorf("pack evidence: %w", err)
	}
	if out.Len() > MaxFileBytes {
		return nil, fmt.Errorf("%w: %d bytes packed, at most %d are allowed", ErrFile, out.Len(), MaxFileBytes)
	}
	return out.Bytes(), nil
}

// Decode reads a file that anyone may have written. The error is ErrFile.
func Decode(packed []byte) (*File, error) {
	if len(packed) > MaxFileBytes {
		return nil, fmt.Errorf("%w: %d bytes packed, at most %d are allowed", ErrFile, len(packed), MaxFileBytes)
	}
	unpacker, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFile, err)
	}
	text, err := io.ReadAll(io.LimitReader(unpacker, maxJSONBytes+1))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFile, err)
	}
	if err := checkText(text); err != nil {
		return nil, err
	}
	f, err := parse(text)
	if err == nil {
		err = f.check()
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFile, err)
	}
	return f, nil
}

func parse(text []byte) (*File, error) {
	reader := json.NewDecoder(bytes.NewReader(text))
	reader.DisallowUnknownFields()
	f := &File{}
	if err := reader.Decode(f); err != nil {
		return nil, err
	}
	if rest := bytes.TrimSpace(text[reader.InputOffset():]); len(rest) > 0 {
		return nil, fmt.Errorf("%d bytes follow the evidence", len(rest))
	}
	if f.Format != format || f.Version != version {
		return nil, fmt.Errorf("it is %.64q version %d; this program reads %q version %d", f.Format, f.Version, format, version)
	}
	return f, nil
}

// checkText bounds what decoding the text can cost.
func checkText(text []byte) error {
	if err := (jsonbound.Limits{Bytes: maxJSONBytes, Objects: maxObjects, Elements: maxElements}).Check(text); err != nil {
		return fmt.Errorf("%w: %w", ErrFile, err)
	}
	return nil
}

// check holds what readers rely on.
func (f *File) check() error {
	if n := len(f.Vote.UIDs); n != len(f.Vote.Generations) || n != len(f.Vote.Weights) {
		return fmt.Errorf("the vote is uneven: %d uids, %d generations, %d weights", n, len(f.Vote.Generations), len(f.Vote.Weights))
	}
	if (f.Exam != nil) == (len(f.Rounds) > 0) {
		return errors.New("it must hold either rounds or an exam")
	}
	if f.Begin < 0 || f.End <= f.Begin {
		return fmt.Errorf("the epoch runs from %d to %d", f.Begin, f.End)
	}
	for i, x := range f.Exchanges {
		if x.Round < 0 || f.Exam == nil && x.Round >= len(f.Rounds) {
			return fmt.Errorf("exchange %d is of round %d, of which there is none", i, x.Round)
		}
		if err := errors.Join(x.Request.check(), x.Answer.check()); err != nil {
			return fmt.Errorf("exchange %d: %w", i, err)
		}
	}
	if len(f.Rounds) > maxRounds {
		return fmt.Errorf("%d rounds, at most %d are read", len(f.Rounds), maxRounds)
	}
	for i, r := range f.Rounds {
		if r.Shared < 0 || r.Own < 0 || r.Sample < 0 || r.Shared > maxQuestions || r.Own > maxQuestions || len(r.Miners) > len(r.Serving) {
			return fmt.Errorf("round %d: %d shared and %d own questions to %d of %d miners", i, r.Shared, r.Own, len(r.Miners), len(r.Serving))
		}
		if !slices.IsSorted(r.Serving) {
			return fmt.Errorf("round %d: the serving miners are not sorted", i)
		}
	}
	return f.Exam.check()
}

// What a file can claim.
const (
	maxRounds    = 256
	maxQuestions = 1 << 12 // of one round
)

func (b Body) check() error {
	kinds := 0
	for _, used := range []bool{b.Text != "", len(b.Data) > 0, b.Blob != nil} {
		if used {
			kinds++
		}
	}
	if kinds > 1 || b.Size < 0 || b.Blob == nil && b.Size != 0 || len(b.Text) > InlineBytes || len(b.Data) > InlineBytes {
		return errors.New("a body is text, data or a blob, and above 4096 bytes a blob")
	}
	return nil
}

func (x *Exam) check() error {
	if x == nil {
		return nil
	}
	if err := errors.Join(x.Memory.check(), x.NewMemory.check()); err != nil {
		return fmt.Errorf("memory: %w", err)
	}
	if err := x.Own.check(); err != nil {
		return fmt.Errorf("the validator's own: %w", err)
	}
	byHotkey := func(a, b Candidate) int { return strings.Compare(string(a.Neuron.Hotkey), string(b.Neuron.Hotkey)) }
	if !slices.IsSortedFunc(x.Candidates, byHotkey) {
		return errors.New("the candidates are not sorted")
	}
	return nil
}
