package neuron

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

// Client asks miners. Key and ChainID are required. A Client is safe for concurrent use, keeps connections open, and
// must not be copied after first use.
type Client struct {
	Key     Key
	ChainID string
	// HTTP carries the requests; nil uses a pooled transport of the client's own. Its redirects and cookies are ignored.
	HTTP *http.Client
	// PublicOnly makes the client's own transport refuse loopback, private and link-local addresses: for whoever asks
	// endpoints that strangers published.
	PublicOnly bool

	Timeout  time.Duration    // for a whole exchange, to the last byte of a stream, 2 min if zero
	MaxReply int64            // largest reply, whole or stream, in bytes, 16 MiB if zero
	Now      func() time.Time // stamps nonces, time.Now if nil

	once sync.Once
	own  *http.Transport
}

// Target is the neuron to ask.
type Target struct {
	Netuid   uint16
	Hotkey   Address // the reply must be signed by it
	Endpoint string  // base URL; a path in it is part of what is signed
}

// Reply is a miner's answer.
type Reply struct {
	Status int
	Header http.Header // only Content-Type is signed
	// Body holds the answer. It ends in io.EOF only if the miner's signature over all of it held; a stream that was cut
	// or altered ends in an error that wraps ErrTruncated or ErrBadSignature. It must be closed.
	Body   io.ReadCloser
	Stream bool  // the body flows as the miner sends it; otherwise it was verified before Do returned
	Signed Proof // what both sides signed; for a stream it is zero until Body has returned io.EOF
}

// Whole reads the body to its end and closes it. It is an error, ErrTooLarge, when there is more than limit; what is not
// whole and verified is no answer.
func (r *Reply) Whole(limit int64) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(r.Body, limit+1))
	if err == nil && int64(len(body)) > limit {
		err = fmt.Errorf("answer: %w: more than %d bytes", ErrTooLarge, limit)
	}
	if err != nil {
		_ = r.Body.Close() // it has failed already
		return nil, err
	}
	return body, r.Body.Close()
}

// Do sends one signed request and verifies the answer. Header may be nil. A miner that answers with a status outside
// 200..299 gives a *Refusal; what is not signed by to.Hotkey gives ErrUnsigned or ErrBadSignature; nothing is retried
// and no redirect followed.
func (c *Client) Do(ctx context.Context, to Target, method, path string, header http.Header, body []byte) (*Reply, error) {
	x, err := c.prepare(to, method, path, header, body)
	if err != nil {
		return nil, fmt.Errorf("ask %s: %w", to.Hotkey, err)
	}
	ctx, x.cancel = context.WithTimeout(ctx, orDefault(c.Timeout, 2*time.Minute))
	response, err := c.send(x.request.WithContext(ctx))
	if err != nil {
		x.cancel()
		return nil, fmt.Errorf("ask %s at %s: %w", to.Hotkey, to.Endpoint, err)
	}
	reply, err := x.receive(response)
	if err != nil {
		x.cancel()
		_ = response.Body.Close() // the exchange has failed already
		return nil, fmt.Errorf("ask %s at %s: %w", to.Hotkey, to.Endpoint, err)
	}
	return reply, nil
}

// CloseIdle closes the client's own connections that are not in use.
func (c *Client) CloseIdle() {
	if c.HTTP != nil {
		c.HTTP.CloseIdleConnections()
		return
	}
	c.transport().CloseIdleConnections()
}

// exchange is one request and what its answer is held against.
type exchange struct {
	request  *http.Request
	proof    Proof
	maxReply int64
	cancel   context.CancelFunc
}

// prepare signs the request.
func (c *Client) prepare(to Target, method, path string, header http.Header, body []byte) (*exchange, error) {
	if c.Key.IsZero() || c.ChainID == "" {
		return nil, errors.New("client lacks Key or ChainID")
	}
	if _, err := to.Hotkey.Bytes(); err != nil {
		return nil, err
	}
	target, err := targetURL(to.Endpoint, path)
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequest(method, target.String(), bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	nonce, err := NewNonce(c.now(), rand.Reader)
	if err != nil {
		return nil, err
	}
	claim := RequestClaim{
		ChainID: c.ChainID, Netuid: to.Netuid, Method: request.Method, Path: request.URL.RequestURI(),
		Digest: Digest(body), Nonce: nonce, Sender: c.Key.Address(), Receiver: to.Hotkey,
	}
	signed := SignRequest(c.Key, claim)
	request.Header = requestHeader(header, signed, len(body))
	return &exchange{request: request, maxReply: orDefault(c.MaxReply, 16<<20), proof: Proof{
		Request: claim, RequestKey: signed.Get(HeaderKey), RequestSignature: signed.Get(HeaderSignature),
	}}, nil
}

// targetURL joins endpoint and path, which is everything up to the end of the query.
func targetURL(endpoint, path string) (*url.URL, error) {
	base, err := url.Parse(endpoint)
	if err != nil {
		return nil, fmt.Errorf("endpoint: %w", err)
	}
	if (base.Scheme != "http" && base.Scheme != "https") || base.Host == "" || base.User != nil || base.RawQuery != "" || base.Fragment != "" {
		return nil, fmt.Errorf("endpoint %.128q is not http(s)://host[:port][/path]", endpoint)
	}
	if !strings.HasPrefix(path, "/") || strings.Contains(path, "#") {
		return nil, fmt.Errorf("path %.128q does not begin with a slash or has a fragment", path)
	}
	return url.Parse(strings.TrimRight(endpoint, "/") + path)
}

// requestHeader merges the caller's headers with those the protocol needs.
func requestHeader(given, signed http.Header, size int) http.Header {
	h := http.Header{"Accept-Encoding": {"identity"}, "User-Agent": {ProtocolRequest}}
	if size > 0 {
		h.Set("Content-Type", "application/json")
	}
	if size > 1<<20 {
		h.Set("Expect", "100-continue") // a large body waits until the miner wants it
	}
	for name, values := range given {
		if name = http.CanonicalHeaderKey(name); !reserved(name) && name != "Accept-Encoding" && name != "Content-Encoding" && name != "Expect" {
			h[name] = values
		}
	}
	for name, values := range signed {
		h[name] = values
	}
	return h
}

// send performs the request on the client's transport, once.
func (c *Client) send(request *http.Request) (*http.Response, error) {
	var h http.Client
	if c.HTTP != nil {
		h = *c.HTTP
	} else {
		h.Transport = c.transport()
	}
	h.Jar = nil
	h.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return h.Do(request)
}

func (c *Client) transport() *http.Transport {
	c.once.Do(func() { c.own = newTransport(c.PublicOnly) })
	return c.own
}

func (c *Client) now() time.Time {
	if c.Now != nil {
		return c.Now()
	}
	return time.Now()
}

// receive verifies a whole reply, or prepares a stream to be verified as it is read.
func (x *exchange) receive(r *http.Response) (*Reply, error) {
	stream, err := x.claim(r)
	if err != nil {
		return nil, err
	}
	reply := &Reply{Status: r.StatusCode, Header: r.Header, Stream: stream}
	if stream {
		reply.Body = newStreamBody(x, r, reply)
		return reply, nil
	}
	body, err := readReply(r, x.maxReply)
	if err != nil {
		return nil, err
	}
	x.cancel()
	if err := r.Body.Close(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrTruncated, err)
	}
	if reply.Signed, err = x.conclude(r.Header[HeaderSignature], Digest(body)); err != nil {
		return nil, err
	}
	if r.StatusCode < 200 || r.StatusCode > 299 {
		refusal := decodeRefusal(r.StatusCode, r.Header, body)
		refusal.Signed = reply.Signed
		return nil, refusal
	}
	reply.Body = io.NopCloser(bytes.NewReader(body))
	return reply, nil
}

// claim checks the shape of the reply and notes what its signature must be over.
func (x *exchange) claim(r *http.Response) (stream bool, err error) {
	if r.Header.Get(HeaderVersion) != ProtocolRequest {
		return false, unsigned(r, "header %s is %.32q, want %q", HeaderVersion, r.Header.Get(HeaderVersion), ProtocolRequest)
	}
	if encoding := r.Header.Get("Content-Encoding"); encoding != "" && encoding != "identity" {
		return false, fmt.Errorf("%w: reply is encoded as %.32q", ErrMalformed, encoding)
	}
	types := r.Header["Content-Type"]
	if len(types) > 1 {
		return false, fmt.Errorf("%w: reply has %d content types", ErrMalformed, len(types))
	}
	q := x.proof.Request
	x.proof.ResponseKey = r.Header.Get(HeaderKey)
	x.proof.Response = ResponseClaim{
		ChainID: q.ChainID, Netuid: q.Netuid, Nonce: q.Nonce, Status: r.StatusCode,
		ContentType: r.Header.Get("Content-Type"), Receiver: q.Receiver, Sender: q.Sender,
	}
	if _, err := keyOf(q.Receiver, x.proof.ResponseKey); err != nil {
		return false, err
	}
	return r.StatusCode == http.StatusOK && isStream(x.proof.Response.ContentType), nil
}

// conclude verifies the signature over a body with the given digest.
func (x *exchange) conclude(signatures []string, digest string) (Proof, error) {
	if len(signatures) != 1 {
		return Proof{}, fmt.Errorf("%w: reply has %d signatures, want one", ErrUnsigned, len(signatures))
	}
	p := x.proof
	p.Response.Digest, p.ResponseSignature = digest, signatures[0]
	if err := verify(p.Response.Receiver, p.ResponseKey, p.ResponseSignature, p.Response.Text()); err != nil {
		return Proof{}, fmt.Errorf("verify reply: %w", err)
	}
	return p, nil
}

// unsigned tells what a stranger said, marked as what it is.
func unsigned(r *http.Response, format string, args ...any) error {
	said, _ := io.ReadAll(io.LimitReader(r.Body, 512)) // for the message only: what cannot be read is left out
	hint := decodeRefusal(r.StatusCode, http.Header{}, said)
	return fmt.Errorf("%w reply with status %d, for which nobody vouches (%s: %s): "+format, append([]any{ErrUnsigned, r.StatusCode, hint.Code, hint.Message}, args...)...)
}

func readReply(r *http.Response, limit int64) ([]byte, error) {
	body, err := readAll(r.Body, r.ContentLength, limit)
	switch {
	case errors.Is(err, ErrTooLarge):
		return nil, fmt.Errorf("%w: reply is above %d bytes", ErrTooLarge, limit)
	case err != nil:
		return nil, fmt.Errorf("%w: %w", ErrTruncated, err)
	}
	return body, nil
}
