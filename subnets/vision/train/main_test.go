package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/nn/classifier"
)

func TestRun(t *testing.T) {
	var out, again bytes.Buffer
	f := flags{dir: t.TempDir(), seed: 3, steps: 2, test: 40}
	require.NoError(t, run(context.Background(), f, &out))
	for _, l := range lessons() {
		raw, err := os.ReadFile(filepath.Join(f.dir, l.name+".vnet"))
		require.NoError(t, err)
		model, err := classifier.Parse(raw)
		require.NoError(t, err)
		require.Equal(t, l.shape, model.Shape())
		log, err := os.ReadFile(filepath.Join(f.dir, l.name+".log"))
		require.NoError(t, err)
		require.Contains(t, out.String(), string(log))
		require.Contains(t, string(log), "40 characters")
	}
	first, err := os.ReadFile(filepath.Join(f.dir, "mlp.vnet"))
	require.NoError(t, err)
	f.only = "mlp"
	require.NoError(t, run(context.Background(), f, &again))
	second, err := os.ReadFile(filepath.Join(f.dir, "mlp.vnet"))
	require.NoError(t, err)
	require.Equal(t, first, second, "the same seed must train the same model")
}

func TestRunRefuses(t *testing.T) {
	var out bytes.Buffer
	require.ErrorContains(t, run(context.Background(), flags{dir: t.TempDir(), only: "eagle"}, &out), "eagle")
	stopped, stop := context.WithCancel(context.Background())
	stop()
	require.ErrorIs(t, run(stopped, flags{dir: t.TempDir(), steps: 2, test: 1}, &out), context.Canceled)
	require.ErrorIs(t, run(context.Background(), flags{dir: "/nowhere/at/all", only: "linear", steps: 2, test: 1}, &out), os.ErrNotExist)
}
