package pretrain

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/nn"
)

// BenchmarkMeasure is what one artifact of each kind costs a validator; "worst" is the dearest that is still run.
func BenchmarkMeasure(b *testing.B) {
	players(b)
	shard, err := PublicShard([32]byte{})
	require.NoError(b, err)
	worst := nn.Config{Dim: 64, Layers: 3, Heads: 32, Hidden: 1, Context: nn.MaxContext}
	require.LessOrEqual(b, work(worst), MaxWork)
	for name, artifact := range map[string][]byte{
		"ngram": cast.strong, "small": cast.net, "medium": tlmOf(b, medium), "worst": tlmOf(b, worst),
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				_, err := measure(context.Background(), artifact, shard)
				require.NoError(b, err)
			}
		})
	}
}

// BenchmarkFirst is how long a miner takes to have something to show.
func BenchmarkFirst(b *testing.B) {
	base, err := Base()
	require.NoError(b, err)
	for _, kind := range []string{"ngram3", "ngram5", "net-s", "net-m"} {
		b.Run(kind, func(b *testing.B) {
			for b.Loop() {
				trainer, ok := NewTrainer(kind)
				require.True(b, ok)
				_, err := trainer.First(context.Background(), Course{Base: base})
				require.NoError(b, err)
			}
		})
	}
}
