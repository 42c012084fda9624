package gateway_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/gateway"
	"github.com/dendra-net/dendra/gateway/requestlog"
	"github.com/dendra-net/dendra/neuron"
)

func TestWholeAnswerIsBilledAndRecorded(t *testing.T) {
	m := newMarket(t, nil, good())
	got := m.ask(question)
	require.Equal(t, 200, got.StatusCode)
	require.Equal(t, wholeAnswer, got.body)
	require.Equal(t, "application/json", got.Header.Get("Content-Type"))
	require.Equal(t, got.Header.Get("X-Request-Id"), got.Header.Get("Dendra-Request-Id"))
	require.Equal(t, "1", got.Header.Get("Dendra-Subnet"))
	require.Equal(t, "0", got.Header.Get("Dendra-Neuron"))
	require.Equal(t, "0.0000042", got.Header.Get("Dendra-Cost"), "6 prompt tokens and 5 of the answer")

	r := m.record(got)
	require.Equal(t, uint64(4200), r.CostRao)
	require.Equal(t, "local", r.Key)
	require.Equal(t, uint64(6), r.PromptTokens)
	require.Equal(t, uint64(5), r.CompletionTokens)
	require.Equal(t, &requestlog.Claim{PromptTokens: 7, CompletionTokens: 5}, r.Claimed)
	require.True(t, r.UsageDiffers)
	require.Equal(t, int64(len(wholeAnswer)), r.ResponseBytes)
	require.NotNil(t, r.Proof)
	require.NoError(t, r.Proof.Verify())
	require.Equal(t, r.ResponseSHA256, r.Proof.Response.Digest, "the proof is about the bytes the client got")
	require.Equal(t, r.RequestSHA256, r.Proof.Request.Digest)
	require.Equal(t, r.Hotkey, string(r.Proof.Response.Receiver))
	a := r.Attempts[0]
	require.True(t, 0 <= a.Start && a.Start <= a.FirstByte && a.FirstByte <= a.End && a.End <= r.Micros, "%+v", a)
	require.Positive(t, a.FirstByte)

	text, err := json.Marshal(r)
	require.NoError(t, err)
	require.NotContains(t, string(text), "12 * 12", "no text of the prompt is kept")
	require.NotContains(t, string(text), "answer is 144")
}

func TestStreamIsBilledLikeTheWhole(t *testing.T) {
	m := newMarket(t, nil, good())
	got := m.ask(streamQuestion)
	require.Equal(t, "text/event-stream", got.Header.Get("Content-Type"))
	require.Equal(t, "0", got.Header.Get("Dendra-Neuron"))
	require.Empty(t, got.Header.Get("Content-Encoding"))
	require.Equal(t, "0.0000042", got.Trailer.Get("Dendra-Cost"))
	require.True(t, strings.HasSuffix(got.body, ": dendra cost=0.0000042 prompt_tokens=6 completion_tokens=5\n\ndata: [DONE]\n\n"), got.body)
	r := m.record(got)
	require.Equal(t, uint64(4200), r.CostRao)
	require.True(t, r.Stream)
	require.NotNil(t, r.Proof)
	require.NoError(t, r.Proof.Verify())
}

func TestUsageIsMadeWhenTheMinerGivesNone(t *testing.T) {
	list := append(append([]string{}, goodEvents()[:5]...), "[DONE]")
	m := newMarket(t, nil, &testMiner{handler: events(list...)})
	got := m.ask(strings.Replace(streamQuestion, `"stream":true`, `"stream":true,"stream_options":{"include_usage":true}`, 1))
	sent := payloads(got.body)
	require.Len(t, sent, 7)
	require.JSONEq(t, `{"id":"chatcmpl-1","object":"chat.completion.chunk","created":1700000000,"model":"text","choices":[],"usage":{"prompt_tokens":6,"completion_tokens":5,"total_tokens":11}}`, sent[5])
	require.Nil(t, m.record(got).Claimed)
}

func TestBillStopsAtMaxTokens(t *testing.T) {
	m := newMarket(t, nil, good())
	got := m.ask(strings.Replace(question, `{`, `{"max_tokens":3,`, 1))
	require.Equal(t, uint64(3), m.record(got).CompletionTokens)
	require.Equal(t, "0.000003", got.Header.Get("Dendra-Cost"))
}

func TestPinnedNeuronAnswers(t *testing.T) {
	m := newMarket(t, nil, good(), good(), good())
	got := m.ask(strings.Replace(question, `{`, `{"dendra":{"netuid":1,"uids":[2]},`, 1))
	require.Equal(t, "2", got.Header.Get("Dendra-Neuron"))

	got = m.ask(strings.Replace(question, `{`, `{"dendra":{"uids":[9]},`, 1))
	require.Equal(t, 400, got.StatusCode)
	require.Equal(t, "neuron_not_found", errorOf(t, got.body).Code)
	got = m.ask(strings.Replace(question, `{`, `{"dendra":{"netuid":9},`, 1))
	require.Equal(t, 404, got.StatusCode)
	require.Equal(t, "model_not_found", errorOf(t, got.body).Code)
}

func TestValidatorsAnswerForAnAlias(t *testing.T) {
	m := newMarket(t, func(cfg *gateway.Config) { cfg.Aliases = []gateway.Alias{{ID: "collective", Subnet: "text"}} }, good(), good())
	m.subnet.Neurons[1].Permit, m.subnet.Neurons[1].Incentive, m.subnet.Neurons[1].Dividend = true, 0, 1
	got := m.ask(strings.Replace(question, `"text"`, `"collective"`, 1))
	require.Equal(t, 200, got.StatusCode)
	require.Equal(t, "1", got.Header.Get("Dendra-Neuron"))
	require.Equal(t, "collective", m.record(got).Model)
	require.Equal(t, "0", m.ask(question).Header.Get("Dendra-Neuron"))
	require.Contains(t, m.do("GET", "/v1/models", localKey, "").body, `"collective"`)
}

func TestPicturesCountAFixedNumberOfTokens(t *testing.T) {
	m := newMarket(t, nil, good())
	got := m.ask(`{"model":"text","messages":[{"role":"user","content":[{"type":"text","text":"what is it"},` +
		`{"type":"image_url","image_url":{"url":"data:image/png;base64,` + strings.Repeat("QUJD", 1000) + `"}}]}]}`)
	require.Equal(t, 200, got.StatusCode)
	require.Equal(t, uint64(3+64), m.record(got).PromptTokens)
}

func TestKeepAliveComments(t *testing.T) {
	slow := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		list := goodEvents()
		events(list[:3]...).ServeHTTP(w, r)
		select {
		case <-time.After(120 * time.Millisecond): // the silence that is under test
		case <-r.Context().Done():
		}
		fmt.Fprintf(w, "data: %s\n\ndata: %s\n\ndata: [DONE]\n\n", list[3], list[4])
	})
	m := newMarket(t, func(cfg *gateway.Config) { cfg.Limits.KeepAlive = 30 * time.Millisecond }, &testMiner{handler: slow})
	got := m.ask(streamQuestion)
	require.Contains(t, got.body, "\n: keep-alive\n\n")
	require.Equal(t, append(append([]string{}, goodEvents()[:5]...), "[DONE]"), payloads(got.body))
}

func TestMinersCommentsAreDropped(t *testing.T) {
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		fmt.Fprintf(w, ": dendra cost=0\n\ndata: %s\n: dendra cost=0\n\ndata: [DONE]\n\n", chunkOf(`{"content":"x"}`, `"stop"`))
	})
	m := newMarket(t, nil, &testMiner{handler: h})
	got := m.ask(streamQuestion)
	require.Equal(t, 1, strings.Count(got.body, ": dendra cost="))
	require.NotContains(t, got.body, "cost=0 ")
}

func TestEventsArriveAsTheyAreSent(t *testing.T) {
	proceed := make(chan struct{})
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		list := goodEvents()
		events(list[:2]...).ServeHTTP(w, r)
		<-proceed
		fmt.Fprintf(w, "data: %s\n\ndata: [DONE]\n\n", list[4])
	})
	m := newMarket(t, nil, &testMiner{handler: h})
	resp, _ := m.open(streamQuestion)
	want := frames(goodEvents()[:2]...)
	got := make([]byte, len(want))
	_, err := readFull(resp, got)
	require.NoError(t, err)
	require.Equal(t, want, string(got))
	close(proceed)
}

func frames(list ...string) string {
	s := ""
	for _, e := range list {
		s += "data: " + e + "\n\n"
	}
	return s
}

func readFull(resp *http.Response, into []byte) (int, error) {
	n := 0
	for n < len(into) {
		k, err := resp.Body.Read(into[n:])
		n += k
		if err != nil && n < len(into) {
			return n, err
		}
	}
	return n, nil
}

func TestErrorsHaveStatusCodeAndRemedy(t *testing.T) {
	m := newMarket(t, func(cfg *gateway.Config) { cfg.Limits.MaxBodyBytes = 1000 }, good())
	for _, c := range []struct {
		name, method, path, body string
		status                   int
		code                     string
	}{
		{"too large", "POST", "/v1/chat/completions", `{"model":"` + strings.Repeat("x", 2000), 413, "request_too_large"},
		{"empty", "POST", "/v1/chat/completions", "", 400, "empty_body"},
		{"wrong method", "GET", "/v1/chat/completions", "", 405, "method_not_allowed"},
		{"wrong method on models", "POST", "/v1/models", "", 405, "method_not_allowed"},
		{"unknown path", "POST", "/v1/embeddings", "{}", 404, "unknown_url"},
		{"unknown request", "GET", "/v1/requests/00000000", "", 404, "request_not_found"},
		{"limit", "GET", "/v1/requests?limit=0", "", 400, "invalid_value"},
		{"limit of words", "GET", "/v1/requests?limit=all", "", 400, "invalid_value"},
		{"before", "GET", "/v1/requests?before=nothing", "", 400, "request_not_found"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := m.do(c.method, c.path, localKey, c.body)
			require.Equal(t, c.status, got.StatusCode, got.body)
			require.Equal(t, c.code, errorOf(t, got.body).Code)
			require.Equal(t, "application/json", got.Header.Get("Content-Type"))
			require.NotEmpty(t, got.Header.Get("X-Request-Id"))
			require.Equal(t, "0", got.Header.Get("Dendra-Cost"))
			if c.status == 405 {
				require.NotEmpty(t, got.Header.Get("Allow"))
			}
		})
	}
}

func TestEncodedBodyIsRefused(t *testing.T) {
	m := newMarket(t, nil, good())
	req, err := http.NewRequestWithContext(t.Context(), "POST", m.url+"/v1/chat/completions", strings.NewReader(question))
	require.NoError(t, err)
	req.Header.Set("Authorization", "Bearer "+localKey)
	req.Header.Set("Content-Encoding", "gzip")
	req.Header.Set("X-Client-Request-Id", "mine-1")
	got := m.send(req)
	require.Equal(t, 415, got.StatusCode)
	require.Equal(t, "unsupported_encoding", errorOf(t, got.body).Code)
	require.Equal(t, "mine-1", got.Header.Get("X-Client-Request-Id"))
}

func TestBodyThatStallsIsGivenUp(t *testing.T) {
	m := newMarket(t, func(cfg *gateway.Config) { cfg.Limits.ClientIO = 50 * time.Millisecond }, good())
	conn, err := net.Dial("tcp", strings.TrimPrefix(m.url, "http://"))
	require.NoError(t, err)
	defer conn.Close()
	_, err = fmt.Fprintf(conn, "POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Length: 100\r\n\r\n{", localKey)
	require.NoError(t, err)
	require.NoError(t, conn.SetReadDeadline(time.Now().Add(5*time.Second)))
	head := make([]byte, 64)
	n, err := conn.Read(head)
	require.NoError(t, err)
	require.Contains(t, string(head[:n]), "408 Request Timeout")
}

func TestRateLimitPerKey(t *testing.T) {
	clock := time.Unix(1_700_000_000, 0)
	m := newMarket(t, func(cfg *gateway.Config) {
		cfg.Limits.RequestsPerMinute = 2
		cfg.Now = func() time.Time { return clock }
	}, good())
	require.Equal(t, 200, m.ask(question).StatusCode)
	require.Equal(t, 200, m.ask(question).StatusCode)
	got := m.ask(question)
	require.Equal(t, 429, got.StatusCode)
	require.Equal(t, "30", got.Header.Get("Retry-After"))
	require.Equal(t, "rate_limit_exceeded", errorOf(t, got.body).Code)
	require.Equal(t, 200, m.do("GET", "/v1/models", "guest-key", "").StatusCode, "another key has its own allowance")
	clock = clock.Add(30 * time.Second)
	require.Equal(t, 200, m.ask(question).StatusCode)
}

func TestTooManyAtOnce(t *testing.T) {
	entered, proceed := make(chan struct{}), make(chan struct{})
	m := newMarket(t, func(cfg *gateway.Config) { cfg.Limits.MaxInFlight = 1; cfg.Limits.Whole = 5 * time.Second }, &testMiner{handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		close(entered)
		<-proceed
		respond(200, "application/json", wholeAnswer).ServeHTTP(w, r)
	})})
	first := make(chan int)
	go func() { first <- m.ask(question).StatusCode }()
	<-entered
	got := m.ask(question)
	require.Equal(t, 503, got.StatusCode)
	require.Equal(t, "overloaded", errorOf(t, got.body).Code)
	require.Equal(t, "true", got.Header.Get("X-Should-Retry"))
	close(proceed)
	require.Equal(t, 200, <-first)
}

func TestNobodyServes(t *testing.T) {
	m := newMarket(t, nil)
	got := m.ask(question)
	require.Equal(t, 503, got.StatusCode)
	require.Equal(t, "no_miner", errorOf(t, got.body).Code)
	require.Equal(t, "true", got.Header.Get("X-Should-Retry"))
}

func TestKeysSeeOnlyTheirOwnRequests(t *testing.T) {
	m := newMarket(t, nil, good())
	mine := m.do("POST", "/v1/chat/completions", "guest-key", question).Header.Get("X-Request-Id")
	others := m.ask(question).Header.Get("X-Request-Id")

	require.Equal(t, 200, m.do("GET", "/v1/requests/"+mine, "guest-key", "").StatusCode)
	require.Equal(t, 200, m.do("GET", "/v1/requests/"+mine[:8], "guest-key", "").StatusCode)
	require.Equal(t, 404, m.do("GET", "/v1/requests/"+others, "guest-key", "").StatusCode)
	require.Equal(t, 200, m.do("GET", "/v1/requests/"+mine, localKey, "").StatusCode, "the operator sees all")

	var list struct {
		Object string
		Data   []requestlog.Record
		More   bool `json:"has_more"`
	}
	require.NoError(t, json.Unmarshal([]byte(m.do("GET", "/v1/requests", "guest-key", "").body), &list))
	require.Len(t, list.Data, 1)
	require.Equal(t, mine, list.Data[0].ID)
	require.NoError(t, json.Unmarshal([]byte(m.do("GET", "/v1/requests?limit=1", localKey, "").body), &list))
	require.Equal(t, others, list.Data[0].ID)
	require.True(t, list.More)
	require.NoError(t, json.Unmarshal([]byte(m.do("GET", "/v1/requests?before="+others, localKey, "").body), &list))
	require.Equal(t, mine, list.Data[0].ID)
	require.False(t, list.More)
}

func TestAllowedOriginsOnly(t *testing.T) {
	m := newMarket(t, func(cfg *gateway.Config) { cfg.Origins = []string{"https://good.example"} }, good())
	for origin, want := range map[string]string{"https://good.example": "https://good.example", "https://evil.example": ""} {
		req, err := http.NewRequestWithContext(t.Context(), "OPTIONS", m.url+"/v1/models", nil)
		require.NoError(t, err)
		req.Header.Set("Origin", origin)
		req.Header.Set("Access-Control-Request-Method", "GET")
		require.Equal(t, want, m.send(req).Header.Get("Access-Control-Allow-Origin"))
	}
}

func TestStatusPage(t *testing.T) {
	m := newMarket(t, nil, good())
	m.subnet.Name = "<script>alert(1)</script>"
	require.Contains(t, m.do("GET", "/", "", "").body, "None yet")
	asked := m.ask(strings.Replace(question, `{`, `{"dendra":{"netuid":1},`, 1))
	require.Equal(t, 200, asked.StatusCode)
	page := m.do("GET", "/", "", "")
	require.Equal(t, 200, page.StatusCode)
	require.Equal(t, "text/html; charset=utf-8", page.Header.Get("Content-Type"))
	require.Contains(t, page.Header.Get("Content-Security-Policy"), "default-src 'none'")
	require.NotContains(t, page.body, "<script>")
	require.Contains(t, page.body, "&lt;script&gt;")
	require.Contains(t, page.body, asked.Header.Get("X-Request-Id")[:8])
	require.Contains(t, page.body, "50.0%")
	require.Contains(t, page.body, " ms</td>")
	require.Contains(t, page.body, "0.0000042")
	require.NotContains(t, page.body, "src=", "the page loads nothing")
}

func TestHealth(t *testing.T) {
	m := newMarket(t, nil, good())
	got := m.do("GET", "/health", "", "")
	require.Equal(t, 200, got.StatusCode)
	var h struct {
		Status string
		Chain  struct{ Known bool }
		Miners struct{ Models, Serving, Resting int }
		Log    struct{ OK bool }
	}
	require.NoError(t, json.Unmarshal([]byte(got.body), &h))
	require.Equal(t, "ok", h.Status)
	require.True(t, h.Chain.Known)
	require.Equal(t, 1, h.Miners.Serving)

	require.NoError(t, m.log.Close())
	got = m.do("GET", "/health", "", "")
	require.Equal(t, 503, got.StatusCode)
	require.Contains(t, got.body, `"status":"down"`)
	require.Contains(t, got.body, "request log is closed")
	got = m.ask(question)
	require.Equal(t, 503, got.StatusCode, "what cannot be recorded is not answered")
	require.Equal(t, "log_unavailable", errorOf(t, got.body).Code)
}

// When the log breaks while an answer is being made, the answer is not released.
func TestAnswerIsHeldBackWhenTheLogBreaks(t *testing.T) {
	for _, body := range []string{question, streamQuestion} {
		var m *market
		m = newMarket(t, nil, &testMiner{handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if err := m.log.Close(); err != nil {
				panic(err)
			}
			good().handler.ServeHTTP(w, r)
		})})
		got := m.ask(body)
		require.Contains(t, got.body, "log_unavailable")
		require.NotContains(t, got.body, "[DONE]")
		require.NotEqual(t, wholeAnswer, got.body)
	}
}

func TestChainThatFailsIsServedStaleAndSaidSo(t *testing.T) {
	var down atomic.Bool
	clock := atomic.Int64{}
	now := func() time.Time { return time.Unix(1_700_000_000, clock.Load()) }
	m := newMarket(t, func(cfg *gateway.Config) {
		cfg.Now = now
		inner := cfg.Directory
		cfg.Directory = gateway.NewDirectory(func(ctx context.Context) ([]neuron.Subnet, error) {
			if down.Load() {
				return nil, errors.New("chain is down")
			}
			return []neuron.Subnet{{Netuid: 1, Name: "text"}}, nil
		}, func(ctx context.Context, netuid uint16) (neuron.Subnet, error) {
			if down.Load() {
				return neuron.Subnet{}, errors.New("chain is down")
			}
			return inner.Subnet(ctx, netuid)
		}, time.Second, now)
	}, good())
	require.Equal(t, 200, m.ask(question).StatusCode)
	down.Store(true)
	clock.Add(int64(time.Minute))
	require.Equal(t, 200, m.ask(question).StatusCode)
	got := m.do("GET", "/health", "", "")
	require.Equal(t, 200, got.StatusCode)
	require.Contains(t, got.body, `"status":"degraded"`)
	require.Contains(t, got.body, `"age_ms":60000`)
	require.Contains(t, got.body, "chain is down")
	require.Contains(t, m.do("GET", "/", "", "").body, "60000 ms old")
	down.Store(false)
	clock.Add(int64(2 * time.Second))
	require.Equal(t, 200, m.ask(question).StatusCode)
	require.Contains(t, m.do("GET", "/health", "", "").body, `"status":"ok"`)
}

func TestUnknownChainIsUnavailable(t *testing.T) {
	m := newMarket(t, func(cfg *gateway.Config) {
		cfg.Directory = gateway.NewDirectory(func(context.Context) ([]neuron.Subnet, error) { return nil, errors.New("down") },
			func(context.Context, uint16) (neuron.Subnet, error) { return neuron.Subnet{}, errors.New("down") }, 0, nil)
	})
	got := m.ask(question)
	require.Equal(t, 503, got.StatusCode)
	require.Equal(t, "directory_unavailable", errorOf(t, got.body).Code)
	require.Equal(t, 503, m.do("GET", "/health", "", "").StatusCode)
	require.Equal(t, 200, m.do("GET", "/", "", "").StatusCode, "the page still tells what is wrong")
}

func TestRunMeasuresMinersNobodyAsks(t *testing.T) {
	var asked atomic.Int32
	m := newMarket(t, func(cfg *gateway.Config) { cfg.ProbeEvery = 20 * time.Millisecond }, &testMiner{handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		good().handler.ServeHTTP(w, r)
	})})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- m.gateway.Run(ctx) }()
	require.Eventually(t, func() bool { return asked.Load() >= 3 }, 5*time.Second, time.Millisecond)
	cancel()
	require.NoError(t, <-done)
	require.NotContains(t, m.do("GET", "/", "", "").body, "not measured")
	list, _, err := m.log.List(requestlog.Filter{})
	require.NoError(t, err)
	require.Empty(t, list, "probes are nobody's requests")
}

func TestServeFinishesWhatIsInFlight(t *testing.T) {
	entered, proceed := make(chan struct{}), make(chan struct{})
	m := newMarket(t, func(cfg *gateway.Config) { cfg.ProbeEvery = -1; cfg.Limits.Whole = 5 * time.Second }, &testMiner{handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		close(entered)
		<-proceed
		respond(200, "application/json", wholeAnswer).ServeHTTP(w, r)
	})})
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- m.gateway.Serve(ctx, ln, 5*time.Second) }()
	m.url = "http://" + ln.Addr().String()
	answer := make(chan response, 1)
	go func() { answer <- m.ask(question) }()
	<-entered
	cancel()
	close(proceed)
	require.Equal(t, wholeAnswer, (<-answer).body)
	require.NoError(t, <-served)
}

func TestConfigIsChecked(t *testing.T) {
	log, _, err := requestlog.Open(requestlog.Options{Dir: t.TempDir()})
	require.NoError(t, err)
	defer func() { require.NoError(t, log.Close()) }()
	sound := gateway.Config{Client: &neuron.Client{}, Directory: gateway.NewDirectory(nil, nil, 0, nil), Log: log}
	_, err = gateway.New(sound)
	require.NoError(t, err)
	for want, edit := range map[string]func(*gateway.Config){
		"Client is missing":    func(c *gateway.Config) { c.Client = nil },
		"Directory is missing": func(c *gateway.Config) { c.Directory = nil },
		"Log is missing":       func(c *gateway.Config) { c.Log = nil },
		`API key ""`:           func(c *gateway.Config) { c.Keys = []gateway.APIKey{{SHA256: gateway.HashKey("x")}} },
		`API key "a"`:          func(c *gateway.Config) { c.Keys = []gateway.APIKey{{Name: "a"}} },
		`API key "b"`: func(c *gateway.Config) {
			k := gateway.APIKey{Name: "b", SHA256: gateway.HashKey("x")}
			c.Keys = []gateway.APIKey{k, k}
		},
		`alias "x"`:             func(c *gateway.Config) { c.Aliases = []gateway.Alias{{ID: "x"}} },
		"at most 1000000000000": func(c *gateway.Config) { c.DefaultPrice.PromptRao = gateway.MaxPriceRao + 1 },
		"subnet 3":              func(c *gateway.Config) { c.Prices = map[uint16]gateway.Price{3: {CompletionRao: 1 << 60}} },
	} {
		cfg := sound
		edit(&cfg)
		_, err := gateway.New(cfg)
		require.ErrorContains(t, err, want)
	}
}

func TestChartsAreShownWhereThereAreAny(t *testing.T) {
	drawn := 0
	m := newMarket(t, func(cfg *gateway.Config) {
		cfg.Charts = func(_ context.Context, model gateway.Model) ([]byte, error) {
			drawn++
			if model.ID != "text" {
				return nil, errors.New("nothing known")
			}
			return []byte("<svg/>"), nil
		}
	}, good())
	require.Contains(t, m.do("GET", "/", "", "").body, `src="/charts/text"`)
	got := m.do("GET", "/charts/text", "", "")
	require.Equal(t, "<svg/>", got.body)
	require.Equal(t, "image/svg+xml", got.Header.Get("Content-Type"))
	require.Equal(t, 1, drawn, "it is remembered for a while")
	require.Equal(t, 404, m.do("GET", "/charts/nothing", "", "").StatusCode)

	without := newMarket(t, nil, good())
	require.NotContains(t, without.do("GET", "/", "", "").body, "/charts/")
	require.Equal(t, "no_chart", errorOf(t, without.do("GET", "/charts/text", "", "").body).Code)
}
