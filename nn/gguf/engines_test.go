package gguf_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// engine is a program that runs GGUF files.
type engine struct {
	command string
	// start makes it ready for a model, and returns what goes on with a prompt by so many bytes, always with the likeliest.
	start func(t *testing.T, command, model string) func(prompt string, n int) string
}

var engines = []engine{
	{"llama-server", startLlamaServer},
	{"llama-completion", startLlamaCompletion}, // what llama-cli was until it only chatted
	{"llama-cli", startLlamaCompletion},
	{"ollama", startOllama},
}

const (
	engineStarts  = time.Minute
	engineAnswers = time.Minute
	engineEnds    = 20 * time.Second
)

func startLlamaServer(t *testing.T, command, model string) func(string, int) string {
	port := freePort(t)
	base := "http://127.0.0.1:" + port
	serve(t, exec.Command(command, "-m", model, "--host", "127.0.0.1", "--port", port, "-c", "64", "-np", "1", "-t", "1"), base+"/health")
	return func(prompt string, n int) string {
		var got struct{ Content string }
		ask(t, base+"/completion", map[string]any{
			"prompt": prompt, "n_predict": n, "temperature": 0, "top_k": 1, "repeat_penalty": 1, "cache_prompt": false, "stream": false,
		}, &got)
		return got.Content
	}
}

func startLlamaCompletion(t *testing.T, command, model string) func(string, int) string {
	if !strings.Contains(said(t, command, "--help"), "-no-cnv") {
		t.Skip("this program only chats; llama-completion, which came with it, completes")
	}
	return func(prompt string, n int) string {
		out := said(t, command, "-m", model, "-p", prompt, "-n", strconv.Itoa(n), "--temp", "0", "--top-k", "1", "--repeat-penalty", "1",
			"-c", "64", "-t", "1", "-no-cnv", "--no-display-prompt", "--simple-io")
		got := strings.TrimRight(out, "\n")
		require.GreaterOrEqual(t, len(got), n, "%q", out)
		return got
	}
}

// said is what a command that ends prints.
func said(t *testing.T, command string, args ...string) string {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), engineAnswers)
	defer stop()
	var errs bytes.Buffer
	cmd := exec.CommandContext(ctx, command, args...)
	cmd.Stderr = &errs
	out, err := cmd.Output()
	require.NoError(t, err, "%s", &errs)
	return string(out)
}

// startOllama runs a server of its own, with a home and models of its own, so that it neither sees nor changes the person's.
func startOllama(t *testing.T, command, model string) func(string, int) string {
	host, dir := "127.0.0.1:"+freePort(t), t.TempDir()
	env := append(os.Environ(), "OLLAMA_HOST="+host, "OLLAMA_MODELS="+filepath.Join(dir, "models"), "HOME="+dir)
	server := exec.Command(command, "serve")
	server.Env = env
	serve(t, server, "http://"+host+"/api/version")

	file := filepath.Join(dir, "Modelfile")
	require.NoError(t, os.WriteFile(file, []byte("FROM "+model+"\n"), 0o600))
	create := exec.Command(command, "create", "theirs", "-f", file)
	create.Env = env
	out, err := create.CombinedOutput()
	require.NoError(t, err, "%s", out)
	return func(prompt string, n int) string {
		var got struct{ Response string }
		ask(t, "http://"+host+"/api/generate", map[string]any{
			"model": "theirs", "prompt": prompt, "raw": true, "stream": false,
			"options": map[string]any{"temperature": 0, "top_k": 1, "repeat_penalty": 1, "num_predict": n, "num_ctx": 64, "num_thread": 1, "num_gpu": 0},
		}, &got)
		return got.Response
	}
}

func freePort(t *testing.T) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer ln.Close()
	_, port, err := net.SplitHostPort(ln.Addr().String())
	require.NoError(t, err)
	return port
}

// serve starts a server and waits until a page of it is there. The server is asked to end with the test, and killed when
// it does not.
func serve(t *testing.T, cmd *exec.Cmd, page string) {
	t.Helper()
	errs := &output{}
	cmd.Stdout, cmd.Stderr = errs, errs
	require.NoError(t, cmd.Start())
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	t.Cleanup(func() {
		late := time.AfterFunc(engineEnds, func() { _ = cmd.Process.Kill() }) // it may have just ended
		defer late.Stop()
		_ = cmd.Process.Signal(os.Interrupt) // likewise
		<-ended
	})
	client, began := http.Client{Timeout: time.Second}, time.Now()
	for tick := time.NewTicker(50 * time.Millisecond); ; <-tick.C {
		select {
		case err := <-ended:
			ended <- err
			require.Fail(t, "the server ended", "%v: %s", err, errs)
		default:
		}
		if res, err := client.Get(page); err == nil {
			require.NoError(t, res.Body.Close())
			if res.StatusCode == http.StatusOK {
				tick.Stop()
				return
			}
		}
		require.Less(t, time.Since(began), engineStarts, "%s", errs)
	}
}

func ask(t *testing.T, url string, question, answer any) {
	t.Helper()
	body, err := json.Marshal(question)
	require.NoError(t, err)
	client := http.Client{Timeout: engineAnswers}
	res, err := client.Post(url, "application/json", bytes.NewReader(body))
	require.NoError(t, err)
	defer res.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, res.StatusCode, "%s", raw)
	require.NoError(t, json.Unmarshal(raw, answer), "%s", raw)
}

// output is what a process has printed so far.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return fmt.Sprintf("%.4000s", o.text.String())
}
