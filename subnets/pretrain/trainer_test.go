package pretrain

import (
	"bytes"
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/nn"
	"github.com/dendra-net/dendra/nn/tlm"
)

// lesson is a course of so much work, with a few pages of text.
func lesson(t *testing.T, work time.Duration) Course {
	t.Helper()
	base, err := Base()
	require.NoError(t, err)
	shard, err := PublicShard([32]byte{7})
	require.NoError(t, err)
	return Course{Epoch: 1, Base: base[:128<<10], Fresh: []Shard{{Epoch: 0, Texts: textsOf(shard)}}, Work: work, Pace: &Pace{Share: 1}}
}

func bitsOn(t *testing.T, artifact []byte, seed byte) float64 {
	t.Helper()
	shard, err := PublicShard([32]byte{seed})
	require.NoError(t, err)
	bits, err := measure(context.Background(), artifact, shard)
	require.NoError(t, err)
	return mean(bits)
}

// Every kind has an artifact, or nothing to say yet, and then one that can be run.
func TestKinds(t *testing.T) {
	players(t)
	require.GreaterOrEqual(t, len(Kinds()), 7)
	for _, kind := range Kinds() {
		trainer, ok := NewTrainer(kind)
		require.True(t, ok)
		c := lesson(t, time.Millisecond)
		c.Leader = func(context.Context) ([]byte, error) { return cast.weak, nil }
		for _, make := range []func(context.Context, Course) ([]byte, error){trainer.First, trainer.Train} {
			artifact, err := make(context.Background(), c)
			require.NoError(t, err, kind)
			if artifact == nil {
				continue
			}
			_, err = open(artifact)
			require.NoError(t, err, kind)
		}
	}
	_, ok := NewTrainer("no such")
	require.False(t, ok)
}

// A counter counts each shard once, and knows text like it better for it.
func TestCounterLearnsShards(t *testing.T) {
	trainer := &counter{order: 4, base: 1 << 20}
	c := lesson(t, 0)
	without := c
	without.Fresh = nil
	before, err := trainer.Train(context.Background(), without)
	require.NoError(t, err)
	after, err := trainer.Train(context.Background(), c)
	require.NoError(t, err)
	require.Less(t, bitsOn(t, after, 7), bitsOn(t, before, 7)-0.2, "it has seen that shard")
	require.Less(t, bitsOn(t, after, 8), bitsOn(t, before, 8), "and not this one")
	again, err := trainer.Train(context.Background(), c)
	require.NoError(t, err)
	require.Equal(t, after, again)
}

func TestNetTrainsAndGoesOn(t *testing.T) {
	trainer := &net{shape: nn.Config{Dim: 32, Layers: 1, Heads: 2, Hidden: 32, Context: 32}, seed: 1}
	c := lesson(t, 300*time.Millisecond)
	c.Pace.Now = cpuClock
	first, err := trainer.First(context.Background(), c)
	require.NoError(t, err)
	next, err := trainer.Train(context.Background(), c)
	require.NoError(t, err)
	require.Less(t, bitsOn(t, next, 8), bitsOn(t, first, 8)-0.5)

	var state bytes.Buffer
	require.NoError(t, trainer.Save(&state))
	resumed := &net{shape: trainer.shape, seed: 1}
	require.NoError(t, resumed.Load(bytes.NewReader(state.Bytes())))
	require.Equal(t, trainer.peak(), resumed.peak())
	same, err := resumed.First(context.Background(), c)
	require.NoError(t, err)
	require.Equal(t, next, same)
	require.ErrorIs(t, (&net{shape: small}).Load(bytes.NewReader(state.Bytes())), nn.ErrState)
	require.ErrorIs(t, resumed.Load(bytes.NewReader(state.Bytes()[:100])), nn.ErrState)
	require.ErrorIs(t, resumed.Load(bytes.NewReader(nil)), nn.ErrState)
}

func TestTrainFrom(t *testing.T) {
	players(t)
	trainer := TrainFrom(cast.tiny, 1)
	first, err := trainer.First(context.Background(), lesson(t, 0))
	require.NoError(t, err)
	require.InDelta(t, bitsOn(t, cast.tiny, 8), bitsOn(t, first, 8), 1e-3)
	_, err = TrainFrom([]byte("no model"), 1).First(context.Background(), lesson(t, 0))
	require.ErrorIs(t, err, tlm.ErrFormat)
}

// When the artifact is due, or the miner ends, training does.
func TestNetEndsEarly(t *testing.T) {
	trainer := &net{shape: nn.Config{Dim: 32, Layers: 1, Heads: 2, Hidden: 32, Context: 32}, seed: 1}
	c := lesson(t, time.Hour)
	due := make(chan struct{})
	close(due)
	c.Due = due
	artifact, err := trainer.Train(context.Background(), c)
	require.NoError(t, err)
	require.NotNil(t, artifact)
	ctx, stop := context.WithCancel(context.Background())
	stop()
	for _, kind := range []Trainer{trainer, &counter{order: 3, base: 1 << 20}} {
		_, err = kind.Train(ctx, lesson(t, time.Hour))
		require.ErrorIs(t, err, context.Canceled)
	}
}

// The rate comes down before an artifact is due, and from course to course.
func TestRates(t *testing.T) {
	trainer := &net{shape: small}
	last := trainer.peak()
	for range 5 {
		trainer.courses++
		require.Less(t, trainer.peak(), last)
		last = trainer.peak()
	}
}
