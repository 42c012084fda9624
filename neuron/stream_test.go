package neuron_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/neuron"
)

func events(w http.ResponseWriter, next func(i int) bool) {
	w.Header().Set("Content-Type", "text/event-stream; charset=utf-8")
	for i := 0; next(i); i++ {
		if _, err := fmt.Fprintf(w, "data: %d\n\n", i); err != nil {
			return
		}
	}
}

func TestStreamFlowsAndIsVerified(t *testing.T) { // R-WIRE-14
	step := make(chan struct{})
	to := run(t, &neuron.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		events(w, func(i int) bool {
			<-step
			return i < 3
		})
	})})
	go func() { step <- struct{}{} }()
	reply, err := streamFrom(t, to)
	require.NoError(t, err)
	defer reply.Body.Close()
	require.True(t, reply.Stream)
	buf := make([]byte, 64)
	for i := range 3 { // each event is here before the next one is made
		n, err := reply.Body.Read(buf)
		require.NoError(t, err)
		require.Equal(t, fmt.Sprintf("data: %d\n\n", i), string(buf[:n]))
		require.True(t, reply.Signed.IsZero())
		step <- struct{}{}
	}
	n, err := reply.Body.Read(buf)
	require.Zero(t, n)
	require.Equal(t, io.EOF, err)
	require.NoError(t, reply.Signed.Verify())
	require.Equal(t, neuron.Digest([]byte("data: 0\n\ndata: 1\n\ndata: 2\n\n")), reply.Signed.Response.Digest)
	_, err = reply.Body.Read(buf)
	require.Equal(t, io.EOF, err, "the end stays the end")
}

func streamFrom(t *testing.T, to neuron.Target) (*neuron.Reply, error) {
	t.Helper()
	return client(t, alice).Do(t.Context(), to, "POST", "/", nil, []byte("{}"))
}

func TestEmptyStream(t *testing.T) {
	to := run(t, &neuron.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		w.(http.Flusher).Flush()
		w.WriteHeader(500) // too late
	})})
	reply, err := streamFrom(t, to)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, reply.Status)
	_, err = io.ReadAll(reply.Body)
	require.NoError(t, err)
	require.NoError(t, reply.Signed.Verify())
}

// A handler that fails mid-way, however it does, leaves a stream that does not end well.
func TestStreamThatFailsMidway(t *testing.T) { // R-WIRE-14
	for name, fail := range map[string]func(r *http.Request){
		"panic":      func(*http.Request) { panic("boom") },
		"abort":      func(*http.Request) { panic(http.ErrAbortHandler) },
		"time limit": func(r *http.Request) { <-r.Context().Done() },
	} {
		t.Run(name, func(t *testing.T) {
			s := &neuron.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				events(w, func(i int) bool { return i < 2 })
				fail(r)
			})}
			if name == "time limit" {
				s.Timeout = 50 * time.Millisecond
			}
			reply, err := streamFrom(t, run(t, s))
			require.NoError(t, err)
			got, err := io.ReadAll(reply.Body)
			require.ErrorIs(t, err, neuron.ErrTruncated)
			require.Equal(t, "data: 0\n\ndata: 1\n\n", string(got))
			require.True(t, reply.Signed.IsZero())
			_, again := reply.Body.Read(make([]byte, 1))
			require.Equal(t, err, again)
			require.NoError(t, reply.Body.Close())
		})
	}
}

func TestStreamCutOrChangedOnTheWay(t *testing.T) { // R-WIRE-14
	const whole = "data: 1\n\ndata: [DONE]\n\n"
	trailer := func(r *http.Request, body string) string {
		claim := neuron.ResponseClaim{
			ChainID: chainID, Netuid: 7, Nonce: r.Header.Get(neuron.HeaderNonce), Status: 200, Digest: neuron.Digest([]byte(body)),
			ContentType: "text/event-stream", Receiver: miner.Address(), Sender: alice.Address(),
		}
		return fmt.Sprintf("%s: %x\r\n", neuron.HeaderSignature, miner.Sign(claim.Text()))
	}
	chunk := func(s string) string { return fmt.Sprintf("%x\r\n%s\r\n", len(s), s) }
	for _, c := range []struct {
		name string
		rest func(r *http.Request) string
		want error
	}{
		{"untouched", func(r *http.Request) string { return chunk(whole) + "0\r\n" + trailer(r, whole) + "\r\n" }, nil},
		{"cut in a chunk", func(r *http.Request) string { return chunk(whole)[:9] }, neuron.ErrTruncated},
		{"cut between chunks", func(r *http.Request) string { return chunk(whole[:9]) }, neuron.ErrTruncated},
		{"cut before the trailer", func(r *http.Request) string { return chunk(whole) + "0\r\n" }, neuron.ErrTruncated},
		{"ended without trailer", func(r *http.Request) string { return chunk(whole) + "0\r\n\r\n" }, neuron.ErrTruncated},
		{"changed", func(r *http.Request) string { return chunk("data: 2"+whole[7:]) + "0\r\n" + trailer(r, whole) + "\r\n" }, neuron.ErrBadSignature},
		{"shortened", func(r *http.Request) string { return chunk(whole[:9]) + "0\r\n" + trailer(r, whole) + "\r\n" }, neuron.ErrBadSignature},
		{"prolonged", func(r *http.Request) string {
			return chunk(whole) + chunk("data: 2\n\n") + "0\r\n" + trailer(r, whole) + "\r\n"
		}, neuron.ErrBadSignature},
		{"garbage", func(r *http.Request) string { return "zz\r\n" }, neuron.ErrTruncated},
		{"signature is garbage", func(r *http.Request) string {
			return chunk(whole) + "0\r\n" + neuron.HeaderSignature + ": x\r\n\r\n"
		}, neuron.ErrBadSignature},
	} {
		t.Run(c.name, func(t *testing.T) {
			reply, err := streamFrom(t, cutMiner(t, c.rest))
			require.NoError(t, err)
			defer reply.Body.Close()
			body, err := io.ReadAll(reply.Body)
			if c.want == nil {
				require.NoError(t, err)
				require.Equal(t, whole, string(body))
				return
			}
			require.ErrorIs(t, err, c.want)
			require.True(t, reply.Signed.IsZero())
		})
	}
}

// cutMiner answers with an event stream that goes on as rest says.
func cutMiner(t *testing.T, rest func(*http.Request) string) neuron.Target {
	t.Helper()
	endpoint := rawExchange(t, func(conn net.Conn, r *http.Request) {
		fmt.Fprintf(conn, "HTTP/1.1 200 OK\r\n%s: nauth/1\r\n%s: %x\r\nContent-Type: text/event-stream\r\nTrailer: %s\r\nTransfer-Encoding: chunked\r\n\r\n%s",
			neuron.HeaderVersion, neuron.HeaderKey, miner.Public(), neuron.HeaderSignature, rest(r))
	})
	return neuron.Target{Netuid: 7, Hotkey: miner.Address(), Endpoint: endpoint}
}

func TestLeavingAStreamCancelsTheHandler(t *testing.T) {
	for name, leave := range map[string]func(cancel context.CancelFunc, reply *neuron.Reply){
		"close":  func(_ context.CancelFunc, reply *neuron.Reply) { reply.Body.Close() },
		"cancel": func(cancel context.CancelFunc, _ *neuron.Reply) { cancel() },
	} {
		t.Run(name, func(t *testing.T) {
			ended := make(chan struct{})
			to := run(t, &neuron.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				defer close(ended)
				events(w, func(i int) bool { return i < 1 })
				<-r.Context().Done()
			})})
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			reply, err := client(t, alice).Do(ctx, to, "POST", "/", nil, []byte("{}"))
			require.NoError(t, err)
			leave(cancel, reply)
			_, err = io.ReadAll(reply.Body)
			require.ErrorIs(t, err, neuron.ErrTruncated)
			<-ended
		})
	}
}

// A stream whose reader takes nothing ends when its time is up, and does not hold its worker for ever.
func TestReaderThatDoesNotRead(t *testing.T) {
	ended := make(chan error, 1)
	to := run(t, &neuron.Server{Workers: 1, Timeout: 50 * time.Millisecond, ReadTimeout: 50 * time.Millisecond, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/fine" {
			return
		}
		w.Header().Set("Content-Type", "text/event-stream")
		for {
			if _, err := io.WriteString(w, strings.Repeat("a", 1<<16)); err != nil {
				ended <- err
				return
			}
		}
	})})
	reply, err := streamFrom(t, to)
	require.NoError(t, err)
	require.Error(t, <-ended)
	reply.Body.Close()
	c := client(t, alice)
	_, err = c.Do(t.Context(), to, "GET", "/fine", nil, nil)
	require.NoError(t, err)
}
