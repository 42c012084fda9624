package pretrain

import (
	"context"
	"encoding/binary"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/nn"
	"github.com/dendra-net/dendra/nn/gguf"
	"github.com/dendra-net/dendra/subnets/lm"
)

// overflowing is a GGUF file whose numbers are all finite and whose outputs are not.
func overflowing(t *testing.T) []byte {
	m, err := nn.New(cast.tinyShape, 1)
	require.NoError(t, err)
	for _, w := range m.Tensors() {
		for i := range w.Data {
			if min(w.Rows, w.Cols) == 1 {
				w.Data[i] = 1e38 // of a norm
			} else {
				w.Data[i] *= 1e10
			}
		}
	}
	return gguf.Marshal(m, "x")
}

func TestCheck(t *testing.T) {
	newStage(t)
	m, err := nn.New(cast.tinyShape, 1)
	require.NoError(t, err)
	llama := gguf.Marshal(m, "x")
	for name, file := range map[string][]byte{"counts": cast.strong, "net": cast.net, "llama": llama} {
		require.NoError(t, Check(t.Context(), file), name)
	}
	broken := append([]byte(nil), llama...)
	binary.LittleEndian.PutUint32(broken[len(broken)-4:], math.Float32bits(float32(math.Inf(1))))
	for name, c := range map[string]struct {
		file []byte
		want error
	}{
		"empty": {nil, lm.ErrArtifact}, "cut": {cast.net[:len(cast.net)-1], lm.ErrArtifact}, "text": {[]byte("no model"), lm.ErrArtifact},
		"too large": {make([]byte, MaxArtifact+1), lm.ErrArtifact}, "too much work": {attentive(t), ErrWork},
		"a scale that is no number": {notFinite(cast.net), lm.ErrArtifact}, "a weight without bounds": {broken, lm.ErrArtifact},
		"outputs without bounds": {overflowing(t), nn.ErrNotFinite},
	} {
		require.ErrorIs(t, Check(t.Context(), c.file), c.want, name)
	}
	stopped, stop := context.WithCancel(t.Context())
	stop()
	require.ErrorIs(t, Check(stopped, cast.net), context.Canceled)
}
