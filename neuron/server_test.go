package neuron_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/neuron"
	"github.com/dendra-net/dendra/neuron/neurontest"
)

const chainID = "test-1"

var (
	alice = neurontest.Key("alice") // the caller, with a permit
	miner = neurontest.Key("miner")
)

// permitted knows alice and the named callers, each with the stake in TAO.
func permitted(stakes map[string]uint64) func(neuron.Address) (neuron.Neuron, bool) {
	known := map[neuron.Address]neuron.Neuron{alice.Address(): {Hotkey: alice.Address(), Permit: true, StakeRao: 1e9}}
	for name, tao := range stakes {
		a := neurontest.Key(name).Address()
		known[a] = neuron.Neuron{Hotkey: a, Permit: true, StakeRao: tao * 1e9}
	}
	return func(a neuron.Address) (neuron.Neuron, bool) {
		n, ok := known[a]
		return n, ok
	}
}

func echo(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	io.Copy(w, r.Body)
}

// run starts the server with defaults for a test and stops it at the end.
func run(t *testing.T, s *neuron.Server) neuron.Target {
	t.Helper()
	stop := start(t, s)
	t.Cleanup(stop)
	return neuron.Target{Netuid: s.Netuid, Hotkey: s.Key.Address(), Endpoint: s.URL()}
}

// start returns what stops the server and checks that it ended cleanly.
func start(t *testing.T, s *neuron.Server) (stop func()) {
	t.Helper()
	s.Key, s.ChainID, s.Netuid = miner, chainID, 7
	if s.Handler == nil {
		s.Handler = http.HandlerFunc(echo)
	}
	if s.Peers == nil {
		s.Peers = permitted(nil)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	require.NotEmpty(t, s.URL())
	return func() {
		cancel()
		require.NoError(t, <-ended)
	}
}

func client(t *testing.T, key neuron.Key) *neuron.Client {
	c := &neuron.Client{Key: key, ChainID: chainID, Timeout: 20 * time.Second}
	t.Cleanup(c.CloseIdle)
	return c
}

func ask(t *testing.T, c *neuron.Client, to neuron.Target, body string) (*neuron.Reply, error) {
	t.Helper()
	return c.Do(t.Context(), to, http.MethodPost, "/v1/chat/completions?x=1", nil, []byte(body))
}

// signed builds a request as a client in another language would; change may spoil the claim before it is signed.
func signed(t *testing.T, to neuron.Target, body string, change func(*neuron.RequestClaim)) *http.Request {
	t.Helper()
	nonce, err := neuron.NewNonce(time.Now(), strings.NewReader(fmt.Sprintf("%08d", serial.Add(1))))
	require.NoError(t, err)
	claim := neuron.RequestClaim{
		ChainID: chainID, Netuid: to.Netuid, Method: http.MethodPost, Path: "/x?y=1", Digest: neuron.Digest([]byte(body)),
		Nonce: nonce, Sender: alice.Address(), Receiver: to.Hotkey,
	}
	if change != nil {
		change(&claim)
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, to.Endpoint+"/x?y=1", strings.NewReader(body))
	require.NoError(t, err)
	r.Header = neuron.SignRequest(alice, claim)
	return r
}

var serial atomic.Int64

// said is a response with its error code.
type said struct {
	status int
	code   string
	signed bool
	header http.Header
}

func send(t *testing.T, r *http.Request) said {
	t.Helper()
	response, err := http.DefaultTransport.RoundTrip(r)
	require.NoError(t, err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	var e struct {
		Error struct{ Code, Message, Type string }
	}
	if response.StatusCode != http.StatusOK {
		require.NoError(t, json.Unmarshal(body, &e), "%s", body)
		require.NotEmpty(t, e.Error.Message)
		require.NotEmpty(t, e.Error.Type)
	}
	return said{response.StatusCode, e.Error.Code, response.Header.Get(neuron.HeaderSignature) != "", response.Header}
}

func TestRoundTrip(t *testing.T) { // R-WIRE-12
	to := run(t, &neuron.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		caller, ok := neuron.CallerFrom(r.Context())
		require.True(t, ok)
		require.Equal(t, alice.Address(), caller.Hotkey)
		require.True(t, caller.Registered)
		require.Equal(t, uint64(1e9), caller.Neuron.StakeRao)
		require.Equal(t, "/v1/chat/completions?x=1", r.RequestURI)
		require.Equal(t, "7", r.Header.Get("X-Extra"))
		body, err := io.ReadAll(r.Body)
		require.NoError(t, err)
		require.EqualValues(t, len(body), r.ContentLength)
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		w.WriteHeader(http.StatusCreated)
		w.Write(body)
	})})
	c := client(t, alice)
	reply, err := c.Do(t.Context(), to, "POST", "/v1/chat/completions?x=1", http.Header{"X-Extra": {"7"}}, []byte(`{"a":1}`))
	require.NoError(t, err)
	defer reply.Body.Close()
	body, err := io.ReadAll(reply.Body)
	require.NoError(t, err)
	require.Equal(t, `{"a":1}`, string(body))
	require.Equal(t, http.StatusCreated, reply.Status)
	require.False(t, reply.Stream)
	require.Equal(t, "0", reply.Header.Get(neuron.HeaderQueue))
	require.NoError(t, reply.Signed.Verify())
	require.Equal(t, neuron.Digest(body), reply.Signed.Response.Digest)
	require.Equal(t, "application/json; charset=utf-8", reply.Signed.Response.ContentType)
}

// Replies without a body, without a content type, and to HEAD are signed like all others.
func TestRepliesOfEveryShape(t *testing.T) { // R-WIRE-12
	to := run(t, &neuron.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/204":
			w.WriteHeader(http.StatusNoContent)
		case "/nothing":
		case "/untyped":
			io.WriteString(w, "<html>")
		case "/odd":
			w.Header().Set("Content-Type", "t\u00e9xt/\x01plain")
			io.WriteString(w, "x")
		case "/own":
			w.Header().Set(neuron.HeaderSignature, "mine")
			w.Header().Set("Trailer", "X-Later")
			w.Header().Set("Content-Length", "3")
			w.WriteHeader(http.StatusEarlyHints)
			io.WriteString(w, "body")
		}
	})})
	c := client(t, alice)
	for path, want := range map[string]string{"/204": "", "/nothing": "", "/untyped": "<html>", "/odd": "x", "/own": "body"} {
		for method, want := range map[string]string{"GET": want, "POST": want, "HEAD": ""} {
			reply, err := c.Do(t.Context(), to, method, path, nil, nil)
			require.NoError(t, err, "%s %s", method, path)
			body, err := io.ReadAll(reply.Body)
			require.NoError(t, err)
			require.Equal(t, want, string(body), "%s %s", method, path)
		}
	}
}

func TestRefusesWhatIsNotProved(t *testing.T) { // R-WIRE-2, R-WIRE-3, R-WIRE-4, R-WIRE-5, R-WIRE-13
	var reached atomic.Int64
	to := run(t, &neuron.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { reached.Add(1) })})
	other := neurontest.Key("other").Address()
	header := func(name, value string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set(name, value) }
	}
	claim := func(change func(*neuron.RequestClaim)) func(*http.Request) {
		return func(r *http.Request) { r.Header = signed(t, to, "body", change).Header }
	}
	for _, c := range []struct {
		name   string
		spoil  func(*http.Request)
		status int
		code   string
		signed bool
	}{
		{"unsigned", func(r *http.Request) { r.Header = http.Header{} }, 401, "unsigned", false},
		{"no signature", func(r *http.Request) { r.Header.Del(neuron.HeaderSignature) }, 401, "unsigned", false},
		{"empty signature", header(neuron.HeaderSignature, ""), 401, "bad_signature", false},
		{"zero signature", header(neuron.HeaderSignature, strings.Repeat("0", 128)), 401, "bad_signature", false},
		{"two signatures", func(r *http.Request) { r.Header.Add(neuron.HeaderSignature, "x") }, 400, "malformed", false},
		{"no key", func(r *http.Request) { r.Header.Del(neuron.HeaderKey) }, 400, "malformed", false},
		{"no nonce", func(r *http.Request) { r.Header.Del(neuron.HeaderNonce) }, 400, "malformed", false},
		{"other version", header(neuron.HeaderVersion, "nauth/0"), 400, "malformed", false},
		{"nonce without random", claim(func(c *neuron.RequestClaim) { c.Nonce = c.Nonce[:20] }), 400, "malformed", false},
		{"nonce with a sign", claim(func(c *neuron.RequestClaim) { c.Nonce = "+" + c.Nonce[1:] }), 400, "malformed", false},
		{"nonce beyond 64 bits", claim(func(c *neuron.RequestClaim) { c.Nonce = "9999999999999999999" + c.Nonce[19:] }), 400, "malformed", false},
		{"bad digest", header(neuron.HeaderDigest, "00"), 400, "malformed", false},
		{"bad sender", header(neuron.HeaderSender, "tao1xyz"), 400, "malformed", false},
		{"sender of another chain's prefix", header(neuron.HeaderSender, "cosmos1qqqsyqcyq5rqwzqfpg9scrgwpugpzysnrujsuw"), 400, "malformed", false},
		{"sender is not the key's", claim(func(c *neuron.RequestClaim) { c.Sender = other }), 401, "bad_signature", false},
		{"another receiver", claim(func(c *neuron.RequestClaim) { c.Receiver = other }), 421, "wrong_receiver", false},
		{"another subnet", claim(func(c *neuron.RequestClaim) { c.Netuid = 8 }), 421, "wrong_subnet", false},
		{"subnet in other digits", header(neuron.HeaderNetuid, "07"), 421, "wrong_subnet", false},
		{"another chain", claim(func(c *neuron.RequestClaim) { c.ChainID = "test-2" }), 401, "bad_signature", false},
		{"another method", func(r *http.Request) { r.Method = "PUT" }, 401, "bad_signature", false},
		{"another path", func(r *http.Request) { r.URL.Path = "/z" }, 401, "bad_signature", false},
		{"another query", func(r *http.Request) { r.URL.RawQuery = "y=2" }, 401, "bad_signature", false},
		{"another nonce", header(neuron.HeaderNonce, "1700000000000000000-00112233445566ff"), 401, "bad_signature", false},
		{"another body", func(r *http.Request) { setBody(r, "bodY") }, 401, "bad_digest", true},
		{"longer body", func(r *http.Request) { setBody(r, "body ") }, 401, "bad_digest", true},
		{"compressed", header("Content-Encoding", "gzip"), 415, "compressed", false},
		{"stale", claim(func(c *neuron.RequestClaim) { c.Nonce = nonceAt(-11 * time.Second) }), 401, "stale", true},
		{"future", claim(func(c *neuron.RequestClaim) { c.Nonce = nonceAt(3 * time.Second) }), 401, "stale", true},
		{"years ahead", claim(func(c *neuron.RequestClaim) { c.Nonce = "9000000000000000000-0000000000000001" }), 401, "stale", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := signed(t, to, "body", nil)
			c.spoil(r)
			got := send(t, r)
			require.Equal(t, c.status, got.status, got.code)
			require.Equal(t, c.code, got.code)
			require.Equal(t, c.signed, got.signed, "only who is proved gets a signature")
		})
	}
	require.Zero(t, reached.Load())
	require.Equal(t, http.StatusOK, send(t, signed(t, to, "body", nil)).status)
	require.EqualValues(t, 1, reached.Load())
}

func setBody(r *http.Request, body string) {
	r.Body, r.ContentLength = io.NopCloser(strings.NewReader(body)), int64(len(body))
}

func nonceAt(d time.Duration) string {
	return fmt.Sprintf("%d-%016x", time.Now().Add(d).UnixNano(), serial.Add(1))
}

func TestPolicy(t *testing.T) { // R-WIRE-9, R-WIRE-12
	unpermitted := func(a neuron.Address) (neuron.Neuron, bool) { return neuron.Neuron{Hotkey: a}, true }
	for _, c := range []struct {
		name   string
		server *neuron.Server
		status int
		code   string
	}{
		{"stranger", &neuron.Server{Peers: func(neuron.Address) (neuron.Neuron, bool) { return neuron.Neuron{}, false }}, 403, "not_registered"},
		{"no permit", &neuron.Server{Peers: unpermitted}, 403, "no_permit"},
		{"own policy", &neuron.Server{Admit: func(neuron.Caller) error { return neuron.Refuse(402, "pay_first", "costs 1") }}, 402, "pay_first"},
		{"plain error", &neuron.Server{Admit: func(neuron.Caller) error { return fmt.Errorf("no") }}, 403, "not_admitted"},
		{"nonsense status", &neuron.Server{Admit: func(neuron.Caller) error { return neuron.Refuse(7, "x", "y") }}, 403, "not_admitted"},
		{"policy panics", &neuron.Server{Admit: func(neuron.Caller) error { panic("boom") }}, 500, "policy_panic"},
	} {
		t.Run(c.name, func(t *testing.T) {
			to := run(t, c.server)
			_, err := ask(t, client(t, alice), to, "{}")
			require.ErrorIs(t, err, neuron.ErrRefused)
			var r *neuron.Refusal
			require.ErrorAs(t, err, &r)
			require.Equal(t, c.status, r.Status)
			require.Equal(t, c.code, r.Code)
			require.NoError(t, r.Signed.Verify())
		})
	}
	to := run(t, &neuron.Server{Peers: unpermitted, Admit: func(c neuron.Caller) error { return nil }})
	_, err := ask(t, client(t, neurontest.Key("anyone")), to, "{}")
	require.NoError(t, err)
}

// Ten thousand replays: while the server runs, after it has been restarted, and after a crash that tore the last record.
func TestReplaysAreRefused(t *testing.T) { // R-WIRE-6
	file := filepath.Join(t.TempDir(), "replays")
	clock := neurontest.NewClock()
	var served atomic.Int64
	server := func() *neuron.Server {
		return &neuron.Server{
			Key: miner, ChainID: chainID, Netuid: 7, Now: clock.Now, ReplayFile: file, Peers: permitted(nil),
			Handler: http.HandlerFunc(func(http.ResponseWriter, *http.Request) { served.Add(1) }),
		}
	}
	to := neuron.Target{Netuid: 7, Hotkey: miner.Address(), Endpoint: "http://miner"}
	var captured []*http.Request
	for i := range 100 {
		captured = append(captured, signed(t, to, "body", func(c *neuron.RequestClaim) {
			c.Nonce = fmt.Sprintf("%d-%016x", clock.Now().UnixNano(), i)
		}))
	}
	deliver := func(s *neuron.Server, r *http.Request) int {
		r = r.Clone(t.Context())
		setBody(r, "body")
		r.RequestURI = "/x?y=1"
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		return w.Code
	}
	first := server()
	for _, r := range captured {
		require.Equal(t, http.StatusOK, deliver(first, r))
	}
	for i := range 5000 {
		require.Equal(t, http.StatusUnauthorized, deliver(first, captured[i%100]))
	}
	require.NoError(t, first.Close())
	second := server()
	for i := range 4900 {
		require.Equal(t, http.StatusUnauthorized, deliver(second, captured[i%100]))
	}
	require.NoError(t, second.Close())
	tear(t, file)
	third := server()
	for _, r := range captured {
		require.Equal(t, http.StatusUnauthorized, deliver(third, r))
	}
	clock.Advance(time.Minute)
	for _, r := range captured {
		require.Equal(t, http.StatusUnauthorized, deliver(third, r), "stale by now")
	}
	clock.Advance(-time.Minute)
	for _, r := range captured {
		require.Equal(t, http.StatusUnauthorized, deliver(third, r), "nor does a clock that was set back help")
	}
	require.NoError(t, third.Close())
	require.EqualValues(t, 100, served.Load())
}

func TestReplayToAnotherMiner(t *testing.T) { // R-WIRE-4
	to := run(t, &neuron.Server{})
	r := signed(t, to, "body", nil)
	require.Equal(t, http.StatusOK, send(t, r).status)
	stranger := &neuron.Server{Key: neurontest.Key("second miner"), ChainID: chainID, Netuid: 7, Handler: http.HandlerFunc(echo), Peers: permitted(nil)}
	w := httptest.NewRecorder()
	setBody(r, "body")
	r.RequestURI = "/x?y=1"
	stranger.ServeHTTP(w, r)
	require.Equal(t, http.StatusMisdirectedRequest, w.Code)
}

func TestSameRequestAtOnceIsServedOnce(t *testing.T) { // R-WIRE-6
	to := run(t, &neuron.Server{})
	r := signed(t, to, "body", nil)
	codes := make(chan int, 20)
	for range cap(codes) {
		go func() {
			again := r.Clone(t.Context())
			setBody(again, "body")
			response, err := http.DefaultTransport.RoundTrip(again)
			if err != nil {
				codes <- 0
				return
			}
			response.Body.Close()
			codes <- response.StatusCode
		}()
	}
	count := map[int]int{}
	for range cap(codes) {
		count[<-codes]++
	}
	require.Equal(t, map[int]int{http.StatusOK: 1, http.StatusUnauthorized: cap(codes) - 1}, count)
}
