package neuron

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"runtime/debug"
	"time"
)

var (
	errGone    = errors.New("caller left") // there is nobody to answer
	errTimeout = errors.New("time limit")
)

// ServeHTTP takes one request through the whole order. Run uses it; tests may mount it.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if err := s.start(); err != nil {
		s.log().Error("server is misconfigured", "error", err)
		refuseUnsigned(w, Refuse(http.StatusInternalServerError, "misconfigured", "this miner is misconfigured"))
		return
	}
	setReadDeadline(w, time.Now().Add(s.readTimeout()))
	in, err := s.authenticate(r)
	if err != nil {
		s.log().Debug("refused unauthenticated request", "from", r.RemoteAddr, "error", err)
		refuseUnsigned(w, asRefusal(err))
		return
	}
	out := newReply(w, s.Key, in.claim, orDefault(s.MaxReply, 16<<20))
	if err := s.serve(out, r, in); err != nil {
		s.fail(out, in.claim.Sender, err)
	}
}

// setReadDeadline bounds how long the caller may take to send. A writer without deadlines is not a network connection:
// nobody can be slow on it.
func setReadDeadline(w http.ResponseWriter, at time.Time) {
	_ = http.NewResponseController(w).SetReadDeadline(at)
}

// fail ends a request that got no whole answer: a signed refusal, or for a stream that has begun a broken connection.
func (s *Server) fail(out *reply, caller Address, err error) {
	s.log().Debug("refused request", "caller", caller, "error", err)
	if out.cut() || errors.Is(err, errGone) {
		panic(http.ErrAbortHandler)
	}
	out.refuse(asRefusal(err))
}

// refuseUnsigned answers a stranger: briefly, without spending a signature, and closing a connection whose body is unread.
func refuseUnsigned(w http.ResponseWriter, r *Refusal) {
	w.Header().Set("Connection", "close")
	WriteError(w, r)
}

// serve takes an authenticated request from the replay window to the handler. An error is still to be answered.
func (s *Server) serve(out *reply, r *http.Request, in incoming) error {
	if err := s.replays.check(in.claim.Sender, in.nonce); err != nil {
		return err
	}
	caller, err := s.admit(in.claim.Sender)
	if err != nil {
		return err
	}
	body, err := s.readBody(r, in.claim.Digest)
	if err != nil {
		return err
	}
	setReadDeadline(out.out, time.Time{}) // from here on a read only watches whether the caller leaves
	if err := s.replays.record(in.claim.Sender, in.nonce); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeoutCause(r.Context(), s.timeout(), errTimeout)
	defer cancel()
	return s.work(out, withBody(r.WithContext(context.WithValue(ctx, callerKey{}, caller)), body), caller)
}

// work waits for a worker and runs the handler.
func (s *Server) work(out *reply, r *http.Request, caller Caller) error {
	started := time.Now()
	err := s.queue.acquire(r.Context(), caller.Hotkey, caller.Neuron.StakeRao)
	out.waited(time.Since(started))
	switch {
	case errors.Is(err, errTimeout):
		return Refuse(http.StatusServiceUnavailable, "no_worker", "no worker was free within %v", s.timeout()).after(time.Second)
	case errors.Is(err, context.Canceled):
		return errGone
	case err != nil:
		return err
	}
	// As with reading; past this instant a caller who does not read is cut off.
	_ = http.NewResponseController(out.out).SetWriteDeadline(started.Add(s.timeout() + s.readTimeout()))
	return s.handle(out, r)
}

// handle runs the handler until it is done or its time is up. The worker is free again only when the handler has
// returned; the queue thereby owns the goroutine, and Run waits for it.
func (s *Server) handle(out *reply, r *http.Request) error {
	done := make(chan error, 1)
	go func() {
		err := error(Refuse(http.StatusInternalServerError, "handler_exit", "the miner's handler ended its goroutine"))
		defer func() {
			s.queue.release()
			done <- err
		}()
		err = s.call(out, r)
	}()
	ctx := r.Context()
	select {
	case err := <-done:
		if err != nil {
			return err
		}
		if ctx.Err() == nil {
			return out.finish()
		}
	case <-ctx.Done():
	}
	if errors.Is(context.Cause(ctx), errTimeout) {
		return Refuse(http.StatusGatewayTimeout, "timeout", "the miner gave no whole answer within %v", s.timeout())
	}
	return errGone
}

// call runs the handler and makes a panic a refusal.
func (s *Server) call(out *reply, r *http.Request) (err error) {
	defer func() {
		switch v := recover(); v {
		case nil:
		case http.ErrAbortHandler: // how a reverse proxy reports that its upstream broke off
			err = Refuse(http.StatusBadGateway, "aborted", "the miner's model broke off its answer")
		default:
			err = s.panicked("handler", v)
		}
	}()
	s.Handler.ServeHTTP(out, r)
	return nil
}

func (s *Server) panicked(who string, v any) error {
	s.log().Error(who+" panicked", "panic", v, "stack", string(debug.Stack()))
	return Refuse(http.StatusInternalServerError, who+"_panic", "the miner's %s failed", who)
}

// admit asks the policy. One that panics refuses.
func (s *Server) admit(hotkey Address) (caller Caller, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = s.panicked("policy", v)
		}
	}()
	caller.Hotkey = hotkey
	if s.Peers != nil {
		if n, ok := s.Peers(hotkey); ok {
			caller.Neuron, caller.Registered = n, true
		}
	}
	if s.Admit != nil {
		return caller, s.Admit(caller)
	}
	switch {
	case !caller.Registered:
		return caller, Refuse(http.StatusForbidden, "not_registered", "%s is not registered on subnet %d", hotkey, s.Netuid)
	case !caller.Neuron.Permit:
		return caller, Refuse(http.StatusForbidden, "no_permit", "%s holds no validator permit on subnet %d", hotkey, s.Netuid)
	}
	return caller, nil
}

// readBody reads at most MaxBody bytes and holds them against the signed digest.
func (s *Server) readBody(r *http.Request, digest string) ([]byte, error) {
	limit := s.maxBody()
	body, err := readAll(r.Body, r.ContentLength, limit)
	switch {
	case errors.Is(err, ErrTooLarge):
		return nil, tooLarge(limit)
	case err != nil:
		return nil, Refuse(http.StatusRequestTimeout, "body_incomplete", "the body did not arrive whole within %v", s.readTimeout())
	case Digest(body) != digest:
		return nil, Refuse(http.StatusUnauthorized, "bad_digest", "the body is not the one that was signed: have SHA-256 %s, signed %s", Digest(body), digest)
	}
	return body, nil
}

func withBody(r *http.Request, body []byte) *http.Request {
	r.Body, r.ContentLength, r.TransferEncoding = io.NopCloser(bytes.NewReader(body)), int64(len(body)), nil
	return r
}

// readAll reads r, which announced size bytes (negative: unknown), up to limit.
func readAll(r io.Reader, size, limit int64) ([]byte, error) {
	if size > limit {
		return nil, ErrTooLarge
	}
	buf := make([]byte, 0, min(max(size, 0), 64<<10)+512)
	for {
		n, err := r.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		switch {
		case int64(len(buf)) > limit:
			return nil, ErrTooLarge
		case err == io.EOF:
			return buf, nil
		case err != nil:
			return nil, err
		case len(buf) == cap(buf):
			buf = append(buf, 0)[:len(buf)]
		}
	}
}

func (s *Server) maxBody() int64         { return orDefault(s.MaxBody, 4<<20) }
func (s *Server) timeout() time.Duration { return orDefault(s.Timeout, 2*time.Minute) }
