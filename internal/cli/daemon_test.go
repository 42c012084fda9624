package cli_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/internal/cli"
	"github.com/dendra-net/dendra/neuron"
	"github.com/dendra-net/dendra/subnets/kind"
)

// record is a stream that is written and read at the same time.
type record struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (r *record) Write(b []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.b.Write(b)
}

func (r *record) String() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.b.String()
}

// daemon is a command that runs until it is stopped.
type daemon struct {
	out, errs record
	cancel    context.CancelFunc
	code      chan int
}

// starts runs a command line in the background.
func (p person) starts(line string, env map[string]string) *daemon {
	ctx, cancel := context.WithCancel(p.t.Context())
	d := &daemon{cancel: cancel, code: make(chan int, 1)}
	e := cli.Env{Args: strings.Fields(line), Stdin: strings.NewReader(""), Stdout: &d.out, Stderr: &d.errs, Argon2: cheap,
		Kinds: append(kind.All(), kind.Of("echo", func() (neuron.Task, error) { return echo{}, nil })),
		Getenv: func(name string) string {
			if name == "DENDRA_HOME" {
				return p.home
			}
			return env[name]
		}}
	go func() { d.code <- cli.Main(ctx, e) }()
	p.t.Cleanup(func() { d.cancel() })
	return d
}

// says waits until the daemon wrote text to stderr or stdout.
func (p person) says(d *daemon, text string) {
	p.t.Helper()
	require.Eventually(p.t, func() bool { return strings.Contains(d.errs.String()+d.out.String(), text) }, 30*time.Second, 20*time.Millisecond,
		"waiting for %q", text)
}

// stops ends the daemon and wants it to end well.
func (p person) stops(d *daemon) {
	p.t.Helper()
	d.cancel()
	select {
	case code := <-d.code:
		require.Zero(p.t, code, d.errs.String())
	case <-time.After(30 * time.Second):
		p.t.Fatal("the command does not end")
	}
}

// echo is a task whose truth is the question itself.
type echo struct{}

func (echo) Name() string { return "echo" }

func (echo) Questions(seed [32]byte, n int) []neuron.Question {
	out := make([]neuron.Question, n)
	for i := range out {
		body := fmt.Sprintf(`{"model":"echo","messages":[{"role":"user","content":"%x-%d"}]}`, seed[:8], i)
		out[i] = neuron.Question{ID: fmt.Sprint(i), Family: "echo", Path: "/v1/chat/completions", Body: []byte(body), Truth: "pong", Difficulty: 1}
	}
	return out
}

func (echo) Grade(q neuron.Question, a neuron.Answer) float64 {
	if a.Err == nil && a.Status == http.StatusOK && bytes.Contains(a.Body, []byte(q.Truth)) {
		return 1
	}
	return 0
}

// modelServer speaks OpenAI's form and answers "pong" to everything.
func modelServer(t *testing.T) string {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v1/models", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `{"object":"list","data":[{"id":"m","object":"model"}]}`)
	})
	mux.HandleFunc("POST /v1/chat/completions", func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err == nil && bytes.Contains(body, []byte(`"stream":true`)) {
			w.Header().Set("Content-Type", "text/event-stream")
			_, _ = io.WriteString(w, `data: {"id":"1","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":"pong"},"finish_reason":null}]}`+"\n\n"+
				`data: {"id":"1","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}`+"\n\ndata: [DONE]\n\n")
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"id":"1","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"pong"},"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2}}`)
	})
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s.URL
}

// TestAMarketOfDaemons starts a miner with nothing but its model, a validator and a gateway, and asks.
func TestAMarketOfDaemons(t *testing.T) {
	if testing.Short() {
		t.Skip("runs a node for some seconds")
	}
	p := startChain(t)
	model := modelServer(t)
	mine := "miner run --subnet 1 --wallet digger --upstream " + model + " --model m"

	p.refusesTheWrongKind()
	require.Contains(t, p.fails("needs_confirmation", mine), "--yes")
	p.fails("wallet_not_found", "wallet balance digger")
	miner := p.starts(mine+" --yes", nil)
	p.says(miner, "registered: subnet 1 neuron 0, burned ")
	p.says(miner, "serving subnet 1 at http://127.0.0.1:")
	p.waits("subnet show 1", func(v map[string]any) bool { return neuronAt(v, 0)["endpoint"] != "" })

	judge := p.starts("validator run --subnet 1 --task echo --wallet alice --yes", nil)
	p.says(judge, "scoring subnet 1 with task echo")
	p.does("stake add 100 --wallet alice --yes")
	p.waits("subnet show 1", func(v map[string]any) bool { return neuronAt(v, 0)["incentive"].(float64) > 0.99 })
	p.says(judge, "1 miners asked, 1 answered, vote on 1 neurons")
	p.says(miner, "incentive 1.0000  rank 1/1")

	address := freeAddress(t)
	door := p.starts("gateway run --wallet alice --listen "+address, map[string]string{"DENDRA_API_KEY": "secret"})
	p.says(door, "serving http://"+address+"/v1 as tao1")
	require.Contains(t, p.does("ask ping --api http://"+address+" --api-key secret"), "pong\n  answered by subnet 1 / neuron 0 in ")
	require.Contains(t, p.does("request list --api http://"+address+" --api-key secret"), "answered")
	p.fails("invalid_api_key", "ask ping --api http://"+address+" --api-key wrong")
	p.fails("port_in_use", "gateway run --wallet alice --dir "+t.TempDir()+" --api-key x --listen "+address)
	p.fails("log_in_use", "gateway run --wallet alice --api-key x --listen "+freeAddress(t))

	p.stops(door)
	p.stops(judge)
	p.stops(miner)

	again := p.starts(mine, nil) // has wallet and slot: nothing to agree to
	p.says(again, "serving subnet 1 at ")
	require.NotContains(t, again.errs.String(), "registered")
	p.stops(again)
}
