package lm

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/dendra-net/dendra/neuron"
)

const chatPath = "/v1/chat/completions"

// Chat serves a language model as OpenAI's chat completions, whole or streamed: it continues the text of the last user
// message. current gives the model to answer with and is asked once a request; nil means that there is none yet.
//
// A token is a byte: max_tokens (256 unless given, 4,096 at most) and usage count the bytes of the model. What it
// writes that is no UTF-8 becomes U+FFFD. Temperature (0.7 unless given), top_p, seed and stop are heeded; the same
// seed gives the same text. The name of the model in a request is not looked at. Errors have OpenAI's form.
func Chat[G Generator](name string, current func() G) http.Handler {
	return chat{name, func() (Generator, bool) {
		g := current()
		return g, any(g) != nil
	}}
}

type chat struct {
	name    string
	current func() (Generator, bool)
}

func (c chat) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if refusal := c.serve(w, r); refusal != nil {
		neuron.WriteError(w, refusal)
	}
}

func (c chat) serve(w http.ResponseWriter, r *http.Request) *neuron.Refusal {
	if r.URL.Path != chatPath {
		return neuron.Refuse(http.StatusNotFound, "not_found", "no %.80s here; use POST %s", r.URL.Path, chatPath)
	}
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		return neuron.Refuse(http.StatusMethodNotAllowed, "method_not_allowed", "use POST for %s, not %s", chatPath, r.Method)
	}
	q, refusal := read(r)
	if refusal != nil {
		return refusal
	}
	model, ok := c.current()
	if !ok {
		return neuron.Refuse(http.StatusServiceUnavailable, "model_not_ready", "the model is not ready yet")
	}
	a := &answer{id: newID(), model: c.name, created: time.Now().Unix(), prompt: len(q.prompt())}
	if q.Stream {
		return a.stream(r.Context(), w, q, model)
	}
	return a.whole(r.Context(), w, q, model)
}

func newID() string {
	var b [12]byte
	_, _ = rand.Read(b[:]) // never fails
	return "chatcmpl-" + hex.EncodeToString(b[:])
}

// answer is a completion in the making.
type answer struct {
	id, model string
	created   int64
	prompt    int // bytes
	written   int // bytes the model wrote
	finish    string
}

// run lets the model write and hands on its text, whole characters at a time.
func (a *answer) run(ctx context.Context, q *request, model Generator, write func(string) error) error {
	prompt := q.prompt()
	prompt = prompt[max(0, len(prompt)-promptTailBytes):]
	characters := &repair{next: write}
	cut := newCutter(q.Stop, characters.add)
	err := model.Generate(ctx, []byte(prompt), min(q.limit(), maxReplyBytes), q.sampler(), func(b byte) error {
		a.written++
		return cut.add(b)
	})
	a.finish = "length"
	switch {
	case errors.Is(err, errStop):
		a.finish = "stop"
	case err != nil:
		return err
	}
	if err := cut.release(0); err != nil {
		return err
	}
	return characters.end()
}

func (a *answer) whole(ctx context.Context, w http.ResponseWriter, q *request, model Generator) *neuron.Refusal {
	var text strings.Builder
	err := a.run(ctx, q, model, func(s string) error {
		text.WriteString(s)
		return nil
	})
	if err != nil {
		return broken(err)
	}
	body, err := json.Marshal(map[string]any{
		"id": a.id, "object": "chat.completion", "created": a.created, "model": a.model,
		"choices": []any{map[string]any{
			"index": 0, "logprobs": nil, "finish_reason": a.finish,
			"message": map[string]any{"role": "assistant", "content": text.String(), "refusal": nil},
		}},
		"usage": a.usage(),
	})
	if err != nil {
		return broken(err)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusOK)
	w.Write(body) // an error here means that the caller left: nobody to tell
	return nil
}

// broken words a model's failure: a refusal of its own stands, anything else is the server's fault.
func broken(err error) *neuron.Refusal {
	var refusal *neuron.Refusal
	switch {
	case errors.As(err, &refusal):
		return refusal
	case errors.Is(err, context.DeadlineExceeded):
		return neuron.Refuse(http.StatusGatewayTimeout, "model_timeout", "the model did not finish in time")
	}
	return neuron.Refuse(http.StatusInternalServerError, "model_failed", "the model failed: %v", err)
}

func (a *answer) usage() map[string]int {
	return map[string]int{"prompt_tokens": a.prompt, "completion_tokens": a.written, "total_tokens": a.prompt + a.written}
}

// chunkBytes is how much text one event of a stream carries, at least.
const chunkBytes = 12

// stream sends text as it comes. A model that fails before its first byte gets a refusal; later the stream is aborted,
// never ended as if it were whole.
func (a *answer) stream(ctx context.Context, w http.ResponseWriter, q *request, model Generator) *neuron.Refusal {
	e := &events{w: w, a: a, usage: q.StreamOptions.IncludeUsage}
	err := a.run(ctx, q, model, e.text)
	if err != nil && !e.begun {
		return broken(err)
	}
	if err == nil {
		err = e.end()
	}
	if err != nil {
		panic(http.ErrAbortHandler) // the agreed way to break off an answer that has begun
	}
	return nil
}

// events writes an answer as server-sent events.
type events struct {
	w     http.ResponseWriter
	a     *answer
	usage bool
	begun bool
	held  strings.Builder
}

func (e *events) text(s string) error {
	e.held.WriteString(s)
	if e.held.Len() < chunkBytes {
		return nil
	}
	return e.flush()
}

func (e *events) flush() error {
	if !e.begun {
		e.begun = true
		e.w.Header().Set("Content-Type", "text/event-stream")
		e.w.WriteHeader(http.StatusOK)
		if err := e.delta(map[string]any{"role": "assistant", "content": ""}, nil); err != nil {
			return err
		}
	}
	if e.held.Len() == 0 {
		return nil
	}
	s := e.held.String()
	e.held.Reset()
	return e.delta(map[string]any{"content": s}, nil)
}

func (e *events) end() error {
	if err := e.flush(); err != nil {
		return err
	}
	if err := e.delta(map[string]any{}, e.a.finish); err != nil {
		return err
	}
	if e.usage {
		if err := e.chunk([]any{}, e.a.usage()); err != nil {
			return err
		}
	}
	return e.send("[DONE]")
}

func (e *events) delta(delta map[string]any, finish any) error {
	return e.chunk([]any{map[string]any{"index": 0, "delta": delta, "logprobs": nil, "finish_reason": finish}}, nil)
}

func (e *events) chunk(choices []any, usage any) error {
	c := map[string]any{"id": e.a.id, "object": "chat.completion.chunk", "created": e.a.created, "model": e.a.model, "choices": choices}
	if e.usage {
		c["usage"] = usage
	}
	body, err := json.Marshal(c)
	if err != nil {
		return err
	}
	return e.send(string(body))
}

func (e *events) send(data string) error {
	if _, err := fmt.Fprintf(e.w, "data: %s\n\n", data); err != nil {
		return err
	}
	return http.NewResponseController(e.w).Flush()
}
