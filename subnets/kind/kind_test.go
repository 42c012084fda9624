package kind_test

import (
	"context"
	"encoding/json"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/internal/durable"
	"github.com/dendra-net/dendra/neuron"
	"github.com/dendra-net/dendra/neuron/neurontest"
	"github.com/dendra-net/dendra/nn"
	"github.com/dendra-net/dendra/nn/tlm"
	"github.com/dendra-net/dendra/subnets/kind"
	"github.com/dendra-net/dendra/subnets/lm"
	"github.com/dendra-net/dendra/subnets/mixture"
	"github.com/dendra-net/dendra/subnets/pretrain"
)

func TestEveryKindCanBeJudged(t *testing.T) {
	var names []string
	for _, k := range kind.All() {
		names = append(names, k.Name)
		found, ok := kind.ByName(k.Name)
		require.True(t, ok)
		judge, err := found.Judge(kind.Rules{})
		require.NoError(t, err)
		require.Equal(t, k.Name, judge.Name())
		require.NotEqual(t, judge.Task == nil, judge.Examiner == nil, "one of the two")
	}
	require.True(t, slices.IsSorted(names))
	_, ok := kind.ByName("poetry")
	require.False(t, ok)
}

func TestJudgesTakeAFolderOfText(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"pretrain", "mixture"} {
		k, _ := kind.ByName(name)
		_, err := k.Judge(kind.Rules{Shards: filepath.Join(dir, "missing")})
		require.Error(t, err)
		_, err = k.Judge(kind.Rules{Shards: dir})
		require.Error(t, err, "an empty folder")
	}
	require.NoError(t, os.WriteFile(filepath.Join(dir, "a.txt"), []byte(strings.Repeat("A text of one's own, long enough to ask about. ", 4000)), 0o600))
	for _, name := range []string{"pretrain", "mixture"} {
		k, _ := kind.ByName(name)
		_, err := k.Judge(kind.Rules{Shards: dir})
		require.NoError(t, err)
	}
}

// honest is a market with one honest miner of mixture, for the cheats among the models.
func honest(t *testing.T, who neuron.Address) mixture.Market {
	k, _ := kind.ByName("mixture")
	work, err := k.Mine(kind.Seat{}, "prose")
	require.NoError(t, err)
	return mixture.Market{
		Miners: func(context.Context) ([]neuron.Address, error) { return []neuron.Address{who}, nil },
		Ask: func(ctx context.Context, _ neuron.Address, method, path string, body []byte) neuron.Answer {
			w := httptest.NewRecorder()
			work.Handler.ServeHTTP(w, httptest.NewRequestWithContext(ctx, method, path, strings.NewReader(string(body))))
			return neuron.Answer{Status: w.Code, Body: w.Body.Bytes()}
		},
	}
}

// Whatever mines must answer the small question of its kind, or a line of text where the kind has none.
func TestEveryModelAnswers(t *testing.T) {
	other := neuron.KeyFromSeed([32]byte{1}).Address()
	market := honest(t, other)
	for _, k := range kind.All() {
		question, err := k.Question()
		require.NoError(t, err)
		if question == nil {
			question = []byte(`{"model":"` + k.Name + `","messages":[{"role":"user","content":"What is 3 + 4?"}],"max_tokens":8}`)
		}
		for _, model := range k.Models {
			if k.Name == "pretrain" {
				continue // they answer once they have trained: see that package
			}
			work, err := k.Mine(kind.Seat{Key: neuron.KeyFromSeed([32]byte{2}), Market: market}, model)
			require.NoError(t, err, "%s of %s", model, k.Name)
			w := httptest.NewRecorder()
			work.Handler.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/v1/chat/completions", strings.NewReader(string(question))))
			require.Equal(t, http.StatusOK, w.Code, "%s of %s: %s", model, k.Name, w.Body)
			var answer struct {
				Choices []struct{ Message struct{ Content string } }
			}
			require.NoError(t, json.Unmarshal(w.Body.Bytes(), &answer))
			require.Len(t, answer.Choices, 1)
			require.NotEmpty(t, answer.Choices[0].Message.Content, "%s of %s", model, k.Name)
		}
		_, err = k.Mine(kind.Seat{}, "oracle of Delphi")
		require.ErrorIs(t, err, kind.ErrModel)
	}
}

func TestTrainersCanBeSeated(t *testing.T) {
	chain := neurontest.NewChain("test-1")
	k, _ := kind.ByName("pretrain")
	for _, model := range k.Models {
		work, err := k.Mine(kind.Seat{Chain: chain, Key: neuron.KeyFromSeed([32]byte{3}), Netuid: 1, Dir: t.TempDir()}, model)
		require.NoError(t, err)
		require.NotNil(t, work.Run)
		require.NoError(t, work.Admit(neuron.Caller{Registered: true}), "artifacts are public")
		require.False(t, work.Handler.(*pretrain.Miner).PublicOnly)
		work, err = k.Mine(kind.Seat{Chain: chain, Key: neuron.KeyFromSeed([32]byte{3}), Netuid: 1, Dir: t.TempDir(), PublicOnly: true}, model)
		require.NoError(t, err)
		require.True(t, work.Handler.(*pretrain.Miner).PublicOnly)
	}
}

func TestPublishTakesModelsOnly(t *testing.T) {
	dir := t.TempDir()
	write := func(name string, content []byte) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, content, 0o600))
		return path
	}
	check := func(file string, want ...error) {
		t.Helper()
		err := kind.CheckArtifact(file)
		for _, w := range want {
			require.ErrorIs(t, err, w)
		}
		_, again := kind.Publish(kind.Seat{}, file)
		require.Equal(t, err, again)
	}
	check(filepath.Join(dir, "missing"), fs.ErrNotExist)
	check(dir, kind.ErrFile, durable.ErrIrregular)
	pipe := filepath.Join(dir, "pipe")
	require.NoError(t, syscall.Mkfifo(pipe, 0o600))
	check(pipe, kind.ErrFile, durable.ErrIrregular)
	check(write("large", make([]byte, 1<<20+1)), kind.ErrFile, durable.ErrTooLarge)
	check(write("text", []byte("no model")), kind.ErrFile, lm.ErrArtifact)
	busy, err := nn.New(nn.Config{Dim: 64, Layers: 40, Heads: 32, Hidden: 1, Context: nn.MaxContext}, 1)
	require.NoError(t, err)
	file, err := tlm.Quantize(busy)
	require.NoError(t, err)
	check(write("busy", file.Marshal()), kind.ErrFile, pretrain.ErrWork)
	m, err := nn.New(nn.Config{Dim: 32, Layers: 1, Heads: 1, Hidden: 64, Context: 32}, 1)
	require.NoError(t, err)
	file, err = tlm.Quantize(m)
	require.NoError(t, err)
	mine := write("mine.tlm", file.Marshal())
	check(write("cut", file.Marshal()[:100]), kind.ErrFile, lm.ErrArtifact)
	require.NoError(t, kind.CheckArtifact(mine))
	work, err := kind.Publish(kind.Seat{Chain: neurontest.NewChain("test-1"), Key: neuron.KeyFromSeed([32]byte{4}), Netuid: 1, Dir: filepath.Join(dir, "work")}, mine)
	require.NoError(t, err)
	require.NotNil(t, work.Run)
}
