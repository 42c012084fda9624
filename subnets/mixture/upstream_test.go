package mixture_test

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/mix"
	"github.com/dendra-net/dendra/subnets/mixture"
)

// asked is the part of a completion request that a server heeds, in either form.
type asked struct {
	Model     string
	Prompt    string
	MaxTokens int `json:"max_tokens"`
	Logprobs  any
	Top       int `json:"top_logprobs"`
	Messages  []struct{ Role, Content string }
}

// completions is a server that names tokens for a text as vLLM does.
func completions(t *testing.T, after func(text string) map[string]float64) *httptest.Server {
	t.Helper()
	return server(t, func(w http.ResponseWriter, path string, q asked) {
		if path != "/v1/completions" {
			http.NotFound(w, nil)
			return
		}
		write := map[string]any{}
		for name, p := range after(q.Prompt) {
			write[name] = math.Log(p)
		}
		reply(w, map[string]any{"text": "x", "logprobs": map[string]any{"tokens": []string{"x"}, "top_logprobs": []any{write}}})
	})
}

func server(t *testing.T, answer func(w http.ResponseWriter, path string, q asked)) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var q asked
		raw, err := io.ReadAll(r.Body)
		if err != nil || json.Unmarshal(raw, &q) != nil || q.Model != "big" || q.MaxTokens != 1 || r.Header.Get("Authorization") != "Bearer secret" {
			http.Error(w, "not as agreed", http.StatusTeapot)
			return
		}
		answer(w, r.URL.Path, q)
	}))
	t.Cleanup(s.Close)
	return s
}

func reply(w http.ResponseWriter, choice any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{"choices": []any{choice}}) // the test fails by what is missing
}

func upstream(url string) *mixture.Upstream {
	return &mixture.Upstream{URL: url, Model: "big", APIKey: "secret"}
}

func predict(t *testing.T, u *mixture.Upstream, prefix string) mix.Dist {
	t.Helper()
	out := make([]mix.Dist, 1)
	require.NoError(t, u.Predict(t.Context(), [][]byte{[]byte(prefix)}, out))
	require.NoError(t, out[0].Check())
	return out[0]
}

func TestTokensBecomeBytes(t *testing.T) {
	s := completions(t, func(text string) map[string]float64 {
		if text != "Over the" {
			return nil
		}
		return map[string]float64{" quick": 0.3, " quiet": 0.2, " queen": 0.1, " lazy": 0.4}
	})
	u := upstream(s.URL)
	d := predict(t, u, "Over the qui")
	require.InDelta(t, 0.6, d['c'], 0.01)
	require.InDelta(t, 0.4, d['e'], 0.01)
	d = predict(t, u, "Over the ")
	require.InDelta(t, 0.6, d['q'], 0.01)
	require.InDelta(t, 0.4, d['l'], 0.01)
	d = predict(t, u, "Over the qu")
	require.InDelta(t, 0.5/0.6, d['i'], 0.01)
	require.InDelta(t, 0.1/0.6, d['e'], 0.01)
}

func TestWhatIsNotNamedIsSpreadByCounts(t *testing.T) {
	background, err := mixture.Background()
	require.NoError(t, err)
	u := upstream(completions(t, func(string) map[string]float64 { return map[string]float64{" and": 0.25, "<|endoftext|>": 0.25} }).URL)
	var want mix.Dist
	background.Predict([]byte("It was "), &want)
	d := predict(t, u, "It was ")
	// half is not named, a quarter is, and a quarter is no text
	rest := 0.5 * likely(background, "It was", " ")
	require.InDelta(t, rest*float64(want['t'])/(0.25+rest), d['t'], 1e-3)
	require.InDelta(t, (0.25+rest*float64(want['a']))/(0.25+rest), d['a'], 1e-3)
}

func likely(m *mix.NGram, head, next string) float64 {
	var d mix.Dist
	m.Predict([]byte(head), &d)
	return float64(d[next[0]])
}

func TestServersWithTokensOfOneByte(t *testing.T) {
	_, model := knowing(t, psalm)
	s := completions(t, func(text string) map[string]float64 {
		var d mix.Dist
		model.Predict([]byte(text), &d)
		named := map[string]float64{}
		for b, p := range d {
			if p > 1e-3 {
				named[fmt.Sprintf("<0x%02X>", b)] = float64(p)
			}
		}
		return named
	})
	u := upstream(s.URL)
	var want mix.Dist
	for _, text := range []string{"He maketh me to lie dow", "lie down in green ", "pastures."} {
		model.Predict([]byte(text), &want)
		d := predict(t, u, text)
		for b := range want {
			if want[b] > 0.05 {
				require.InDelta(t, want[b], d[b], 0.05, "%q then %q", text, rune(b))
			}
		}
	}
}

func TestServersThatOnlyChat(t *testing.T) {
	var tried []string
	s := server(t, func(w http.ResponseWriter, path string, q asked) {
		tried = append(tried, fmt.Sprint(path, q.Logprobs))
		if path != "/v1/chat/completions" {
			http.Error(w, "no such thing", http.StatusNotFound)
			return
		}
		require.Equal(t, "Over the", q.Messages[1].Content)
		require.Equal(t, 20, q.Top)
		reply(w, map[string]any{"logprobs": map[string]any{"content": []any{map[string]any{"token": "quick", "top_logprobs": []any{
			map[string]any{"token": "quick", "logprob": math.Log(0.5), "bytes": []int{113, 117, 105, 99, 107}},
			map[string]any{"token": "▁lazy", "logprob": math.Log(0.5), "bytes": nil},
		}}}}})
	})
	u := upstream(s.URL)
	u.Parallel = 1
	d := predict(t, u, "Over the ")
	require.InDelta(t, 0.5, d['q'], 0.01)
	require.InDelta(t, 0.5, d['l'], 0.01)
	predict(t, u, "Over the q")
	require.Equal(t, []string{"/v1/completions20", "/v1/completions5", "/v1/chat/completionstrue", "/v1/chat/completionstrue"}, tried)
}

func TestOneServerFailureIsFilledByCounts(t *testing.T) {
	var n atomic.Int32
	s := server(t, func(w http.ResponseWriter, _ string, _ asked) {
		if n.Add(1) == 1 {
			http.Error(w, "busy", http.StatusTooManyRequests)
			return
		}
		reply(w, map[string]any{"logprobs": map[string]any{"top_logprobs": []any{map[string]float64{" x": -0.01}}}})
	})
	u := upstream(s.URL)
	u.Parallel = 1
	out := make([]mix.Dist, 2)
	require.NoError(t, u.Predict(t.Context(), [][]byte{[]byte("a "), []byte("a ")}, out))
	background, err := mixture.Background()
	require.NoError(t, err)
	var want mix.Dist
	background.Predict([]byte("a "), &want)
	require.Equal(t, want, out[0])
	require.Greater(t, out[1]['x'], float32(0.9))
}

func TestHostileServers(t *testing.T) {
	stuck := make(chan struct{})
	free := sync.OnceFunc(func() { close(stuck) })
	list := func(body string) func(http.ResponseWriter, string, asked) {
		return func(w http.ResponseWriter, _ string, _ asked) { _, _ = io.WriteString(w, body) }
	}
	for name, c := range map[string]struct {
		answer func(http.ResponseWriter, string, asked)
		code   string
	}{
		"no JSON":       {list("hello"), "upstream_failed"},
		"nothing":       {list("{}"), "upstream_failed"},
		"no logprobs":   {list(`{"choices":[{"text":"x","logprobs":null}]}`), "upstream_failed"},
		"too likely":    {list(`{"choices":[{"logprobs":{"top_logprobs":[{"a":-0.1,"b":-0.1}]}}]}`), "upstream_failed"},
		"above one":     {list(`{"choices":[{"logprobs":{"top_logprobs":[{"a":3}]}}]}`), "upstream_failed"},
		"null":          {list(`{"choices":[{"logprobs":{"content":[{"top_logprobs":[{"token":"a","logprob":null}]}]}}]}`), "upstream_failed"},
		"odd bytes":     {list(`{"choices":[{"logprobs":{"content":[{"top_logprobs":[{"token":"a","logprob":-1,"bytes":[300]}]}]}}]}`), "upstream_failed"},
		"odd types":     {list(`{"choices":[{"logprobs":{"top_logprobs":"many"}}]}`), "upstream_failed"},
		"too many":      {list(`{"choices":[{"logprobs":{"content":[{"top_logprobs":[{"logprob":-9}` + strings.Repeat(`,{"logprob":-9}`, 1100) + `]}]}}]}`), "upstream_failed"},
		"endless":       {list(strings.Repeat(" ", 300<<10)), "upstream_failed"},
		"error":         {func(w http.ResponseWriter, _ string, _ asked) { w.WriteHeader(500) }, "upstream_failed"},
		"redirect":      {func(w http.ResponseWriter, _ string, _ asked) { w.Header().Set("Location", "/"); w.WriteHeader(302) }, "upstream_failed"},
		"says no":       {func(w http.ResponseWriter, _ string, _ asked) { w.WriteHeader(404) }, "upstream_failed"},
		"never answers": {func(http.ResponseWriter, string, asked) { <-stuck }, "upstream_timeout"},
		"breaks off": {func(w http.ResponseWriter, _ string, _ asked) {
			w.Header().Set("Content-Length", "100")
			_, _ = io.WriteString(w, "{")
		}, "upstream_unreachable"},
	} {
		t.Run(name, func(t *testing.T) {
			u := upstream(server(t, c.answer).URL)
			if name == "never answers" {
				t.Cleanup(free) // before the server is closed
			}
			u.Timeout = 300 * time.Millisecond
			u.HTTP = &http.Transport{DisableKeepAlives: true}
			w := ask(u, "POST", mixture.Path, request(t, "The quick ", "brown"))
			require.Equal(t, c.code, codeOf(t, w), w.Body.String())
			require.NotContains(t, w.Body.String(), "127.0.0.1", "the server's address is the miner's own business")
			require.NotContains(t, w.Body.String(), "secret")
		})
	}
}

func TestOddPrefixesReachTheServerAsText(t *testing.T) {
	var texts []string
	s := completions(t, func(text string) map[string]float64 {
		texts = append(texts, text)
		return map[string]float64{"a": 0.9}
	})
	u := upstream(s.URL)
	u.Parallel = 1
	for _, prefix := range []string{"", "\x9f\x98\x80abc", "a\xff\xfeb", strings.Repeat("x", 128), " ", "\xe6\x97"} {
		predict(t, u, prefix)
	}
	require.Equal(t, []string{"", "abc", "a\uFFFDb", strings.Repeat("x", 128), " ", "\uFFFD"}, texts)
}

func TestUpstreamsAreChecked(t *testing.T) {
	for _, c := range []*mixture.Upstream{
		{Model: "m"}, {URL: "ftp://h", Model: "m"}, {URL: "http://u:p@h", Model: "m"}, {URL: "http://h?x=1", Model: "m"}, {URL: "http://h"}, {URL: "http://%zz", Model: "m"},
	} {
		require.Equal(t, "upstream_misconfigured", codeOf(t, ask(c, "POST", mixture.Path, request(t, "a"))), c.URL)
	}
	u := upstream("http://127.0.0.1:1")
	require.Equal(t, "upstream_unreachable", codeOf(t, ask(u, "POST", mixture.Path, request(t, "a"))))
	require.Error(t, u.Predict(t.Context(), make([][]byte, 2), make([]mix.Dist, 1)))
	require.Equal(t, "not_found", codeOf(t, ask(u, "POST", "/v1/chat/completions", "{}")))
	with := upstream("http://127.0.0.1:1")
	with.Chat = answering(200, []byte("hello"))
	require.Equal(t, "hello", ask(with, "POST", "/v1/chat/completions", "{}").Body.String())
}

func FuzzUpstream(f *testing.F) {
	for _, body := range []string{`{"choices":[{"logprobs":{"top_logprobs":[{" a":-1," b":-2}]}}]}`,
		`{"choices":[{"logprobs":{"content":[{"top_logprobs":[{"token":"<0x20>","logprob":-1,"bytes":[32,97]}]}]}}]}`} {
		f.Add(body, "the qu")
	}
	var body string
	u := upstream("http://server")
	u.HTTP = roundTrip(func(r *http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: 200, Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
	})
	f.Fuzz(func(t *testing.T, answer, prefix string) {
		body = answer
		out := make([]mix.Dist, 1)
		if u.Predict(t.Context(), [][]byte{[]byte(prefix[:min(len(prefix), 128)])}, out) == nil {
			require.NoError(t, out[0].Check())
		}
	})
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
