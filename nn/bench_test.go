//go:build unix

package nn

import (
	"syscall"
	"testing"

	"github.com/dendra-net/dendra/nn/kernel"
	"github.com/stretchr/testify/require"
)

// standard is the model that the speeds in docs/benchmarks.md are of.
var standard = Config{Dim: 128, Layers: 4, Heads: 4, Hidden: 352, Context: 128}

// cpuSeconds is what this process has used of all cores.
func cpuSeconds(b *testing.B) float64 {
	var u syscall.Rusage
	require.NoError(b, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return float64(u.Utime.Nano()+u.Stime.Nano()) / 1e9
}

// measure reports bytes per CPU-second of f, which works on so many bytes.
func measure(b *testing.B, bytes int, f func(m *Model) func()) {
	for _, k := range kernel.All() {
		b.Run(k.Name(), func(b *testing.B) {
			m, err := New(standard, 1)
			require.NoError(b, err)
			m.Use(k)
			run := f(m)
			before := cpuSeconds(b)
			for b.Loop() {
				run()
			}
			b.ReportMetric(float64(bytes)*float64(b.N)/(cpuSeconds(b)-before), "bytes/CPU-s")
		})
	}
}

func BenchmarkTrain(b *testing.B) {
	measure(b, 4*standard.Context, func(m *Model) func() {
		t, err := NewTrainer(m, randomText(1, 1<<16), Plan{Steps: MaxSteps, Batch: 4})
		require.NoError(b, err)
		return func() {
			_, err := t.take()
			require.NoError(b, err)
		}
	})
}

func BenchmarkDecode(b *testing.B) {
	measure(b, standard.Context, func(m *Model) func() {
		s, text := m.Session(), randomText(1, standard.Context)
		return func() {
			s.Reset()
			_, err := s.feedAll(text)
			require.NoError(b, err)
		}
	})
}

func BenchmarkEvaluate(b *testing.B) {
	text := randomText(1, 8*standard.Context)
	measure(b, len(text), func(m *Model) func() {
		return func() {
			_, err := m.Evaluate(b.Context(), text)
			require.NoError(b, err)
		}
	})
}
