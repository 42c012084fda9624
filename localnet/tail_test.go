package localnet

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestPrintLogs(t *testing.T) {
	dir := t.TempDir()
	var out bytes.Buffer
	require.ErrorIs(t, PrintLogs(t.Context(), &out, dir, "", 10, false), ErrNoLog)
	write(t, dir, "chain", "one\ntwo\nthree\n")
	write(t, dir, "gateway", "four\n")
	require.ErrorIs(t, PrintLogs(t.Context(), &out, dir, "cellar", 10, false), ErrNoLog)

	require.NoError(t, PrintLogs(t.Context(), &out, dir, "chain", 2, false))
	require.Equal(t, "two\nthree\n", out.String())
	out.Reset()
	require.NoError(t, PrintLogs(t.Context(), &out, dir, "", 1, false))
	require.Equal(t, "chain        three\ngateway      four\n", out.String())
}

func TestFollowLogs(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "chain", "old\n")
	ctx, cancel := context.WithCancel(t.Context())
	out := &lockedBuffer{}
	done := make(chan error, 1)
	go func() { done <- PrintLogs(ctx, out, dir, "chain", 10, true) }()
	require.Eventually(t, func() bool { return out.String() == "old\n" }, 5*time.Second, 10*time.Millisecond)
	write(t, dir, "chain", "new\nha")
	require.Eventually(t, func() bool { return out.String() == "old\nnew\n" }, 5*time.Second, 10*time.Millisecond)
	write(t, dir, "chain", "lf\n")
	require.Eventually(t, func() bool { return strings.HasSuffix(out.String(), "half\n") }, 5*time.Second, 10*time.Millisecond)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "chain.log"), []byte("anew\n"), 0o600))
	require.Eventually(t, func() bool { return strings.HasSuffix(out.String(), "half\nanew\n") }, 5*time.Second, 10*time.Millisecond)
	cancel()
	require.NoError(t, <-done)
}

func write(t *testing.T, dir, name, text string) {
	t.Helper()
	f, err := os.OpenFile(filepath.Join(dir, name+".log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	require.NoError(t, err)
	_, err = f.WriteString(text)
	require.NoError(t, err)
	require.NoError(t, f.Close())
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}
