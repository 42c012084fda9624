package evidence_test

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/evidence"
)

// shown is a directory with one released epoch, one that is not, and a blob of each.
func shown(t *testing.T) (dir string, blobs [2]evidence.Digest) {
	t.Helper()
	dir = t.TempDir()
	s := open(t, dir)
	for epoch := range uint64(2) {
		f := sample(epoch)
		body, err := s.Shelf().Body(noise(5000, epoch))
		require.NoError(t, err)
		f.Exchanges[0].Answer = body
		blobs[epoch] = *body.Blob
		require.NoError(t, s.Save(f))
	}
	require.NoError(t, s.Release(1))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "validator-1.json"), []byte("secret"), 0o600))
	return dir, blobs
}

func call(t *testing.T, h http.Handler, method, path string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(method, "/", nil)
	r.URL.Path = path
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestServerShowsWhatIsReleased(t *testing.T) {
	dir, blobs := shown(t)
	server := &evidence.Server{Dir: dir}
	for _, path := range []string{evidence.Path(1, 0), evidence.BlobPath(1, blobs[0]), "/evidence/1/curve.json"} {
		got := call(t, server, http.MethodGet, path)
		require.Equal(t, http.StatusOK, got.Code, path)
		head := call(t, server, http.MethodHead, path)
		require.Equal(t, http.StatusOK, head.Code, path)
		require.Zero(t, head.Body.Len())
		require.Equal(t, got.Header().Get("Content-Length"), head.Header().Get("Content-Length"))
	}
	_, err := evidence.Decode(call(t, server, http.MethodGet, evidence.Path(1, 0)).Body.Bytes())
	require.NoError(t, err)
	var curve evidence.Curve
	require.NoError(t, json.Unmarshal(call(t, server, http.MethodGet, "/evidence/1/curve.json").Body.Bytes(), &curve))
	require.Len(t, curve.Points, 1)
}

func TestServerShowsNothingElse(t *testing.T) {
	dir, blobs := shown(t)
	server := &evidence.Server{Dir: dir}
	for _, path := range []string{
		evidence.Path(1, 1), evidence.BlobPath(1, blobs[1]), evidence.Path(2, 0), "/evidence/2/curve.json", "/", "/evidence", "/evidence/", "/evidence/1", "/evidence/1/",
		"/evidence/1/index.json", "/evidence/01/0.json.gz", "/evidence/1/00.json.gz", "/evidence/1/+0.json.gz", "/evidence/1/0.json", "/evidence/99999/0.json.gz",
		"/evidence/1/../1/0.json.gz", "/evidence/../validator-1.json", "/evidence/1/../../validator-1.json", "/evidence/1/blob/", "/evidence/1/blob/../../validator-1.json",
		"/evidence/1/blob/" + strings.ToUpper(blobs[0].String()), "/evidence/1/blob/" + blobs[0].String() + "/", "//evidence/1/0.json.gz", "/evidence/-1/0.json.gz",
		"/evidence/1/" + strings.Repeat("9", 400) + ".json.gz", "/evidence/1/\x00.json.gz",
	} {
		w := call(t, server, http.MethodGet, path)
		require.Equal(t, http.StatusNotFound, w.Code, path)
		require.NotContains(t, w.Body.String(), "secret", path)
	}
	for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodDelete, "BREW"} {
		require.Equal(t, http.StatusMethodNotAllowed, call(t, server, method, evidence.Path(1, 0)).Code)
	}
}

// stalled is a reader that takes its time.
type stalled struct {
	*httptest.ResponseRecorder
	came, goOn chan struct{}
}

func (s stalled) Write(b []byte) (int, error) {
	s.came <- struct{}{}
	<-s.goOn
	return s.ResponseRecorder.Write(b)
}

func TestServerRunsUntilItsContextEnds(t *testing.T) {
	dir, _ := shown(t)
	ln, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- (&evidence.Server{Dir: dir}).Run(ctx, ln) }()
	_, err = evidence.Fetcher{Base: "http://" + ln.Addr().String(), Netuid: 1}.File(t.Context(), 0)
	require.NoError(t, err)
	cancel()
	require.NoError(t, <-ended)
	require.ErrorContains(t, (&evidence.Server{Dir: dir}).Run(t.Context(), ln), ln.Addr().String(), "the door is shut")
}

func TestServerIsBounded(t *testing.T) {
	dir, _ := shown(t)
	server := &evidence.Server{Dir: dir, Parallel: 1}
	slow := stalled{httptest.NewRecorder(), make(chan struct{}, 1), make(chan struct{})}
	done := make(chan struct{})
	go func() {
		defer close(done)
		server.ServeHTTP(slow, httptest.NewRequest(http.MethodGet, "/evidence/1/curve.json", nil))
	}()
	<-slow.came
	require.Equal(t, http.StatusServiceUnavailable, call(t, server, http.MethodGet, evidence.Path(1, 0)).Code)
	close(slow.goOn)
	<-done
	require.Equal(t, http.StatusOK, call(t, server, http.MethodGet, evidence.Path(1, 0)).Code)
}

func TestFetch(t *testing.T) {
	dir, blobs := shown(t)
	server := httptest.NewServer(&evidence.Server{Dir: dir})
	defer server.Close()
	base, err := evidence.BaseOf(server.URL+"/"+evidence.Path(1, 0)[1:], 1, 0)
	require.NoError(t, err)
	f := evidence.Fetcher{Base: base, Netuid: 1}
	packed, err := f.File(context.Background(), 0)
	require.NoError(t, err)
	_, err = evidence.Decode(packed)
	require.NoError(t, err)
	_, err = f.Blob(context.Background(), blobs[0])
	require.NoError(t, err)
	_, err = f.File(context.Background(), 1)
	require.ErrorIs(t, err, evidence.ErrFetch)
	require.ErrorContains(t, err, "not revealed yet")
	_, err = evidence.BaseOf("http://h/elsewhere", 1, 0)
	require.ErrorIs(t, err, evidence.ErrFetch)
}

func TestFetchFromHostileServers(t *testing.T) {
	endless := func(w http.ResponseWriter, r *http.Request) {
		block := make([]byte, 1<<20)
		for r.Context().Err() == nil {
			if _, err := w.Write(block); err != nil {
				return
			}
		}
	}
	for name, c := range map[string]struct {
		handler http.HandlerFunc
		says    string
	}{
		"endless":    {endless, "more than 16777216 bytes"},
		"other blob": {func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("trust me")) }, "gave content of digest"},
		"redirect": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://127.0.0.1:1/", http.StatusFound)
		}, "status 302"},
		"hangs": {func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, "deadline"},
		"drips": {func(w http.ResponseWriter, r *http.Request) {
			_, _ = w.Write([]byte("a"))
			_ = http.NewResponseController(w).Flush()
			<-r.Context().Done()
		}, "deadline"},
		"cut": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			_, _ = w.Write([]byte("a"))
		}, "EOF"},
	} {
		server := httptest.NewServer(c.handler)
		timeout := 30 * time.Second
		if c.says == "deadline" {
			timeout = 50 * time.Millisecond
		}
		_, err := evidence.Fetcher{Base: server.URL, Netuid: 1, Timeout: timeout}.Blob(context.Background(), evidence.Digest{1})
		require.ErrorIs(t, err, evidence.ErrFetch, name)
		require.ErrorContains(t, err, c.says, name)
		server.Close()
	}
	for _, base := range []string{"", "file:///etc", "ftp://h", "http://user@h", "http://\x7f", "h:80"} {
		_, err := evidence.Fetcher{Base: base, Netuid: 1}.File(context.Background(), 0)
		require.ErrorIs(t, err, evidence.ErrFetch, base)
	}
}
