package neurontest

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/dendra-net/dendra/neuron"
)

// Miner is a miner of kind chat that is to be examined: a Handler, which Check puts behind a signed server of its own,
// or a running miner, by Endpoint, Hotkey, ChainID, Netuid and a Caller whom it admits.
type Miner struct {
	Handler http.Handler

	Endpoint string
	Hotkey   neuron.Address
	ChainID  string
	Netuid   uint16
	Caller   neuron.Key

	Model   string        // sent as "model"
	Timeout time.Duration // for each request, 30 s if zero
}

// Result is what one case found; a nil Err is a pass.
type Result struct {
	Name string
	Err  error
}

// testCase is one thing a miner must do.
type testCase struct {
	name string
	run  func(e *examiner, ctx context.Context) error
}

func cases() []testCase {
	all := []testCase{
		{"answers whole", (*examiner).answersWhole},
		{"answers as a stream", (*examiner).answersStream},
		{"answers many at once", (*examiner).answersMany},
	}
	all = append(all, refusals()...)
	all = append(all, garbage()...)
	return append(all,
		testCase{"survives a caller who leaves", (*examiner).survivesLeaver},
		testCase{"answers after all that", (*examiner).answersWhole},
	)
}

// Conformance runs Check's cases as subtests.
//
//	func TestMyMiner(t *testing.T) { neurontest.Conformance(t, neurontest.Miner{Handler: myHandler}) }
func Conformance(t *testing.T, m Miner) {
	t.Helper()
	results, err := Check(t.Context(), m)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range results {
		t.Run(r.Name, func(t *testing.T) {
			if r.Err != nil {
				t.Error(r.Err)
			}
		})
	}
}

// Check examines a miner: it answers chat completions whole and streamed, refuses what is unsigned, altered, meant for
// another or replayed, and survives garbage. The error is of the examination, not of the miner.
func Check(ctx context.Context, m Miner) ([]Result, error) {
	if m.Timeout == 0 {
		m.Timeout = 30 * time.Second
	}
	if m.Handler == nil {
		return examine(ctx, m)
	}
	m.ChainID, m.Netuid, m.Caller = "conformance-1", 1, Key("conformance validator")
	server := &neuron.Server{
		Key: Key("conformance miner"), ChainID: m.ChainID, Netuid: m.Netuid, Handler: m.Handler, Timeout: m.Timeout,
		Workers: 16, Admit: func(neuron.Caller) error { return nil },
	}
	m.Hotkey = server.Key.Address()
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- server.Run(ctx) }()
	m.Endpoint = server.URL()
	results, err := examine(ctx, m)
	cancel()
	return results, errors.Join(err, <-ended)
}

func examine(ctx context.Context, m Miner) ([]Result, error) {
	if m.Endpoint == "" || m.Hotkey == "" || m.ChainID == "" || m.Caller.IsZero() {
		return nil, fmt.Errorf("examine miner: want a Handler, or Endpoint %q, Hotkey %q, ChainID %q and Caller", m.Endpoint, m.Hotkey, m.ChainID)
	}
	e := &examiner{Miner: m, client: &neuron.Client{Key: m.Caller, ChainID: m.ChainID, Timeout: m.Timeout}, raw: &http.Transport{}}
	defer e.client.CloseIdle()
	defer e.raw.CloseIdleConnections()
	var results []Result
	for _, c := range cases() {
		limited, cancel := context.WithTimeout(ctx, m.Timeout)
		results = append(results, Result{c.name, c.run(e, limited)})
		cancel()
	}
	return results, ctx.Err()
}

// examiner puts the questions.
type examiner struct {
	Miner
	client *neuron.Client
	raw    *http.Transport
}

const chatPath = "/v1/chat/completions"

func (e *examiner) target() neuron.Target {
	return neuron.Target{Netuid: e.Netuid, Hotkey: e.Hotkey, Endpoint: e.Endpoint}
}

func (e *examiner) ask(ctx context.Context, body string) (*neuron.Reply, error) {
	return e.client.Do(ctx, e.target(), http.MethodPost, chatPath, nil, []byte(body))
}

// question is a well-formed request.
func (e *examiner) question(stream bool) string {
	return fmt.Sprintf(`{"model":%q,"messages":[{"role":"user","content":"What is 2+2?"}],"max_tokens":16,"stream":%t}`, e.Model, stream)
}
