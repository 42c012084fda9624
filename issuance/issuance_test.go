package issuance_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/issuance"
)

const tao = issuance.RaoPerTAO

func TestThresholdsAreThePublishedTable(t *testing.T) {
	want := []uint64{
		0, 10_500_000 * tao, 15_750_000 * tao, 18_375_000 * tao, 19_687_500 * tao, 20_343_750 * tao, 20_671_875 * tao,
		20_835_937_500_000_000, 20_917_968_750_000_000,
	}
	for k, threshold := range want {
		require.Equal(t, threshold, issuance.Threshold(uint(k)), "era %d", k)
	}
}

func TestEmissionHalvesExactlyAtTheThreshold(t *testing.T) {
	for k := uint(1); k <= issuance.LastEra; k++ {
		at := issuance.Threshold(k)
		require.Equal(t, uint64(tao)>>(k-1), issuance.PerStep(at-1), "one rao before era %d", k)
		require.Equal(t, uint64(tao)>>k, issuance.PerStep(at), "at era %d", k)
		require.Equal(t, k, issuance.Era(at))
		require.Equal(t, k-1, issuance.Era(at-1))
	}
	require.Zero(t, issuance.PerStep(issuance.Threshold(30)))
}

func TestEraIsTheDefinition(t *testing.T) {
	for _, issued := range samples() {
		want := uint(0)
		for k := uint(1); k <= issuance.LastEra; k++ {
			if issued >= issuance.Threshold(k) {
				want = k
			}
		}
		require.Equal(t, want, issuance.Era(issued), "issued %d", issued)
	}
}

func samples() []uint64 {
	out := []uint64{0, 1, issuance.Cap - 1, issuance.Cap, issuance.Cap + 1, math.MaxUint64}
	x := uint64(7)
	for range 20_000 {
		x = x*6364136223846793005 + 1442695040888963407
		out = append(out, x%issuance.Cap, issuance.Cap-x%(issuance.Cap>>(x>>58&31)))
	}
	return out
}

func TestPerBlockScalesByTime(t *testing.T) {
	for _, c := range []struct {
		name           string
		issued, millis uint64
		want           uint64
	}{
		{"twelve seconds", 0, 12_000, tao},
		{"one second", 0, 1_000, 83_333_333},
		{"six seconds", 0, 6_000, 500_000_000},
		{"no time", 0, 0, 0},
		{"second era", 10_500_000 * tao, 12_000, 500_000_000},
		{"last rao of an era", 10_500_000*tao - 1, 12_000, tao},
		{"a minute", 0, 60_000, 5 * tao},
		{"an absurd block is cut at the cap", 0, math.MaxUint64, issuance.Cap},
		{"nothing is left", issuance.Cap, 12_000, 0},
		{"beyond the cap", math.MaxUint64, 12_000, 0},
		{"end of issuance", issuance.Threshold(30), 12_000, 0},
	} {
		t.Run(c.name, func(t *testing.T) { require.Equal(t, c.want, issuance.PerBlock(c.issued, c.millis)) })
	}
}

func TestIssuedNeverExceedsTheCap(t *testing.T) {
	for _, millis := range []uint64{1, 1_000, 12_000, 1 << 40, math.MaxUint64} {
		for _, issued := range samples() {
			minted := issuance.PerBlock(issued, millis)
			if issued >= issuance.Cap {
				require.Zero(t, minted)
				continue
			}
			require.LessOrEqual(t, minted, issuance.Cap-issued, "issued %d in %d ms", issued, millis)
		}
	}
}

// A year per block reaches the end of the table in a few steps and stays there.
func TestIssuanceEnds(t *testing.T) {
	const yearMillis = 365 * 86_400_000
	issued := uint64(0)
	for range 500 {
		issued += issuance.PerBlock(issued, yearMillis)
	}
	require.LessOrEqual(t, issued, issuance.Cap)
	require.GreaterOrEqual(t, issued, issuance.Threshold(issuance.LastEra))
	require.Zero(t, issuance.PerBlock(issued, yearMillis))
}

func TestProgress(t *testing.T) {
	at := issuance.At(5_250_000 * tao)
	require.Equal(t, issuance.Progress{
		Era: 0, IssuedRao: 5_250_000 * tao, NextRao: 10_500_000 * tao, RemainingRao: 5_250_000 * tao, DonePPM: 500_000,
	}, at)
	require.Equal(t, uint(1), issuance.At(10_500_000*tao).Era)
	require.Zero(t, issuance.At(10_500_000*tao).DonePPM)
	end := issuance.At(math.MaxUint64)
	require.Equal(t, issuance.Cap, end.IssuedRao)
	require.Zero(t, end.RemainingRao)
	require.Equal(t, uint64(1_000_000), end.DonePPM)
}
