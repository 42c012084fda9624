package mixture_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/mix"
	"github.com/dendra-net/dendra/neuron"
	"github.com/dendra-net/dendra/nn"
	"github.com/dendra-net/dendra/subnets/lm"
	"github.com/dendra-net/dendra/subnets/mixture"
)

// knowing is a miner that knows one text by heart.
func knowing(t testing.TB, text string) (http.Handler, *mix.NGram) {
	t.Helper()
	m, err := mix.NewNGram(mix.NGramConfig{Order: 5, MaxBytes: 1 << 20})
	require.NoError(t, err)
	m.Train(bytes.Repeat([]byte(text), 20))
	return mixture.Handler(lm.FromNGram(m), "known"), m
}

const (
	psalm = "He maketh me to lie down in green pastures. "
	oath  = "I swear by Apollo the physician and by Asclepius. "
)

// overHTTP puts a fleet behind real servers.
func overHTTP(t testing.TB, handlers map[neuron.Address]http.Handler) mixture.Market {
	t.Helper()
	at := map[neuron.Address]string{}
	var names []neuron.Address
	for name, h := range handlers {
		s := httptest.NewServer(h)
		t.Cleanup(s.Close)
		at[name] = s.URL
		names = append(names, name)
	}
	slices.Sort(names)
	return mixture.Market{
		Miners: func(context.Context) ([]neuron.Address, error) { return names, nil },
		Ask: func(ctx context.Context, miner neuron.Address, method, path string, body []byte) neuron.Answer {
			r, err := http.NewRequestWithContext(ctx, method, at[miner]+path, bytes.NewReader(body))
			if err != nil {
				return neuron.Answer{Err: err}
			}
			response, err := http.DefaultClient.Do(r)
			if err != nil {
				return neuron.Answer{Err: err}
			}
			defer response.Body.Close()
			var b bytes.Buffer
			_, err = b.ReadFrom(response.Body)
			return neuron.Answer{Status: response.StatusCode, Body: b.Bytes(), Err: err}
		},
	}
}

func write(t *testing.T, c *mixture.Collective, prompt string, n int, pick nn.Sampler) string {
	t.Helper()
	var text []byte
	require.NoError(t, c.Generate(t.Context(), []byte(prompt), n, pick, func(b byte) error { text = append(text, b); return nil }))
	return string(text)
}

func TestTheCollectiveKnowsWhatItsMembersKnow(t *testing.T) {
	a, _ := knowing(t, psalm)
	b, _ := knowing(t, oath)
	broken := answering(500, nil)
	c := &mixture.Collective{Market: overHTTP(t, map[neuron.Address]http.Handler{"a": a, "b": b, "broken": broken})}
	require.Equal(t, "lie down in green", write(t, c, "He maketh me to ", 17, nn.Sampler{}))
	require.Equal(t, "the physician", write(t, c, "I swear by Apollo ", 13, nn.Sampler{}))
}

func TestGuessesChangeNothing(t *testing.T) {
	a, _ := knowing(t, psalm)
	b, other := knowing(t, oath)
	market := overHTTP(t, map[neuron.Address]http.Handler{"a": a, "b": b})
	rounds := 0
	counted := market
	counted.Ask = func(ctx context.Context, m neuron.Address, method, path string, body []byte) neuron.Answer {
		if m == "a" {
			rounds++
		}
		return market.Ask(ctx, m, method, path, body)
	}
	draw := func() nn.Sampler {
		k := 0.0
		return nn.Sampler{Temperature: 0.4, Draw: func() float64 { k += 0.37; return k - float64(int(k)) }}
	}
	plain := write(t, &mixture.Collective{Market: counted}, "I swear by ", 60, draw())
	require.Equal(t, 60, rounds)
	rounds = 0
	c := &mixture.Collective{Market: counted, Draft: other}
	require.Equal(t, plain, write(t, c, "I swear by ", 60, draw()))
	require.Less(t, rounds, 50, "several bytes a round")
	rounds = 0
	require.Equal(t, "the physicia", write(t, c, "I swear by Apollo ", 12, nn.Sampler{}))
	require.LessOrEqual(t, rounds, 3)
}

func TestWeightsDecide(t *testing.T) {
	a, _ := knowing(t, "the cat. ")
	b, _ := knowing(t, "the dog. ")
	market := overHTTP(t, map[neuron.Address]http.Handler{"a": a, "b": b})
	for want, weights := range map[string][]float64{"cat": {1, 0}, "dog": {0, 1}} {
		c := &mixture.Collective{Market: market, Weigh: func([]byte, []neuron.Address) []float64 { return weights }}
		require.Equal(t, want, write(t, c, "the ", 3, nn.Sampler{}))
	}
	for name, weights := range map[string][]float64{"none": nil, "zeros": {0, 0}, "too few": {1}} {
		c := &mixture.Collective{Market: market, Weigh: func([]byte, []neuron.Address) []float64 { return weights }}
		require.Contains(t, "cat dog", write(t, c, "the ", 3, nn.Sampler{}), name)
	}
}

func TestASlowMinerCostsOneWait(t *testing.T) {
	a, _ := knowing(t, psalm)
	stuck := make(chan struct{})
	var calls atomic.Int32
	slow := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		calls.Add(1)
		select {
		case <-stuck:
		case <-r.Context().Done():
		}
	})
	market := overHTTP(t, map[neuron.Address]http.Handler{"a": a, "slow": slow})
	defer close(stuck)
	c := &mixture.Collective{Market: market, StepTime: 100 * time.Millisecond}
	require.Equal(t, "green pastures", write(t, c, "me to lie down in ", 14, nn.Sampler{}))
	require.EqualValues(t, 1, calls.Load())
}

// A moment in which nobody answers is no reason to break off a reply.
func TestTheCollectiveWaitsOnceMoreForAll(t *testing.T) {
	a, _ := knowing(t, psalm)
	var asked atomic.Int32
	market := overHTTP(t, map[neuron.Address]http.Handler{"a": http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if asked.Add(1) == 3 { // in the middle of the reply
			_, _ = io.Copy(io.Discard, r.Body) // else nobody notices that the asker has gone
			<-r.Context().Done()
			return
		}
		a.ServeHTTP(w, r)
	})})
	c := &mixture.Collective{Market: market, StepTime: 100 * time.Millisecond}
	require.Equal(t, "green", write(t, c, "me to lie down in ", 5, nn.Sampler{}))
	require.Equal(t, int32(6), asked.Load())
}

func TestTheCollectiveSaysWhenItCannotAnswer(t *testing.T) {
	lost := errors.New("the chain is away")
	chat := func(m mixture.Market) *httptest.ResponseRecorder {
		return ask((&mixture.Collective{Market: m}).Chat("collective"), "POST", "/v1/chat/completions", `{"messages":[{"role":"user","content":"a"}],"stream":true}`)
	}
	w := chat(mixture.Market{Miners: func(context.Context) ([]neuron.Address, error) { return nil, lost }})
	require.Equal(t, "model_failed", codeOf(t, w))
	w = chat(overHTTP(t, nil))
	require.Equal(t, 503, w.Code)
	require.Equal(t, "no_miners", codeOf(t, w))
	w = chat(overHTTP(t, map[neuron.Address]http.Handler{"broken": answering(200, []byte("x"))}))
	require.Equal(t, "no_miners", codeOf(t, w))
	c := &mixture.Collective{Market: overHTTP(t, nil)}
	require.Error(t, c.Predict(t.Context(), make([][]byte, 2), make([]mix.Dist, 1)))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	a, _ := knowing(t, psalm)
	c = &mixture.Collective{Market: overHTTP(t, map[neuron.Address]http.Handler{"a": a})}
	require.ErrorIs(t, c.Generate(ctx, nil, 3, nn.Sampler{}, func(byte) error { return nil }), context.Canceled)
	full := errors.New("full")
	require.ErrorIs(t, c.Generate(t.Context(), nil, 3, nn.Sampler{}, func(byte) error { return full }), full)
}

func TestTheCollectiveServesUsers(t *testing.T) {
	a, draft := knowing(t, psalm)
	c := &mixture.Collective{Market: overHTTP(t, map[neuron.Address]http.Handler{"a": a}), Draft: draft}
	h := c.Chat("collective")
	w := ask(h, "POST", "/v1/chat/completions", `{"messages":[{"role":"user","content":"He maketh me to "}],"temperature":0,"max_tokens":8}`)
	var v struct {
		Model   string
		Choices []struct{ Message struct{ Content string } }
		Usage   map[string]int
	}
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &v))
	require.Equal(t, "lie down", v.Choices[0].Message.Content)
	require.Equal(t, "collective", v.Model)
	require.Equal(t, map[string]int{"prompt_tokens": 16, "completion_tokens": 8, "total_tokens": 24}, v.Usage)
	w = ask(h, "POST", "/v1/chat/completions", `{"messages":[{"role":"user","content":"He maketh me to "}],"temperature":0,"max_tokens":30,"stream":true}`)
	require.Equal(t, "text/event-stream", w.Header().Get("Content-Type"))
	require.True(t, strings.HasSuffix(w.Body.String(), "data: [DONE]\n\n"))
}

func TestAfterAnExamTheCollectiveHeedsItsRouter(t *testing.T) {
	f := newFleet()
	f.recruit(t, 1, "prose", "code", "dictionary")
	f.join("broken", 1, answering(200, nil))
	e := examiner(t, mixture.Options{})
	var memory []byte
	for epoch := uint64(1); epoch <= 2; epoch++ {
		got, err := e.Examine(t.Context(), f.exam(epoch, memory))
		require.NoError(t, err)
		memory = got.Memory
	}
	paid, err := mixture.Admitted(memory)
	require.NoError(t, err)
	require.NotContains(t, paid, neuron.Address("hot-broken"))
	require.Contains(t, paid, neuron.Address("hot-code"))
	weigh, err := mixture.Weigh(memory)
	require.NoError(t, err)
	who := []neuron.Address{"hot-prose", "hot-code", "hot-dictionary", "hot-broken"}
	w := weigh([]byte("\tif err != nil {\n\t\treturn nil, err\n\t}\n\tfor i := range b {\n\t\tif b[i] "), who)
	require.Greater(t, w[1], max(w[0], w[2]), "%v", w)
	require.Zero(t, w[3])
	m := f.market("")
	asked := map[neuron.Address]bool{}
	ask := m.Ask
	var mu sync.Mutex
	m.Ask = func(ctx context.Context, miner neuron.Address, method, path string, body []byte) neuron.Answer {
		mu.Lock()
		asked[miner] = true
		mu.Unlock()
		return ask(ctx, miner, method, path, body)
	}
	c := &mixture.Collective{Market: m, Memory: func() []byte { return memory }}
	require.Equal(t, "nil", write(t, c, "\tif err != nil {\n\t\treturn ", 3, nn.Sampler{}))
	require.False(t, asked["hot-broken"], "only those are asked who are admitted")
	memory = []byte("damaged")
	require.Len(t, write(t, c, "\tif err != nil {\n\t\treturn ", 3, nn.Sampler{}), 3)
	require.True(t, asked["hot-broken"], "without a memory all are")
}

func TestWhenTheAdmittedAreGoneOthersAnswer(t *testing.T) {
	f := newFleet()
	f.recruit(t, 1, "dictionary")
	got, err := examiner(t, tiny).Examine(t.Context(), f.exam(1, nil))
	require.NoError(t, err)
	a, _ := knowing(t, psalm)
	c := &mixture.Collective{Market: overHTTP(t, map[neuron.Address]http.Handler{"a": a}), Memory: func() []byte { return got.Memory }}
	require.Equal(t, "lie", write(t, c, "He maketh me to ", 3, nn.Sampler{}))
}

// BenchmarkCollective writes a byte with five miners that count behind real servers, guessing ahead.
func BenchmarkCollective(b *testing.B) {
	f := newFleet()
	f.recruit(b, 1, "prose", "code", "reference", "dictionary", "general")
	draft, err := mixture.Background()
	require.NoError(b, err)
	for name, d := range map[string]mix.Predictor{"guessing": draft, "byte by byte": nil} {
		b.Run(name, func(b *testing.B) {
			c := &mixture.Collective{Market: overHTTP(b, f.handlers), Draft: d}
			dice := rand.New(rand.NewPCG(1, 2))
			n := 0
			pick := nn.Sampler{Temperature: 0.7, Draw: dice.Float64}
			for b.Loop() {
				n++
				require.NoError(b, c.Generate(b.Context(), []byte("It was the "), 64, pick, func(byte) error { return nil }))
			}
			b.ReportMetric(float64(64*n)/b.Elapsed().Seconds(), "bytes/s")
		})
	}
}
