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

// blocks is a small model whose matrices are of whole blocks, but for one in each layer.
func blocks(t testing.TB) (*nn.Model, []byte) {
	m, err := nn.New(nn.Config{Dim: 32, Layers: 1, Heads: 2, Hidden: 40, Context: 5}, 1)
	require.NoError(t, err)
	raw, err := gguf.MarshalQ8(m, "blocks")
	require.NoError(t, err)
	return m, raw
}

// What is read back is within half a step of what was written, a step being 1/127 of the largest number of the block;
// gains and rows that are no whole blocks are as they were.
func TestEightBitsRoundTrip(t *testing.T) {
	m, raw := blocks(t)
	back, err := gguf.Parse(raw)
	require.NoError(t, err)
	require.Equal(t, m.Config(), back.Config())
	got := back.Tensors()
	for i, x := range m.Tensors() {
		if x.Gain() || x.Cols%32 != 0 {
			require.Equal(t, x.Data, got[i].Data, x.Name)
			continue
		}
		require.NotEqual(t, x.Data, got[i].Data, x.Name)
		for at := 0; at < len(x.Data); at += 32 {
			most := 0.0
			for _, v := range x.Data[at : at+32] {
				most = math.Max(most, math.Abs(float64(v)))
			}
			for j, v := range x.Data[at : at+32] {
				require.InDelta(t, v, got[i].Data[at+j], most/127*0.51, "number %d of %s", at+j, x.Name)
			}
		}
	}
	again, err := gguf.MarshalQ8(back, "blocks")
	require.NoError(t, err)
	require.Equal(t, raw, again, "what was rounded once is not rounded again")
}

func TestEightBitsTakeLittleRoom(t *testing.T) {
	m, err := nn.New(nn.Config{Dim: 128, Layers: 4, Heads: 4, Hidden: 352, Context: 128}, 1)
	require.NoError(t, err)
	raw, err := gguf.MarshalQ8(m, "default")
	require.NoError(t, err)
	t.Logf("%d bytes", len(raw))
	require.Less(t, len(raw), 1<<20)
}

// A block is as the format has it, written out by hand: its largest number, 127, makes the scale one.
func TestEightBitsBytes(t *testing.T) {
	m, err := nn.New(nn.Config{Dim: 32, Layers: 1, Heads: 1, Hidden: 32, Context: 2}, 1)
	require.NoError(t, err)
	embed := m.Tensors()[0].Data
	for i := range 32 {
		embed[i] = float32(127 - 8*i)
	}
	raw, err := gguf.MarshalQ8(m, "bytes")
	require.NoError(t, err)
	want := []byte{0x00, 0x3c}
	for i := range 32 {
		want = append(want, byte(127-8*i))
	}
	require.Equal(t, 1, bytes.Count(raw, want))
}

func TestEightBitsRefuseWhatHasOutgrownThem(t *testing.T) {
	for _, v := range []float32{1e9, float32(math.Inf(1)), float32(math.NaN())} {
		m, _ := blocks(t)
		m.Tensors()[1].Data[77] = v
		_, err := gguf.MarshalQ8(m, "blocks")
		require.ErrorContains(t, err, "blk.0.attn_q", v)
	}
	m, _ := blocks(t)
	m.Tensors()[1].Data[77] = 8e6 // a scale near the largest
	raw, err := gguf.MarshalQ8(m, "blocks")
	require.NoError(t, err)
	back, err := gguf.Parse(raw)
	require.NoError(t, err)
	require.InEpsilon(t, 8e6, back.Tensors()[1].Data[77], 0.001)
}

func TestScalesThatAreNone(t *testing.T) {
	m, raw := blocks(t)
	for _, bad := range []uint16{0x7c00, 0xfc00, 0x7e01} {
		lie := bytes.Clone(raw)
		at := len(lie) - 4*32 - 4*m.Config().Hidden*32 - 16 - 34 // before the last gains, the matrix of long rows and padding
		binary.LittleEndian.PutUint16(lie[at:], bad)
		_, err := gguf.Parse(lie)
		require.ErrorIs(t, err, gguf.ErrFormat)
		require.ErrorContains(t, err, "blk.0.ffn_up.weight: the scale at number 1248 is")
	}
}
