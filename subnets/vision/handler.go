package vision

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"io"
	"net/http"
	"time"

	"github.com/dendra-net/dendra/subnets/vision/eye"
)

// Handler serves a reader as an OpenAI-compatible chat server under the given model name: POST /v1/chat/completions
// (streamed or whole), GET /v1/models and GET /v1/models/{id}. It answers the images of the last message of a user that
// has any with what they say, and with the chances of each character where the reader knows them. Images must come with
// the request, as data:image/...;base64 addresses; nothing is ever fetched. Fields it does not know are ignored. Errors
// have OpenAI's form: 400 for a bad request or image, 404 for an unknown model or path, 405, 413, 503 when the reader
// fails.
func Handler(reader Reader, model string) http.Handler {
	s := &server{reader: reader, model: model, created: time.Now().Unix()}
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
	reader  Reader
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

func fail(w http.ResponseWriter, e *apiError) {
	kind := "invalid_request_error"
	if e.status >= 500 {
		kind = "server_error"
	}
	writeJSON(w, e.status, map[string]any{"error": map[string]any{"message": e.message, "type": kind, "param": orNull(e.param), "code": e.code}})
}

func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// imageError says what is wrong with an image, or that it could not be read for no fault of its own.
func imageError(err error) *apiError {
	switch {
	case errors.Is(err, eye.ErrTooLarge):
		return refuse("image_too_large", "messages", "%v", err)
	case errors.Is(err, eye.ErrCrowded):
		return refuse("too_many_characters", "messages", "%v", err)
	case errors.Is(err, eye.ErrImage):
		return refuse("invalid_image", "messages", "%v", err)
	}
	return &apiError{http.StatusServiceUnavailable, "reader_failed", "", "the picture could not be read: " + err.Error()}
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
	req, e := s.read(w, r)
	if e != nil {
		fail(w, e)
		return
	}
	pictures, e := req.images()
	if e != nil {
		fail(w, e)
		return
	}
	readings, e := s.look(r.Context(), pictures)
	if r.Context().Err() != nil {
		return
	}
	if e != nil {
		fail(w, e)
		return
	}
	c := req.reply(readings, pictures)
	c.id, c.model, c.created = newID("chatcmpl-"), s.model, time.Now().Unix()
	if req.Stream {
		c.stream(r.Context(), w, req.StreamOptions.IncludeUsage)
		return
	}
	writeJSON(w, http.StatusOK, c.whole())
}

func (s *server) read(w http.ResponseWriter, r *http.Request) (*chatRequest, *apiError) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	var big *http.MaxBytesError
	if errors.As(err, &big) {
		return nil, &apiError{http.StatusRequestEntityTooLarge, "request_too_large", "", fmt.Sprintf("the body is larger than %d bytes", maxBody)}
	}
	if err != nil {
		return nil, refuse("invalid_body", "", "read body: %v", err)
	}
	req := &chatRequest{}
	if err := json.Unmarshal(body, req); err != nil {
		return nil, refuse("invalid_json", "", "the body is not a JSON chat request: %v", err)
	}
	if e := req.check(); e != nil {
		return nil, e
	}
	if req.Model != s.model {
		return nil, s.unknownModel(req.Model)
	}
	return req, nil
}

// look reads the pictures one after the other.
func (s *server) look(ctx context.Context, pictures []*image.Gray) ([]eye.Reading, *apiError) {
	out, characters, text := make([]eye.Reading, len(pictures)), 0, 0
	for i, p := range pictures {
		r, err := s.reader.Read(ctx, p)
		if err != nil {
			e := imageError(err)
			e.message = fmt.Sprintf("image %d: %s", i+1, e.message)
			return nil, e
		}
		if characters += len(r.Chances); characters > eye.MaxCells {
			return nil, refuse("too_many_characters", "messages", "the first %d images have %d characters; at most %d are read", i+1, characters, eye.MaxCells)
		}
		if text += len(r.Text); text > maxTold {
			return nil, refuse("too_many_characters", "messages", "the first %d images have %d bytes of text; at most %d are told", i+1, text, maxTold)
		}
		out[i] = r
	}
	return out, nil
}

// stream sends the completion as server-sent events.
func (c *reply) stream(ctx context.Context, w http.ResponseWriter, usage bool) {
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
