package lexi

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// maxBody is the largest request body, in bytes, that Handler reads.
const maxBody = 1 << 20

// Handler serves brain as an OpenAI-compatible chat server under the given model name: POST /v1/chat/completions
// (streamed or whole), GET /v1/models and GET /v1/models/{id}. Fields it does not know are ignored. Tokens are counted
// by Tokens. Errors have OpenAI's form: 400 for a bad request, 404 for an unknown model or path, 405, 413.
func Handler(brain *Brain, model string) http.Handler {
	s := &server{brain: brain, model: model, created: brain.opts.Now().Unix()}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/chat/completions", s.chat)
	mux.HandleFunc("GET /v1/models", s.models)
	mux.HandleFunc("GET /v1/models/{id...}", s.oneModel)
	mux.HandleFunc("/v1/chat/completions", wrongMethod("POST"))
	mux.HandleFunc("/v1/models", wrongMethod("GET"))
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		fail(w, &apiError{http.StatusNotFound, "not_found", "", fmt.Sprintf("no %s %s here; try POST /v1/chat/completions or GET /v1/models", r.Method, r.URL.Path)})
	})
	return withRequestID(mux)
}

type server struct {
	brain   *Brain
	model   string
	created int64
}

// apiError is an error in OpenAI's form.
type apiError struct {
	status  int
	code    string
	param   string
	message string
}

func (e *apiError) Error() string { return e.message }

func fail(w http.ResponseWriter, e *apiError) {
	kind := "invalid_request_error"
	if e.status >= 500 {
		kind = "server_error"
	}
	writeJSON(w, e.status, map[string]any{"error": map[string]any{"message": e.message, "type": kind, "param": orNull(e.param), "code": orNull(e.code)}})
}

func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		http.Error(w, "encode response: "+err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(body) // the client is gone; there is nobody to tell
}

func wrongMethod(allowed string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Allow", allowed)
		fail(w, &apiError{http.StatusMethodNotAllowed, "method_not_allowed", "", fmt.Sprintf("%s %s: use %s", r.Method, r.URL.Path, allowed)})
	}
}

func withRequestID(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := r.Header.Get("X-Request-Id")
		if id == "" || len(id) > 128 {
			id = newID("req_")
		}
		w.Header().Set("X-Request-Id", id)
		next.ServeHTTP(w, r)
	})
}

func newID(prefix string) string {
	var b [12]byte
	_, _ = rand.Read(b[:]) // never fails
	return prefix + hex.EncodeToString(b[:])
}

func (s *server) describe() map[string]any {
	return map[string]any{"id": s.model, "object": "model", "created": s.created, "owned_by": "dendra"}
}

func (s *server) models(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, map[string]any{"object": "list", "data": []any{s.describe()}})
}

func (s *server) oneModel(w http.ResponseWriter, r *http.Request) {
	if id := r.PathValue("id"); id != s.model {
		fail(w, s.unknownModel(id))
		return
	}
	writeJSON(w, http.StatusOK, s.describe())
}

func (s *server) unknownModel(id string) *apiError {
	return &apiError{http.StatusNotFound, "model_not_found", "model", fmt.Sprintf("the model %.80q does not exist here; this server has %q", id, s.model)}
}

// chat answers one chat completion.
func (s *server) chat(w http.ResponseWriter, r *http.Request) {
	req, err := s.read(w, r)
	if err != nil {
		var e *apiError
		if !errors.As(err, &e) {
			e = &apiError{http.StatusBadRequest, "invalid_body", "", err.Error()}
		}
		fail(w, e)
		return
	}
	text := s.answer(r.Context(), req)
	if r.Context().Err() != nil {
		return
	}
	c := req.complete(text)
	c.id, c.model, c.created = newID("chatcmpl-"), s.model, s.brain.opts.Now().Unix()
	if req.Stream {
		c.stream(r.Context(), w, req.StreamOptions.IncludeUsage)
		return
	}
	writeJSON(w, http.StatusOK, c.whole())
}

func (s *server) read(w http.ResponseWriter, r *http.Request) (*chatRequest, error) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	var big *http.MaxBytesError
	if errors.As(err, &big) {
		return nil, &apiError{http.StatusRequestEntityTooLarge, "request_too_large", "", fmt.Sprintf("the body is larger than %d bytes", maxBody)}
	}
	if err != nil {
		return nil, fmt.Errorf("read body: %w", err)
	}
	req := &chatRequest{}
	if err := json.Unmarshal(body, req); err != nil {
		return nil, &apiError{http.StatusBadRequest, "invalid_json", "", "the body is not a JSON chat request: " + err.Error()}
	}
	if err := req.check(); err != nil {
		return nil, err
	}
	if req.Model != s.model {
		return nil, s.unknownModel(req.Model)
	}
	return req, nil
}

// answer tries the last question alone, then with what was said before it.
func (s *server) answer(ctx context.Context, req *chatRequest) string {
	last, system, before := req.conversation()
	question := last
	if rules := replyRules(system); rules != "" {
		question += "\n" + rules
	}
	text, sure := s.brain.Answer(ctx, question)
	for _, context := range []string{before, system} {
		if sure || context == "" {
			continue
		}
		if t, ok := s.brain.Answer(ctx, context+"\n"+question); ok {
			text, sure = t, true
		}
	}
	return text
}

// replyRules returns the sentences of a system prompt that say how to reply.
func replyRules(system string) string {
	var rules []string
	for _, sentence := range sentences(system) {
		if directive.MatchString(strings.TrimSpace(sentence)) {
			rules = append(rules, strings.TrimSpace(sentence))
		}
	}
	return strings.Join(rules, "\n")
}

// stream sends the completion as server-sent events, a few tokens in each.
func (c *completion) stream(ctx context.Context, w http.ResponseWriter, usage bool) {
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-cache")
	w.WriteHeader(http.StatusOK)
	out := http.NewResponseController(w)
	for _, event := range c.events(usage) {
		body, err := json.Marshal(event)
		if err != nil || ctx.Err() != nil {
			return
		}
		if _, err := fmt.Fprintf(w, "data: %s\n\n", body); err != nil {
			return
		}
		if err := out.Flush(); err != nil && !errors.Is(err, http.ErrNotSupported) {
			return
		}
	}
	_, _ = io.WriteString(w, "data: [DONE]\n\n") // a client that left needs no end
}
