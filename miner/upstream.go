package miner

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/dendra-net/dendra/neuron"
)

// ErrBadUpstream marks a URL that cannot be an OpenAI-compatible server.
var ErrBadUpstream = errors.New("bad upstream")

const (
	chatPath          = "/v1/chat/completions"
	defaultAnswerTime = 90 * time.Second
	defaultMaxBody    = 4 << 20
	defaultMaxReply   = 16 << 20
	maxErrorBytes     = 64 << 10
)

// Upstream is a handler that answers POST /v1/chat/completions by asking a server of OpenAI's form. URL and Model
// must be set. It is safe for concurrent use and must not be copied or changed after the first request.
type Upstream struct {
	URL    string // of the server, with or without its /v1
	Model  string // name the server knows the model by; it replaces whatever the caller wrote
	APIKey string // sent as a bearer token when set; never logged, never passed on

	Timeout  time.Duration     // for a whole answer; 90 s
	MaxBody  int64             // bytes of a request; 4 MiB
	MaxReply int64             // bytes of an answer; 16 MiB
	HTTP     http.RoundTripper // nil: a pool of its own

	once sync.Once
	base string // URL ending in /v1
	err  error  // why URL is of no use
	http *http.Client
}

// ServeHTTP forwards one verified request. Answers come back byte for byte, streams piece by piece; an answer that
// breaks off is aborted, never ended as if it were whole.
func (u *Upstream) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if refusal := u.serve(w, r); refusal != nil {
		neuron.WriteError(w, refusal)
	}
}

func (u *Upstream) serve(w http.ResponseWriter, r *http.Request) *neuron.Refusal {
	if r.URL.Path != chatPath {
		return neuron.Refuse(http.StatusNotFound, "not_found", "this miner serves POST %s only", chatPath)
	}
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		return neuron.Refuse(http.StatusMethodNotAllowed, "method_not_allowed", "use POST for %s, not %s", chatPath, r.Method)
	}
	body, refusal := u.readBody(r)
	if refusal != nil {
		return refusal
	}
	ctx, cancel := context.WithTimeout(r.Context(), or(u.Timeout, defaultAnswerTime))
	defer cancel()
	reply, err := u.post(ctx, body)
	if err != nil {
		return u.unreachable(ctx, err)
	}
	defer reply.Body.Close()
	if reply.StatusCode/100 != 2 {
		return u.failed(reply)
	}
	return u.relay(ctx, w, reply)
}

func (u *Upstream) readBody(r *http.Request) ([]byte, *neuron.Refusal) {
	limit := or(u.MaxBody, defaultMaxBody)
	body, err := io.ReadAll(io.LimitReader(r.Body, limit+1))
	if err != nil {
		return nil, neuron.Refuse(http.StatusBadRequest, "unreadable_body", "the request could not be read: %v", err)
	}
	if int64(len(body)) > limit {
		return nil, neuron.Refuse(http.StatusRequestEntityTooLarge, "body_too_large", "the request is larger than %d bytes", limit)
	}
	body, err = withModel(body, u.Model)
	if err != nil {
		return nil, neuron.Refuse(http.StatusBadRequest, "invalid_json", "%v", err)
	}
	return body, nil
}

// post sends a chat request to the server.
func (u *Upstream) post(ctx context.Context, body []byte) (*http.Response, error) {
	return u.do(ctx, http.MethodPost, "/chat/completions", body)
}

func (u *Upstream) do(ctx context.Context, method, path string, body []byte) (*http.Response, error) {
	if u.once.Do(u.open); u.err != nil {
		return nil, u.err
	}
	req, err := http.NewRequestWithContext(ctx, method, u.base+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	if len(body) > 0 {
		req.Header.Set("Content-Type", "application/json")
	}
	if u.APIKey != "" {
		req.Header.Set("Authorization", "Bearer "+u.APIKey)
	}
	return u.http.Do(req)
}

func (u *Upstream) open() {
	u.base, u.err = baseURL(u.URL)
	transport := u.HTTP
	if transport == nil {
		transport = &http.Transport{
			Proxy: http.ProxyFromEnvironment, DisableCompression: true,
			MaxIdleConnsPerHost: 32, IdleConnTimeout: 90 * time.Second, TLSHandshakeTimeout: 10 * time.Second,
			MaxResponseHeaderBytes: maxErrorBytes,
		}
	}
	u.http = &http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// baseURL checks the address of a server and gives it the form scheme://host/path/v1.
func baseURL(s string) (string, error) {
	at, err := url.Parse(strings.TrimSpace(s))
	if err != nil {
		return "", fmt.Errorf("%w: %q is no URL; write http://HOST:PORT", ErrBadUpstream, s)
	}
	switch {
	case at.Scheme != "http" && at.Scheme != "https", at.Host == "":
		return "", fmt.Errorf("%w: %q must begin with http:// or https:// and name a host, http://127.0.0.1:11434 for one", ErrBadUpstream, s)
	case at.User != nil:
		return "", fmt.Errorf("%w: leave user and password out of the URL and give an API key instead", ErrBadUpstream)
	case at.RawQuery != "" || at.Fragment != "":
		return "", fmt.Errorf("%w: %q must have neither query nor fragment", ErrBadUpstream, s)
	}
	base := strings.TrimRight(at.String(), "/")
	if !strings.HasSuffix(base, "/v1") {
		base += "/v1"
	}
	return base, nil
}

// unreachable words a failure to get any answer. The server's address stays private to the miner.
func (u *Upstream) unreachable(ctx context.Context, err error) *neuron.Refusal {
	switch {
	case errors.Is(err, ErrBadUpstream):
		return neuron.Refuse(http.StatusInternalServerError, "upstream_misconfigured", "the miner's model server is not set up")
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return neuron.Refuse(http.StatusGatewayTimeout, "upstream_timeout", "the miner's model server did not answer within %s", or(u.Timeout, defaultAnswerTime))
	}
	return neuron.Refuse(http.StatusBadGateway, "upstream_unreachable", "the miner's model server cannot be reached")
}

// failed words an answer that is an error. What the caller did wrong is passed on in the server's words; what the
// miner did wrong (key, model, redirect) is the miner's fault to the caller.
func (u *Upstream) failed(reply *http.Response) *neuron.Refusal {
	text, err := io.ReadAll(io.LimitReader(reply.Body, maxErrorBytes))
	said := errorText(text)
	if err != nil || said == "" {
		said = http.StatusText(reply.StatusCode)
	}
	switch reply.StatusCode {
	case http.StatusBadRequest, http.StatusUnprocessableEntity, http.StatusRequestEntityTooLarge:
		return neuron.Refuse(reply.StatusCode, "upstream_refused", "the model server refused the request: %s", said)
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		refusal := neuron.Refuse(reply.StatusCode, "upstream_busy", "the model server is busy")
		if d, err := time.ParseDuration(reply.Header.Get("Retry-After") + "s"); err == nil && d > 0 {
			refusal.RetryAfter = d
		}
		return refusal
	}
	return neuron.Refuse(http.StatusBadGateway, "upstream_failed", "the miner's model server answered with status %d", reply.StatusCode)
}

// relay copies a good answer: a stream at once and piece by piece, anything else only when it is whole.
func (u *Upstream) relay(ctx context.Context, w http.ResponseWriter, reply *http.Response) *neuron.Refusal {
	limit := or(u.MaxReply, defaultMaxReply)
	kind, _, err := mime.ParseMediaType(reply.Header.Get("Content-Type"))
	if err == nil && kind == "text/event-stream" {
		w.Header().Set("Content-Type", "text/event-stream")
		w.WriteHeader(http.StatusOK)
		if err := copyFlushing(w, io.LimitReader(reply.Body, limit+1), limit); err != nil {
			panic(http.ErrAbortHandler) // the agreed way to break off an answer that has begun
		}
		return nil
	}
	body, err := io.ReadAll(io.LimitReader(reply.Body, limit+1))
	if err != nil {
		return u.brokenOff(ctx)
	}
	if int64(len(body)) > limit {
		return neuron.Refuse(http.StatusBadGateway, "upstream_too_large", "the model server's answer is larger than %d bytes", limit)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusOK)
	w.Write(body) // an error here means that the caller left: nobody to tell
	return nil
}

func (u *Upstream) brokenOff(ctx context.Context) *neuron.Refusal {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return u.unreachable(ctx, ctx.Err())
	}
	return neuron.Refuse(http.StatusBadGateway, "upstream_broke_off", "the model server's answer broke off")
}

// copyFlushing passes every piece on as soon as it comes, and fails beyond limit bytes.
func copyFlushing(w http.ResponseWriter, from io.Reader, limit int64) error {
	flush := http.NewResponseController(w).Flush
	piece := make([]byte, 16<<10)
	var sent int64
	for {
		n, err := from.Read(piece)
		if sent += int64(n); sent > limit {
			return fmt.Errorf("answer larger than %d bytes", limit)
		}
		if n > 0 {
			if _, err := w.Write(piece[:n]); err != nil {
				return err
			}
			if err := flush(); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// or returns v, or instead when v is zero.
func or[T comparable](v, instead T) T {
	var zero T
	if v == zero {
		return instead
	}
	return v
}
