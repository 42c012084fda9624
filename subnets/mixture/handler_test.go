package mixture_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/mix"
	"github.com/dendra-net/dendra/neuron"
	"github.com/dendra-net/dendra/subnets/lm"
	"github.com/dendra-net/dendra/subnets/mixture"
)

func ask(h http.Handler, method, path, body string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(method, path, strings.NewReader(body)))
	return w
}

func codeOf(t *testing.T, w *httptest.ResponseRecorder) string {
	t.Helper()
	var v struct{ Error struct{ Code string } }
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &v), w.Body.String())
	return v.Error.Code
}

func request(t testing.TB, prefixes ...string) string {
	t.Helper()
	list := make([][]byte, len(prefixes))
	for i, p := range prefixes {
		list[i] = []byte(p)
	}
	body, err := mixture.EncodeRequest(list)
	require.NoError(t, err)
	return string(body)
}

func TestAMinerTellsWhatItsModelExpects(t *testing.T) {
	base, err := mixture.Base()
	require.NoError(t, err)
	h := mixture.Handler(lm.FromNGram(base), "pairs")
	w := ask(h, "POST", mixture.Path, request(t, "The qu", ""))
	require.Equal(t, 200, w.Code)
	require.Equal(t, "application/octet-stream", w.Header().Get("Content-Type"))
	got := make([]mix.Dist, 2)
	require.NoError(t, mixture.DecodeAnswer(w.Body.Bytes(), got))
	var want mix.Dist
	base.Predict([]byte("The qu"), &want)
	for b := range want {
		require.InDelta(t, want.Bits(byte(b)), got[0].Bits(byte(b)), 0.12)
	}
	w = ask(h, "POST", "/v1/chat/completions", `{"messages":[{"role":"user","content":"The "}],"max_tokens":5}`)
	require.Equal(t, 200, w.Code)
	require.Contains(t, w.Body.String(), `"model":"pairs"`)
}

func TestAMinerRefuses(t *testing.T) {
	h := modest(t)
	for name, c := range map[string]struct {
		method, path, body string
		status             int
		code               string
	}{
		"method":    {"GET", mixture.Path, "", 405, "method_not_allowed"},
		"nonsense":  {"POST", mixture.Path, "{", 400, "invalid_prefixes"},
		"too large": {"POST", mixture.Path, strings.Repeat("x", 1<<20+1), 413, "body_too_large"},
		"path":      {"POST", "/v1/embeddings", "", 404, "not_found"},
	} {
		t.Run(name, func(t *testing.T) {
			w := ask(h, c.method, c.path, c.body)
			require.Equal(t, c.status, w.Code)
			require.Equal(t, c.code, codeOf(t, w))
		})
	}
	for want, err := range map[string]error{"model_failed": errors.New("out of cheese"), "model_timeout": context.DeadlineExceeded, "busy": neuron.Refuse(503, "busy", "later")} {
		h := mixture.Serve(func(context.Context, [][]byte, []mix.Dist) error { return err }, http.NotFoundHandler())
		require.Equal(t, want, codeOf(t, ask(h, "POST", mixture.Path, request(t, "a"))))
	}
}

// counter is an oracle that counts how often it is asked, and waits for leave to answer.
type counter struct {
	asked atomic.Int32
	leave chan struct{}
}

func (c *counter) oracle(ctx context.Context, _ [][]byte, out []mix.Dist) error {
	c.asked.Add(1)
	select {
	case <-c.leave:
	case <-ctx.Done():
		return ctx.Err()
	}
	for i := range out {
		out[i] = mix.Uniform()
	}
	return nil
}

func TestABatchIsComputedOnce(t *testing.T) {
	c := &counter{leave: make(chan struct{})}
	h := mixture.Serve(c.oracle, http.NotFoundHandler())
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			if w := ask(h, "POST", mixture.Path, request(t, "a")); w.Code != 200 {
				t.Errorf("status %d", w.Code)
			}
		})
	}
	close(c.leave)
	wait.Wait()
	require.EqualValues(t, 1, c.asked.Load())
	ask(h, "POST", mixture.Path, request(t, "b"))
	require.EqualValues(t, 2, c.asked.Load())
	for i := range 40 { // what is long ago is forgotten
		ask(h, "POST", mixture.Path, request(t, strings.Repeat("c", i+1)))
	}
	ask(h, "POST", mixture.Path, request(t, "a"))
	require.EqualValues(t, 43, c.asked.Load())
}

func TestACallerWhoLeavesTakesNobodyAlong(t *testing.T) {
	c := &counter{leave: make(chan struct{})}
	h := mixture.Serve(c.oracle, http.NotFoundHandler())
	ctx, leave := context.WithCancel(t.Context())
	first := make(chan int)
	go func() {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequestWithContext(ctx, "POST", mixture.Path, strings.NewReader(request(t, "a"))))
		first <- w.Code
	}()
	require.Eventually(t, func() bool { return c.asked.Load() == 1 }, 5*time.Second, time.Millisecond)
	second := make(chan int)
	go func() { second <- ask(h, "POST", mixture.Path, request(t, "a")).Code }()
	leave()
	require.Equal(t, 504, <-first)
	close(c.leave)
	require.Equal(t, 200, <-second)
}

func TestAFailureIsNotRemembered(t *testing.T) {
	fail := true
	h := mixture.Serve(func(_ context.Context, _ [][]byte, out []mix.Dist) error {
		if fail {
			return errors.New("not yet")
		}
		out[0] = mix.Uniform()
		return nil
	}, http.NotFoundHandler())
	require.Equal(t, 500, ask(h, "POST", mixture.Path, request(t, "a")).Code)
	fail = false
	require.Equal(t, 200, ask(h, "POST", mixture.Path, request(t, "a")).Code)
}

func TestEveryExpertIsBuilt(t *testing.T) {
	f := newFleet()
	f.join("modest", 1, modest(t))
	names := map[string]bool{}
	for _, e := range mixture.Experts() {
		require.False(t, names[e.Name], e.Name)
		names[e.Name] = true
		require.NotEmpty(t, e.About)
		h := f.expert(t, e.Name)
		w := ask(h, "POST", mixture.Path, request(t, "The qu", "func ma"))
		require.Equal(t, 200, w.Code, e.Name)
		require.NoError(t, mixture.DecodeAnswer(w.Body.Bytes(), make([]mix.Dist, 2)), e.Name)
		w = ask(h, "POST", "/v1/chat/completions", `{"messages":[{"role":"user","content":"The "}],"max_tokens":4}`)
		require.Equal(t, 200, w.Code, "%s: %s", e.Name, w.Body)
	}
	require.True(t, names["prose"] && names["code"] && names["general"] && names["transformer"])
	_, ok := mixture.ExpertOf("nobody")
	require.False(t, ok)
}

func TestCheatsNeedOthers(t *testing.T) {
	_, err := mixture.NewBlender("b", mixture.Market{})
	require.Error(t, err)
	_, err = mixture.NewParrot("p", mixture.Market{}, "")
	require.Error(t, err)
	f := newFleet()
	for _, name := range []string{"blender", "parrot"} {
		e, _ := mixture.ExpertOf(name)
		h, err := e.Build(name, f.market(""))
		require.NoError(t, err)
		require.Equal(t, "no_miners", codeOf(t, ask(h, "POST", mixture.Path, request(t, "a"))))
		require.Equal(t, "no_miners", codeOf(t, ask(h, "POST", "/v1/chat/completions", `{"messages":[{"role":"user","content":"a"}]}`)))
	}
	f.join("broken", 1, answering(500, nil))
	h, err := mixture.NewParrot("p", f.market(""), "hot-broken")
	require.NoError(t, err)
	require.Equal(t, 500, ask(h, "POST", mixture.Path, request(t, "a")).Code)
	require.Equal(t, "upstream_failed", codeOf(t, ask(h, "POST", "/v1/chat/completions", `{}`)))
	h, err = mixture.NewParrot("p", f.market(""), "hot-unknown")
	require.NoError(t, err)
	require.Equal(t, 500, ask(h, "POST", "/v1/chat/completions", `{}`).Code)
}

func TestAParrotIsNoExactCopy(t *testing.T) {
	f := newFleet()
	f.join("modest", 1, modest(t))
	h, err := mixture.NewParrot("p", f.market(""), "hot-modest")
	require.NoError(t, err)
	body := request(t, "The qu")
	copied, own := ask(h, "POST", mixture.Path, body).Body.Bytes(), ask(f.handlers["hot-modest"], "POST", mixture.Path, body).Body.Bytes()
	require.Len(t, copied, len(own))
	require.False(t, bytes.Equal(own, copied))
}
