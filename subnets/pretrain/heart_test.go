package pretrain

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/corpus"
	"github.com/dendra-net/dendra/mix"
)

// heldBytes is how much of each kind of text is learned by heart: what fits into an artifact with all its contexts.
const heldBytes = 64 << 10

func heldOut(t testing.TB, split corpus.Split, bytes int) (all []byte) {
	t.Helper()
	for _, kind := range corpus.Kinds() {
		text, err := corpus.Text(kind, split)
		require.NoError(t, err)
		all = append(all, text[:bytes]...)
	}
	return all
}

// byHeart is one n-gram of text that shards are made of, and one of as much other text.
func byHeart(t testing.TB) (heart, honest []byte) {
	t.Helper()
	fit := func(text []byte) []byte {
		m, err := mix.NewNGram(mix.NGramConfig{Order: 7})
		require.NoError(t, err)
		m.Train(text)
		file, err := m.Fit(MaxArtifact)
		require.NoError(t, err)
		return file
	}
	return fit(heldOut(t, corpus.HeldOut, heldBytes)), fit(heldOut(t, corpus.Training, heldBytes))
}

// onHeldOut is what a byte of the text that was learned by heart costs a model.
func onHeldOut(t testing.TB, artifact []byte) float64 {
	t.Helper()
	m, err := mix.Parse(artifact, 0)
	require.NoError(t, err)
	return mix.Bits(m, heldOut(t, corpus.HeldOut, heldBytes)[:heldBytes])
}
