package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/nn"
)

// train runs the command with a small shape.
func train(ctx context.Context, t *testing.T, out, text string, more ...string) (code int, stdout, stderr string) {
	t.Helper()
	var o, e bytes.Buffer
	args := append([]string{"model", "train", "--json", "--out", out, "--text", text, "--dim", "8", "--layers", "1", "--heads", "2", "--hidden", "12", "--context", "16"}, more...)
	code = Main(ctx, Env{Args: args, Stdin: strings.NewReader(""), Stdout: &o, Stderr: &e, Getenv: func(string) string { return "" }})
	return code, o.String(), e.String()
}

// A training that was stopped becomes the very model that it would have become, and no other is made of it.
func TestTrainingGoesOn(t *testing.T) {
	dir := t.TempDir()
	text, whole, parts := filepath.Join(dir, "a.txt"), filepath.Join(dir, "whole.tlm"), filepath.Join(dir, "parts.tlm")
	body := []byte(strings.Repeat("now and then, then and now; ", 40))
	require.NoError(t, os.WriteFile(text, body, 0o600))
	code, stdout, stderr := train(t.Context(), t, whole, text, "--steps", "30")
	require.Zero(t, code, stderr)
	var first trained
	require.NoError(t, json.Unmarshal([]byte(stdout), &first))

	stopped, stop := context.WithCancel(t.Context())
	stop()
	code, stdout, stderr = train(stopped, t, parts, text, "--steps", "30")
	require.Equal(t, 130, code)
	require.Empty(t, stdout)
	require.Contains(t, stderr, "stopped after step 0")

	advance(t, first, text, parts, 11)
	code, _, stderr = train(t.Context(), t, parts, text, "--steps", "31")
	require.Equal(t, 2, code)
	require.Contains(t, stderr, "its steps is 30, not 31")

	code, stdout, stderr = train(t.Context(), t, parts, text, "--steps", "30", "--plot", filepath.Join(dir, "loss.png"))
	require.Zero(t, code, stderr)
	require.Contains(t, stderr, "goes on after step 11")
	var second trained
	require.NoError(t, json.Unmarshal([]byte(stdout), &second))
	require.Equal(t, first.Hash, second.Hash)
	require.Equal(t, first.Bits, second.Bits)
	require.NoFileExists(t, parts+stateSuffix)
}

// advance takes up what is kept, trains up to a step and keeps it again.
func advance(t *testing.T, of trained, text, out string, step int) {
	t.Helper()
	training, _, err := (&textFlags{files: []string{text}}).split()
	require.NoError(t, err)
	l := &lesson{app: &app{Env: Env{Stderr: &bytes.Buffer{}}}, state: out + stateSuffix,
		course: course{Model: nn.Config(of.Model), Steps: of.Steps, Seed: 1, Rate: 0.003, Text: of.TextHash}}
	require.NoError(t, l.prepare(t.Context(), training))
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	err = l.trainer.Run(ctx, func(p nn.Progress) {
		l.curve.add(p)
		if p.Step == step {
			stop()
		}
	})
	require.ErrorIs(t, err, context.Canceled)
	require.NoError(t, l.save())
}

func TestDamagedTrainingIsRefused(t *testing.T) {
	dir := t.TempDir()
	text, out := filepath.Join(dir, "a.txt"), filepath.Join(dir, "a.tlm")
	require.NoError(t, os.WriteFile(text, []byte(strings.Repeat("word ", 50)), 0o600))
	stopped, stop := context.WithCancel(t.Context())
	stop()
	code, _, stderr := train(stopped, t, out, text, "--steps", "3")
	require.Equal(t, 130, code, stderr)
	kept, err := os.ReadFile(out + stateSuffix)
	require.NoError(t, err)
	for name, bad := range map[string][]byte{
		"cut":     kept[:len(kept)-9],
		"changed": append(bytes.Clone(kept[:len(kept)-100]), bytes.Repeat([]byte{1}, 100)...),
		"long":    append(bytes.Clone(kept), make([]byte, 1<<20)...),
		"head":    append([]byte(`{"version":2}`), kept...),
	} {
		t.Run(name, func(t *testing.T) {
			require.NoError(t, os.WriteFile(out+stateSuffix, bad, 0o600))
			code, _, stderr := train(t.Context(), t, out, text, "--steps", "3")
			require.Equal(t, 2, code)
			require.Contains(t, stderr, `"bad_training"`)
			require.NoFileExists(t, out)
		})
	}
}

func TestSpread(t *testing.T) {
	list := []document{{"a", make([]byte, 3*pieceBytes+5)}, {"b", make([]byte, 10)}}
	for _, c := range []struct{ most, pieces, total int }{
		{0, 5, 3*pieceBytes + 15}, {1 << 30, 5, 3*pieceBytes + 15}, {pieceBytes, 1, pieceBytes}, {7, 1, 7},
	} {
		pieces, total := spread(list, c.most)
		require.Len(t, pieces, c.pieces)
		require.Equal(t, c.total, total)
	}
}

func TestHugeTextIsNotRead(t *testing.T) {
	text := filepath.Join(t.TempDir(), "huge.txt")
	require.NoError(t, os.WriteFile(text, nil, 0o600))
	require.NoError(t, os.Truncate(text, maxTextBytes+1))
	code, _, stderr := train(t.Context(), t, text+".tlm", text, "--steps", "3")
	require.Equal(t, 2, code)
	require.Contains(t, stderr, "has 268435457 bytes, the most is 268435456")
}
