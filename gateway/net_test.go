package gateway_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/gateway"
	"github.com/dendra-net/dendra/gateway/requestlog"
	"github.com/dendra-net/dendra/neuron"
)

const (
	chainID  = "gateway-test"
	localKey = "dendra-local"
)

// testMiner is a neuron of the test network: a handler behind a signing server, behind a listener that may misbehave.
type testMiner struct {
	handler   http.Handler
	signAs    string                          // name of the key that signs, the miner's own when empty
	wire      func(http.Handler) http.Handler // what happens between the listener and the signing server
	incentive float64
	calls     atomic.Int32
}

// market is a network of one subnet, "text", with a gateway before it.
type market struct {
	t       testing.TB
	url     string
	gateway *gateway.Gateway
	log     *requestlog.Log
	subnet  neuron.Subnet
}

func key(name string) neuron.Key {
	var seed [32]byte
	copy(seed[:], name)
	return neuron.KeyFromSeed(seed)
}

// quick are limits that let misbehaviour show within a test.
func quick() gateway.Limits {
	return gateway.Limits{FirstByte: 250 * time.Millisecond, Whole: 250 * time.Millisecond, Idle: 250 * time.Millisecond, RequestsPerMinute: -1}
}

func newMarket(t testing.TB, edit func(*gateway.Config), miners ...*testMiner) *market {
	t.Helper()
	m := &market{t: t, subnet: neuron.Subnet{Netuid: 1, Name: "text"}}
	for i, miner := range miners {
		m.subnet.Neurons = append(m.subnet.Neurons, startMiner(t, i, miner))
	}
	log, _, err := requestlog.Open(requestlog.Options{Dir: t.TempDir()})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, log.Close()) })
	client := &neuron.Client{Key: key("gateway"), ChainID: chainID}
	t.Cleanup(client.CloseIdle)
	cfg := gateway.Config{
		Client:       client,
		Directory:    gateway.NewDirectory(m.subnets, m.readSubnet, 0, nil),
		Log:          log,
		Keys:         []gateway.APIKey{{Name: "local", SHA256: gateway.HashKey(localKey), Operator: true}, {Name: "guest", SHA256: gateway.HashKey("guest-key")}},
		DefaultPrice: gateway.StandardPrice(),
		Limits:       quick(),
		Random:       func() float64 { return 0 }, // the first of those not yet drawn: uid order
	}
	if edit != nil {
		edit(&cfg)
	}
	m.log = cfg.Log
	m.gateway, err = gateway.New(cfg)
	require.NoError(t, err)
	server := httptest.NewServer(m.gateway.Handler())
	t.Cleanup(server.Close)
	m.url = server.URL
	return m
}

func (m *market) subnets(context.Context) ([]neuron.Subnet, error) {
	return []neuron.Subnet{{Netuid: m.subnet.Netuid, Name: m.subnet.Name}}, nil
}

func (m *market) readSubnet(_ context.Context, netuid uint16) (neuron.Subnet, error) {
	if netuid != m.subnet.Netuid {
		return neuron.Subnet{}, fmt.Errorf("no subnet %d", netuid)
	}
	return m.subnet, nil
}

func startMiner(t testing.TB, uid int, m *testMiner) neuron.Neuron {
	own := key(fmt.Sprintf("miner-%d", uid))
	signer := own
	if m.signAs != "" {
		signer = key(m.signAs)
	}
	counted := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		m.calls.Add(1)
		m.handler.ServeHTTP(w, r)
	})
	server := &neuron.Server{
		Key: signer, ChainID: chainID, Netuid: 1, Handler: counted,
		Admit: func(neuron.Caller) error { return nil },
	}
	t.Cleanup(func() { require.NoError(t, server.Close()) })
	var front http.Handler = server
	if m.wire != nil {
		front = m.wire(front)
	}
	listener := httptest.NewServer(front)
	t.Cleanup(func() {
		listener.CloseClientConnections()
		listener.Close()
	})
	incentive := m.incentive
	if incentive == 0 {
		incentive = 0.5
	}
	return neuron.Neuron{UID: uint16(uid), Hotkey: own.Address(), Incentive: incentive, Endpoint: listener.URL}
}

// respond is a handler that always says the same.
func respond(status int, contentType, body string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", contentType)
		w.WriteHeader(status)
		io.WriteString(w, body)
	})
}

const wholeAnswer = `{"id":"chatcmpl-1","object":"chat.completion","created":1700000000,"model":"text","choices":[{"index":0,` +
	`"message":{"role":"assistant","content":"The answer is 144.","refusal":null},"logprobs":null,"finish_reason":"stop"}],` +
	`"usage":{"prompt_tokens":7,"completion_tokens":5,"total_tokens":12}}`

// chunkOf is a chunk with raw content for the delta and the finish reason.
func chunkOf(delta, finish string) string {
	return fmt.Sprintf(`{"id":"chatcmpl-1","object":"chat.completion.chunk","created":1700000000,"model":"text",`+
		`"choices":[{"index":0,"delta":%s,"finish_reason":%s}]}`, delta, finish)
}

// goodEvents are the events of a sound streamed answer: "The answer is 144." and its usage.
func goodEvents() []string {
	return []string{
		chunkOf(`{"role":"assistant","content":""}`, "null"), chunkOf(`{"content":"The ans"}`, "null"),
		chunkOf(`{"content":"wer is 1"}`, "null"), chunkOf(`{"content":"44."}`, "null"), chunkOf(`{}`, `"stop"`),
		`{"id":"chatcmpl-1","object":"chat.completion.chunk","created":1700000000,"model":"text","choices":[],"usage":{"prompt_tokens":7,"completion_tokens":5,"total_tokens":12}}`,
		"[DONE]",
	}
}

// events is a handler that streams the given events, and a whole answer to who wants no stream.
func events(list ...string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var req struct {
			Stream  bool `json:"stream"`
			Options struct {
				Usage bool `json:"include_usage"`
			} `json:"stream_options"`
		}
		if err := json.NewDecoder(r.Body).Decode(&req); err != nil || !req.Stream {
			respond(200, "application/json", wholeAnswer).ServeHTTP(w, r)
			return
		}
		w.Header().Set("Content-Type", "text/event-stream")
		for _, e := range list {
			if strings.Contains(e, `"usage":{`) && !req.Options.Usage {
				continue
			}
			if _, err := fmt.Fprintf(w, "data: %s\n\n", e); err != nil {
				return
			}
			if err := http.NewResponseController(w).Flush(); err != nil {
				return
			}
		}
	})
}

func good() *testMiner { return &testMiner{handler: events(goodEvents()...)} }

// response is an answer of the gateway, read to its end.
type response struct {
	*http.Response
	body string
}

func (m *market) do(method, path, apiKey, body string) response {
	m.t.Helper()
	req, err := http.NewRequestWithContext(m.t.Context(), method, m.url+path, strings.NewReader(body))
	require.NoError(m.t, err)
	if apiKey != "" {
		req.Header.Set("Authorization", "Bearer "+apiKey)
	}
	return m.send(req)
}

func (m *market) send(req *http.Request) response {
	m.t.Helper()
	resp, err := http.DefaultClient.Do(req)
	require.NoError(m.t, err)
	defer resp.Body.Close()
	var body bytes.Buffer
	_, err = body.ReadFrom(resp.Body)
	require.NoError(m.t, err)
	return response{resp, body.String()}
}

func (m *market) ask(body string) response {
	m.t.Helper()
	return m.do("POST", "/v1/chat/completions", localKey, body)
}

const (
	question       = `{"model":"text","messages":[{"role":"user","content":"What is 12 * 12?"}]}`
	streamQuestion = `{"model":"text","stream":true,"messages":[{"role":"user","content":"What is 12 * 12?"}]}`
)

// record returns the request's record, waiting for one that is written when the answer has been delivered already.
func (m *market) record(r response) requestlog.Record {
	m.t.Helper()
	record, err := m.log.Get(r.Header.Get("X-Request-Id"))
	require.NoError(m.t, err)
	return record
}

// payloads are the data lines of a stream.
func payloads(body string) []string {
	var got []string
	for line := range strings.Lines(body) {
		if data, ok := strings.CutPrefix(line, "data: "); ok {
			got = append(got, strings.TrimSuffix(data, "\n"))
		}
	}
	return got
}

// wireError is the error object of an answer.
type wireError struct {
	Message string  `json:"message"`
	Type    string  `json:"type"`
	Param   *string `json:"param"`
	Code    any     `json:"code"`
}

func errorOf(t testing.TB, body string) wireError {
	t.Helper()
	var fields map[string]map[string]json.RawMessage
	require.NoError(t, json.Unmarshal([]byte(body), &fields), body)
	for _, name := range []string{"message", "type", "param", "code"} {
		require.Contains(t, fields["error"], name, "clients need all four members")
	}
	var e struct {
		Error wireError `json:"error"`
	}
	require.NoError(t, json.Unmarshal([]byte(body), &e))
	return e.Error
}

// open asks and returns as soon as the answer begins; stop makes the client leave.
func (m *market) open(body string) (resp *http.Response, stop func()) {
	m.t.Helper()
	ctx, cancel := context.WithCancel(m.t.Context())
	req, err := http.NewRequestWithContext(ctx, "POST", m.url+"/v1/chat/completions", strings.NewReader(body))
	require.NoError(m.t, err)
	req.Header.Set("Authorization", "Bearer "+localKey)
	resp, err = http.DefaultClient.Do(req)
	require.NoError(m.t, err)
	m.t.Cleanup(func() { cancel(); resp.Body.Close() })
	return resp, cancel
}

// eventually returns the record of a request whose end the client does not see.
func (m *market) eventually(id string) requestlog.Record {
	m.t.Helper()
	var record requestlog.Record
	require.Eventually(m.t, func() bool {
		var err error
		record, err = m.log.Get(id)
		return err == nil
	}, 5*time.Second, 5*time.Millisecond)
	return record
}

// cutAfter breaks the connection once the miner has sent the given bytes.
func cutAfter(mark string) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			next.ServeHTTP(&cutter{ResponseWriter: w, mark: mark}, r)
		})
	}
}

type cutter struct {
	http.ResponseWriter
	mark string
	cut  bool
}

func (c *cutter) Write(b []byte) (int, error) {
	if c.cut {
		return 0, io.ErrClosedPipe
	}
	n, err := c.ResponseWriter.Write(b)
	if c.cut = bytes.Contains(b, []byte(c.mark)); !c.cut || err != nil {
		return n, err
	}
	control := http.NewResponseController(c.ResponseWriter)
	if err := control.Flush(); err != nil {
		return n, err
	}
	conn, _, err := control.Hijack()
	if err != nil {
		return n, err
	}
	return n, conn.Close()
}

func (c *cutter) Flush() {
	if !c.cut {
		http.NewResponseController(c.ResponseWriter).Flush()
	}
}
