package nn

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/dendra-net/dendra/nn/kernel"
	"github.com/stretchr/testify/require"
)

var (
	small  = Config{Dim: 32, Layers: 2, Heads: 2, Hidden: 64, Context: 32}
	rhymes = []byte(strings.Repeat("the cat sat on the mat. the dog lay in the fog. a mouse ran round the house. ", 40))
)

func train(t *testing.T, k kernel.Kernel, plan Plan, stops ...int) *Trainer {
	t.Helper()
	m, err := New(small, 1)
	require.NoError(t, err)
	m.Use(k)
	tr, err := NewTrainer(m, rhymes, plan)
	require.NoError(t, err)
	for _, stop := range stops {
		ctx, cancel := context.WithCancel(context.Background())
		err := tr.Run(ctx, func(p Progress) {
			if p.Step == stop {
				cancel()
			}
		})
		require.ErrorIs(t, err, context.Canceled)
		require.Equal(t, stop, tr.Step())
		var file bytes.Buffer
		require.NoError(t, tr.Save(&file))
		tr, err = Resume(&file, rhymes)
		require.NoError(t, err)
		tr.Model().Use(k)
	}
	require.NoError(t, tr.Run(context.Background(), nil))
	return tr
}

func TestTrainingLearns(t *testing.T) {
	m := train(t, kernel.Best(), Plan{Steps: 120, Peak: 0.01}).Model()
	score, err := m.Evaluate(context.Background(), rhymes[:1000])
	require.NoError(t, err)
	require.Equal(t, 1000, score.Bytes)
	require.Less(t, score.Bits, 0.5)
	var text []byte
	require.NoError(t, m.Generate(context.Background(), []byte("a mouse ran round the house. the cat sat"), 12, Sampler{}, func(b byte) error {
		text = append(text, b)
		return nil
	}))
	require.Equal(t, " on the mat.", string(text))
}

func TestTrainingRepeats(t *testing.T) {
	onEveryKernel(t, func(t *testing.T, k kernel.Kernel) {
		plan := Plan{Steps: 9, Seed: 3}
		once := train(t, k, plan)
		require.Equal(t, once.model.params, train(t, k, plan).model.params)
		require.Equal(t, once.model.params, train(t, k, plan, 2, 5).model.params, "after two stops")
		plan.Seed++
		require.NotEqual(t, once.model.params, train(t, k, plan).model.params)
	})
}

func TestProgress(t *testing.T) {
	m, err := New(small, 1)
	require.NoError(t, err)
	tr, err := NewTrainer(m, rhymes, Plan{Steps: 20, Batch: 2, Warmup: 5, Peak: 0.01})
	require.NoError(t, err)
	var seen []Progress
	require.NoError(t, tr.Run(context.Background(), func(p Progress) { seen = append(seen, p) }))
	require.Len(t, seen, 20)
	require.InDelta(t, 8, seen[0].Bits, 0.5)
	require.Equal(t, int64(20*2*32), seen[19].Bytes)
	require.InDelta(t, 0.01, seen[4].Rate, 1e-6)
	require.InDelta(t, 0.0005, seen[19].Rate, 1e-6)
	require.NoError(t, tr.Continue(rhymes[:64], Plan{Steps: 1, Batch: 3}))
	require.NoError(t, tr.Run(context.Background(), func(p Progress) { seen = append(seen, p) }))
	require.Equal(t, int64(3*32), seen[20].Bytes)
}

func TestPlansThatCannotBe(t *testing.T) {
	m, err := New(small, 1)
	require.NoError(t, err)
	for _, p := range []Plan{{}, {Steps: -1}, {Steps: 1, Batch: 1000}, {Steps: 1, Warmup: 2}, {Steps: 1, Peak: -1}} {
		_, err := NewTrainer(m, rhymes, p)
		require.ErrorIs(t, err, ErrPlan, "%+v", p)
	}
	big, err := New(Config{Dim: 32, Layers: 2, Heads: 16, Hidden: 64, Context: 1024}, 1)
	require.NoError(t, err)
	_, err = NewTrainer(big, bytes.Repeat(rhymes, 9), Plan{Steps: 1, Batch: 256})
	require.ErrorContains(t, err, "numbers at once")
	_, err = NewTrainer(m, rhymes[:10], Plan{Steps: 1})
	require.ErrorIs(t, err, ErrText)
}

func TestDivergenceIsToldOf(t *testing.T) {
	m, err := New(small, 1)
	require.NoError(t, err)
	tr, err := NewTrainer(m, rhymes, Plan{Steps: 50, Warmup: 1, Peak: 1e30, Floor: 1e30})
	require.NoError(t, err)
	require.ErrorIs(t, tr.Run(context.Background(), nil), ErrDiverged)
}

func TestDamagedStates(t *testing.T) {
	var file bytes.Buffer
	require.NoError(t, train(t, kernel.Portable(), Plan{Steps: 1}).Save(&file))
	whole := file.Bytes()
	for _, n := range []int{0, 5, 8, 40, 80, 1000, len(whole) - 4, len(whole) - 1} {
		_, err := Resume(bytes.NewReader(whole[:n]), rhymes)
		require.ErrorIs(t, err, ErrState, "the first %d bytes", n)
	}
	for _, at := range []int{0, 8, 12, 30, 60, 100, 5000, len(whole) - 1} {
		bad := bytes.Clone(whole)
		bad[at] ^= 0x40
		_, err := Resume(bytes.NewReader(bad), rhymes)
		require.Error(t, err, "byte %d is wrong", at)
	}
	_, err := Resume(bytes.NewReader(whole), rhymes[:3])
	require.ErrorIs(t, err, ErrText)
}

func FuzzResume(f *testing.F) {
	m, err := New(tiny, 1)
	require.NoError(f, err)
	tr, err := NewTrainer(m, rhymes, Plan{Steps: 1})
	require.NoError(f, err)
	var file bytes.Buffer
	require.NoError(f, tr.Save(&file))
	f.Add(file.Bytes())
	f.Add([]byte(stateMagic))
	f.Fuzz(func(t *testing.T, raw []byte) {
		tr, err := Resume(bytes.NewReader(raw), rhymes)
		if err != nil {
			return
		}
		var again bytes.Buffer
		require.NoError(t, tr.Save(&again))
		require.Equal(t, raw[:again.Len()], again.Bytes())
	})
}
