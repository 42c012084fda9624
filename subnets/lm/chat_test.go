package lm_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	openai "github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"
	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/neuron"
	"github.com/dendra-net/dendra/nn"
	"github.com/dendra-net/dendra/subnets/lm"
)

// script is a generator that writes what it was given and then fails, or not.
type script struct {
	text string
	err  error
}

func (s script) Generate(ctx context.Context, _ []byte, n int, _ nn.Sampler, emit func(byte) error) error {
	for i := range min(n, len(s.text)) {
		if err := emit(s.text[i]); err != nil {
			return err
		}
	}
	return s.err
}

func serve[G lm.Generator](t *testing.T, g G) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(lm.Chat("brain", func() G { return g }))
	t.Cleanup(s.Close)
	return s
}

func post(t *testing.T, url, body string) (int, map[string]any) {
	t.Helper()
	r, err := http.Post(url+"/v1/chat/completions", "application/json", strings.NewReader(body))
	require.NoError(t, err)
	defer r.Body.Close()
	raw, err := io.ReadAll(r.Body)
	require.NoError(t, err)
	var v map[string]any
	require.NoError(t, json.Unmarshal(raw, &v), string(raw))
	return r.StatusCode, v
}

func ask(text, more string) string {
	return `{"model":"x","messages":[{"role":"user","content":"` + text + `"}]` + more + `}`
}

func choiceOf(v map[string]any) (text, finish string) {
	c := v["choices"].([]any)[0].(map[string]any)
	return c["message"].(map[string]any)["content"].(string), c["finish_reason"].(string)
}

func TestChatContinuesTheLastUserMessage(t *testing.T) {
	s := serve(t, lm.FromNGram(counted(t)))
	status, v := post(t, s.URL, `{"messages":[{"role":"user","content":"zzz"},{"role":"assistant","content":"y"},
		{"role":"user","content":[{"type":"text","text":"The quick"}]}],"max_tokens":6,"temperature":0}`)
	require.Equal(t, 200, status)
	text, finish := choiceOf(v)
	require.Equal(t, " brown", text)
	require.Equal(t, "length", finish)
	require.Equal(t, "brain", v["model"])
	require.Equal(t, map[string]any{"prompt_tokens": 9.0, "completion_tokens": 6.0, "total_tokens": 15.0}, v["usage"])
}

func TestChatHeedsStopSeedAndBounds(t *testing.T) {
	s := serve(t, lm.FromNGram(counted(t)))
	for stop, want := range map[string]string{`"fox"`: " brown ", `["zz","lazy","wn f"]`: " bro", `""`: " brown fox jumps ove"} {
		_, v := post(t, s.URL, ask("The quick", `,"temperature":0,"max_tokens":20,"stop":`+stop))
		text, _ := choiceOf(v)
		require.Equal(t, want, text)
	}
	_, a := post(t, s.URL, ask("T", `,"temperature":2,"seed":7`))
	_, b := post(t, s.URL, ask("T", `,"temperature":2,"seed":7`))
	_, c := post(t, s.URL, ask("T", `,"temperature":2,"seed":8`))
	require.Equal(t, a["choices"], b["choices"])
	require.NotEqual(t, a["choices"], c["choices"])
	_, v := post(t, s.URL, ask("The", `,"max_completion_tokens":1000000`))
	require.EqualValues(t, 4096, v["usage"].(map[string]any)["completion_tokens"])
}

func TestChatRepairsText(t *testing.T) {
	for name, c := range map[string]struct{ bytes, want string }{
		"whole":        {"aé日\U0001F600", "aé日\U0001F600"},
		"lone bytes":   {"a\x80b\xffc", "a\uFFFDb\uFFFDc"},
		"cut short":    {"a\xe6\x97", "a\uFFFD"},
		"cut and over": {"\xe6a", "\uFFFDa"},
	} {
		t.Run(name, func(t *testing.T) {
			_, v := post(t, serve(t, script{text: c.bytes}).URL, ask("x", ""))
			text, _ := choiceOf(v)
			require.Equal(t, c.want, text)
		})
	}
}

func TestChatRefuses(t *testing.T) {
	s := serve(t, lm.FromNGram(counted(t)))
	for name, c := range map[string]struct {
		body   string
		status int
		code   string
	}{
		"no JSON":     {`{`, 400, "invalid_json"},
		"no messages": {`{}`, 400, "invalid_value"},
		"odd content": {`{"messages":[{"role":"user","content":7}]}`, 400, "invalid_json"},
		"no tokens":   {ask("x", `,"max_tokens":0`), 400, "invalid_value"},
		"two choices": {ask("x", `,"n":2`), 400, "invalid_value"},
		"hot":         {ask("x", `,"temperature":3`), 400, "invalid_value"},
		"top_p":       {ask("x", `,"top_p":0`), 400, "invalid_value"},
		"stops":       {ask("x", `,"stop":["1"`+strings.Repeat(`,"2"`, 16)+`]`), 400, "invalid_value"},
		"long stop":   {ask("x", `,"stop":"`+strings.Repeat("y", 257)+`"`), 400, "invalid_value"},
		"too large":   {ask(strings.Repeat("x", 1<<20), ""), 413, "body_too_large"},
	} {
		t.Run(name, func(t *testing.T) {
			status, v := post(t, s.URL, c.body)
			require.Equal(t, c.status, status)
			require.Equal(t, c.code, v["error"].(map[string]any)["code"])
		})
	}
	r, err := http.Get(s.URL + "/v1/chat/completions")
	require.NoError(t, err)
	r.Body.Close()
	require.Equal(t, 405, r.StatusCode)
	r, err = http.Get(s.URL + "/")
	require.NoError(t, err)
	r.Body.Close()
	require.Equal(t, 404, r.StatusCode)
}

func TestChatTellsWhyThereIsNoAnswer(t *testing.T) {
	for name, c := range map[string]struct {
		model  lm.Generator
		status int
		code   string
	}{
		"none yet": {nil, 503, "model_not_ready"},
		"broken":   {script{"abc", errors.New("out of cheese")}, 500, "model_failed"},
		"late":     {script{"abc", context.DeadlineExceeded}, 504, "model_timeout"},
		"its own":  {script{"abc", neuron.Refuse(502, "nobody_home", "no miner answers")}, 502, "nobody_home"},
	} {
		t.Run(name, func(t *testing.T) {
			for _, more := range []string{"", `,"stream":true`} {
				status, v := post(t, serve(t, c.model).URL, ask("x", more))
				require.Equal(t, c.status, status)
				require.Equal(t, c.code, v["error"].(map[string]any)["code"])
			}
		})
	}
}

func TestChatStreams(t *testing.T) {
	s := serve(t, lm.FromNGram(counted(t)))
	_, whole := post(t, s.URL, ask("The", `,"temperature":0,"max_tokens":100`))
	want, _ := choiceOf(whole)
	r, err := http.Post(s.URL+"/v1/chat/completions", "application/json",
		strings.NewReader(ask("The", `,"temperature":0,"max_tokens":100,"stream":true,"stream_options":{"include_usage":true}`)))
	require.NoError(t, err)
	defer r.Body.Close()
	require.Equal(t, "text/event-stream", r.Header.Get("Content-Type"))
	var text string
	var last map[string]any
	lines := bufio.NewScanner(r.Body)
	done := false
	for lines.Scan() {
		data, ok := strings.CutPrefix(lines.Text(), "data: ")
		if !ok {
			continue
		}
		require.False(t, done)
		if done = data == "[DONE]"; done {
			continue
		}
		last = nil
		require.NoError(t, json.Unmarshal([]byte(data), &last))
		for _, c := range last["choices"].([]any) {
			piece, _ := c.(map[string]any)["delta"].(map[string]any)["content"].(string)
			text += piece
		}
	}
	require.True(t, done)
	require.Equal(t, want, text)
	require.Equal(t, whole["usage"], last["usage"])
}

func TestChatAbortsABrokenStream(t *testing.T) {
	s := serve(t, script{strings.Repeat("a", 40), errors.New("out of cheese")})
	r, err := http.Post(s.URL+"/v1/chat/completions", "application/json", strings.NewReader(ask("x", `,"stream":true`)))
	require.NoError(t, err)
	defer r.Body.Close()
	_, err = io.ReadAll(r.Body)
	require.Error(t, err, "a stream that broke off must not look whole")
}

func TestChatSpeaksToAStockClient(t *testing.T) {
	s := serve(t, lm.FromNGram(counted(t)))
	client := openai.NewClient(option.WithBaseURL(s.URL+"/v1"), option.WithAPIKey("any"))
	whole, err := client.Chat.Completions.New(t.Context(), openai.ChatCompletionNewParams{
		Model: "x", Messages: []openai.ChatCompletionMessageParamUnion{openai.UserMessage("The quick")}, MaxTokens: openai.Int(6), Temperature: openai.Float(0),
	})
	require.NoError(t, err)
	require.Equal(t, " brown", whole.Choices[0].Message.Content)
}

func FuzzChat(f *testing.F) {
	m := lm.FromNGram(counted(f))
	h := lm.Chat("brain", func() lm.Model { return m })
	for _, body := range []string{"", "{}", ask("x", ""), ask("x", `,"stream":true`), `{"messages":[{"content":[[]]}],"stop":{}}`} {
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body string) {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest("POST", "/v1/chat/completions", strings.NewReader(body)))
		if w.Code != 200 && !json.Valid(w.Body.Bytes()) {
			t.Fatalf("status %d with a body that is no JSON: %q", w.Code, w.Body)
		}
	})
}
