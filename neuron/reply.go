package neuron

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// reply is what a handler writes to. It signs what the handler says: a whole reply once the handler is done, an event
// stream as it flows with the signature in the trailer. After cut or send, writing fails.
type reply struct {
	out     http.ResponseWriter
	key     Key
	claim   ResponseClaim
	limit   int64 // bytes of a whole reply
	noBody  bool  // HEAD
	header  http.Header
	queueMs string

	mu        sync.Mutex
	status    int
	body      bytes.Buffer
	sum       hash.Hash
	streaming bool
	closed    bool
	overflow  bool
}

func newReply(out http.ResponseWriter, key Key, c RequestClaim, limit int64) *reply {
	return &reply{
		out: out, key: key, limit: limit, noBody: c.Method == http.MethodHead, header: http.Header{}, sum: sha256.New(),
		claim: ResponseClaim{ChainID: c.ChainID, Netuid: c.Netuid, Nonce: c.Nonce, Receiver: c.Receiver, Sender: c.Sender},
	}
}

// Header returns the headers the handler sets. Only Content-Type will be signed.
func (p *reply) Header() http.Header { return p.header }

// WriteHeader fixes the status; for an event stream it sends the headers.
func (p *reply) WriteHeader(status int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.start(status)
}

func (p *reply) start(status int) {
	if p.closed || p.status != 0 || status < 200 { // informational replies are not passed on
		return
	}
	p.status = status
	if !p.noBody && status == http.StatusOK && isStream(cleanContentType(p.header.Get("Content-Type"))) {
		p.streaming = true
		p.sendHeader(p.header)
	}
}

// Write collects b, or sends it at once when the reply is an event stream.
func (p *reply) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return 0, http.ErrHandlerTimeout
	}
	p.start(http.StatusOK)
	switch {
	case p.streaming:
		return p.stream(b)
	case !bodyAllowed(p.status):
		return 0, http.ErrBodyNotAllowed
	case p.noBody:
		return len(b), nil
	case int64(p.body.Len()+len(b)) > p.limit:
		p.overflow = true
		return 0, fmt.Errorf("write reply: %w: above %d bytes", ErrTooLarge, p.limit)
	}
	return p.body.Write(b)
}

func (p *reply) stream(b []byte) (int, error) {
	n, err := p.out.Write(b)
	p.sum.Write(b[:n])
	if err == nil {
		err = flush(p.out)
	}
	return n, err
}

// FlushError exists for handlers that flush; an event stream needs none.
func (p *reply) FlushError() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return http.ErrHandlerTimeout
	}
	if p.start(http.StatusOK); p.streaming {
		return flush(p.out)
	}
	return nil
}

// Flush implements http.Flusher.
func (p *reply) Flush() { _ = p.FlushError() } // the interface has no way to tell; the next Write does

// cut ends the handler's part. It reports whether a stream has begun, which can only be aborted.
func (p *reply) cut() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	return p.streaming
}

// finish signs and sends what the handler wrote.
func (p *reply) finish() error {
	if streaming := p.cut(); p.overflow && !streaming {
		return Refuse(http.StatusInternalServerError, "reply_too_large", "the answer is above %d bytes", p.limit)
	}
	if p.status == 0 {
		p.status = http.StatusOK
	}
	if !p.streaming {
		p.send(p.status, p.header, p.body.Bytes())
		return nil
	}
	p.out.Header().Set(HeaderSignature, p.sign(p.sum.Sum(nil)))
	return nil
}

// refuse sends r, signed, in place of whatever the handler wrote.
func (p *reply) refuse(r *Refusal) {
	body, header := r.encode()
	if p.noBody {
		body = nil
	}
	p.send(r.Status, header, body)
}

func (p *reply) send(status int, header http.Header, body []byte) {
	p.status = status
	if header.Get("Content-Type") == "" && len(body) > 0 {
		header.Set("Content-Type", http.DetectContentType(body))
	}
	p.sum.Write(body)
	digest := p.sum.Sum(nil)
	p.sendSigned(header, digest, body)
}

func (p *reply) sendSigned(header http.Header, digest, body []byte) {
	p.copyHeader(header)
	p.out.Header().Set(HeaderSignature, p.sign(digest))
	if bodyAllowed(p.status) && !p.noBody {
		p.out.Header().Set("Content-Length", strconv.Itoa(len(body)))
	}
	p.out.WriteHeader(p.status)
	p.out.Write(body) // an error here means that the caller left: nobody to tell
}

// sendHeader opens an event stream.
func (p *reply) sendHeader(header http.Header) {
	p.copyHeader(header)
	p.out.Header().Set("Trailer", HeaderSignature)
	p.out.WriteHeader(p.status)
	_ = flush(p.out) // the first Write reports a broken connection
}

// copyHeader passes the handler's headers on, less those that belong to the protocol or the connection.
func (p *reply) copyHeader(header http.Header) {
	out := p.out.Header()
	for name, values := range header {
		if !reserved(name) {
			out[name] = values
		}
	}
	if p.queueMs != "" {
		out.Set(HeaderQueue, p.queueMs)
	}
	p.claim.ContentType = cleanContentType(header.Get("Content-Type"))
	out.Del("Content-Type")
	if p.claim.ContentType != "" {
		out.Set("Content-Type", p.claim.ContentType)
	} else {
		out["Content-Type"] = nil // nor may net/http guess one
	}
	out.Set(HeaderVersion, ProtocolRequest)
	out.Set(HeaderKey, hex.EncodeToString(p.key.Public()))
}

func (p *reply) sign(digest []byte) string {
	p.claim.Status, p.claim.Digest = p.status, hex.EncodeToString(digest)
	return hex.EncodeToString(p.key.Sign(p.claim.Text()))
}

// waited notes the time spent in the queue.
func (p *reply) waited(d time.Duration) { p.queueMs = strconv.FormatInt(d.Milliseconds(), 10) }

// reserved reports whether a header is the protocol's or the connection's, not the handler's.
func reserved(name string) bool {
	if strings.HasPrefix(name, headerPrefix) || strings.HasPrefix(name, http.TrailerPrefix) {
		return true
	}
	return slices.Contains([]string{"Connection", "Content-Length", "Keep-Alive", "Trailer", "Transfer-Encoding", "Upgrade"}, name)
}

func isStream(contentType string) bool {
	media, _, err := mime.ParseMediaType(contentType)
	return err == nil && media == eventStream
}

// cleanContentType returns s if it reaches the other side unchanged, else the type of unknown bytes.
func cleanContentType(s string) string {
	s = strings.Trim(s, " \t")
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return "application/octet-stream"
		}
	}
	return s
}

func bodyAllowed(status int) bool {
	return status >= 200 && status != http.StatusNoContent && status != http.StatusNotModified
}

// flush sends what is buffered; a writer that cannot flush has nothing buffered that we know of.
func flush(w http.ResponseWriter) error {
	if f, ok := w.(interface{ FlushError() error }); ok {
		return f.FlushError()
	}
	if f, ok := w.(http.Flusher); ok {
		f.Flush()
	}
	return nil
}
