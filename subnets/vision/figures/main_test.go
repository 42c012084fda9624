package main

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/subnets/vision"
)

func TestRun(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, run(context.Background(), flags{characters: 40, epochs: 1}, &out))
	for _, name := range vision.Models() {
		require.Equal(t, 2, strings.Count(out.String(), "| "+name+" |"), out.String())
	}
	stopped, stop := context.WithCancel(context.Background())
	stop()
	require.ErrorIs(t, run(stopped, flags{characters: 40, epochs: 1}, &out), context.Canceled)
}

// The standard error is that of a mean.
func TestTally(t *testing.T) {
	var a tally
	for i := range 16 {
		a.add(float64(i % 2))
	}
	require.Equal(t, "0.5000 ± 0.1250", a.String())
	require.Equal(t, "0.0000 ± 0.0000", tally{}.String())
}
