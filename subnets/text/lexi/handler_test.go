package lexi_test

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"
	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/subnets/text/lexi"
)

func serve(t *testing.T) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(lexi.Handler(brain(t, lexi.Options{Seed: []byte("h")}), "text"))
	t.Cleanup(s.Close)
	return s
}

func post(t *testing.T, url, body string) (*http.Response, map[string]any) {
	t.Helper()
	resp, err := http.Post(url+"/v1/chat/completions", "application/json", strings.NewReader(body))
	require.NoError(t, err)
	defer resp.Body.Close()
	require.Equal(t, "application/json", resp.Header.Get("Content-Type"))
	require.NotEmpty(t, resp.Header.Get("X-Request-Id"))
	var v map[string]any
	require.NoError(t, json.NewDecoder(resp.Body).Decode(&v))
	return resp, v
}

func chat(question string, more string) string {
	q, _ := json.Marshal(question)
	return `{"model":"text","messages":[{"role":"user","content":` + string(q) + `}]` + more + `}`
}

func contentOf(t *testing.T, v map[string]any) (text, finish string) {
	t.Helper()
	choice := v["choices"].([]any)[0].(map[string]any)
	return choice["message"].(map[string]any)["content"].(string), choice["finish_reason"].(string)
}

func TestWholeCompletion(t *testing.T) {
	s := serve(t)
	resp, v := post(t, s.URL, chat("What is 6 * 7?", `,"temperature":0.3,"top_k":40,"zz":{"a":[1]},"logit_bias":null`))
	require.Equal(t, http.StatusOK, resp.StatusCode)
	text, finish := contentOf(t, v)
	require.Equal(t, "42", text)
	require.Equal(t, "stop", finish)
	require.Equal(t, "chat.completion", v["object"])
	require.Equal(t, "text", v["model"])
	require.True(t, strings.HasPrefix(v["id"].(string), "chatcmpl-"))
	require.EqualValues(t, noon().Unix(), v["created"])
	choice := v["choices"].([]any)[0].(map[string]any)
	require.Contains(t, choice, "logprobs")
	require.Contains(t, choice["message"], "refusal")
	usage := v["usage"].(map[string]any)
	require.EqualValues(t, len(lexi.Tokens("What is 6 * 7?")), usage["prompt_tokens"])
	require.EqualValues(t, 1, usage["completion_tokens"])
	require.EqualValues(t, usage["prompt_tokens"].(float64)+1, usage["total_tokens"])
}

func TestMessagesOfEveryShape(t *testing.T) {
	s := serve(t)
	for name, c := range map[string]struct{ messages, want string }{
		"parts":         {`[{"role":"user","content":[{"type":"text","text":"What is"},{"type":"image_url","image_url":{"url":"x"}},{"type":"text","text":"6 * 7?"}]}]`, "42"},
		"system":        {`[{"role":"system","content":"You are a helpful assistant. Reply with the number only."},{"role":"user","content":"How many feet are in 3 miles?"}]`, "15840"},
		"developer":     {`[{"role":"developer","content":"Be brief."},{"role":"user","content":"2+2"}]`, "4"},
		"every role":    {`[{"role":"user","content":"hi"},{"role":"assistant","content":null,"tool_calls":[]},{"role":"tool","content":"x","tool_call_id":"1"},{"role":"function","name":"f","content":"x"},{"role":"user","content":"2+2"}]`, "4"},
		"earlier story": {`[{"role":"user","content":"Ada Quill keeps 12 hens. Bo Tarn keeps 9 ducks. The town is small."},{"role":"assistant","content":"I see."},{"role":"user","content":"How many hens does Ada Quill keep?"}]`, "12"},
		"no user":       {`[{"role":"system","content":"What is 2+2?"}]`, "4"},
		"null content":  {`[{"role":"user","content":null}]`, "Please ask me something."},
	} {
		t.Run(name, func(t *testing.T) {
			resp, v := post(t, s.URL, `{"model":"text","messages":`+c.messages+`}`)
			require.Equal(t, http.StatusOK, resp.StatusCode)
			text, _ := contentOf(t, v)
			require.Equal(t, c.want, text)
		})
	}
}

func TestLimits(t *testing.T) {
	s := serve(t)
	for _, field := range []string{"max_tokens", "max_completion_tokens"} {
		_, v := post(t, s.URL, chat("define entropy", `,"`+field+`":5`))
		text, finish := contentOf(t, v)
		require.Equal(t, "length", finish)
		require.Len(t, lexi.Tokens(text), 5)
		require.EqualValues(t, 5, v["usage"].(map[string]any)["completion_tokens"])
	}
	_, v := post(t, s.URL, chat("Sort these numbers: 3, 1, 2", `,"max_tokens":5,"stop":null`))
	text, finish := contentOf(t, v)
	require.Equal(t, "1, 2, 3 stop", text+" "+finish, "an answer of exactly the limit is whole")
	for _, stop := range []string{`", 2"`, `["zzz",", 2"]`} {
		_, v = post(t, s.URL, chat("Sort these numbers: 3, 1, 2", `,"stop":`+stop))
		text, _ = contentOf(t, v)
		require.Equal(t, "1", text)
	}
}

func TestErrorsHaveOpenAIForm(t *testing.T) {
	s := serve(t)
	for name, c := range map[string]struct {
		body   string
		status int
		code   any
		param  any
	}{
		"not JSON":       {`{"model":`, 400, "invalid_json", nil},
		"empty":          {``, 400, "invalid_json", nil},
		"array":          {`[]`, 400, "invalid_json", nil},
		"no model":       {`{"messages":[{"role":"user","content":"x"}]}`, 400, "invalid_value", "model"},
		"no messages":    {`{"model":"text"}`, 400, "invalid_value", "messages"},
		"unknown model":  {`{"model":"gpt-9","messages":[{"role":"user","content":"x"}]}`, 404, "model_not_found", "model"},
		"unknown role":   {`{"model":"text","messages":[{"role":"king","content":"x"}]}`, 400, "invalid_value", "messages[0].role"},
		"number content": {`{"model":"text","messages":[{"role":"user","content":7}]}`, 400, "invalid_json", nil},
		"no tokens":      {chat("x", `,"max_tokens":0`), 400, "invalid_value", "max_tokens"},
		"two choices":    {chat("x", `,"n":2`), 400, "invalid_value", "n"},
		"too large":      {chat(strings.Repeat("x", 1<<20), ""), 413, "request_too_large", nil},
	} {
		t.Run(name, func(t *testing.T) {
			resp, v := post(t, s.URL, c.body)
			require.Equal(t, c.status, resp.StatusCode)
			e := v["error"].(map[string]any)
			require.NotEmpty(t, e["message"])
			require.Equal(t, "invalid_request_error", e["type"])
			require.Equal(t, c.code, e["code"])
			require.Contains(t, e, "param")
			require.Equal(t, c.param, e["param"])
		})
	}
}

func TestPathsAndMethods(t *testing.T) {
	s := serve(t)
	for _, c := range []struct {
		method, path string
		status       int
	}{
		{"GET", "/v1/models", 200}, {"GET", "/v1/models/text", 200}, {"GET", "/v1/models/nope", 404}, {"GET", "/v1/models/a/b", 404},
		{"GET", "/v1/chat/completions", 405}, {"POST", "/v1/models", 405}, {"GET", "/", 404}, {"POST", "/v1/embeddings", 404},
	} {
		req, err := http.NewRequest(c.method, s.URL+c.path, nil)
		require.NoError(t, err)
		req.Header.Set("X-Request-Id", "mine")
		resp, err := http.DefaultClient.Do(req)
		require.NoError(t, err)
		body, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		resp.Body.Close()
		require.Equal(t, c.status, resp.StatusCode, "%s %s: %s", c.method, c.path, body)
		require.Equal(t, "mine", resp.Header.Get("X-Request-Id"))
		require.True(t, json.Valid(body))
	}
}

// events reads a stream and checks its framing.
func events(t *testing.T, url, body string) []map[string]any {
	t.Helper()
	resp, err := http.Post(url+"/v1/chat/completions", "application/json", strings.NewReader(body))
	require.NoError(t, err)
	defer resp.Body.Close()
	require.Equal(t, "text/event-stream", resp.Header.Get("Content-Type"))
	var out []map[string]any
	lines := bufio.NewScanner(resp.Body)
	done := false
	for lines.Scan() {
		if lines.Text() == "" {
			continue
		}
		require.False(t, done, "nothing may follow [DONE]")
		data, ok := strings.CutPrefix(lines.Text(), "data: ")
		require.True(t, ok, lines.Text())
		if data == "[DONE]" {
			done = true
			continue
		}
		var v map[string]any
		require.NoError(t, json.Unmarshal([]byte(data), &v))
		require.Equal(t, "chat.completion.chunk", v["object"])
		out = append(out, v)
	}
	require.NoError(t, lines.Err())
	require.True(t, done)
	return out
}

func TestStream(t *testing.T) {
	s := serve(t)
	_, whole := post(t, s.URL, chat("define entropy", ""))
	want, _ := contentOf(t, whole)
	for _, usage := range []bool{false, true} {
		more := `,"stream":true`
		if usage {
			more += `,"stream_options":{"include_usage":true}`
		}
		chunks := events(t, s.URL, chat("define entropy", more))
		require.Greater(t, len(chunks), 5)
		text, finish := "", ""
		for i, c := range chunks {
			require.Equal(t, chunks[0]["id"], c["id"])
			value, has := c["usage"]
			require.Equal(t, usage, has)
			if usage && i == len(chunks)-1 {
				require.Empty(t, c["choices"])
				require.Equal(t, whole["usage"], value)
				continue
			}
			require.Nil(t, value)
			choice := c["choices"].([]any)[0].(map[string]any)
			if piece, ok := choice["delta"].(map[string]any)["content"].(string); ok {
				text += piece
			}
			if f, ok := choice["finish_reason"].(string); ok {
				finish = f
			}
		}
		require.Equal(t, "assistant", chunks[0]["choices"].([]any)[0].(map[string]any)["delta"].(map[string]any)["role"])
		require.Equal(t, want, text)
		require.Equal(t, "stop", finish)
	}
}

// TestStockClient asks through OpenAI's own library.
func TestStockClient(t *testing.T) {
	client := openai.NewClient(option.WithBaseURL(serve(t).URL+"/v1"), option.WithAPIKey("any"))
	params := openai.ChatCompletionNewParams{Model: "text", Messages: []openai.ChatCompletionMessageParamUnion{openai.UserMessage("What is a schipperke?")}}
	whole, err := client.Chat.Completions.New(context.Background(), params)
	require.NoError(t, err)
	require.Contains(t, whole.Choices[0].Message.Content, "watchdogs")
	stream := client.Chat.Completions.NewStreaming(context.Background(), params)
	acc := openai.ChatCompletionAccumulator{}
	for stream.Next() {
		acc.AddChunk(stream.Current())
	}
	require.NoError(t, stream.Err())
	require.Equal(t, whole.Choices[0].Message.Content, acc.Choices[0].Message.Content)
	models, err := client.Models.List(context.Background())
	require.NoError(t, err)
	require.Equal(t, "text", models.Data[0].ID)
}

func TestTokensRejoin(t *testing.T) {
	for _, text := range []string{"", "Hello, world!", "  a\n\nb  ", "internationalisation 12345678901", "日本語 — ok\u2003x\u00a0"} {
		require.Equal(t, text, strings.Join(lexi.Tokens(text), ""))
	}
	require.Len(t, lexi.Tokens("Hello, world!"), 4)
}

func FuzzHandler(f *testing.F) {
	b, err := lexi.New(lexi.Options{Now: noon})
	if err != nil {
		f.Fatal(err)
	}
	h := lexi.Handler(b, "text")
	for _, body := range []string{"", "{}", chat("hi", ""), chat("hi", `,"stream":true`), `{"model":"text","messages":[{"role":"user","content":[[]]}]}`, `{"stop":{}}`} {
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body string) {
		rec := httptest.NewRecorder()
		h.ServeHTTP(rec, httptest.NewRequest("POST", "/v1/chat/completions", strings.NewReader(body)))
		if rec.Code != 200 && !json.Valid(rec.Body.Bytes()) {
			t.Fatalf("status %d with a body that is no JSON: %q", rec.Code, rec.Body.String())
		}
	})
}
