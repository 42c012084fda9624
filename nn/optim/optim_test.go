package optim_test

import (
	"math"
	"testing"

	"github.com/dendra-net/dendra/nn/kernel"
	"github.com/dendra-net/dendra/nn/optim"
	"github.com/stretchr/testify/require"
)

func TestAdamWFindsTheBottom(t *testing.T) {
	params, want := []float32{5, -3, 0.5}, []float32{1, 2, -4}
	a := optim.New(3, 0, 0)
	s := optim.Schedule{Peak: 0.1, Floor: 0.0001, Warmup: 10, Steps: 1000}
	grads := make([]float32, 3)
	for step := range s.Steps {
		for i := range grads {
			grads[i] = 2 * (params[i] - want[i])
		}
		a.Step(kernel.Best(), params, grads, s.Rate(step))
	}
	require.InDeltaSlice(t, want, params, 1e-3)
}

// The first step of AdamW is the rate, whatever the gradient's size; decay comes on top where it is asked for.
func TestFirstStep(t *testing.T) {
	params := []float32{1, 1}
	optim.New(2, 1, 0.1).Step(kernel.Portable(), params, []float32{1000, 0.001}, 0.01)
	require.InDelta(t, 1-0.01-0.001, params[0], 1e-6)
	require.InDelta(t, 1-0.01, params[1], 1e-5)
}

func TestClip(t *testing.T) {
	g := []float32{3, 4}
	require.InDelta(t, 5, optim.Clip(kernel.Best(), g, 1), 1e-6)
	require.InDeltaSlice(t, []float32{0.6, 0.8}, g, 1e-6)
	require.InDelta(t, 1, optim.Clip(kernel.Best(), g, 2), 1e-6)
	require.InDeltaSlice(t, []float32{0.6, 0.8}, g, 1e-6)
	g = []float32{float32(math.Inf(1)), 1}
	require.True(t, math.IsInf(float64(optim.Clip(kernel.Best(), g, 1)), 1))
	require.True(t, math.IsNaN(float64(optim.Clip(kernel.Best(), []float32{float32(math.NaN())}, 1))))
}

func TestSchedule(t *testing.T) {
	s := optim.Schedule{Peak: 1, Floor: 0.1, Warmup: 4, Steps: 105}
	require.InDelta(t, 0.25, s.Rate(0), 1e-6)
	require.InDelta(t, 1, s.Rate(3), 1e-6)
	require.InDelta(t, 1, s.Rate(4), 1e-6)
	require.InDelta(t, 0.55, s.Rate(54), 1e-2)
	require.InDelta(t, 0.1, s.Rate(104), 1e-6)
	require.InDelta(t, 0.1, s.Rate(1000), 1e-6)
	require.InDelta(t, 0.1, optim.Schedule{Peak: 1, Floor: 0.1, Steps: 1}.Rate(0), 1e-6)
}
