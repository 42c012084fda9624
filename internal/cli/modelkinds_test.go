package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/mix"
)

// runModel runs a model command with its JSON.
func runModel(t *testing.T, into any, words ...string) (code int, stderr string) {
	t.Helper()
	var o, e bytes.Buffer
	code = Main(context.Background(), Env{Args: append([]string{"model", "--json"}, words...), Stdin: strings.NewReader(""), Stdout: &o, Stderr: &e,
		Getenv: func(string) string { return "" }})
	if code == 0 && into != nil {
		require.NoError(t, json.Unmarshal(o.Bytes(), into), "%s", &o)
	}
	return code, e.String()
}

// modelFiles makes the same text's model in every format.
func modelFiles(t *testing.T) (dir, text string) {
	t.Helper()
	dir = t.TempDir()
	text = filepath.Join(dir, "a.txt")
	require.NoError(t, os.WriteFile(text, []byte(strings.Repeat("now and then, then and now; ", 40)), 0o600))
	code, _, stderr := train(t.Context(), t, filepath.Join(dir, "a.tlm"), text, "--steps", "30")
	require.Zero(t, code, stderr)
	code, stderr = runModel(t, nil, "export", filepath.Join(dir, "a.tlm"), "--gguf", filepath.Join(dir, "a.gguf"))
	require.Zero(t, code, stderr)
	return dir, text
}

// Every format that a subnet takes is measured and sampled by the same commands, and networks are exported.
func TestModelsOfEveryFormat(t *testing.T) {
	dir, text := modelFiles(t)
	var made counted
	code, stderr := runModel(t, &made, "train", "--ngram", "7", "--out", filepath.Join(dir, "a.ngram"), "--text", text)
	require.Zero(t, code, stderr)
	require.Equal(t, 7, made.Order)
	require.Positive(t, made.Contexts)
	scores := map[string]modelScore{}
	for _, file := range []string{"a.tlm", "a.gguf", "a.ngram"} {
		var score modelScore
		code, stderr := runModel(t, &score, "eval", filepath.Join(dir, file), "--text", text)
		require.Zero(t, code, stderr)
		require.Positive(t, score.Bits)
		require.Equal(t, file == "a.ngram", score.Contexts > 0)
		require.Equal(t, file == "a.ngram", score.Parameters == 0)
		scores[file] = score
		var drawn modelSample
		code, stderr = runModel(t, &drawn, "sample", filepath.Join(dir, file), "--prompt", "now and", "--bytes", "20", "--temperature", "0")
		require.Zero(t, code, stderr)
		require.Len(t, drawn.Raw, 20)
		if file == "a.ngram" {
			require.Equal(t, " then, then and now;", drawn.Text, "it has the text by heart")
		}
	}
	require.InDelta(t, scores["a.tlm"].Bits, scores["a.gguf"].Bits, 1e-6, "weights of 32 bits are those of the file they came from")
	require.Equal(t, "llama", scores["a.gguf"].Kind)
	require.Less(t, scores["a.ngram"].Bits, 1.0)

	var again exportedModel
	code, stderr = runModel(t, &again, "export", filepath.Join(dir, "a.gguf"), "--gguf", filepath.Join(dir, "b.gguf"), "--quant", "q8_0")
	require.Zero(t, code, stderr)
	require.Equal(t, scores["a.gguf"].Parameters, again.Parameters)
}

func TestModelsThatCannot(t *testing.T) {
	dir, text := modelFiles(t)
	ngram, out := filepath.Join(dir, "a.ngram"), filepath.Join(dir, "out")
	code, stderr := runModel(t, nil, "train", "--ngram", "2", "--out", ngram, "--text", text)
	require.Zero(t, code, stderr)
	huge, lies := filepath.Join(dir, "huge.gguf"), filepath.Join(dir, "lies.ngram")
	require.NoError(t, os.WriteFile(huge, nil, 0o600))
	require.NoError(t, os.Truncate(huge, maxModelBytes+1))
	require.NoError(t, os.WriteFile(lies, []byte("DNGRAM\x01\x09"), 0o600))
	for why, words := range map[string][]string{
		"has no weights":                   {"export", ngram, "--gguf", out},
		"no weights of whole numbers":      {"eval", ngram, "--text", text, "--canonical"},
		"a.gguf has no weights of whole":   {"sample", filepath.Join(dir, "a.gguf"), "--canonical"},
		"the most is 67108864":             {"eval", huge, "--text", text},
		"order 9, want 1 to 7":             {"sample", lies},
		"a tlm file begins with":           {"eval", text, "--text", text},
		"--steps is 0; want 1 to":          {"train", "--out", out, "--text", text, "--steps", "0"},
		"--seconds is 0; want more than 0": {"train", "--out", out, "--text", text, "--seconds", "0"},
		"--ngram is 0; want 1 to 7":        {"train", "--out", out, "--text", text, "--ngram", "0"},
		"--ngram is 8":                     {"train", "--out", out, "--text", text, "--ngram", "8"},
		"--steps is of networks":           {"train", "--out", out, "--text", text, "--ngram", "3", "--steps", "5"},
		"is not named":                     {"train", "--text", text, "--ngram", "3"},
		"is there already":                 {"train", "--text", text, "--ngram", "3", "--out", ngram},
		"no text is named":                 {"train", "--ngram", "3", "--out", out},
	} {
		code, stderr := runModel(t, nil, words...)
		require.Equal(t, 2, code, "%v: %s", words, stderr)
		require.Contains(t, stderr, why)
		require.Contains(t, stderr, `"fix":"`)
		require.NoFileExists(t, out)
	}
}

// A stopped count leaves nothing behind.
func TestCountingStops(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	stop()
	m, err := mix.NewNGram(mix.NGramConfig{Order: 2})
	require.NoError(t, err)
	a := &app{Env: Env{Stderr: &bytes.Buffer{}, Getenv: func(string) string { return "" }}}
	require.ErrorIs(t, a.count(ctx, m, []byte("text")), context.Canceled)
}
