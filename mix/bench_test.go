package mix_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/corpus"
	"github.com/dendra-net/dendra/mix"
)

// BenchmarkTrain learns a megabyte of novels, and tells the memory and the loss on novels held out.
func BenchmarkTrain(b *testing.B) {
	for _, order := range []int{3, 5, 6} {
		b.Run(fmt.Sprint("order-", order), func(b *testing.B) {
			train, held := text(b, corpus.Prose, corpus.Training, megabyte), text(b, corpus.Prose, corpus.HeldOut, 100_000)
			b.SetBytes(int64(len(train)))
			var m *mix.NGram
			before := cpuTime(b)
			for b.Loop() {
				m = expert(b, order, train)
			}
			b.ReportMetric((cpuTime(b)-before).Seconds()/float64(b.N), "CPU-s/op")
			b.ReportMetric(float64(m.Bytes())/1e6, "MB")
			b.ReportMetric(mix.Bits(m, held), "bits/byte")
		})
	}
}

// BenchmarkKinds learns a megabyte of each kind and tells the loss on the same kind held out.
func BenchmarkKinds(b *testing.B) {
	for _, kind := range corpus.Kinds() {
		b.Run(string(kind), func(b *testing.B) {
			train, held := text(b, kind, corpus.Training, megabyte), text(b, kind, corpus.HeldOut, 100_000)
			var m *mix.NGram
			for b.Loop() {
				m = expert(b, 5, train)
			}
			b.ReportMetric(mix.Bits(m, held), "bits/byte")
		})
	}
}

// BenchmarkFit cuts a model of all novels to the size of an artifact, and tells what that costs.
func BenchmarkFit(b *testing.B) {
	m, held := expert(b, 5, text(b, corpus.Prose, corpus.Training, 8*megabyte)), text(b, corpus.Prose, corpus.HeldOut, 100_000)
	var whole bytes.Buffer
	_, err := m.WriteTo(&whole)
	require.NoError(b, err)
	for _, size := range []int{whole.Len(), megabyte, megabyte / 4} {
		b.Run(fmt.Sprint(size>>10, "-KiB"), func(b *testing.B) {
			var file []byte
			for b.Loop() {
				file, err = m.Fit(size)
				require.NoError(b, err)
			}
			small, err := mix.Parse(file, 0)
			require.NoError(b, err)
			b.ReportMetric(mix.Bits(small, held), "bits/byte")
		})
	}
}

// BenchmarkUnseenBook learns all books but one, and tells the loss on that one: no name in it was seen before.
func BenchmarkUnseenBook(b *testing.B) {
	list, err := corpus.Documents()
	require.NoError(b, err)
	var others, book []byte
	for _, d := range list {
		if d.Kind != corpus.Prose {
			continue
		}
		text, err := d.Text()
		require.NoError(b, err)
		if strings.HasPrefix(d.Name, "doyle-") {
			book = append(book, text...)
		} else {
			others = append(others, text...)
		}
	}
	var m *mix.NGram
	for b.Loop() {
		m = expert(b, 5, others)
	}
	b.ReportMetric(mix.Bits(m, book[:100_000]), "bits/byte")
}

// BenchmarkArtifact learns all kinds, cuts the model to 1 MiB, and tells the loss on what is held out of all kinds.
func BenchmarkArtifact(b *testing.B) {
	for _, order := range []int{3, 4, 5} {
		b.Run(fmt.Sprint("order-", order), func(b *testing.B) {
			m, err := mix.NewNGram(mix.NGramConfig{Order: order, MaxBytes: 64 * megabyte})
			require.NoError(b, err)
			for _, kind := range corpus.Kinds() {
				m.Train(text(b, kind, corpus.Training, 8*megabyte))
			}
			var file []byte
			for b.Loop() {
				file, err = m.Fit(megabyte)
				require.NoError(b, err)
			}
			small, err := mix.Parse(file, 0)
			require.NoError(b, err)
			loss := 0.0
			for _, kind := range corpus.Kinds() {
				loss += mix.Bits(small, text(b, kind, corpus.HeldOut, 50_000)) / float64(len(corpus.Kinds()))
			}
			b.ReportMetric(loss, "bits/byte")
		})
	}
}

func BenchmarkPredict(b *testing.B) {
	m, held := expert(b, 5, text(b, corpus.Prose, corpus.Training, megabyte)), text(b, corpus.Prose, corpus.HeldOut, 100_000)
	var d mix.Dist
	for i := 0; b.Loop(); i++ {
		at := i % len(held)
		m.Predict(held[:at], &d)
	}
}

func BenchmarkParse(b *testing.B) {
	var file bytes.Buffer
	_, err := expert(b, 5, text(b, corpus.Prose, corpus.Training, megabyte)).WriteTo(&file)
	require.NoError(b, err)
	b.SetBytes(int64(file.Len()))
	for b.Loop() {
		_, err := mix.Parse(file.Bytes(), 0)
		require.NoError(b, err)
	}
}

// BenchmarkRouter is one lesson of a pool of eight, and one blend of their distributions.
func BenchmarkRouter(b *testing.B) {
	const experts = 8
	router, err := mix.NewRouter(experts, 0)
	require.NoError(b, err)
	context, likelihoods, answers := text(b, corpus.Prose, corpus.HeldOut, 128), make([]float64, experts), make([]mix.Dist, experts)
	for i := range answers {
		likelihoods[i], answers[i] = 0.1*float64(i+1), mix.Uniform()
	}
	b.Run("learn", func(b *testing.B) {
		for b.Loop() {
			_, err := router.Learn(context, likelihoods)
			require.NoError(b, err)
		}
	})
	b.Run("blend", func(b *testing.B) {
		var d mix.Dist
		for b.Loop() {
			require.NoError(b, router.Blend(context, answers, &d))
		}
	})
}
