package gguf_test

import (
	"bytes"
	"encoding/binary"
	"math"
	"testing"

	"github.com/dendra-net/dendra/nn"
	"github.com/dendra-net/dendra/nn/gguf"
	"github.com/stretchr/testify/require"
)

var tiny = nn.Config{Dim: 4, Layers: 2, Heads: 2, Hidden: 3, Context: 5}

func file(t testing.TB) (*nn.Model, []byte) {
	m, err := nn.New(tiny, 1)
	require.NoError(t, err)
	for i, x := range m.Tensors() {
		x.Data[len(x.Data)-1] += float32(i) // so that no two tensors can be confused
	}
	return m, gguf.Marshal(m, "tiny")
}

func TestRoundTrip(t *testing.T) {
	m, raw := file(t)
	back, err := gguf.Parse(raw)
	require.NoError(t, err)
	require.Equal(t, tiny, back.Config())
	require.Equal(t, m.Tensors(), back.Tensors())
	require.Zero(t, len(raw)%32)
	require.Equal(t, raw, gguf.Marshal(back, "tiny"))
}

// The head is as the format has it, written out by hand.
func TestBytes(t *testing.T) {
	_, raw := file(t)
	want := []byte("GGUF\x03\x00\x00\x00\x14\x00\x00\x00\x00\x00\x00\x00\x17\x00\x00\x00\x00\x00\x00\x00" +
		"\x14\x00\x00\x00\x00\x00\x00\x00general.architecture\x08\x00\x00\x00\x05\x00\x00\x00\x00\x00\x00\x00llama")
	require.Equal(t, want, raw[:len(want)])
	head := []byte("\x11\x00\x00\x00\x00\x00\x00\x00token_embd.weight\x02\x00\x00\x00" +
		"\x04\x00\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00")
	require.Equal(t, 1, bytes.Count(raw, head))
	require.Equal(t, 1, bytes.Count(raw, []byte("\x06\x00\x00\x00\x00\x00\x00\x00<0x1F>\x03\x00\x00\x00\x00\x00\x00\x00\xe2\x96\x81")))
}

func TestFilesThatLie(t *testing.T) {
	_, whole := file(t)
	at := func(text string) int {
		i := bytes.Index(whole, []byte(text))
		require.Positive(t, i, text)
		return i + len(text)
	}
	change := func(at int, value uint64, width int) []byte {
		raw := bytes.Clone(whole)
		copy(raw[at:], binary.LittleEndian.AppendUint64(nil, value)[:width])
		return raw
	}
	for _, c := range []struct {
		name string
		raw  []byte
		says string
	}{
		{"nothing", nil, "begin"},
		{"another version", change(4, 2, 4), "begin"},
		{"tensors without end", change(8, math.MaxUint64, 8), "tensors"},
		{"values without end", change(16, 1<<40, 8), "values"},
		{"a name without end", change(24, 1<<60, 8), "a text of"},
		{"one value missing", change(16, 22, 8), "dimensions"},
		{"one tensor missing", change(8, 19, 8), "bytes of numbers"},
		{"less than it says", whole[:len(whole)-32], "bytes of numbers"},
		{"more than it says", append(bytes.Clone(whole), 0), "bytes of numbers"},
		{"another architecture", change(at("general.architecture")+12, 'x', 1), `general.architecture is "xlama", it must be llama: no other`},
		{"another tokenizer", change(at("tokenizer.ggml.model")+12, 'x', 1), `tokenizer.ggml.model is "xlama", it must be llama: models are of bytes`},
		{"no tokenizer", change(at("tokenizer.ggml.mode"), 'x', 1), "tokenizer.ggml.model is missing"},
		{"another epsilon", change(at("layer_norm_rms_epsilon")+4, 0x3f800000, 4), "layer_norm_rms_epsilon is 1,"},
		{"an unknown type", change(at("llama.context_length"), 77, 4), "unknown type 77"},
		{"another type", change(at("llama.context_length"), 5, 4), "no llama.context_length"},
		{"no width", change(at("llama.embedding_length")+4, 0, 4), "dim"},
		{"a great width", change(at("llama.embedding_length")+4, 1024, 4), "rope.dimension_count"},
		{"a great hidden width", change(at("llama.feed_forward_length")+4, 4096, 4), "parameters"},
		{"layers without end", change(at("llama.block_count")+4, 1<<31, 4), "layers"},
		{"fewer key heads", change(at("llama.attention.head_count_kv")+4, 1, 4), "head_count_kv"},
		{"another base", change(at("llama.rope.freq_base")+4, 0, 4), "freq_base"},
		{"tokens without end", change(at("tokenizer.ggml.tokens")+8, 1<<40, 8), "an array of"},
		{"other tokens", change(at("<0x1"), 'G', 1), "token 16"},
		{"arrays in arrays", change(at("tokenizer.ggml.scores")+4, 9, 4), "an array of type 9"},
		{"three dimensions", change(at("token_embd.weight"), 3, 4), "3 dimensions"},
		{"other dimensions", change(at("blk.0.attn_norm.weight")+4, 5, 8), "blk.0.attn_norm.weight has dimensions"},
		{"a dimension without end", change(at("token_embd.weight")+4, 1<<40, 8), "a dimension of"},
		{"another number type", change(at("token_embd.weight")+20, 2, 4), "of type 2"},
		{"blocks that do not fit", change(at("token_embd.weight")+20, 8, 4), "not whole blocks"},
		{"an offset beyond the file", change(at("output_norm.weight")+16, 1<<40, 8), "lies at"},
		{"an offset that wraps", change(at("output_norm.weight")+16, math.MaxUint64-31, 8), "lies at"},
		{"an offset off the grid", change(at("blk.0.attn_q.weight")+24, 4, 8), "lies at"},
		{"the same tensor twice", bytes.Replace(whole, []byte("blk.1.attn_q"), []byte("blk.0.attn_q"), 1), "twice"},
		{"another tensor", bytes.Replace(whole, []byte("blk.1.attn_q"), []byte("blk.9.attn_q"), 1), "blk.1.attn_q"},
		{"no number", change(len(whole)-32, 0x7fc00000, 4), "NaN"},
		{"infinite", change(len(whole)-32, 0x7f800000, 4), "Inf"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := gguf.Parse(c.raw)
			require.ErrorIs(t, err, gguf.ErrFormat)
			require.ErrorContains(t, err, c.says)
		})
	}
	for n := 0; n < len(whole)-32; n += 13 {
		_, err := gguf.Parse(whole[:n])
		require.ErrorIs(t, err, gguf.ErrFormat, "the first %d bytes", n)
	}
}

func FuzzParse(f *testing.F) {
	_, whole := file(f)
	f.Add(whole)
	_, whole = blocks(f)
	f.Add(whole)
	f.Add([]byte("GGUF\x03\x00\x00\x00"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		m, err := gguf.Parse(raw)
		if err != nil {
			require.ErrorIs(t, err, gguf.ErrFormat)
			return
		}
		again, err := gguf.Parse(gguf.Marshal(m, ""))
		require.NoError(t, err)
		require.Equal(t, m.Tensors(), again.Tensors())
	})
}
