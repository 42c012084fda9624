package neuron_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/neuron"
)

// The time limits of one request do not reach into the next on the same connection, be it served or refused.
func TestDeadlinesArePerRequest(t *testing.T) {
	to := run(t, &neuron.Server{Timeout: 20 * time.Millisecond, ReadTimeout: 10 * time.Millisecond})
	c := client(t, alice)
	_, err := ask(t, c, to, "{}")
	require.NoError(t, err)
	<-time.After(100 * time.Millisecond) // longer than all limits of the first
	c.Now = func() time.Time { return time.Now().Add(-time.Minute) }
	_, err = ask(t, c, to, "{}")
	require.ErrorIs(t, err, neuron.ErrStale)
}

// A body of a gigabyte is refused from its announcement, and one that is not announced after MaxBody bytes.
func TestGiganticBody(t *testing.T) { // R-WIRE-11
	to := run(t, &neuron.Server{MaxBody: 1 << 10})
	announced := signed(t, to, "body", nil)
	sent := &counter{}
	announced.Body, announced.ContentLength = io.NopCloser(sent), 1<<30
	announced.Header.Set("Expect", "100-continue")
	patient := &http.Transport{ExpectContinueTimeout: time.Minute}
	defer patient.CloseIdleConnections()
	response, err := patient.RoundTrip(announced)
	require.NoError(t, err)
	response.Body.Close()
	require.Equal(t, http.StatusRequestEntityTooLarge, response.StatusCode)
	require.Zero(t, sent.n.Load())

	endless := rawRequest(t, signed(t, to, "body", nil), "Transfer-Encoding: chunked")
	conn := dial(t, to)
	write(t, conn, endless)
	go func() {
		chunk := fmt.Sprintf("%x\r\n%s\r\n", 1<<10, strings.Repeat("a", 1<<10))
		for { // until the server hangs up
			if _, err := io.WriteString(conn, chunk); err != nil {
				return
			}
		}
	}()
	status, err := bufioReader(conn).ReadString('\n')
	require.NoError(t, err)
	require.Contains(t, status, "413")

	_, err = ask(t, client(t, alice), to, strings.Repeat("a", 1<<10+1))
	require.ErrorIs(t, err, neuron.ErrUnsigned)
	require.ErrorContains(t, err, "body_too_large")
	_, err = ask(t, client(t, alice), to, strings.Repeat("a", 1<<10))
	require.NoError(t, err)
}

// counter is an endless body that counts what was taken of it.
type counter struct{ n atomic.Int64 }

func (c *counter) Read(p []byte) (int, error) {
	c.n.Add(int64(len(p)))
	return len(p), nil
}

func TestHeaderBomb(t *testing.T) { // R-WIRE-11
	to := run(t, &neuron.Server{})
	r := signed(t, to, "body", nil)
	r.Header.Set("X-Bomb", strings.Repeat("a", 1<<20))
	conn := dial(t, to)
	go io.WriteString(conn, rawRequest(t, r, "")) // fails when the server hangs up
	status, err := bufioReader(conn).ReadString('\n')
	require.NoError(t, err)
	require.Contains(t, status, "431")
	_, err = ask(t, client(t, alice), to, "{}")
	require.NoError(t, err)
}

// Who sends a byte now and then is cut off: in the headers, and in the body.
func TestSlowCallerIsCutOff(t *testing.T) { // R-WIRE-11
	to := run(t, &neuron.Server{ReadTimeout: 50 * time.Millisecond})
	conn := dial(t, to)
	write(t, conn, "POST /x HTTP/1.1\r\nHost: a\r\nX-Slow: ")
	_, err := io.ReadAll(conn)
	require.NoError(t, err, "the server hangs up")
	conn = dial(t, to)
	write(t, conn, rawRequest(t, signed(t, to, "body", nil), "Content-Length: 4")+"bo")
	answer, err := io.ReadAll(conn)
	require.NoError(t, err, "the server hangs up")
	require.Contains(t, string(answer), "408 Request Timeout")
	require.Contains(t, string(answer), neuron.HeaderSignature)
}

// The read timeout is for the request alone: a handler that takes longer is not disturbed.
func TestSlowHandlerOutlivesReadTimeout(t *testing.T) {
	to := run(t, &neuron.Server{ReadTimeout: 30 * time.Millisecond, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-r.Context().Done():
		case <-time.After(100 * time.Millisecond):
			io.WriteString(w, "done")
		}
	})})
	reply, err := ask(t, client(t, alice), to, "{}")
	require.NoError(t, err)
	body, err := io.ReadAll(reply.Body)
	require.NoError(t, err)
	require.Equal(t, "done", string(body))
}

func TestIdleSocketsMakeRoom(t *testing.T) {
	to := run(t, &neuron.Server{MaxConns: 8})
	var idle []net.Conn
	for range 40 {
		idle = append(idle, dial(t, to))
	}
	_, err := idle[0].Read(make([]byte, 1))
	require.Error(t, err, "the oldest was closed")
	c := client(t, alice)
	for range 3 {
		_, err = ask(t, c, to, "{}")
		require.NoError(t, err)
	}
}

func TestHandlerPanics(t *testing.T) {
	to := run(t, &neuron.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/panic":
			io.WriteString(w, "half an ans")
			panic("boom")
		case "/slice":
			panic([]int{1})
		case "/abort":
			panic(http.ErrAbortHandler)
		case "/large":
			_, err := w.Write(make([]byte, 17<<20))
			require.ErrorIs(t, err, neuron.ErrTooLarge)
		}
	})})
	c := client(t, alice)
	for path, want := range map[string]struct {
		status int
		code   string
	}{"/panic": {500, "handler_panic"}, "/slice": {500, "handler_panic"}, "/abort": {502, "aborted"}, "/large": {500, "reply_too_large"}} {
		_, err := c.Do(t.Context(), to, "GET", path, nil, nil)
		var r *neuron.Refusal
		require.ErrorAs(t, err, &r, path)
		require.Equal(t, want.status, r.Status)
		require.Equal(t, want.code, r.Code)
		require.NoError(t, r.Signed.Verify())
		require.NotContains(t, r.Message, "boom", "what went wrong inside is nobody's business")
	}
	_, err := c.Do(t.Context(), to, "GET", "/fine", nil, nil)
	require.NoError(t, err)
}

func TestHandlerTimeLimit(t *testing.T) {
	release := make(chan struct{})
	to := run(t, &neuron.Server{Timeout: 30 * time.Millisecond, Workers: 1, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/deaf" {
			<-release
			_, err := io.WriteString(w, "too late")
			require.ErrorIs(t, err, http.ErrHandlerTimeout)
			return
		}
		<-r.Context().Done()
	})})
	c := client(t, alice)
	var r *neuron.Refusal
	_, err := c.Do(t.Context(), to, "GET", "/heeds", nil, nil)
	require.ErrorAs(t, err, &r)
	require.Equal(t, "timeout", r.Code)
	_, err = c.Do(t.Context(), to, "GET", "/deaf", nil, nil)
	require.ErrorAs(t, err, &r)
	require.Equal(t, http.StatusGatewayTimeout, r.Status)
	_, err = c.Do(t.Context(), to, "GET", "/heeds", nil, nil)
	require.ErrorAs(t, err, &r)
	require.Equal(t, "no_worker", r.Code, "a handler that does not end keeps its worker")
	require.Equal(t, time.Second, r.RetryAfter)
	close(release)
}

func TestCallerLeavesAndHandlerIsCancelled(t *testing.T) {
	began, ended := make(chan struct{}), make(chan error, 1)
	to := run(t, &neuron.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		close(began)
		<-r.Context().Done()
		ended <- context.Cause(r.Context())
	})})
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-began
		cancel()
	}()
	_, err := client(t, alice).Do(ctx, to, "POST", "/", nil, []byte("{}"))
	require.ErrorIs(t, err, context.Canceled)
	require.ErrorIs(t, <-ended, context.Canceled)
}

// Run lets a request at work finish, and cancels it after Grace.
func TestRunDrains(t *testing.T) {
	began, release := make(chan struct{}, 2), make(chan struct{})
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began <- struct{}{}
		select {
		case <-release:
			io.WriteString(w, "finished")
		case <-r.Context().Done():
		}
	})
	s := &neuron.Server{Handler: handler}
	stop := start(t, s)
	to := neuron.Target{Netuid: 7, Hotkey: miner.Address(), Endpoint: s.URL()}
	answers := make(chan error, 1)
	c := client(t, alice)
	get := func() {
		_, err := c.Do(t.Context(), to, "GET", "/", nil, nil)
		answers <- err
	}
	go get()
	<-began
	go close(release)
	stop()
	require.NoError(t, <-answers)
	require.ErrorContains(t, s.Run(t.Context()), "twice")

	release = make(chan struct{})
	s = &neuron.Server{Handler: handler, Grace: 20 * time.Millisecond}
	stop = start(t, s)
	to.Endpoint = s.URL()
	go get()
	<-began
	stop()
	require.Error(t, <-answers)
}

func TestMisconfiguredServer(t *testing.T) {
	for name, s := range map[string]*neuron.Server{
		"no key":      {ChainID: chainID, Handler: http.HandlerFunc(echo)},
		"no chain":    {Key: miner, Handler: http.HandlerFunc(echo)},
		"bad chain":   {Key: miner, ChainID: "a\nb", Handler: http.HandlerFunc(echo)},
		"no handler":  {Key: miner, ChainID: chainID},
		"port":        {Key: miner, ChainID: chainID, Handler: http.HandlerFunc(echo), Addr: "127.0.0.1:99999"},
		"replay path": {Key: miner, ChainID: chainID, Handler: http.HandlerFunc(echo), ReplayFile: "/dev/null/x"},
	} {
		t.Run(name, func(t *testing.T) {
			require.Error(t, s.Run(t.Context()))
			require.Empty(t, s.URL(), "URL does not block after Run failed")
		})
	}
	w := httptest.NewRecorder()
	(&neuron.Server{}).ServeHTTP(w, httptest.NewRequest("GET", "/", bytes.NewReader(nil)))
	require.Equal(t, http.StatusInternalServerError, w.Code)
}
