package gateway

import (
	"math/big"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestCountTokens(t *testing.T) {
	for _, c := range []struct {
		text string
		want uint64
	}{
		{"", 0},
		{" \n\t ", 0},
		{"a", 1},
		{"abcdef", 1},
		{"abcdefg", 2},
		{"The sky is blue.", 5},
		{"12 * 12 = 144", 5},
		{"intelligence", 2},
		{"don't", 3},
		{"été", 1},
		{"日本語", 2},
		{"🙂🙂", 2},
		{"\xff\xfe", 2},
		{strings.Repeat("x", 6000), 1000},
	} {
		require.Equal(t, c.want, CountTokens(c.text), "%q", c.text)
	}
}

func TestCountDoesNotDependOnChunks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringOf(rapid.RuneFrom([]rune("abcdefgh09 .,é日🙂\n"))).Draw(t, "text")
		var c tokenCounter
		for rest := s; rest != ""; {
			n := min(len(rest), rapid.IntRange(1, 9).Draw(t, "size"))
			for !utf8.RuneStart(append([]byte(rest), 0)[n]) {
				n++
			}
			c.add([]byte(rest[:n]))
			rest = rest[n:]
		}
		require.Equal(t, CountTokens(s), c.total)
	})
}

func TestCostIsExactAndRoundsUpOnce(t *testing.T) {
	require.Equal(t, uint64(29_800), costRao(StandardPrice(), 26, 41))
	require.Equal(t, uint64(1), costRao(Price{PromptRao: 1}, 1, 0), "a part of a rao is a rao")
	require.Equal(t, uint64(1), costRao(Price{PromptRao: 1, CompletionRao: 1}, 500, 500), "rounded once, not twice")
	require.Zero(t, costRao(Price{}, 1e6, 1e6))
	rapid.Check(t, func(t *rapid.T) {
		p := Price{PromptRao: rapid.Uint64Range(0, MaxPriceRao).Draw(t, "pp"), CompletionRao: rapid.Uint64Range(0, MaxPriceRao).Draw(t, "cp")}
		prompt, completion := rapid.Uint64Range(0, maxTokens).Draw(t, "p"), rapid.Uint64Range(0, maxTokens).Draw(t, "c")
		n := func(v uint64) *big.Int { return new(big.Int).SetUint64(v) }
		sum := new(big.Int).Add(new(big.Int).Mul(n(p.PromptRao), n(prompt)), new(big.Int).Mul(n(p.CompletionRao), n(completion)))
		want := new(big.Int).Div(sum.Add(sum, big.NewInt(999)), big.NewInt(1000))
		require.Equal(t, want.String(), n(costRao(p, prompt, completion)).String())
	})
}

func TestFormatTAO(t *testing.T) {
	for rao, want := range map[uint64]string{
		0: "0", 1: "0.000000001", 29_800: "0.0000298", raoPerTAO: "1", 12_345 * raoPerTAO / 1000: "12.345",
		21_000_000 * raoPerTAO: "21000000",
	} {
		require.Equal(t, want, formatTAO(rao))
	}
}

func BenchmarkCountTokens(b *testing.B) {
	prose := strings.Repeat("Air scatters blue light more than red, so the sky is blue. ", 100)
	b.SetBytes(int64(len(prose)))
	for b.Loop() {
		CountTokens(prose)
	}
}
