package pretrain

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/corpus/fresh"
)

// recorder is a source that remembers by what seeds it was asked.
type recorder struct {
	seeds [][32]byte
	err   error
}

func (r *recorder) Draw(seed [32]byte, passages, bytes int) ([]fresh.Passage, error) {
	r.seeds = append(r.seeds, seed)
	if r.err != nil {
		return nil, r.err
	}
	source, err := fresh.Corpus()
	if err != nil {
		return nil, err
	}
	return source.Draw(seed, passages, bytes)
}

// Every part of what names an exam changes its shard.
func TestShardSeed(t *testing.T) {
	seen := map[[32]byte]bool{}
	for _, seed := range [][32]byte{
		ShardSeed("a", 1, 1, [32]byte{}), ShardSeed("b", 1, 1, [32]byte{}), ShardSeed("a", 2, 1, [32]byte{}),
		ShardSeed("a", 1, 2, [32]byte{}), ShardSeed("a", 1, 1, [32]byte{1}), ShardSeed("", 1, 1, [32]byte{}),
		tagged(ownDomain, "a", 1, 1, [32]byte{}),
	} {
		require.False(t, seen[seed])
		seen[seed] = true
	}
}

func TestPublicShard(t *testing.T) {
	a, err := PublicShard([32]byte{1})
	require.NoError(t, err)
	b, err := PublicShard([32]byte{1})
	require.NoError(t, err)
	c, err := PublicShard([32]byte{2})
	require.NoError(t, err)
	require.Equal(t, a, b)
	require.NotEqual(t, a, c)
	require.Len(t, textsOf(a), ShardPassages)
}

func TestOpens(t *testing.T) {
	require.EqualValues(t, 26, Opens(20, 40))
	require.EqualValues(t, 21, Opens(20, 25))
}
