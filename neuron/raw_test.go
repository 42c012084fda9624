package neuron_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/neuron"
)

func dial(t *testing.T, to neuron.Target) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(to.Endpoint, "http://"))
	require.NoError(t, err)
	t.Cleanup(func() { conn.Close() })
	require.NoError(t, conn.SetDeadline(time.Now().Add(20*time.Second)))
	return conn
}

func write(t *testing.T, w io.Writer, s string) {
	t.Helper()
	_, err := io.WriteString(w, s)
	require.NoError(t, err)
}

func bufioReader(r io.Reader) *bufio.Reader { return bufio.NewReader(r) }

// rawRequest spells a request's head as it goes over the wire, with one more header line.
func rawRequest(t *testing.T, r *http.Request, line string) string {
	t.Helper()
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s HTTP/1.1\r\nHost: miner\r\n", r.Method, r.URL.RequestURI())
	require.NoError(t, r.Header.Write(&b))
	if line != "" {
		b.WriteString(line + "\r\n")
	}
	b.WriteString("\r\n")
	return b.String()
}

// tear cuts the last record of a file in half.
func tear(t *testing.T, path string) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	require.NoError(t, err)
	write(t, f, "17000000000000000")
	require.NoError(t, f.Close())
}

// rawMiner answers each connection, once its request has come, with whatever say writes.
func rawMiner(t *testing.T, say func(net.Conn)) string {
	return rawExchange(t, func(conn net.Conn, _ *http.Request) { say(conn) })
}

// rawExchange is rawMiner for who wants to see the request.
func rawExchange(t *testing.T, say func(net.Conn, *http.Request)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			if r, err := http.ReadRequest(bufioReader(conn)); err == nil {
				io.Copy(io.Discard, r.Body)
				say(conn, r)
			}
			conn.Close()
		}
	}()
	t.Cleanup(func() {
		l.Close()
		<-done
	})
	return "http://" + l.Addr().String()
}
