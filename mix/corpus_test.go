package mix_test

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/corpus"
	"github.com/dendra-net/dendra/mix"
)

const megabyte = 1 << 20

func text(t testing.TB, kind corpus.Kind, split corpus.Split, size int) []byte {
	t.Helper()
	all, err := corpus.Text(kind, split)
	require.NoError(t, err)
	return all[:min(size, len(all))]
}

func expert(t testing.TB, order int, texts ...[]byte) *mix.NGram {
	t.Helper()
	m, err := mix.NewNGram(mix.NGramConfig{Order: order})
	require.NoError(t, err)
	for _, part := range texts {
		m.Train(part)
	}
	return m
}

// One expert of order five learns a megabyte of novels, stays small, and knows what it has not seen.
func TestExpertOnProse(t *testing.T) {
	m := expert(t, 5, text(t, corpus.Prose, corpus.Training, megabyte))
	require.LessOrEqual(t, m.Bytes(), 40_000_000)
	require.Less(t, mix.Bits(m, text(t, corpus.Prose, corpus.HeldOut, 40_000)), 2.1)
}

// A model that must fit into a file far below the corpus's own size is worse than the whole, and far better than none.
func TestExpertFitsAnArtifact(t *testing.T) {
	m, held := expert(t, 5, text(t, corpus.Prose, corpus.Training, megabyte)), text(t, corpus.Prose, corpus.HeldOut, 20_000)
	file, err := m.Fit(256 << 10)
	require.NoError(t, err)
	require.LessOrEqual(t, len(file), 256<<10)
	small, err := mix.Parse(file, 0)
	require.NoError(t, err)
	require.Less(t, mix.Bits(small, held), 2.35)
}

// query is a place in a held-out text, with what every expert of a pool gave the byte that came.
type query struct {
	context     []byte
	likelihoods []float64
}

func queries(t testing.TB, n int, pool []*mix.NGram) []query {
	r := rand.New(rand.NewPCG(1, 2))
	texts := make([][]byte, len(corpus.Kinds()))
	for i, kind := range corpus.Kinds() {
		texts[i] = text(t, kind, corpus.HeldOut, 200_000)
	}
	list := make([]query, n)
	for i := range list {
		held := texts[i%len(texts)]
		at := 128 + r.IntN(len(held)-128)
		list[i] = query{held[at-128 : at], make([]float64, len(pool))}
		for e, m := range pool {
			var d mix.Dist
			m.Predict(list[i].context, &d)
			list[i].likelihoods[e] = float64(d[held[at]])
		}
	}
	return list
}

// On the shipped texts, the router over one expert of each kind beats every one of them, and their plain mean.
func TestCollectiveOnTheCorpus(t *testing.T) {
	pool := make([]*mix.NGram, len(corpus.Kinds()))
	for i, kind := range corpus.Kinds() {
		pool[i] = expert(t, 5, text(t, kind, corpus.Training, 200_000))
	}
	router, err := mix.NewRouter(len(pool), 0)
	require.NoError(t, err)
	uniform, err := mix.NewRouter(len(pool), 0)
	require.NoError(t, err)
	list := queries(t, 4000, pool)
	for _, q := range list[:2500] {
		_, err := router.Learn(q.context, q.likelihoods)
		require.NoError(t, err)
	}
	routed, mean := lossesOf(t, list[2500:], router), lossesOf(t, list[2500:], uniform)
	gain, se, err := mix.Gain(mean, routed)
	require.NoError(t, err)
	require.Greater(t, gain, 2*se)
	t.Logf("plain mean less router: %.3f +- %.3f bits", gain, se)
	for e := range pool {
		one, err := mix.NewRouter(1, 0)
		require.NoError(t, err)
		gain, se, err := mix.Gain(lossesOf(t, only(e, list[2500:]), one), routed)
		require.NoError(t, err)
		t.Logf("expert of %s less router: %.3f +- %.3f bits", corpus.Kinds()[e], gain, se)
		require.Greater(t, gain, 2*se)
	}
}

func lossesOf(t testing.TB, list []query, r *mix.Router) []float64 {
	out := make([]float64, len(list))
	for i, q := range list {
		bits, err := r.Loss(q.context, q.likelihoods)
		require.NoError(t, err)
		out[i] = bits
	}
	return out
}

// only is the queries as a pool of one expert sees them.
func only(expert int, list []query) []query {
	out := make([]query, len(list))
	for i, q := range list {
		out[i] = query{q.context, q.likelihoods[expert : expert+1]}
	}
	return out
}
