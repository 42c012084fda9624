package kind_test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/miner"
	"github.com/dendra-net/dendra/mix"
	"github.com/dendra-net/dendra/subnets/kind"
	"github.com/dendra-net/dendra/subnets/mixture"
)

// block returns the code of the guide that is marked with a comment.
func block(t *testing.T, mark string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "bring-your-model.md"))
	require.NoError(t, err)
	found := regexp.MustCompile("(?s)<!-- " + regexp.QuoteMeta(mark) + " -->\n```[a-z]+\n(.*?)```").FindSubmatch(text)
	require.NotNil(t, found, "no block %q", mark)
	return string(found[1])
}

func python(t *testing.T) string {
	t.Helper()
	path, err := exec.LookPath("python3")
	if err != nil {
		require.NotEqual(t, "true", os.Getenv("CI"), "CI must have python3")
		t.Skip("needs python3")
	}
	return path
}

// TestGuidesServerMines runs the guide's server of a model that is not ours, and lets it mine as the guide says.
func TestGuidesServerMines(t *testing.T) {
	dir := t.TempDir()
	for _, file := range []string{"server.py", "model.py"} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, file), []byte(block(t, "run: "+file)), 0o600))
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	port := ln.Addr().(*net.TCPAddr).Port
	require.NoError(t, ln.Close())
	ctx, stop := context.WithCancel(t.Context())
	cmd := exec.CommandContext(ctx, python(t), "server.py", fmt.Sprint(port))
	cmd.Dir = dir
	var said strings.Builder
	cmd.Stderr = &said
	require.NoError(t, cmd.Start())
	t.Cleanup(func() { stop(); _ = cmd.Wait() }) // it is killed, which is no success

	url := fmt.Sprintf("http://127.0.0.1:%d/v1", port)
	up := &miner.Upstream{URL: url, Model: "mine"}
	require.Eventually(t, func() bool { return up.Check(t.Context()) == nil }, 20*time.Second, 50*time.Millisecond, "%s", &said)

	k, _ := kind.ByName("mixture")
	handler, err := k.Upstream(kind.Server{URL: url, Model: "mine", Chat: up})
	require.NoError(t, err)
	request, err := mixture.EncodeRequest([][]byte{[]byte("the lazy d")})
	require.NoError(t, err)
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodPost, mixture.Path, strings.NewReader(string(request))))
	require.Equal(t, http.StatusOK, w.Code, "%s", w.Body)
	out := make([]mix.Dist, 1)
	require.NoError(t, mixture.DecodeAnswer(w.Body.Bytes(), out))
	require.Greater(t, out[0]['o'], float32(0.5), "after d comes o, twice of two times")

	w = httptest.NewRecorder()
	handler.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/v1/chat/completions",
		strings.NewReader(`{"model":"x","messages":[{"role":"user","content":"the q"}],"max_tokens":4}`)))
	require.Equal(t, http.StatusOK, w.Code, "%s", w.Body)
	require.Contains(t, w.Body.String(), "chat.completion")
}

// What needs a library that is not here must at least be sound Python.
func TestGuidesModelCompiles(t *testing.T) {
	path := filepath.Join(t.TempDir(), "model.py")
	require.NoError(t, os.WriteFile(path, []byte(block(t, "compile: model.py")), 0o600))
	out, err := exec.CommandContext(t.Context(), python(t), "-m", "py_compile", path).CombinedOutput()
	require.NoError(t, err, "%s", out)
}
