package gateway_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/gateway"
	"github.com/dendra-net/dendra/gateway/requestlog"
)

// hang never answers.
func hang(http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		<-r.Context().Done()
	})
}

// unsigned answers past the signing server.
func unsigned(h http.Handler) func(http.Handler) http.Handler {
	return func(http.Handler) http.Handler { return h }
}

// endless streams words until somebody stops it.
func endless() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		for r.Context().Err() == nil {
			if _, err := fmt.Fprintf(w, "data: %s\n\n", chunkOf(`{"content":"`+strings.Repeat("word ", 100)+`"}`, "null")); err != nil {
				return
			}
			if err := http.NewResponseController(w).Flush(); err != nil {
				return
			}
		}
	})
}

// thenHang streams events and then goes silent.
func thenHang(list ...string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		events(list...).ServeHTTP(w, r)
		<-r.Context().Done()
	})
}

// bad is a miner that a user must never notice as long as another one is there.
type bad struct {
	name    string
	stream  bool // misbehaves when asked for a stream
	whole   bool // misbehaves when asked for a whole answer
	outcome string
	make    func() *testMiner
}

func badMiners() []bad {
	streaming := func(list ...string) func() *testMiner {
		return func() *testMiner { return &testMiner{handler: events(list...)} }
	}
	saying := func(status int, contentType, body string) func() *testMiner {
		return func() *testMiner { return &testMiner{handler: respond(status, contentType, body)} }
	}
	role := chunkOf(`{"role":"assistant","content":""}`, "null")
	return []bad{
		{"hangs", true, true, requestlog.Timeout, func() *testMiner { return &testMiner{handler: good().handler, wire: hang} }},
		{"goes silent after the role", true, false, requestlog.Timeout, func() *testMiner { return &testMiner{handler: thenHang(role)} }},
		{"dies after the role", true, false, requestlog.Cut, func() *testMiner {
			return &testMiner{handler: events(goodEvents()...), wire: cutAfter("assistant")}
		}},
		{"streams garbage", true, false, requestlog.Garbage, streaming("!!", "[DONE]")},
		{"streams JSON of another kind", true, false, requestlog.Garbage, streaming(`{"hello":1}`, "[DONE]")},
		{"streams a number", true, false, requestlog.Garbage, streaming(`7`, "[DONE]")},
		{"streams an error", true, false, requestlog.Garbage, streaming(`{"error":{"message":"out of memory"},"choices":[]}`, "[DONE]")},
		{"streams nothing", true, false, requestlog.Cut, streaming()},
		{"streams only the end", true, false, requestlog.Cut, streaming("[DONE]")},
		{"streams choices without number", true, false, requestlog.Garbage, streaming(chunkOf(`"x"`, "null"))},
		{"answers whole when asked to stream", true, false, requestlog.Garbage, saying(200, "application/json", wholeAnswer)},
		{"streams when asked for the whole", false, true, requestlog.Garbage, saying(200, "text/event-stream", "data: [DONE]\n\n")},
		{"answers text", false, true, requestlog.Garbage, saying(200, "text/plain", "hello")},
		{"answers an error under 200", false, true, requestlog.Garbage, saying(200, "application/json", `{"error":{"message":"no"}}`)},
		{"answers without choices", false, true, requestlog.Garbage, saying(200, "application/json", `{"choices":[]}`)},
		{"answers without message", false, true, requestlog.Garbage, saying(200, "application/json", `{"choices":[{"text":"x"}]}`)},
		{"answers half a body", false, true, requestlog.Garbage, saying(200, "application/json", wholeAnswer[:80])},
		{"answers far too much", false, true, requestlog.Endless, saying(200, "application/json",
			`{"choices":[{"message":{"content":"`+strings.Repeat("word ", 5000)+`"}}]}`)},
		{"answers too many bytes", false, true, requestlog.Endless, saying(200, "application/json", wholeAnswer+strings.Repeat(" ", 1<<20))},
		{"fails", true, true, requestlog.Rejected, saying(500, "application/json", `{"error":{"message":"boom","type":"server_error","param":null,"code":null}}`)},
		{"fails without words", true, true, requestlog.Rejected, saying(503, "text/html", "<h1>no</h1>")},
		{"knows no such path", true, true, requestlog.Rejected, saying(404, "application/json", `{"error":{"message":"model not pulled"}}`)},
		{"is busy", true, true, requestlog.Busy, saying(429, "application/json", `{"error":{"message":"busy"}}`)},
		{"signs with another key", true, true, requestlog.Unsigned, func() *testMiner { return &testMiner{handler: good().handler, signAs: "somebody else"} }},
		{"does not sign", true, true, requestlog.Unsigned, func() *testMiner {
			return &testMiner{handler: good().handler, wire: unsigned(events(goodEvents()...))}
		}},
	}
}

// quicker are limits at which every bad miner shows itself.
func quicker(cfg *gateway.Config) {
	cfg.Limits.MaxAnswerBytes = 256 << 10
	cfg.Limits.MaxAnswerTokens = 500
}

// Before anything has been released, a bad miner costs nothing but time: the next one answers.
func TestBadMinerIsReplacedBeforeTheAnswerBegins(t *testing.T) {
	for _, b := range badMiners() {
		for _, mode := range []struct {
			name, body string
			applies    bool
		}{{"whole", question, b.whole}, {"stream", streamQuestion, b.stream}} {
			if !mode.applies {
				continue
			}
			t.Run(b.name+"/"+mode.name, func(t *testing.T) {
				t.Parallel()
				m := newMarket(t, quicker, b.make(), good())
				got := m.ask(mode.body)
				require.Equal(t, 200, got.StatusCode, got.body)
				require.Equal(t, "1", got.Header.Get("Dendra-Neuron"))
				if mode.name == "whole" {
					require.Equal(t, wholeAnswer, got.body)
				} else {
					require.Equal(t, append(append([]string{}, goodEvents()[:5]...), "[DONE]"), payloads(got.body))
				}
				record := m.record(got)
				require.Len(t, record.Attempts, 2)
				require.Equal(t, b.outcome, record.Attempts[0].Outcome, record.Attempts[0].Error)
				require.NotEmpty(t, record.Attempts[0].Error)
				require.Equal(t, requestlog.Answered, record.Attempts[1].Outcome)
				require.True(t, record.Attempts[1].Signature)
			})
		}
	}
}

// With nobody else to ask, the client is told, by status and in words, and pays nothing.
func TestBadMinersAloneGiveAnError(t *testing.T) {
	for _, b := range badMiners() {
		if b.outcome == requestlog.Busy {
			continue // passed on as 429
		}
		t.Run(b.name, func(t *testing.T) {
			t.Parallel()
			body := question
			if b.stream {
				body = streamQuestion
			}
			m := newMarket(t, quicker, b.make())
			got := m.ask(body)
			require.Equal(t, 502, got.StatusCode)
			require.Equal(t, "true", got.Header.Get("X-Should-Retry"))
			require.NotEmpty(t, got.Header.Get("Retry-After"))
			require.Equal(t, "0", got.Header.Get("Dendra-Cost"))
			require.Equal(t, "1", got.Header.Get("Dendra-Subnet"))
			require.Empty(t, got.Header.Get("Dendra-Neuron"), "nobody answered")
			e := errorOf(t, got.body)
			require.Equal(t, "miner_failed", e.Code)
			require.Contains(t, e.Message, "neuron 0 "+b.outcome)
			record := m.record(got)
			require.Equal(t, requestlog.Failed, record.Outcome)
			require.Zero(t, record.CostRao)
			require.Nil(t, record.Neuron)
		})
	}
}

// Once the answer has begun, what goes wrong is told in the stream, which never ends as if it were whole.
func TestStreamThatBreaksNeverLooksWhole(t *testing.T) {
	begun := goodEvents()[:3]
	for _, c := range []struct {
		name, outcome string
		miner         *testMiner
	}{
		{"cut", requestlog.Cut, &testMiner{handler: events(goodEvents()...), wire: cutAfter("wer is 1")}},
		{"cut before the last signature", requestlog.Cut, &testMiner{handler: events(goodEvents()...), wire: cutAfter("[DONE]")}},
		{"ends without [DONE]", requestlog.Cut, &testMiner{handler: events(goodEvents()[:5]...)}},
		{"[DONE] without finish_reason", requestlog.Cut, &testMiner{handler: events(append(append([]string{}, begun...), "[DONE]")...)}},
		{"goes silent", requestlog.Timeout, &testMiner{handler: thenHang(begun...)}},
		{"turns to garbage", requestlog.Garbage, &testMiner{handler: events(append(append([]string{}, begun...), "}{")...)}},
		{"reports an error", requestlog.Garbage, &testMiner{handler: events(append(append([]string{}, begun...), `{"error":{"message":"gpu fell off"}}`)...)}},
		{"goes on after [DONE]", requestlog.Garbage, &testMiner{handler: events(append(goodEvents(), chunkOf(`{"content":"x"}`, "null"))...)}},
		{"never ends", requestlog.Endless, &testMiner{handler: endless()}},
		{"one huge event", requestlog.Garbage, &testMiner{handler: events(append(append([]string{}, begun...), strings.Repeat("x", 2<<20))...)}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			m := newMarket(t, func(cfg *gateway.Config) { cfg.Limits.MaxAnswerTokens = 500 }, c.miner, good())
			got := m.ask(streamQuestion)
			require.Equal(t, 200, got.StatusCode)
			list := payloads(got.body)
			require.Equal(t, "answer_cut", errorOf(t, list[len(list)-1]).Code)
			require.NotContains(t, got.body, "[DONE]")
			require.Equal(t, "0", got.Trailer.Get("Dendra-Cost"))
			record := m.record(got)
			require.Equal(t, requestlog.Failed, record.Outcome)
			require.Len(t, record.Attempts, 1)
			require.Equal(t, c.outcome, record.Attempts[0].Outcome, record.Attempts[0].Error)
			require.Zero(t, record.CostRao)
		})
	}
}

// The endless miner is stopped near the limit that max_tokens sets, not when it has filled the disk.
func TestEndlessAnswerIsStoppedByMaxTokens(t *testing.T) {
	m := newMarket(t, nil, &testMiner{handler: endless()})
	got := m.ask(strings.Replace(streamQuestion, `"stream"`, `"max_tokens":100,"stream"`, 1))
	require.Less(t, len(got.body), 8000)
	require.Equal(t, requestlog.Endless, m.record(got).Attempts[0].Outcome)
}

// A miner that fails is left alone for a while, so that only the first user waits for it.
func TestFailingMinerRests(t *testing.T) {
	broken := &testMiner{handler: good().handler, wire: hang, incentive: 0.9}
	m := newMarket(t, nil, broken, good())
	require.Len(t, m.record(m.ask(question)).Attempts, 2)
	for range 5 {
		require.Len(t, m.record(m.ask(question)).Attempts, 1)
	}
}

func TestThreeMinersAreAskedAtMost(t *testing.T) {
	var miners []*testMiner
	for range 5 {
		miners = append(miners, &testMiner{handler: respond(500, "text/plain", "no")})
	}
	m := newMarket(t, nil, miners...)
	got := m.ask(question)
	require.Equal(t, 502, got.StatusCode)
	require.Len(t, m.record(got).Attempts, 3)
	got = m.ask(strings.Replace(question, `{`, `{"dendra":{"max_attempts":1},`, 1))
	require.Len(t, m.record(got).Attempts, 1)
}

// A miner that is unreachable, at an address nobody listens on, is no different.
func TestUnreachableMiner(t *testing.T) {
	m := newMarket(t, nil, good(), good())
	m.subnet.Neurons[0].Endpoint = "http://127.0.0.1:1"
	got := m.ask(question)
	require.Equal(t, 200, got.StatusCode)
	require.Equal(t, requestlog.Unreachable, m.record(got).Attempts[0].Outcome)
}

// All busy: the shortest wait is passed on.
func TestAllBusyPassesOnTheShortestWait(t *testing.T) {
	busy := func(after string) *testMiner {
		return &testMiner{handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Retry-After", after)
			respond(429, "application/json", `{"error":{"message":"wait `+after+`","type":"rate_limit_error","param":null,"code":"busy"}}`).ServeHTTP(w, r)
		})}
	}
	m := newMarket(t, nil, busy("30"), busy("4"), busy("9"))
	got := m.ask(question)
	require.Equal(t, 429, got.StatusCode)
	require.Equal(t, "4", got.Header.Get("Retry-After"))
	require.Equal(t, "wait 4", errorOf(t, got.body).Message)
	require.Len(t, m.record(got).Attempts, 3)
}

// A client that stops reading does not hold a miner for ever.
func TestStalledClientIsGivenUp(t *testing.T) {
	m := newMarket(t, func(cfg *gateway.Config) {
		cfg.Limits.ClientIO = 100 * time.Millisecond
		cfg.Limits.MaxAnswerTokens, cfg.Limits.MaxAnswerBytes = 1<<30, 1<<30
	}, &testMiner{handler: endless()})
	resp, _ := m.open(streamQuestion)
	record := m.eventually(resp.Header.Get("X-Request-Id"))
	require.Equal(t, requestlog.Cancelled, record.Outcome)
	require.Equal(t, requestlog.Cancelled, record.Attempts[0].Outcome, "the miner is not to blame")
}
