package lm_test

import (
	"bytes"
	"context"
	"errors"
	"math"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/mix"
	"github.com/dendra-net/dendra/nn"
	"github.com/dendra-net/dendra/nn/gguf"
	"github.com/dendra-net/dendra/nn/tlm"
	"github.com/dendra-net/dendra/subnets/lm"
)

const verse = "The quick brown fox jumps over the lazy dog. "

func counted(t testing.TB) *mix.NGram {
	t.Helper()
	m, err := mix.NewNGram(mix.NGramConfig{Order: 4, MaxBytes: 1 << 20})
	require.NoError(t, err)
	m.Train(bytes.Repeat([]byte(verse), 50))
	return m
}

func small(t testing.TB) *nn.Model {
	t.Helper()
	m, err := nn.New(nn.Config{Dim: 16, Layers: 1, Heads: 2, Hidden: 32, Context: 32}, 1)
	require.NoError(t, err)
	return m
}

// models are one of each kind, as they come out of their files.
func models(t testing.TB) map[string]lm.Model {
	t.Helper()
	out := map[string]lm.Model{}
	for name, file := range artifacts(t) {
		m, err := lm.Load(file)
		require.NoError(t, err, name)
		out[name] = m
	}
	return out
}

func artifacts(t testing.TB) map[string][]byte {
	t.Helper()
	var counts bytes.Buffer
	_, err := counted(t).WriteTo(&counts)
	require.NoError(t, err)
	q, err := tlm.Quantize(small(t))
	require.NoError(t, err)
	return map[string][]byte{"ngram": counts.Bytes(), "tlm": q.Marshal(), "gguf": gguf.Marshal(small(t), "small")}
}

func TestEveryKindPredictsPricesAndWrites(t *testing.T) {
	kinds := map[string]string{"ngram": "ngram", "tlm": "llama", "gguf": "llama"}
	for name, m := range models(t) {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, kinds[name], m.Kind())
			out := make([]mix.Dist, 3)
			require.NoError(t, m.Predict([][]byte{nil, []byte("The qu"), bytes.Repeat([]byte("x"), 300)}, out))
			for i := range out {
				require.NoError(t, out[i].Check())
			}
			require.Error(t, m.Predict([][]byte{nil}, out), "one prefix for three places")

			bits, err := m.Bits(t.Context(), []byte(verse))
			require.NoError(t, err)
			require.Len(t, bits, len(verse))

			var text []byte
			err = m.Generate(t.Context(), []byte("The "), 40, nn.Sampler{}, func(b byte) error { text = append(text, b); return nil })
			require.NoError(t, err)
			require.Len(t, text, 40)
			if name == "ngram" {
				require.Equal(t, "quick brown fox jumps over the lazy dog.", string(text))
			}
		})
	}
}

func TestBitsAreWhatPredictSays(t *testing.T) {
	for name, m := range models(t) {
		text := []byte(verse)[:30]
		bits, err := m.Bits(t.Context(), text)
		require.NoError(t, err)
		out := make([]mix.Dist, 1)
		for _, at := range []int{1, 7, 29} {
			prefix := text[:at]
			if name != "ngram" {
				prefix = append([]byte{nn.First}, prefix...)
			}
			require.NoError(t, m.Predict([][]byte{prefix}, out))
			require.InDelta(t, out[0].Bits(text[at]), float64(bits[at]), 2e-3, "%s at %d", name, at)
		}
	}
}

func TestManyAtOnce(t *testing.T) {
	for name, m := range models(t) {
		want := make([]mix.Dist, 1)
		require.NoError(t, m.Predict([][]byte{[]byte("The ")}, want))
		var wait sync.WaitGroup
		for range 8 {
			wait.Go(func() {
				got := make([]mix.Dist, 1)
				if err := m.Predict([][]byte{[]byte("The ")}, got); err != nil || got[0] != want[0] {
					t.Errorf("%s: two goroutines, two answers (%v)", name, err)
				}
			})
		}
		wait.Wait()
	}
}

func TestGenerateEndsWhenToldTo(t *testing.T) {
	for name, m := range models(t) {
		enough := errors.New("enough")
		err := m.Generate(t.Context(), nil, 40, nn.Sampler{}, func(byte) error { return enough })
		require.ErrorIs(t, err, enough, name)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		require.ErrorIs(t, m.Generate(ctx, nil, 1, nn.Sampler{}, func(byte) error { return nil }), context.Canceled, name)
		_, err = m.Bits(ctx, []byte(verse))
		require.ErrorIs(t, err, context.Canceled, name)
	}
}

func TestLoadSaysWhatIsWrong(t *testing.T) {
	files := artifacts(t)
	for name, c := range map[string]struct {
		file []byte
		says string
	}{
		"nothing":   {nil, "0 bytes"},
		"a picture": {[]byte("\x89PNG\r\n\x1a\n"), "begin with"},
		"cut ngram": {files["ngram"][:40], "n-gram file"},
		"cut tlm":   {files["tlm"][:100], "tlm file"},
		"cut gguf":  {files["gguf"][:100], "GGUF file"},
		"long tlm":  {append(bytes.Clone(files["tlm"]), 0), "tlm file"},
		"magic":     {[]byte("DNGRAM"), "n-gram file"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := lm.Load(c.file)
			require.ErrorIs(t, err, lm.ErrArtifact)
			require.ErrorContains(t, err, c.says)
		})
	}
}

func TestPickRefusesNothingThatChecks(t *testing.T) {
	d := mix.Uniform()
	b, err := lm.Pick(nn.Sampler{}, &d)
	require.NoError(t, err)
	require.EqualValues(t, 0, b)
	d['x'] = float32(math.NaN())
	_, err = lm.Pick(nn.Sampler{}, &d)
	require.ErrorIs(t, err, nn.ErrNotFinite)
}

func FuzzLoad(f *testing.F) {
	for _, file := range artifacts(f) {
		f.Add(file)
		f.Add(file[:len(file)/2])
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		m, err := lm.Load(file)
		if err != nil {
			require.ErrorIs(t, err, lm.ErrArtifact)
			return
		}
		out := make([]mix.Dist, 1)
		if m.Predict([][]byte{[]byte("a")}, out) == nil {
			require.NoError(t, out[0].Check())
		}
	})
}
