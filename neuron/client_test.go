package neuron_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/neuron"
	"github.com/dendra-net/dendra/neuron/neurontest"
)

// between puts a man in the middle of caller and miner, who may change what the miner's handler h says on its way.
func between(t *testing.T, h http.HandlerFunc, change func(w http.ResponseWriter, r *http.Request, said *httptest.ResponseRecorder)) neuron.Target {
	t.Helper()
	s := &neuron.Server{Key: miner, ChainID: chainID, Netuid: 7, Handler: h, Peers: permitted(nil)}
	middle := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		said := httptest.NewRecorder()
		s.ServeHTTP(said, r)
		change(w, r, said)
	}))
	t.Cleanup(middle.Close)
	return neuron.Target{Netuid: 7, Hotkey: miner.Address(), Endpoint: middle.URL}
}

// pass hands on what the miner said.
func pass(w http.ResponseWriter, said *httptest.ResponseRecorder, body string) {
	for name, values := range said.Header() {
		w.Header()[name] = values
	}
	w.Header().Del("Content-Length")
	w.WriteHeader(said.Code)
	io.WriteString(w, body)
}

func TestTamperedRepliesAreRefused(t *testing.T) { // R-WIRE-12, R-WIRE-15
	other := neurontest.Key("other")
	for _, c := range []struct {
		name   string
		change func(w http.ResponseWriter, r *http.Request, said *httptest.ResponseRecorder)
		want   error
	}{
		{"body", func(w http.ResponseWriter, _ *http.Request, said *httptest.ResponseRecorder) {
			pass(w, said, said.Body.String()+" ")
		}, neuron.ErrBadSignature},
		{"status", func(w http.ResponseWriter, _ *http.Request, said *httptest.ResponseRecorder) {
			said.Code = 201
			pass(w, said, said.Body.String())
		}, neuron.ErrBadSignature},
		{"content type", func(w http.ResponseWriter, _ *http.Request, said *httptest.ResponseRecorder) {
			said.Header().Set("Content-Type", "text/html")
			pass(w, said, said.Body.String())
		}, neuron.ErrBadSignature},
		{"made a stream", func(w http.ResponseWriter, _ *http.Request, said *httptest.ResponseRecorder) {
			said.Header().Set("Content-Type", "text/event-stream")
			pass(w, said, said.Body.String())
		}, neuron.ErrTruncated},
		{"two content types", func(w http.ResponseWriter, _ *http.Request, said *httptest.ResponseRecorder) {
			said.Header().Add("Content-Type", "text/html")
			pass(w, said, said.Body.String())
		}, neuron.ErrMalformed},
		{"said to be compressed", func(w http.ResponseWriter, _ *http.Request, said *httptest.ResponseRecorder) {
			said.Header().Set("Content-Encoding", "gzip")
			pass(w, said, said.Body.String())
		}, neuron.ErrMalformed},
		{"signature removed", func(w http.ResponseWriter, _ *http.Request, said *httptest.ResponseRecorder) {
			said.Header().Del(neuron.HeaderSignature)
			pass(w, said, said.Body.String())
		}, neuron.ErrUnsigned},
		{"two signatures", func(w http.ResponseWriter, _ *http.Request, said *httptest.ResponseRecorder) {
			said.Header().Add(neuron.HeaderSignature, "00")
			pass(w, said, said.Body.String())
		}, neuron.ErrUnsigned},
		{"all signed by another hotkey", func(w http.ResponseWriter, r *http.Request, said *httptest.ResponseRecorder) {
			claim := neuron.ResponseClaim{ChainID: chainID, Netuid: 7, Nonce: r.Header.Get(neuron.HeaderNonce), Status: 200, Digest: neuron.Digest(nil), Receiver: other.Address(), Sender: alice.Address()}
			signWith(said.Header(), other, claim)
			pass(w, said, "")
		}, neuron.ErrBadSignature},
		{"reply to another request", func(w http.ResponseWriter, _ *http.Request, said *httptest.ResponseRecorder) {
			claim := neuron.ResponseClaim{ChainID: chainID, Netuid: 7, Nonce: nonceAt(0), Status: 200, Digest: neuron.Digest(nil), ContentType: "a/b", Receiver: miner.Address(), Sender: alice.Address()}
			said.Header().Set("Content-Type", "a/b")
			signWith(said.Header(), miner, claim)
			pass(w, said, "")
		}, neuron.ErrBadSignature},
		{"no neuron at all", func(w http.ResponseWriter, _ *http.Request, _ *httptest.ResponseRecorder) {
			http.Error(w, "nginx", http.StatusBadGateway)
		}, neuron.ErrUnsigned},
		{"nothing", func(w http.ResponseWriter, r *http.Request, said *httptest.ResponseRecorder) {
			pass(w, said, said.Body.String())
		}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			to := between(t, echo, c.change)
			reply, err := ask(t, client(t, alice), to, `{"a":1}`)
			if err == nil {
				_, err = io.ReadAll(reply.Body)
			}
			if c.want == nil {
				require.NoError(t, err, "the man in the middle who changes nothing is not noticed")
				return
			}
			require.ErrorIs(t, err, c.want)
			require.NotErrorIs(t, err, neuron.ErrRefused)
		})
	}
}

func signWith(h http.Header, key neuron.Key, c neuron.ResponseClaim) {
	h.Set(neuron.HeaderVersion, neuron.ProtocolRequest)
	h.Set(neuron.HeaderKey, fmt.Sprintf("%x", key.Public()))
	h.Set(neuron.HeaderSignature, fmt.Sprintf("%x", key.Sign(c.Text())))
}

// A miner that redirects gets no second request, be the redirect signed or not.
func TestRedirectsAreNotFollowed(t *testing.T) { // R-WIRE-17
	inner := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the redirect was followed") }))
	defer inner.Close()
	to := run(t, &neuron.Server{Handler: http.RedirectHandler(inner.URL, http.StatusTemporaryRedirect)})
	_, err := ask(t, client(t, alice), to, "{}")
	var r *neuron.Refusal
	require.ErrorAs(t, err, &r)
	require.Equal(t, http.StatusTemporaryRedirect, r.Status)

	bare := httptest.NewServer(http.RedirectHandler(inner.URL, http.StatusFound))
	defer bare.Close()
	c := client(t, alice)
	c.HTTP = &http.Client{} // which would follow
	to.Endpoint = bare.URL
	_, err = ask(t, c, to, "{}")
	require.ErrorIs(t, err, neuron.ErrUnsigned)
}

func TestRefusalIsParsed(t *testing.T) { // R-WIRE-16
	for _, c := range []struct {
		name string
		say  http.HandlerFunc
		want neuron.Refusal
	}{
		{"in the agreed form", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Retry-After", "7")
			neuron.WriteError(w, &neuron.Refusal{Status: 400, Code: "context_length_exceeded", Param: "messages", Message: "too long"})
		}, neuron.Refusal{Status: 400, Type: "invalid_request_error", Code: "context_length_exceeded", Param: "messages", Message: "too long", RetryAfter: 7 * time.Second}},
		{"not JSON", func(w http.ResponseWriter, r *http.Request) { http.Error(w, "oops", http.StatusServiceUnavailable) },
			neuron.Refusal{Status: 503, Type: "server_error", Code: "status_503", Message: "Service Unavailable"}},
		{"numeric code, control characters", func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(404)
			io.WriteString(w, `{"error":{"message":"a\u001b[31mb","code":17,"param":null}}`)
		}, neuron.Refusal{Status: 404, Type: "not_found_error", Code: "17", Message: "a [31mb"}},
		{"endless words", func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(429)
			fmt.Fprintf(w, `{"error":{"message":"%s"}}`, strings.Repeat("é", 100_000))
		}, neuron.Refusal{Status: 429, Type: "rate_limit_error", Code: "status_429", Message: strings.Repeat("é", 1024)}},
		{"an event stream", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/event-stream")
			w.WriteHeader(500)
			io.WriteString(w, `{"error":{"message":"m","type":"t","code":"c"}}`)
		}, neuron.Refusal{Status: 500, Type: "t", Code: "c", Message: "m"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			to := run(t, &neuron.Server{Handler: c.say})
			_, err := ask(t, client(t, alice), to, "{}")
			var r *neuron.Refusal
			require.ErrorAs(t, err, &r)
			require.NoError(t, r.Signed.Verify())
			r.Signed = neuron.Proof{}
			require.Equal(t, c.want, *r)
			require.NotErrorIs(t, err, neuron.ErrStale)
		})
	}
}

func TestClockDifference(t *testing.T) { // R-WIRE-5
	to := run(t, &neuron.Server{})
	c := client(t, alice)
	for _, d := range []time.Duration{-time.Minute, time.Minute} {
		c.Now = func() time.Time { return time.Now().Add(d) }
		_, err := ask(t, c, to, "{}")
		require.ErrorIs(t, err, neuron.ErrStale)
		require.ErrorIs(t, err, neuron.ErrRefused)
		require.ErrorContains(t, err, "this clock shows")
	}
}

func TestWholeReply(t *testing.T) {
	to := run(t, &neuron.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Write(make([]byte, 100)) })})
	for limit, want := range map[int64]error{0: neuron.ErrTooLarge, 99: neuron.ErrTooLarge, 100: nil, 1 << 40: nil} {
		reply, err := client(t, alice).Do(t.Context(), to, "GET", "/", nil, nil)
		require.NoError(t, err)
		body, err := reply.Whole(limit)
		require.ErrorIs(t, err, want)
		require.Len(t, body, map[bool]int{true: 100}[want == nil])
	}
	cut := neuron.Reply{Body: io.NopCloser(iotest.ErrReader(neuron.ErrTruncated))}
	_, err := cut.Whole(100)
	require.ErrorIs(t, err, neuron.ErrTruncated)
}

func TestReplyAboveLimit(t *testing.T) { // R-WIRE-17
	to := run(t, &neuron.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/stream" {
			w.Header().Set("Content-Type", "text/event-stream")
		}
		for range 4 {
			w.Write(make([]byte, 512))
		}
	})})
	c := client(t, alice)
	for limit, ok := range map[int64]bool{2047: false, 2048: true} {
		c.MaxReply = limit
		for _, path := range []string{"/whole", "/stream"} {
			reply, err := c.Do(t.Context(), to, "GET", path, nil, nil)
			if err == nil {
				_, err = reply.Whole(1 << 20)
			}
			if ok {
				require.NoError(t, err, path)
			} else {
				require.ErrorIs(t, err, neuron.ErrTooLarge, path)
			}
		}
	}
}

func TestMinerThatHangsOrCuts(t *testing.T) { // R-WIRE-17
	c := client(t, alice)
	to := neuron.Target{Netuid: 7, Hotkey: miner.Address()}
	to.Endpoint = rawMiner(t, func(conn net.Conn) { io.Copy(io.Discard, conn) })
	c.Timeout = 50 * time.Millisecond
	_, err := ask(t, c, to, "{}")
	require.ErrorIs(t, err, context.DeadlineExceeded)

	c.Timeout = 20 * time.Second
	to.Endpoint = rawMiner(t, func(conn net.Conn) {
		fmt.Fprintf(conn, "HTTP/1.1 200 OK\r\n%s: nauth/1\r\n%s: %x\r\nContent-Length: 100\r\n\r\nhalf", neuron.HeaderVersion, neuron.HeaderKey, miner.Public())
	})
	_, err = ask(t, c, to, "{}")
	require.ErrorIs(t, err, neuron.ErrTruncated)

	to.Endpoint = rawMiner(t, func(conn net.Conn) {
		io.WriteString(conn, "HTTP/1.1 200 OK\r\nX: ")
		for { // an endless header
			if _, err := io.WriteString(conn, strings.Repeat("a", 4096)); err != nil {
				return
			}
		}
	})
	_, err = ask(t, c, to, "{}")
	require.ErrorContains(t, err, "headers exceeded")
}

func TestBadTargets(t *testing.T) {
	c := client(t, alice)
	good := neuron.Target{Netuid: 7, Hotkey: miner.Address(), Endpoint: "http://127.0.0.1:1"}
	for _, endpoint := range []string{"", "127.0.0.1:1", "file:///etc/passwd", "http://", "http://user:pass@a", "http://a?b=c", "http://a#b", "http://a\n", "gopher://a"} {
		to := good
		to.Endpoint = endpoint
		_, err := ask(t, c, to, "{}")
		require.ErrorContains(t, err, "endpoint", "%q", endpoint)
	}
	for _, path := range []string{"", "x", "@evil.example/", "/a#b"} {
		_, err := c.Do(t.Context(), good, "POST", path, nil, nil)
		require.ErrorContains(t, err, "path", "%q", path)
	}
	_, err := c.Do(t.Context(), good, "PO ST", "/", nil, nil)
	require.ErrorContains(t, err, "method")
	bad := good
	bad.Hotkey = "tao1"
	_, err = ask(t, c, bad, "")
	require.ErrorIs(t, err, neuron.ErrBadAddress)
	_, err = ask(t, &neuron.Client{}, good, "")
	require.ErrorContains(t, err, "lacks Key")
}

func TestPublicOnlyRefusesInnerAddresses(t *testing.T) { // R-WIRE-17
	to := run(t, &neuron.Server{})
	c := &neuron.Client{Key: alice, ChainID: chainID, PublicOnly: true}
	for _, endpoint := range []string{to.Endpoint, strings.Replace(to.Endpoint, "127.0.0.1", "localhost", 1), "http://169.254.169.254", "http://10.0.0.1", "http://[::1]:1", "http://0.0.0.0:1", "http://100.64.0.1", "http://[::ffff:127.0.0.1]:1", "http://[64:ff9b::7f00:1]:1", "http://[fe80::1]:1"} {
		to.Endpoint = endpoint
		_, err := ask(t, c, to, "{}")
		require.ErrorContains(t, err, "not a public address", endpoint)
	}
}

// A path in the endpoint belongs to the path that is signed; headers of the protocol cannot be overruled.
func TestEndpointWithPath(t *testing.T) { // R-WIRE-15
	to := run(t, &neuron.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, r.RequestURI) })})
	to.Endpoint += "/base/"
	reply, err := client(t, alice).Do(t.Context(), to, "GET", "/v1/a%2Fb?q=1", http.Header{
		"Dendra-Auth-Nonce": {"x"}, "accept-encoding": {"gzip"}, "Connection": {"close"}, "content-length": {"9"},
	}, nil)
	require.NoError(t, err)
	body, err := io.ReadAll(reply.Body)
	require.NoError(t, err)
	require.Equal(t, "/base/v1/a%2Fb?q=1", string(body))
}
