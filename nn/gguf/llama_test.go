package gguf_test

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dendra-net/dendra/nn"
	"github.com/dendra-net/dendra/nn/gguf"
	"github.com/stretchr/testify/require"
)

// llama.cpp itself writes what the engine writes. To run it, name a folder in which
//
//	npm install --omit=optional --ignore-scripts node-llama-cpp @node-llama-cpp/linux-x64
//
// was run, as DENDRA_LLAMA.
func TestLlamaWritesTheSame(t *testing.T) {
	folder := os.Getenv("DENDRA_LLAMA")
	if folder == "" {
		t.Skip("DENDRA_LLAMA names no folder with node-llama-cpp")
	}
	script, err := filepath.Abs("testdata/complete.mjs")
	require.NoError(t, err)
	m, err := nn.New(nn.Config{Dim: 64, Layers: 2, Heads: 4, Hidden: 160, Context: 64}, 1)
	require.NoError(t, err)
	text := strings.Repeat("Whan that Aprille with his shoures sote the droghte of Marche hath perced to the rote, ", 60)
	tr, err := nn.NewTrainer(m, []byte(text), nn.Plan{Steps: 60, Peak: 0.006})
	require.NoError(t, err)
	require.NoError(t, tr.Run(context.Background(), nil))
	eight, err := gguf.MarshalQ8(m, "test")
	require.NoError(t, err)
	for name, raw := range map[string][]byte{"32 bits": gguf.Marshal(m, "test"), "8 bits": eight} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "model.gguf")
			require.NoError(t, os.WriteFile(path, raw, 0o600))
			back, err := gguf.Parse(raw)
			require.NoError(t, err)
			for _, prompt := range []string{"Whan that Aprille", "of Marche"} {
				run := exec.Command("node", script, path, prompt, "30")
				run.Dir, run.Stderr = folder, os.Stderr
				out, err := run.Output()
				require.NoError(t, err)
				require.Contains(t, string(out), `{"text"`)
				var got struct{ Text string }
				require.NoError(t, json.Unmarshal(out[strings.LastIndex(string(out), `{"text"`):], &got))
				require.Equal(t, likeliest(t, back, prompt, 30), got.Text)
			}
		})
	}
}

// likeliest continues prompt without a byte before it, for so does the other side.
func likeliest(t *testing.T, m *nn.Model, prompt string, n int) string {
	t.Helper()
	s := m.Session()
	var logits []float32
	var err error
	for _, b := range []byte(prompt) {
		logits, err = s.Feed(b)
		require.NoError(t, err)
	}
	var out []byte
	for len(out) < n {
		b, err := nn.Sampler{}.Pick(logits)
		require.NoError(t, err)
		out = append(out, b)
		logits, err = s.Feed(b)
		require.NoError(t, err)
	}
	return string(out)
}
