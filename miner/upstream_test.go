package miner_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/miner"
)

// upstream starts a model server that runs f, and a miner's front before it.
func upstream(t *testing.T, f http.HandlerFunc) (*miner.Upstream, *httptest.Server) {
	t.Helper()
	server := httptest.NewServer(f)
	t.Cleanup(server.Close)
	up := &miner.Upstream{URL: server.URL, Model: "good-model"}
	front := httptest.NewServer(up)
	t.Cleanup(front.Close)
	return up, front
}

func post(t *testing.T, front *httptest.Server, body string) (int, string) {
	t.Helper()
	reply, err := http.Post(front.URL+"/v1/chat/completions", "application/json", strings.NewReader(body))
	require.NoError(t, err)
	defer reply.Body.Close()
	text, err := io.ReadAll(reply.Body)
	require.NoError(t, err)
	return reply.StatusCode, string(text)
}

func code(t *testing.T, body string) string {
	t.Helper()
	var e struct {
		Error struct{ Code, Message string }
	}
	require.NoError(t, json.Unmarshal([]byte(body), &e), body)
	require.NotEmpty(t, e.Error.Message)
	return e.Error.Code
}

func TestUpstreamSetsTheModelAndNothingElse(t *testing.T) {
	var got []byte
	_, front := upstream(t, func(w http.ResponseWriter, r *http.Request) {
		got, _ = io.ReadAll(r.Body)
		w.Header().Set("Content-Type", "application/json")
		io.WriteString(w, `{"choices":[{"message":{"content":"42"}}], "odd":  1.0}`)
	})
	for name, c := range map[string]struct{ in, out string }{
		"replaced":       {`{"model":"gpt-4","x":1}`, `{"model":"good-model","x":1}`},
		"other order":    {` { "x" : [1,{"model":"inner"}] , "model" : null , "y":1e400 } `, ` { "x" : [1,{"model":"inner"}] , "model" : "good-model" , "y":1e400 } `},
		"number model":   {`{"model":12}`, `{"model":"good-model"}`},
		"object model":   {`{"model":{"a":[]}  ,"z":0.10}`, `{"model":"good-model"  ,"z":0.10}`},
		"absent":         {`{"messages":[]}`, `{"model":"good-model","messages":[]}`},
		"empty":          {`{}`, `{"model":"good-model"}`},
		"empty, spaced":  {"{\n}", "{\"model\":\"good-model\"\n}"},
		"escaped name":   {`{"mod\u0065l":"a"}`, `{"mod\u0065l":"good-model"}`},
		"strange number": {`{"seed":12345678901234567890123,"model":"a"}`, `{"seed":12345678901234567890123,"model":"good-model"}`},
	} {
		status, body := post(t, front, c.in)
		require.Equal(t, 200, status, name)
		require.Equal(t, c.out, string(got), name)
		require.Equal(t, `{"choices":[{"message":{"content":"42"}}], "odd":  1.0}`, body, "answers come back byte for byte")
	}
}

func TestUpstreamRefusesBadRequests(t *testing.T) {
	up, front := upstream(t, func(http.ResponseWriter, *http.Request) { t.Error("reached the model server") })
	up.MaxBody = 1000
	for name, c := range map[string]struct {
		body   string
		status int
		code   string
	}{
		"no body":        {"", 400, "invalid_json"},
		"no object":      {"[1]", 400, "invalid_json"},
		"cut":            {`{"model":"a"`, 400, "invalid_json"},
		"cut in value":   {`{"model":`, 400, "invalid_json"},
		"trailing":       {`{"model":"a"} x`, 400, "invalid_json"},
		"two objects":    {`{"model":"a"}{"model":"b"}`, 400, "invalid_json"},
		"two models":     {`{"model":"a","model":"b"}`, 400, "invalid_json"},
		"disguised name": {`{"model":"a","MODEL":"b"}`, 400, "invalid_json"},
		"disguised only": {`{"Model":"b"}`, 400, "invalid_json"},
		"deep":           {`{"a":` + strings.Repeat("[", 900), 400, "invalid_json"},
		"large":          {`{"a":"` + strings.Repeat("x", 1000) + `"}`, 413, "body_too_large"},
	} {
		status, body := post(t, front, c.body)
		require.Equal(t, c.status, status, name)
		require.Equal(t, c.code, code(t, body), name)
	}
	reply, err := http.Get(front.URL + "/v1/chat/completions")
	require.NoError(t, err)
	reply.Body.Close()
	require.Equal(t, http.StatusMethodNotAllowed, reply.StatusCode)
	reply, err = http.Post(front.URL+"/v1/embeddings", "application/json", strings.NewReader("{}"))
	require.NoError(t, err)
	reply.Body.Close()
	require.Equal(t, http.StatusNotFound, reply.StatusCode)
}

func TestUpstreamStreamsAsItComes(t *testing.T) {
	proceed := make(chan struct{})
	_, front := upstream(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream; charset=utf-8")
		io.WriteString(w, "data: one\n\n")
		w.(http.Flusher).Flush()
		<-proceed
		io.WriteString(w, "data: [DONE]\n\n")
	})
	reply, err := http.Post(front.URL+"/v1/chat/completions", "application/json", strings.NewReader(`{"stream":true}`))
	require.NoError(t, err)
	defer reply.Body.Close()
	require.Equal(t, "text/event-stream", reply.Header.Get("Content-Type"))
	first := make([]byte, len("data: one\n\n"))
	_, err = io.ReadFull(reply.Body, first) // comes while the server still holds the rest back
	require.NoError(t, err)
	close(proceed)
	rest, err := io.ReadAll(reply.Body)
	require.NoError(t, err)
	require.Equal(t, "data: one\n\ndata: [DONE]\n\n", string(first)+string(rest))
}

func TestUpstreamFaults(t *testing.T) {
	answer := func(status int, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "7")
			w.WriteHeader(status)
			io.WriteString(w, body)
		}
	}
	for name, c := range map[string]struct {
		serve  http.HandlerFunc
		status int
		code   string
		says   string
	}{
		"bad request":      {answer(400, `{"error":{"message":"temperature  must be\nsmall"}}`), 400, "upstream_refused", "temperature must be small"},
		"ollama's form":    {answer(400, `{"error":"no tools"}`), 400, "upstream_refused", "no tools"},
		"error, not JSON":  {answer(422, `<html>`), 422, "upstream_refused", "Unprocessable"},
		"endless error":    {answer(400, strings.Repeat("x", 1<<20)), 400, "upstream_refused", "Bad Request"},
		"busy":             {answer(429, ``), 429, "upstream_busy", "busy"},
		"own key is wrong": {answer(401, `{"error":{"message":"sk-secret is wrong"}}`), 502, "upstream_failed", "status 401"},
		"unknown model":    {answer(404, `{"error":{"message":"model not found"}}`), 502, "upstream_failed", "status 404"},
		"crashed":          {answer(500, `{"error":{"message":"at 0xdead"}}`), 502, "upstream_failed", "status 500"},
		"too large":        {answer(200, strings.Repeat("x", 5000)), 502, "upstream_too_large", "4000"},
		"dies": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			io.WriteString(w, `{"cho`)
			w.(http.Flusher).Flush()
			panic(http.ErrAbortHandler)
		}, 502, "upstream_broke_off", "broke off"},
		"no HTTP": {func(w http.ResponseWriter, _ *http.Request) {
			conn, _, err := w.(http.Hijacker).Hijack()
			if err == nil {
				io.WriteString(conn, "SSH-2.0\r\n\r\n")
				conn.Close()
			}
		}, 502, "upstream_unreachable", "cannot be reached"},
	} {
		t.Run(name, func(t *testing.T) {
			up, front := upstream(t, c.serve)
			up.MaxReply = 4000
			status, body := post(t, front, `{}`)
			require.Equal(t, c.status, status)
			require.Equal(t, c.code, code(t, body))
			require.Contains(t, body, c.says)
			require.NotContains(t, body, "sk-secret")
			require.NotContains(t, body, up.URL, "the model server's address is nobody's business")
		})
	}
}

func TestUpstreamNeverFollowsRedirects(t *testing.T) {
	reached := false
	inner := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached = true }))
	defer inner.Close()
	up, front := upstream(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, inner.URL, http.StatusTemporaryRedirect)
	})
	status, body := post(t, front, `{}`)
	require.Equal(t, 502, status)
	require.Equal(t, "upstream_failed", code(t, body))
	require.ErrorContains(t, up.Check(context.Background()), "redirects are never followed")
	require.False(t, reached)
}

func TestUpstreamTimesOut(t *testing.T) {
	up, front := upstream(t, func(_ http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		<-r.Context().Done()
	})
	up.Timeout = 20 * time.Millisecond
	status, body := post(t, front, `{}`)
	require.Equal(t, 504, status)
	require.Equal(t, "upstream_timeout", code(t, body))
}

func TestUpstreamUnreachable(t *testing.T) {
	dead := httptest.NewServer(nil)
	dead.Close()
	for name, c := range map[string]struct{ url, code, says string }{
		"nobody listens": {dead.URL, "upstream_unreachable", "start the model server"},
		"no scheme":      {"localhost:11434", "upstream_misconfigured", "must begin with http"},
		"password":       {"http://a:secret@localhost", "upstream_misconfigured", "API key"},
		"query":          {"http://localhost/?key=1", "upstream_misconfigured", "query"},
		"no URL":         {"http://[::1", "upstream_misconfigured", "no URL"},
	} {
		up := &miner.Upstream{URL: c.url, Model: "m"}
		front := httptest.NewServer(up)
		status, body := post(t, front, `{}`)
		front.Close()
		require.GreaterOrEqual(t, status, 500, name)
		require.Equal(t, c.code, code(t, body), name)
		require.NotContains(t, body, "secret")
		err := up.Check(context.Background())
		require.ErrorContains(t, err, c.says, name)
		require.NotContains(t, err.Error(), "secret")
	}
}

// A stream that dies or grows without end is broken off, never ended as if whole.
func TestBrokenStreamsAreNotEnded(t *testing.T) {
	for name, serve := range map[string]http.HandlerFunc{
		"dies": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/event-stream")
			io.WriteString(w, "data: one\n\n")
			w.(http.Flusher).Flush()
			panic(http.ErrAbortHandler)
		},
		"never ends": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/event-stream")
			for r.Context().Err() == nil {
				if _, err := w.Write(bytes.Repeat([]byte("data: x\n\n"), 100)); err != nil {
					return
				}
			}
		},
	} {
		up, front := upstream(t, serve)
		up.MaxReply = 4000
		reply, err := http.Post(front.URL+"/v1/chat/completions", "application/json", strings.NewReader(`{"stream":true}`))
		if err == nil { // else it was broken off before its first byte
			_, err = io.ReadAll(reply.Body)
			reply.Body.Close()
		}
		require.Error(t, err, name)
	}
}

// When the caller leaves, the model server learns of it and can stop its work.
func TestCallerGoneStopsTheModelServer(t *testing.T) {
	begun, ended := make(chan struct{}), make(chan struct{})
	_, front := upstream(t, func(_ http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		close(begun)
		<-r.Context().Done()
		close(ended)
	})
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, front.URL+"/v1/chat/completions", strings.NewReader(`{}`))
	require.NoError(t, err)
	done := make(chan error, 1)
	go func() {
		_, err := http.DefaultClient.Do(req)
		done <- err
	}()
	<-begun
	cancel()
	require.ErrorIs(t, <-done, context.Canceled)
	select {
	case <-ended:
	case <-time.After(10 * time.Second):
		t.Fatal("the model server goes on working for nobody")
	}
}

func TestCheck(t *testing.T) {
	list := func(ids ...string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/v1/models" {
				w.WriteHeader(http.StatusNotFound)
				fmt.Fprint(w, `{"error":{"message":"model not found"}}`)
				return
			}
			var data []string
			for _, id := range ids {
				data = append(data, fmt.Sprintf(`{"id":%q}`, id))
			}
			fmt.Fprintf(w, `{"data":[%s]}`, strings.Join(data, ","))
		}
	}
	for name, c := range map[string]struct {
		serve http.HandlerFunc
		says  string
	}{
		"in the list":      {list("other", "good-model"), ""},
		"under its tag":    {list("good-model:latest"), ""},
		"not in the list":  {list("llama", "qwen"), "model not found; it offers llama, qwen"},
		"nothing is there": {list(), "status 404"},
		"key needed":       {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(401) }, "API key"},
		"no list, answers": {func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodGet {
				http.NotFound(w, r)
				return
			}
			fmt.Fprint(w, `{"choices":[]}`)
		}, ""},
		"alias": {func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodGet {
				fmt.Fprint(w, `{"data":[{"id":"/models/file.gguf"}]}`)
				return
			}
			fmt.Fprint(w, `{"choices":[]}`)
		}, ""},
		"some web page": {func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<html>hello") }, "does not speak"},
	} {
		up, _ := upstream(t, c.serve)
		err := up.Check(context.Background())
		if c.says == "" {
			require.NoError(t, err, name)
			continue
		}
		require.ErrorIs(t, err, miner.ErrUpstreamUnhealthy, name)
		require.ErrorContains(t, err, c.says, name)
	}
	require.ErrorContains(t, (&miner.Upstream{URL: "http://127.0.0.1:1"}).Check(context.Background()), "no model is named")
}

func TestUpstreamSendsItsKeyAndAcceptsAnyBase(t *testing.T) {
	var paths []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		paths = append(paths, r.URL.Path)
		require.Equal(t, "Bearer k", r.Header.Get("Authorization"))
		fmt.Fprint(w, `{}`)
	}))
	defer server.Close()
	for _, tail := range []string{"", "/", "/v1", "/v1/", "/api/v1", "/api"} {
		front := httptest.NewServer(&miner.Upstream{URL: server.URL + tail, Model: "m", APIKey: "k"})
		status, _ := post(t, front, `{}`)
		front.Close()
		require.Equal(t, 200, status)
	}
	one, two := "/v1/chat/completions", "/api/v1/chat/completions"
	require.Equal(t, []string{one, one, one, one, two, two}, paths)
}

func FuzzUpstreamBody(f *testing.F) {
	for _, seed := range []string{`{"model":"a"}`, `{}`, ` { "a":1 , "model" : "x"}`, `{"model":1e5,"b":"\ud800"}`} {
		f.Add([]byte(seed))
	}
	var got []byte
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got, _ = io.ReadAll(r.Body)
		fmt.Fprint(w, `{}`)
	}))
	f.Cleanup(server.Close)
	up := &miner.Upstream{URL: server.URL, Model: "good-model"}
	f.Fuzz(func(t *testing.T, body []byte) {
		w := httptest.NewRecorder()
		up.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/v1/chat/completions", bytes.NewReader(body)))
		var sent map[string]json.RawMessage
		if w.Code != http.StatusOK {
			require.Equal(t, http.StatusBadRequest, w.Code)
			return
		}
		require.NoError(t, json.Unmarshal(got, &sent))
		require.JSONEq(t, `"good-model"`, string(sent["model"]))
		var came map[string]json.RawMessage
		require.NoError(t, json.Unmarshal(body, &came))
		for name, value := range came {
			if name != "model" {
				require.Equal(t, string(value), string(sent[name]))
			}
		}
	})
}
