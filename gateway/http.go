package gateway

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime/debug"
	"slices"
	"strings"
	"time"
)

const (
	headerID      = "X-Request-Id"
	headerRequest = "Dendra-Request-Id"
	headerSubnet  = "Dendra-Subnet"
	headerNeuron  = "Dendra-Neuron"
	headerCost    = "Dendra-Cost"
	headerClient  = "X-Client-Request-Id"
)

// visit is one request at the door.
type visit struct {
	id  string
	key APIKey
}

// endpoint answers one method of one path. It returns an error only when it has written nothing.
type endpoint func(http.ResponseWriter, *http.Request, *visit) error

// routes lists what the gateway serves.
func (g *Gateway) routes() *http.ServeMux {
	mux := http.NewServeMux()
	add := func(pattern, method string, open bool, serve endpoint) {
		mux.Handle(pattern, g.door(method, open, serve))
	}
	add("/{$}", http.MethodGet, true, g.page)
	add("/charts/{id}", http.MethodGet, true, g.chart)
	add("/health", http.MethodGet, true, g.health)
	add("/v1/models", http.MethodGet, false, g.listModels)
	add("/v1/models/{id}", http.MethodGet, false, g.showModel)
	add("/v1/chat/completions", http.MethodPost, false, g.chat)
	add("/v1/requests", http.MethodGet, false, g.listRequests)
	add("/v1/requests/{id}", http.MethodGet, false, g.showRequest)
	mux.Handle("/", g.door("", true, func(http.ResponseWriter, *http.Request, *visit) error {
		return &apiError{status: http.StatusNotFound, kind: typeInvalid, code: "unknown_url",
			message: "nothing is served here: /v1/models, /v1/chat/completions, /v1/requests, /health and / are"}
	}))
	return mux
}

type visitKey struct{}

// serve gives every request its id and the headers all answers share, and turns panics into errors.
func (g *Gateway) serve(w http.ResponseWriter, r *http.Request) {
	v := &visit{id: newID()}
	h := w.Header()
	h.Set(headerID, v.id)
	h.Set(headerRequest, v.id)
	h.Set("X-Content-Type-Options", "nosniff")
	if own := r.Header.Get(headerClient); own != "" && len(own) <= 512 {
		h.Set(headerClient, own)
	}
	if g.shareOrigin(h, r) && preflight(w, r) {
		return
	}
	tracked := &trackedWriter{ResponseWriter: w}
	defer g.rescue(tracked, v)
	g.mux.ServeHTTP(tracked, r.WithContext(contextWith(r.Context(), v)))
}

// trackedWriter knows whether an answer has begun.
type trackedWriter struct {
	http.ResponseWriter
	began bool
}

func (t *trackedWriter) WriteHeader(status int) {
	t.began = true
	t.ResponseWriter.WriteHeader(status)
}

func (t *trackedWriter) Write(b []byte) (int, error) {
	t.began = true
	return t.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController through.
func (t *trackedWriter) Unwrap() http.ResponseWriter { return t.ResponseWriter }

// rescue answers for a handler that panicked; an answer that had begun is broken off, so that it does not look whole.
func (g *Gateway) rescue(w *trackedWriter, v *visit) {
	p := recover()
	if p == nil {
		return
	}
	if p == http.ErrAbortHandler { //nolint:errorlint // net/http compares it so
		panic(p)
	}
	g.cfg.Logger.Error("a handler panicked", "request", v.id, "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
	if w.began {
		panic(http.ErrAbortHandler)
	}
	g.report(w, v, errors.New("a handler panicked"))
}

// door checks method and key, then serves, then writes the error if there is one. Empty method lets all pass.
func (g *Gateway) door(method string, open bool, serve endpoint) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v := visitOf(r.Context())
		if err := g.enter(v, w, r, method, open, serve); err != nil {
			g.report(w, v, err)
		}
	})
}

func (g *Gateway) enter(v *visit, w http.ResponseWriter, r *http.Request, method string, open bool, serve endpoint) error {
	if method != "" && r.Method != method && !(method == http.MethodGet && r.Method == http.MethodHead) {
		w.Header().Set("Allow", method)
		return &apiError{status: http.StatusMethodNotAllowed, kind: typeInvalid, code: "method_not_allowed",
			message: fmt.Sprintf("%s is not possible here: use %s", shorten(r.Method), method)}
	}
	if open {
		return serve(w, r, v)
	}
	key, err := g.keys.identify(r)
	if err != nil {
		return err
	}
	v.key = key
	if err := g.keys.admit(key.Name); err != nil {
		return err
	}
	return serve(w, r, v)
}

// report writes an error unless an answer has begun; then it only notes it, which means the client is gone.
func (g *Gateway) report(w http.ResponseWriter, v *visit, cause error) {
	if t, ok := w.(*trackedWriter); ok && t.began {
		g.cfg.Logger.Debug("an answer could not be delivered", "request", v.id, "err", cause)
		return
	}
	e := asAPIError(cause)
	if e.status == http.StatusInternalServerError {
		g.cfg.Logger.Error("a request failed", "request", v.id, "err", cause)
	}
	if err := e.write(w); err != nil {
		g.cfg.Logger.Debug("an error could not be delivered", "request", v.id, "err", err)
	}
}

// shareOrigin lets scripts of allowed origins read answers; false when the request comes from another.
func (g *Gateway) shareOrigin(h http.Header, r *http.Request) bool {
	origin := r.Header.Get("Origin")
	if len(g.cfg.Origins) == 0 {
		origin = "*"
	} else {
		h.Add("Vary", "Origin")
		if !slices.Contains(g.cfg.Origins, origin) {
			return false
		}
	}
	h.Set("Access-Control-Allow-Origin", origin)
	h.Set("Access-Control-Expose-Headers", strings.Join([]string{headerID, headerRequest, headerSubnet, headerNeuron, headerCost,
		"Retry-After", "X-Should-Retry"}, ", "))
	return true
}

// preflight answers a browser that asks what it may send; false when r is no such question.
func preflight(w http.ResponseWriter, r *http.Request) bool {
	if r.Method != http.MethodOptions || r.Header.Get("Access-Control-Request-Method") == "" {
		return false
	}
	h := w.Header()
	h.Set("Access-Control-Allow-Methods", "GET, POST, OPTIONS")
	h.Set("Access-Control-Max-Age", "86400")
	allowed := "Authorization, Content-Type"
	if asked := r.Header.Get("Access-Control-Request-Headers"); asked != "" && len(asked) <= 4096 {
		allowed = asked
	}
	h.Set("Access-Control-Allow-Headers", allowed)
	w.WriteHeader(http.StatusNoContent)
	return true
}

// readBody takes the request's body within the limits of size and time.
func (g *Gateway) readBody(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	if enc := r.Header.Get("Content-Encoding"); enc != "" && !strings.EqualFold(enc, "identity") {
		return nil, &apiError{status: http.StatusUnsupportedMediaType, kind: typeInvalid, code: "unsupported_encoding",
			message: fmt.Sprintf("the body is encoded as %s: send it plain", shorten(enc))}
	}
	control := http.NewResponseController(w)
	deadline(control.SetReadDeadline, g.cfg.Limits.ClientIO)
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, g.cfg.Limits.MaxBodyBytes))
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return nil, &apiError{status: http.StatusRequestEntityTooLarge, kind: typeInvalid, code: "request_too_large",
			message: fmt.Sprintf("the body is larger than %d bytes: send less", tooLarge.Limit)}
	}
	if err != nil {
		return nil, &apiError{status: http.StatusRequestTimeout, kind: typeInvalid, code: "body_incomplete", retry: true,
			message: fmt.Sprintf("the body did not arrive whole within %s: send it again", g.cfg.Limits.ClientIO)}
	}
	deadline(control.SetReadDeadline, 0)
	return body, nil
}

// deadline sets a deadline of the connection so far ahead, none for zero. A writer that has none, as in tests, goes
// without; a connection that is gone shows it at the next read or write.
func deadline(set func(time.Time) error, ahead time.Duration) {
	var at time.Time
	if ahead > 0 {
		at = time.Now().Add(ahead)
	}
	_ = set(at)
}

// writeJSON answers 200 with value.
func writeJSON(w http.ResponseWriter, value any) error {
	body, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("encode answer: %w", err)
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set(headerCost, "0")
	_, err = w.Write(append(body, '\n'))
	return err
}

// newID returns a random name for a request.
func newID() string {
	var b [12]byte
	rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}
