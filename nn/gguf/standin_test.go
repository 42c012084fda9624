package gguf_test

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/nn"
)

// standIn names the engine that the test's own program is to stand in for.
const standIn = "DENDRA_STANDS_IN_FOR"

func TestMain(m *testing.M) {
	command := os.Getenv(standIn)
	if command == "" {
		os.Exit(m.Run())
	}
	if err := standInFor(command, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// The code that drives llama.cpp and Ollama is right about how they are spoken to: what takes their flags and requests, and
// nothing else, and computes with this package, gives what is expected.
func TestDriversSpeakToAStandIn(t *testing.T) {
	self, err := os.Executable()
	require.NoError(t, err)
	for _, e := range engines {
		t.Run(e.command, func(t *testing.T) {
			t.Setenv(standIn, e.command)
			writesTheSame(t, e, self)
		})
	}
}

// standInFor does what a command does that was given these words.
func standInFor(command string, words []string) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	switch command {
	case "llama-server":
		return standInServer(ctx, words)
	case "llama-completion", "llama-cli":
		return standInCompletion(words)
	case "ollama":
		return standInOllama(ctx, words)
	}
	return fmt.Errorf("%s is not known", command)
}

// completion goes on with a prompt as an engine does that begins a text with the model's own first byte.
func completion(model, prompt string, n int) (string, error) {
	m, err := load(model)
	if err != nil {
		return "", err
	}
	return likeliest(m, string(rune(nn.First))+prompt, n)
}

// knownFlags reads words, and fails on a flag that is not among those named.
func knownFlags(words []string, switches []string, values ...string) (map[string]string, error) {
	set := flag.NewFlagSet("", flag.ContinueOnError)
	for _, name := range values {
		set.String(name, "", "")
	}
	for _, name := range switches {
		set.Bool(name, false, "")
	}
	err := set.Parse(words)
	given := map[string]string{}
	set.Visit(func(f *flag.Flag) { given[f.Name] = f.Value.String() })
	return given, err
}

func standInServer(ctx context.Context, words []string) error {
	given, err := knownFlags(words, nil, "m", "host", "port", "c", "np", "t")
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /health", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("POST /completion", func(w http.ResponseWriter, r *http.Request) {
		var asked struct {
			Prompt      string
			N           int `json:"n_predict"`
			Temperature float64
			TopK        int     `json:"top_k"`
			Penalty     float64 `json:"repeat_penalty"`
			Cache       bool    `json:"cache_prompt"`
			Stream      bool
		}
		if !strictly(w, r, &asked) {
			return
		}
		text, err := completion(given["m"], asked.Prompt, asked.N)
		reply(w, map[string]any{"content": text, "stop": true}, err)
	})
	return serveUntil(ctx, given["host"]+":"+given["port"], mux)
}

func standInCompletion(words []string) error {
	if len(words) == 1 && words[0] == "--help" {
		fmt.Println("-no-cnv, --no-conversation")
		return nil
	}
	given, err := knownFlags(words, []string{"no-cnv", "no-display-prompt", "simple-io"}, "m", "p", "n", "temp", "top-k", "repeat-penalty", "c", "t")
	if err != nil {
		return err
	}
	var n int
	if _, err := fmt.Sscan(given["n"], &n); err != nil {
		return err
	}
	text, err := completion(given["m"], given["p"], n)
	fmt.Fprintln(os.Stderr, "loading") // what is not the answer goes there
	fmt.Print(text, "\n\n")
	return err
}

func standInOllama(ctx context.Context, words []string) error {
	models := os.Getenv("OLLAMA_MODELS")
	if models == "" || os.Getenv("OLLAMA_HOST") == "" || filepath.Dir(models) != os.Getenv("HOME") {
		return errors.New("it would use the person's own server, models or home")
	}
	if len(words) == 4 && words[0] == "create" && words[2] == "-f" {
		res, err := http.Get("http://" + os.Getenv("OLLAMA_HOST") + "/api/version")
		if err != nil {
			return err
		}
		raw, err := os.ReadFile(words[3])
		return errors.Join(err, res.Body.Close(), os.MkdirAll(models, 0o700), os.WriteFile(filepath.Join(models, words[1]), raw, 0o600))
	}
	if len(words) != 1 || words[0] != "serve" {
		return fmt.Errorf("%q is not known", words)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/version", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("POST /api/generate", func(w http.ResponseWriter, r *http.Request) { standInGenerate(w, r, models) })
	return serveUntil(ctx, os.Getenv("OLLAMA_HOST"), mux)
}

func standInGenerate(w http.ResponseWriter, r *http.Request, models string) {
	var asked struct {
		Model, Prompt string
		Raw, Stream   bool
		Options       struct {
			Temperature float64
			TopK        int     `json:"top_k"`
			Penalty     float64 `json:"repeat_penalty"`
			N           int     `json:"num_predict"`
			Context     int     `json:"num_ctx"`
			Threads     int     `json:"num_thread"`
			GPU         int     `json:"num_gpu"`
		}
	}
	if !strictly(w, r, &asked) {
		return
	}
	file, err := os.ReadFile(filepath.Join(models, filepath.Base(asked.Model)))
	if err != nil {
		reply(w, nil, err)
		return
	}
	from, _ := strings.CutPrefix(strings.TrimSpace(string(file)), "FROM ")
	text, err := completion(from, asked.Prompt, asked.Options.N)
	reply(w, map[string]any{"response": text, "done": true}, err)
}

func strictly(w http.ResponseWriter, r *http.Request, into any) bool {
	reader := json.NewDecoder(r.Body)
	reader.DisallowUnknownFields()
	if err := reader.Decode(into); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return false
	}
	return true
}

func reply(w http.ResponseWriter, body any, err error) {
	if err == nil {
		err = json.NewEncoder(w).Encode(body)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
	}
}

func serveUntil(ctx context.Context, address string, handler http.Handler) error {
	server := &http.Server{Addr: address, Handler: handler}
	stopped := context.AfterFunc(ctx, func() { _ = server.Close() }) // ListenAndServe says how it went
	defer stopped()
	if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
