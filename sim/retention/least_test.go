package retention

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/fixed"
	"github.com/dendra-net/dendra/yuma"
	"github.com/dendra-net/dendra/yuma/vector"
)

func TestLeastFindsWhatHalvingFinds(t *testing.T) {
	probes := 0
	for name, margin := range map[string]func(x float64) float64{
		"straight":     func(x float64) float64 { return x - 0.6137 },
		"steep":        func(x float64) float64 { return 50 * (x - 0.31) },
		"flat":         func(x float64) float64 { return (x - 0.9) / 1e6 },
		"bent":         func(x float64) float64 { return x*x*x - 0.2 },
		"a step":       func(x float64) float64 { return math.Copysign(1, x-0.777) },
		"always":       func(float64) float64 { return 0 },
		"never":        func(float64) float64 { return -1 },
		"only at last": func(x float64) float64 { return x - 1 },
		"no slope":     func(x float64) float64 { return math.Floor(4*x) - 2 },
	} {
		t.Run(name, func(t *testing.T) {
			of := func(ppm uint64) float64 { probes++; return margin(float64(ppm) / million) }
			want := vector.LeastUtility(func(ppm uint64) bool { return margin(float64(ppm)/million) >= 0 })
			probes = 0
			require.Equal(t, want, least(of))
			require.LessOrEqual(t, probes, quickProbes+11)
		})
	}
}

// The margin of a real network is straight enough that following it pays.
func TestLeastIsQuickOnNetworks(t *testing.T) {
	stake, probes, searches := fixed.FracOf(60, 100), 0, 0
	network := vector.Network{N: 96, Validators: 16, StakeStddevPPM: 300_000, TotalStake: 1e15}
	for network.Seed = 1; network.Seed <= 5; network.Seed++ {
		p := network.Draw(60, 400_000)
		for _, cabal := range []uint64{0, 300_000, 600_000, million} {
			keeps := func(ppm uint64) fixed.Frac {
				probes++
				return p.Shares(yuma.Epoch(p.Input(yuma.CompatParams(), p.Weights(ppm, cabal)))).Emission
			}
			want := vector.LeastUtility(func(ppm uint64) bool { return keeps(ppm) >= stake })
			probes -= 11
			require.Equal(t, want, least(func(ppm uint64) float64 { return margin(keeps(ppm), stake) }))
			searches++
		}
	}
	require.Less(t, probes, 7*searches, "halving takes 11")
}
