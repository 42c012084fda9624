package gguf_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dendra-net/dendra/nn"
	"github.com/dendra-net/dendra/nn/gguf"
	"github.com/stretchr/testify/require"
)

// written is how many bytes each engine is to write.
const written = 30

var prompts = []string{"Whan that Aprille", "of Marche"}

// theirs are files with one trained model, in weights of 32 and of eight bits, by name.
func theirs(t *testing.T) map[string]string {
	t.Helper()
	m, err := nn.New(nn.Config{Dim: 64, Layers: 2, Heads: 4, Hidden: 160, Context: 64}, 1)
	require.NoError(t, err)
	text := strings.Repeat("Whan that Aprille with his shoures sote the droghte of Marche hath perced to the rote, ", 60)
	tr, err := nn.NewTrainer(m, []byte(text), nn.Plan{Steps: 60, Peak: 0.006})
	require.NoError(t, err)
	require.NoError(t, tr.Run(context.Background(), nil))
	eight, err := gguf.MarshalQ8(m, "test")
	require.NoError(t, err)
	dir, paths := t.TempDir(), map[string]string{}
	for name, raw := range map[string][]byte{"32 bits": gguf.Marshal(m, "test"), "8 bits": eight} {
		paths[name] = filepath.Join(dir, strings.ReplaceAll(name, " ", "-")+".gguf")
		require.NoError(t, os.WriteFile(paths[name], raw, 0o600))
	}
	return paths
}

// load reads a file as this package does.
func load(path string) (*nn.Model, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return gguf.Parse(raw)
}

// An installed llama.cpp or Ollama writes what the engine writes.
//
// Run for real: Ollama 0.6.8, and below llama.cpp within Node. Of llama.cpp's own programs only the flags and requests were
// tried, as its documentation has them: TestDriversSpeakToAStandIn.
func TestInstalledEnginesWriteTheSame(t *testing.T) {
	for _, e := range engines {
		t.Run(e.command, func(t *testing.T) {
			path, err := exec.LookPath(e.command)
			if err != nil {
				t.Skipf("there is no %s on the PATH", e.command)
			}
			writesTheSame(t, e, path)
		})
	}
}

// writesTheSame starts an engine on each model and compares what it goes on with.
func writesTheSame(t *testing.T, e engine, command string) {
	for name, path := range theirs(t) {
		t.Run(name, func(t *testing.T) {
			m, err := load(path)
			require.NoError(t, err)
			complete := e.start(t, command, path)
			for _, prompt := range prompts {
				want, err := likeliest(m, string(rune(nn.First))+prompt, written)
				require.NoError(t, err)
				require.Equal(t, want, complete(prompt, written), prompt)
			}
		})
	}
}

// llama.cpp within Node writes the same, too. To run it, name a folder in which
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
	for name, path := range theirs(t) {
		t.Run(name, func(t *testing.T) {
			m, err := load(path)
			require.NoError(t, err)
			for _, prompt := range prompts {
				run := exec.Command("node", script, path, prompt, fmt.Sprint(written))
				run.Dir, run.Stderr = folder, os.Stderr
				out, err := run.Output()
				require.NoError(t, err)
				require.Contains(t, string(out), `{"text"`)
				var got struct{ Text string }
				require.NoError(t, json.Unmarshal(out[strings.LastIndex(string(out), `{"text"`):], &got))
				want, err := likeliest(m, prompt, written) // it puts no byte before the prompt
				require.NoError(t, err)
				require.Equal(t, want, got.Text)
			}
		})
	}
}

// likeliest goes on with fed, always with the likeliest byte.
func likeliest(m *nn.Model, fed string, n int) (string, error) {
	s := m.Session()
	var logits []float32
	var err error
	for _, b := range []byte(fed) {
		if logits, err = s.Feed(b); err != nil {
			return "", err
		}
	}
	var out []byte
	for len(out) < n {
		b, err := nn.Sampler{}.Pick(logits)
		if err != nil {
			return "", err
		}
		out = append(out, b)
		if logits, err = s.Feed(b); err != nil {
			return "", err
		}
	}
	return string(out), nil
}
