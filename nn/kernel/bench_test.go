//go:build unix

package kernel_test

import (
	"fmt"
	"syscall"
	"testing"

	"github.com/dendra-net/dendra/nn/kernel"
	"github.com/stretchr/testify/require"
)

// cpuSeconds is what this process has used of all cores.
func cpuSeconds(b *testing.B) float64 {
	var u syscall.Rusage
	require.NoError(b, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return float64(u.Utime.Nano()+u.Stime.Nano()) / 1e9
}

// The shapes are those of a layer of the reference model; "tn" is a gradient of weights.
func BenchmarkMul(b *testing.B) {
	for _, k := range kernel.All() {
		for _, s := range []struct {
			name    string
			m, n, k int
			a, b    bool
		}{{"nn", 512, 128, 352, false, false}, {"nt", 512, 352, 128, false, true}, {"tn", 352, 128, 512, true, false}} {
			b.Run(fmt.Sprintf("%s/%s", k.Name(), s.name), func(b *testing.B) {
				x, y := kernel.Dense(make([]float32, s.m*s.k), s.m, s.k), kernel.Dense(make([]float32, s.n*s.k), s.k, s.n)
				if s.a {
					x = kernel.Dense(x.Data, s.k, s.m).T()
				}
				if s.b {
					y = kernel.Dense(y.Data, s.n, s.k).T()
				}
				dst := kernel.Dense(make([]float32, s.m*s.n), s.m, s.n)
				before := cpuSeconds(b)
				for b.Loop() {
					k.Mul(dst, x, y)
				}
				b.ReportMetric(2e-9*float64(s.m*s.n*s.k)*float64(b.N)/(cpuSeconds(b)-before), "GFLOP/CPU-s")
			})
		}
	}
}
