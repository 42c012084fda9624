package course

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/corpus"
	"github.com/dendra-net/dendra/nn"
)

var tiny = Course{Shape: nn.Config{Dim: 8, Layers: 1, Heads: 1, Hidden: 8, Context: 16}, Hold: 30, Fall: 20, Steps: 50, Every: 10}

// run goes through the tiny course in a folder, and is stopped when the log has a line for the step.
func run(t *testing.T, c Course, folder string, stopAt int) (*nn.Model, error) {
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	r := Run{Course: c, State: filepath.Join(folder, "state"), Log: filepath.Join(folder, "log"), CPU: func() float64 { return 1 }, Say: func(l Line) {
		if l.Step == stopAt {
			stop()
		}
	}}
	return r.Train(ctx)
}

// A course that is stopped in either of its parts, or between them, ends as if it had not been.
func TestStopsDoNotMatter(t *testing.T) {
	whole, err := run(t, tiny, t.TempDir(), -1)
	require.NoError(t, err)
	folder := t.TempDir()
	for _, stopAt := range []int{20, 30, 40} {
		_, err := run(t, tiny, folder, stopAt)
		require.ErrorIs(t, err, context.Canceled)
	}
	m, err := run(t, tiny, folder, -1)
	require.NoError(t, err)
	require.Equal(t, whole.Tensors(), m.Tensors())
	lines, err := ReadLog(filepath.Join(folder, "log"))
	require.NoError(t, err)
	require.Len(t, lines, 5)
	for i, l := range lines {
		require.Equal(t, 10*(i+1), l.Step)
		require.Equal(t, tiny.Bytes(l.Step), l.Bytes)
		require.Equal(t, []float64{1, 1, 2, 3, 4}[i], l.CPUSeconds-lines[0].CPUSeconds+1, "every run used one second")
		require.Greater(t, l.HeldOut, 1.0)
	}
	require.Less(t, lines[4].Rate, lines[3].Rate)
	require.InDelta(t, rate/100, lines[4].Rate, rate/1000)
}

// How long to hold can be cut while it lasts, and not once more has been done.
func TestHoldCanBeCut(t *testing.T) {
	folder := t.TempDir()
	_, err := run(t, tiny, folder, 20)
	require.ErrorIs(t, err, context.Canceled)
	short := tiny
	short.Hold, short.Steps = 20, 30
	want, err := run(t, short, t.TempDir(), -1)
	require.NoError(t, err)
	got, err := run(t, short, folder, -1)
	require.NoError(t, err)
	require.Equal(t, want.Tensors(), got.Tensors())
}

func TestKeptTrainingOfAnotherCourse(t *testing.T) {
	folder := t.TempDir()
	_, err := run(t, tiny, folder, 20)
	require.ErrorIs(t, err, context.Canceled)
	short, wide := tiny, tiny
	short.Hold, wide.Shape.Hidden = 10, 16
	for _, c := range []Course{short, wide} {
		_, err := run(t, c, folder, -1)
		require.ErrorIs(t, err, ErrState)
	}
	state := filepath.Join(folder, "state")
	raw, err := os.ReadFile(state)
	require.NoError(t, err)
	for _, bad := range [][]byte{{}, []byte("rise\n"), raw[:len(raw)-1], append(bytes.Clone(raw[:100]), 7)} {
		require.NoError(t, os.WriteFile(state, bad, 0o600))
		_, err := run(t, tiny, folder, -1)
		require.True(t, errors.Is(err, ErrState) || errors.Is(err, nn.ErrState), "%v", err)
	}
	require.NoError(t, os.WriteFile(state, raw, 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(folder, "log"), []byte(logHead+"1\t2\tx\n"), 0o600))
	_, err = run(t, tiny, folder, -1)
	require.ErrorContains(t, err, "line 2")
}

// Every kind makes a quarter of what is trained on, and none of it is held out.
func TestText(t *testing.T) {
	text, err := Text()
	require.NoError(t, err)
	part := len(text) / 4
	for i, kind := range corpus.Kinds() {
		own, err := corpus.Text(kind, corpus.Training)
		require.NoError(t, err)
		require.True(t, bytes.HasPrefix(text[i*part:], own[:min(len(own), part)]), kind)
	}
	held, err := HeldOut(corpus.Prose, 8*pieceBytes)
	require.NoError(t, err)
	require.Len(t, held, 8)
	for _, piece := range held {
		require.Len(t, piece, pieceBytes)
		require.False(t, bytes.Contains(text, piece[:256]))
	}
	whole, err := HeldOut(corpus.Prose, 0)
	require.NoError(t, err)
	require.Len(t, whole, 1)
}

// A model that knows nothing costs eight bits.
func TestMeasure(t *testing.T) {
	m, err := nn.FromParameters(tiny.Shape, make([]float32, tiny.Shape.Parameters()))
	require.NoError(t, err)
	costs, err := Measure(t.Context(), m, pieceBytes)
	require.NoError(t, err)
	require.Len(t, costs, 4)
	require.InDelta(t, 8, Mean(costs), 1e-6)
}
