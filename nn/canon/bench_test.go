//go:build unix

package canon

import (
	"syscall"
	"testing"

	"github.com/dendra-net/dendra/nn"
	"github.com/stretchr/testify/require"
)

// cpuSeconds is what this process has used of all cores.
func cpuSeconds(b *testing.B) float64 {
	var u syscall.Rusage
	require.NoError(b, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return float64(u.Utime.Nano()+u.Stime.Nano()) / 1e9
}

func BenchmarkDecode(b *testing.B) {
	c := nn.Config{Dim: 128, Layers: 4, Heads: 4, Hidden: 352, Context: 128}
	s := New(drawn(b, c, 1, usual)).Session()
	before := cpuSeconds(b)
	for b.Loop() {
		s.Reset()
		for i := range c.Context {
			_, err := s.Feed(byte(i))
			require.NoError(b, err)
		}
	}
	b.ReportMetric(float64(c.Context*b.N)/(cpuSeconds(b)-before), "bytes/CPU-s")
}
