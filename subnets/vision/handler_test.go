package vision_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"
	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/subnets/vision"
	"github.com/dendra-net/dendra/subnets/vision/eye"
	"github.com/dendra-net/dendra/subnets/vision/picture"
)

func open(t testing.TB, model string) *eye.Eye {
	t.Helper()
	e, err := vision.Open(model)
	require.NoError(t, err)
	return e
}

func serve(t *testing.T, r vision.Reader) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(vision.Handler(r, "vision"))
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

func dataURL(kind string, file []byte) string {
	return "data:image/" + kind + ";base64," + base64.StdEncoding.EncodeToString(file)
}

// ask makes a request with images at the given addresses.
func ask(more string, urls ...string) string {
	parts := []string{`{"type":"text","text":"What do you read?"}`}
	for _, u := range urls {
		b, _ := json.Marshal(u)
		parts = append(parts, `{"type":"image_url","image_url":{"url":`+string(b)+`}}`)
	}
	return `{"model":"vision","messages":[{"role":"user","content":[` + strings.Join(parts, ",") + `]}]` + more + `}`
}

// parrot is a reader that says how wide a picture is, if it is less than 1,000 pixels.
type parrot struct{ err error }

func (p parrot) Read(_ context.Context, g *image.Gray) (eye.Reading, error) {
	if g.Rect.Dx() >= 1000 {
		return eye.Reading{Text: " \n"}, p.err
	}
	return eye.Reading{Text: fmt.Sprint(g.Rect.Dx())}, p.err
}

func grayPNG(w, h int) []byte {
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, w, h))); err != nil {
		panic(err)
	}
	return b.Bytes()
}

func TestWholeCompletion(t *testing.T) {
	s := serve(t, open(t, "cnn"))
	d := picture.NewDice(seed(1))
	p := d.Line(5)
	resp, v := post(t, s.URL, ask(`,"logprobs":true,"top_logprobs":3,"temperature":0.3,"zz":{"a":[1]}`, dataURL("png", picture.PNG(p.Gray))))
	require.Equal(t, http.StatusOK, resp.StatusCode)
	require.Equal(t, "chat.completion", v["object"])
	require.True(t, strings.HasPrefix(v["id"].(string), "chatcmpl-"))
	choice := v["choices"].([]any)[0].(map[string]any)
	text := choice["message"].(map[string]any)["content"].(string)
	require.Len(t, text, 5)
	require.Equal(t, "stop", choice["finish_reason"])
	list := choice["logprobs"].(map[string]any)["content"].([]any)
	require.Len(t, list, 5)
	for i, e := range list {
		entry := e.(map[string]any)
		top := entry["top_logprobs"].([]any)
		require.Len(t, top, 3)
		require.Equal(t, text[i:i+1], entry["token"])
		require.Equal(t, entry["token"], top[0].(map[string]any)["token"])
		require.Equal(t, entry["logprob"], top[0].(map[string]any)["logprob"])
		require.LessOrEqual(t, entry["logprob"], 0.0)
		require.GreaterOrEqual(t, top[0].(map[string]any)["logprob"], top[1].(map[string]any)["logprob"])
	}
	u := v["usage"].(map[string]any)
	require.EqualValues(t, 5+5, u["prompt_tokens"], "17 letters and room for five characters")
	require.EqualValues(t, 5, u["completion_tokens"])
	require.EqualValues(t, 15, u["total_tokens"])

	_, v = post(t, s.URL, ask(``, dataURL("png", picture.PNG(p.Gray))))
	require.Nil(t, v["choices"].([]any)[0].(map[string]any)["logprobs"], "nobody asked")
	_, v = post(t, s.URL, ask(`,"max_tokens":2`, dataURL("png", picture.PNG(p.Gray))))
	choice = v["choices"].([]any)[0].(map[string]any)
	require.Equal(t, text[:2], choice["message"].(map[string]any)["content"])
	require.Equal(t, "length", choice["finish_reason"])
}

func said(t *testing.T, v map[string]any) string {
	t.Helper()
	return v["choices"].([]any)[0].(map[string]any)["message"].(map[string]any)["content"].(string)
}

func TestImagesOfEveryKind(t *testing.T) {
	s := serve(t, parrot{})
	rgba := image.NewNRGBA(image.Rect(0, 0, 50, 20))
	rgba.Set(3, 3, color.NRGBA{R: 9, A: 128})
	files := map[string]*bytes.Buffer{"png": {}, "jpeg": {}, "gif": {}}
	require.NoError(t, png.Encode(files["png"], rgba))
	require.NoError(t, jpeg.Encode(files["jpeg"], rgba, nil))
	require.NoError(t, gif.Encode(files["gif"], rgba, nil))
	for kind, file := range files {
		_, v := post(t, s.URL, ask("", dataURL(kind, file.Bytes())))
		require.Equal(t, "50", said(t, v), kind)
	}
	a, b := dataURL("png", grayPNG(7, 7)), dataURL("png", grayPNG(80, 20))
	_, v := post(t, s.URL, ask("", a, a, a))
	require.Equal(t, "777", said(t, v), "single characters make a word")
	_, v = post(t, s.URL, ask("", a, dataURL("png", grayPNG(1000, 1)), a))
	require.Equal(t, "7\n?\n7", said(t, v), "a picture of nothing keeps its place")
	_, v = post(t, s.URL, ask("", a, b))
	require.Equal(t, "7\n80", said(t, v), "texts stand on lines of their own")
	for name, messages := range map[string]string{
		"string":      `[{"role":"user","content":[{"type":"image_url","image_url":"` + b + `"}]}]`,
		"input_image": `[{"role":"user","content":[{"type":"input_image","image_url":"` + b + `"},{"type":"audio"}]}]`,
		"no padding":  `[{"role":"user","content":[{"type":"image_url","image_url":"` + strings.TrimRight(b, "=") + `"}]}]`,
		"earlier":     `[{"role":"user","content":[{"type":"image_url","image_url":{"url":"` + b + `"}}]},{"role":"assistant","content":null},{"role":"user","content":"and now?"}]`,
		"the last":    `[{"role":"user","content":[{"type":"image_url","image_url":{"url":"` + a + `"}}]},{"role":"user","content":[{"type":"image_url","image_url":{"url":"` + b + `"}}]}]`,
	} {
		_, v := post(t, s.URL, `{"model":"vision","messages":`+messages+`}`)
		require.Equal(t, "80", said(t, v), name)
	}
}

// bomb is a PNG that says it has w x h pixels and has next to no data.
func bomb(w, h uint32) []byte {
	file := grayPNG(8, 8)
	head := []byte("IHDR")
	at := bytes.Index(file, head)
	copy(file[at+4:], []byte{byte(w >> 24), byte(w >> 16), byte(w >> 8), byte(w), byte(h >> 24), byte(h >> 16), byte(h >> 8), byte(h)})
	sum := crc32.ChecksumIEEE(file[at : at+17])
	copy(file[at+17:], []byte{byte(sum >> 24), byte(sum >> 16), byte(sum >> 8), byte(sum)})
	return file
}

func TestErrorsHaveOpenAIForm(t *testing.T) {
	s := serve(t, open(t, "linear"))
	good := dataURL("png", grayPNG(24, 24))
	for name, c := range map[string]struct {
		body   string
		status int
		code   string
	}{
		"not JSON":            {`{"model":`, 400, "invalid_json"},
		"empty":               {``, 400, "invalid_json"},
		"no model":            {`{"messages":[{"role":"user","content":"x"}]}`, 400, "invalid_value"},
		"no messages":         {`{"model":"vision"}`, 400, "invalid_value"},
		"unknown model":       {`{"model":"gpt-9","messages":[{"role":"user","content":"x"}]}`, 404, "model_not_found"},
		"unknown role":        {`{"model":"vision","messages":[{"role":"king","content":"x"}]}`, 400, "invalid_value"},
		"number content":      {`{"model":"vision","messages":[{"role":"user","content":7}]}`, 400, "invalid_json"},
		"number for an image": {`{"model":"vision","messages":[{"role":"user","content":[{"type":"image_url","image_url":7}]}]}`, 400, "invalid_json"},
		"no tokens":           {ask(`,"max_tokens":0`, good), 400, "invalid_value"},
		"two choices":         {ask(`,"n":2`, good), 400, "invalid_value"},
		"too many logprobs":   {ask(`,"logprobs":true,"top_logprobs":21`, good), 400, "invalid_value"},
		"words alone":         {`{"model":"vision","messages":[{"role":"user","content":"What is a schipperke?"}]}`, 400, "image_missing"},
		"elsewhere":           {ask("", "https://example.com/a.png"), 400, "image_not_inline"},
		"a file":              {ask("", "file:///etc/passwd"), 400, "image_not_inline"},
		"no address":          {ask("", ""), 400, "image_not_inline"},
		"no base64":           {ask("", "data:image/png,abc"), 400, "invalid_image"},
		"no comma":            {ask("", "data:image/png;base64"), 400, "invalid_image"},
		"broken base64":       {ask("", "data:image/png;base64,%%%"), 400, "invalid_image"},
		"no image":            {ask("", dataURL("png", []byte("hello"))), 400, "invalid_image"},
		"cut off":             {ask("", dataURL("png", grayPNG(99, 99)[:60])), 400, "invalid_image"},
		"svg":                 {ask("", dataURL("svg+xml", []byte("<svg/>"))), 400, "invalid_image"},
		"bomb":                {ask("", dataURL("png", bomb(60000, 60000))), 400, "image_too_large"},
		"bomb beyond numbers": {ask("", dataURL("png", bomb(1<<31-1, 1<<31-1))), 400, "invalid_image"},
		"many pixels":         {ask("", dataURL("png", grayPNG(2048, 1024)), dataURL("png", grayPNG(2048, 1024)), good), 400, "image_too_large"},
		"too many images":     {ask("", strings.Split(strings.Repeat(good+" ", 65), " ")[:65]...), 400, "too_many_images"},
		"too wide":            {ask("", dataURL("png", grayPNG(65*24, 24))), 400, "too_many_characters"},
		"too many in all":     {ask("", dataURL("png", grayPNG(40*24, 24)), dataURL("png", grayPNG(40*24, 24))), 400, "too_many_characters"},
		"too large":           {ask("", strings.Repeat("x", 5<<20)), 413, "request_too_large"},
	} {
		t.Run(name, func(t *testing.T) {
			resp, v := post(t, s.URL, c.body)
			require.Equal(t, c.status, resp.StatusCode, "%v", v)
			e := v["error"].(map[string]any)
			require.NotEmpty(t, e["message"])
			require.Equal(t, "invalid_request_error", e["type"])
			require.Equal(t, c.code, e["code"])
			require.Contains(t, e, "param")
		})
	}
	resp, v := post(t, serve(t, parrot{errors.New("no light")}).URL, ask("", good))
	require.Equal(t, http.StatusServiceUnavailable, resp.StatusCode)
	require.Equal(t, "server_error", v["error"].(map[string]any)["type"])
}

func TestPathsAndMethods(t *testing.T) {
	s := serve(t, parrot{})
	for _, c := range []struct {
		method, path string
		status       int
	}{
		{"GET", "/v1/models", 200}, {"GET", "/v1/models/vision", 200}, {"GET", "/v1/models/nope", 404}, {"GET", "/v1/chat/completions", 405},
		{"POST", "/v1/models", 405}, {"GET", "/", 404}, {"POST", "/v1/embeddings", 404},
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

func TestStream(t *testing.T) {
	s := serve(t, open(t, "mlp"))
	d := picture.NewDice(seed(2))
	url := dataURL("png", picture.PNG(d.Line(4).Gray))
	_, whole := post(t, s.URL, ask(`,"logprobs":true,"top_logprobs":2`, url))
	resp, err := http.Post(s.URL+"/v1/chat/completions", "application/json",
		strings.NewReader(ask(`,"stream":true,"stream_options":{"include_usage":true},"logprobs":true,"top_logprobs":2`, url)))
	require.NoError(t, err)
	defer resp.Body.Close()
	require.Equal(t, "text/event-stream", resp.Header.Get("Content-Type"))
	var text, finish string
	var scored []any
	var used any
	done := false
	for lines := bufio.NewScanner(resp.Body); lines.Scan(); {
		data, ok := strings.CutPrefix(lines.Text(), "data: ")
		if !ok {
			require.Empty(t, lines.Text())
			continue
		}
		require.False(t, done, "nothing may follow [DONE]")
		if done = data == "[DONE]"; done {
			continue
		}
		var v map[string]any
		require.NoError(t, json.Unmarshal([]byte(data), &v))
		require.Equal(t, "chat.completion.chunk", v["object"])
		used = v["usage"]
		for _, c := range v["choices"].([]any) {
			choice := c.(map[string]any)
			if piece, ok := choice["delta"].(map[string]any)["content"].(string); ok {
				text += piece
			}
			if l, ok := choice["logprobs"].(map[string]any); ok {
				scored = append(scored, l["content"].([]any)...)
			}
			if f, ok := choice["finish_reason"].(string); ok {
				finish = f
			}
		}
	}
	require.True(t, done)
	require.Equal(t, said(t, whole), text)
	require.Equal(t, "stop", finish)
	require.Equal(t, whole["usage"], used)
	require.Equal(t, whole["choices"].([]any)[0].(map[string]any)["logprobs"].(map[string]any)["content"], scored)
}

// TestStockClient asks through OpenAI's own library.
func TestStockClient(t *testing.T) {
	client := openai.NewClient(option.WithBaseURL(serve(t, open(t, "cnn")).URL+"/v1"), option.WithAPIKey("any"))
	d := picture.NewDice(seed(3))
	params := openai.ChatCompletionNewParams{
		Model: "vision", Logprobs: openai.Bool(true), TopLogprobs: openai.Int(5),
		Messages: []openai.ChatCompletionMessageParamUnion{openai.UserMessage([]openai.ChatCompletionContentPartUnionParam{
			openai.TextContentPart("What do you read?"),
			openai.ImageContentPart(openai.ChatCompletionContentPartImageImageURLParam{URL: dataURL("png", picture.PNG(d.Line(6).Gray))}),
		})},
	}
	whole, err := client.Chat.Completions.New(context.Background(), params)
	require.NoError(t, err)
	require.Len(t, whole.Choices[0].Message.Content, 6)
	require.Len(t, whole.Choices[0].Logprobs.Content, 6)
	require.Len(t, whole.Choices[0].Logprobs.Content[0].TopLogprobs, 5)
	stream := client.Chat.Completions.NewStreaming(context.Background(), params)
	acc := openai.ChatCompletionAccumulator{}
	for stream.Next() {
		acc.AddChunk(stream.Current())
	}
	require.NoError(t, stream.Err())
	require.Equal(t, whole.Choices[0].Message.Content, acc.Choices[0].Message.Content)
}

func FuzzHandler(f *testing.F) {
	h := vision.Handler(parrot{}, "vision")
	for _, body := range []string{"", "{}", ask(""), ask("", dataURL("png", grayPNG(3, 3))), ask(`,"stream":true`, "data:,x"), `{"model":"vision","messages":[{"role":"user","content":[[]]}]}`} {
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

// scribe is a reader that knows no chances and finds much to say.
type scribe int

func (n scribe) Read(context.Context, *image.Gray) (eye.Reading, error) {
	return eye.Reading{Text: strings.Repeat("A", int(n))}, nil
}

// TestLongTexts: what a page says is told, what no page can say is refused.
func TestLongTexts(t *testing.T) {
	file := picture.PNG(image.NewGray(image.Rect(0, 0, 24, 24)))
	two := ask("", dataURL("png", file), dataURL("png", file))
	resp, v := post(t, serve(t, scribe(8<<10)).URL, two)
	require.Equal(t, http.StatusOK, resp.StatusCode, v)
	resp, v = post(t, serve(t, scribe(8<<10+1)).URL, two)
	require.Equal(t, http.StatusBadRequest, resp.StatusCode)
	require.Equal(t, "too_many_characters", v["error"].(map[string]any)["code"])
}
