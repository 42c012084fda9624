package gateway_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/gateway/requestlog"
)

// The twelve behaviours every OpenAI-compatible gateway should have, each as one test. The peers that were measured
// pass between four and eight of them.

func TestProbe01UnknownRequestFieldsReachTheMiner(t *testing.T) {
	var got []byte
	m := newMarket(t, nil, &testMiner{handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got, _ = io.ReadAll(r.Body)
		respond(200, "application/json", wholeAnswer).ServeHTTP(w, r)
	})})
	body := `{ "top_k":40,"min_p" : 0.05, "chat_template_kwargs":{"enable_thinking":false},"model":"text","zz":[1,{"a":null}],` +
		`"messages":[{"role":"user","content":"Hi","zz":1}] ,"seed":12345678901234567890}`
	require.Equal(t, 200, m.ask(body).StatusCode)
	require.Equal(t, body, string(got))
}

func TestProbe02UnknownResponseFieldsReachTheClient(t *testing.T) {
	answer := "{\"service_tier\":\"default\", \"x_custom\":{\"a\":[1.0,1e2]},\n\"choices\":[{\"index\":0,\"extra\":\"é\\u00e9\",\"message\":{\"role\":\"assistant\",\"content\":\"ok\",\"zz\":1}}]}\n"
	m := newMarket(t, nil, &testMiner{handler: respond(200, "application/json", answer)})
	got := m.ask(question)
	require.Equal(t, 200, got.StatusCode)
	require.Equal(t, answer, got.body)

	chunk := `{"zz":{"b":[1, 2]},"choices":[{"index":0,"extra":"é","delta":{"content":"ok"},"finish_reason":"stop"}]}`
	m = newMarket(t, nil, &testMiner{handler: events(chunk, "[DONE]")})
	require.Equal(t, []string{chunk, "[DONE]"}, payloads(m.ask(streamQuestion).body))
}

func TestProbe03MinersRetryAfterIsPassedOnOnce(t *testing.T) {
	busy := &testMiner{handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Retry-After", "7")
		respond(429, "application/json", `{"error":{"message":"slow down","type":"rate_limit_error","param":null,"code":"rate_limit_exceeded"}}`).ServeHTTP(w, r)
	})}
	m := newMarket(t, nil, busy)
	got := m.ask(question)
	require.Equal(t, 429, got.StatusCode)
	require.Equal(t, "7", got.Header.Get("Retry-After"))
	require.Equal(t, wireError{Message: "slow down", Type: "rate_limit_error", Code: "rate_limit_exceeded"}, errorOf(t, got.body))
	require.Equal(t, int32(1), busy.calls.Load())
	require.Equal(t, requestlog.Busy, m.record(got).Outcome)
}

func TestProbe04MinersBadRequestIsPassedOnAsItIs(t *testing.T) {
	said := `{"error":{"message":"temperature must be at most 2","type":"invalid_request_error","param":"temperature","code":"decimal_above_max_value"}}`
	first, second := &testMiner{handler: respond(400, "application/json", said)}, good()
	m := newMarket(t, nil, first, second)
	got := m.ask(question)
	require.Equal(t, 400, got.StatusCode)
	param := "temperature"
	require.Equal(t, wireError{"temperature must be at most 2", "invalid_request_error", &param, "decimal_above_max_value"}, errorOf(t, got.body))
	require.Zero(t, second.calls.Load(), "a wrong request stays wrong elsewhere")
	require.Equal(t, "0", got.Header.Get("Dendra-Neuron"))
	require.Equal(t, "0", got.Header.Get("Dendra-Cost"))
	require.Equal(t, requestlog.Refused, m.record(got).Outcome)
}

func TestProbe05BadKey(t *testing.T) {
	m := newMarket(t, nil, good())
	for name, apiKey := range map[string]string{"none": "", "wrong": "sk-wrong", "longer": localKey + "x"} {
		for _, path := range []string{"/v1/chat/completions", "/v1/models", "/v1/requests"} {
			method := "GET"
			if strings.HasSuffix(path, "completions") {
				method = "POST"
			}
			got := m.do(method, path, apiKey, question)
			require.Equal(t, 401, got.StatusCode, name)
			e := errorOf(t, got.body)
			require.Equal(t, "invalid_api_key", e.Code)
			require.Equal(t, "invalid_request_error", e.Type)
			require.NotEmpty(t, got.Header.Get("X-Request-Id"))
		}
	}
}

func TestProbe06UnknownModel(t *testing.T) {
	m := newMarket(t, nil, good())
	got := m.ask(strings.Replace(question, `"text"`, `"gpt-9"`, 1))
	require.Equal(t, 404, got.StatusCode)
	e := errorOf(t, got.body)
	require.Equal(t, "model_not_found", e.Code)
	require.Equal(t, "model", *e.Param)
	require.Contains(t, e.Message, "gpt-9")
}

func TestProbe07BrokenJSON(t *testing.T) {
	m := newMarket(t, nil, good())
	got := m.ask(`{"model":"text","messages":[}`)
	require.Equal(t, 400, got.StatusCode)
	e := errorOf(t, got.body)
	require.Equal(t, "invalid_request_error", e.Type)
	require.Contains(t, e.Message, "line 1, column 29")
}

func TestProbe08UsageOnlyForThoseWhoAsk(t *testing.T) {
	m := newMarket(t, nil, good())
	got := m.ask(streamQuestion)
	require.Equal(t, append(append([]string{}, goodEvents()[:5]...), "[DONE]"), payloads(got.body))
	record := m.record(got)
	require.Equal(t, &requestlog.Claim{PromptTokens: 7, CompletionTokens: 5}, record.Claimed, "the miner is always asked")

	got = m.ask(strings.Replace(streamQuestion, `"stream":true`, `"stream":true,"stream_options":{"include_usage":true}`, 1))
	require.Equal(t, goodEvents(), payloads(got.body))
}

func TestProbe09MinerDiesMidStream(t *testing.T) {
	m := newMarket(t, nil, &testMiner{handler: events(goodEvents()...), wire: cutAfter("wer is 1")}, good())
	got := m.ask(streamQuestion)
	require.Equal(t, 200, got.StatusCode, "the head had been sent")
	list := payloads(got.body)
	require.Equal(t, goodEvents()[:3], list[:3])
	e := errorOf(t, list[3])
	require.Equal(t, "answer_cut", e.Code)
	require.NotContains(t, got.body, "[DONE]")
	require.Equal(t, "0", got.Trailer.Get("Dendra-Cost"))
	record := m.record(got)
	require.Equal(t, requestlog.Failed, record.Outcome)
	require.Zero(t, record.CostRao)
	require.Len(t, record.Attempts, 1, "what has begun is not begun again elsewhere")
	require.Equal(t, requestlog.Cut, record.Attempts[0].Outcome)
	require.False(t, record.Attempts[0].Signature)
}

func TestProbe10ClientLeavesAndTheMinerIsCancelled(t *testing.T) {
	left := make(chan time.Time, 1)
	slow := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() { left <- time.Now() }()
		w.Header().Set("Content-Type", "text/event-stream")
		io.WriteString(w, "data: "+chunkOf(`{"content":"one two"}`, "null")+"\n\n")
		if err := http.NewResponseController(w).Flush(); err != nil {
			return
		}
		<-r.Context().Done()
	})
	m := newMarket(t, nil, &testMiner{handler: slow})
	resp, stop := m.open(streamQuestion)
	one := make([]byte, 64)
	_, err := io.ReadFull(resp.Body, one)
	require.NoError(t, err)
	gone := time.Now()
	stop()
	select {
	case at := <-left:
		t.Logf("the miner was cancelled %v after the client left", at.Sub(gone))
	case <-time.After(5 * time.Second):
		t.Fatal("the miner is still working")
	}
	record := m.eventually(resp.Header.Get("X-Request-Id"))
	require.Equal(t, requestlog.Cancelled, record.Outcome)
	require.Equal(t, 499, record.Status)
	require.Equal(t, uint64(2), record.CompletionTokens, "billed up to the cut")
	require.Equal(t, uint64(6*200+2*600), record.CostRao)
}

func TestProbe11RetrieveModel(t *testing.T) {
	m := newMarket(t, nil, good())
	got := m.do("GET", "/v1/models", localKey, "")
	require.Equal(t, 200, got.StatusCode)
	model := `{"id":"text","object":"model","created":0,"owned_by":"dendra","dendra":{"netuid":1,"price":{"prompt_rao_per_1000":200000,"completion_rao_per_1000":600000}}}`
	require.JSONEq(t, `{"object":"list","data":[`+model+`]}`, got.body)

	got = m.do("GET", "/v1/models/text", localKey, "")
	require.Equal(t, 200, got.StatusCode)
	require.JSONEq(t, model, got.body)

	got = m.do("GET", "/v1/models/gpt-9", localKey, "")
	require.Equal(t, 404, got.StatusCode)
	require.Equal(t, "model_not_found", errorOf(t, got.body).Code)
}

func TestProbe12Preflight(t *testing.T) {
	m := newMarket(t, nil, good())
	req, err := http.NewRequestWithContext(t.Context(), "OPTIONS", m.url+"/v1/chat/completions", nil)
	require.NoError(t, err)
	req.Header.Set("Origin", "https://app.example")
	req.Header.Set("Access-Control-Request-Method", "POST")
	req.Header.Set("Access-Control-Request-Headers", "authorization,content-type,x-stainless-lang")
	got := m.send(req)
	require.Equal(t, 204, got.StatusCode)
	require.Equal(t, "*", got.Header.Get("Access-Control-Allow-Origin"))
	require.Contains(t, got.Header.Get("Access-Control-Allow-Methods"), "POST")
	require.Equal(t, "authorization,content-type,x-stainless-lang", got.Header.Get("Access-Control-Allow-Headers"))

	answer := m.ask(question)
	require.Equal(t, "*", answer.Header.Get("Access-Control-Allow-Origin"))
	require.Contains(t, answer.Header.Get("Access-Control-Expose-Headers"), "Dendra-Cost")
}
