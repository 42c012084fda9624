package gateway

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
	"time"

	"github.com/dendra-net/dendra/gateway/requestlog"
	"github.com/dendra-net/dendra/neuron"
)

var (
	errSilent = errors.New("nothing arrived within the limit")
	errUncut  = errors.New("the stream ended before [DONE]")
	errMore   = errors.New("the stream went on after [DONE]")
	errKind   = errors.New("the answer is of the wrong kind")
)

// attempt is one miner being asked.
type attempt struct {
	g      *Gateway
	netuid uint16
	neuron neuron.Neuron
	mode   mode
	limits Limits
	cancel context.CancelCauseFunc
	slow   bool // another miner was asked because this one was silent; for the race alone

	start  time.Time
	first  atomic.Pointer[time.Time] // arrival of the first byte
	end    time.Time
	status int   // HTTP status of the miner
	tally  tally // what it has answered so far
	like   chunk // of a stream: what a chunk of the gateway's own is made like
}

// newAttempt begins to ask n, which settle ends.
func (g *Gateway) newAttempt(netuid uint16, n neuron.Neuron, m mode) *attempt {
	g.board.begin(minerKey{netuid, n.Hotkey})
	return &attempt{g: g, netuid: netuid, neuron: n, mode: m, limits: g.cfg.Limits, start: g.cfg.Now()}
}

// settle tells the scoreboard how the attempt went.
func (a *attempt) settle(f *failure) {
	outcome, wait := requestlog.Answered, time.Duration(0)
	if f != nil {
		outcome, wait = f.outcome, f.wait()
	}
	a.g.board.end(minerKey{a.netuid, a.neuron.Hotkey}, a.mode, outcome, a.latency(), wait)
}

func (a *attempt) target() neuron.Target {
	return neuron.Target{Netuid: a.netuid, Hotkey: a.neuron.Hotkey, Endpoint: a.neuron.Endpoint}
}

// arrived notes the first byte; later calls change nothing.
func (a *attempt) arrived() {
	now := a.g.cfg.Now()
	a.first.CompareAndSwap(nil, &now)
}

// latency is the time to the first byte, zero when none came.
func (a *attempt) latency() time.Duration {
	if first := a.first.Load(); first != nil {
		return first.Sub(a.start)
	}
	return 0
}

// failure is why an attempt gave no answer.
type failure struct {
	at      *attempt
	outcome string
	err     error
	refusal *neuron.Refusal // what the miner said, nil when it said nothing usable
	signed  bool            // the miner signed what it said
	final   bool            // no other miner may be asked
}

// wait is how long the miner asks to be left alone.
func (f *failure) wait() time.Duration {
	if f.refusal == nil {
		return 0
	}
	return f.refusal.RetryAfter
}

// failed names an error of the client or of reading the answer.
func (a *attempt) failed(ctx context.Context, err error) *failure {
	f := &failure{at: a, outcome: requestlog.Unreachable, err: err}
	if errors.As(err, &f.refusal) {
		f.signed = true
		switch f.refusal.Status {
		case http.StatusBadRequest, http.StatusUnprocessableEntity:
			f.outcome, f.final = requestlog.Refused, true
		case http.StatusTooManyRequests:
			f.outcome = requestlog.Busy
		default:
			f.outcome = requestlog.Rejected
		}
		return f
	}
	f.outcome = outcomeOf(ctx, err)
	switch f.outcome {
	case requestlog.Timeout:
		f.err = fmt.Errorf("%w: %w", errSilent, err)
	case requestlog.Cancelled:
		f.err = fmt.Errorf("%w: %w", errLost, err)
	}
	return f
}

func outcomeOf(ctx context.Context, err error) string {
	is := func(targets ...error) bool {
		for _, t := range targets {
			if errors.Is(err, t) {
				return true
			}
		}
		return false
	}
	switch {
	case errors.Is(context.Cause(ctx), errSilent), errors.Is(ctx.Err(), context.DeadlineExceeded):
		return requestlog.Timeout
	case is(errLost), errors.Is(context.Cause(ctx), errLost):
		return requestlog.Cancelled
	case is(neuron.ErrUnsigned, neuron.ErrBadSignature, neuron.ErrMalformed):
		return requestlog.Unsigned
	case is(neuron.ErrTruncated, errUncut, io.ErrUnexpectedEOF):
		return requestlog.Cut
	case is(neuron.ErrTooLarge, errEndless):
		return requestlog.Endless
	case is(errShape, errEventTooLong, errCarriage, errMore, errKind):
		return requestlog.Garbage
	case is(context.DeadlineExceeded):
		return requestlog.Timeout
	}
	return requestlog.Unreachable
}

// passOn repeats to the client what a miner said about its request.
func passOn(r *neuron.Refusal) *apiError {
	e := &apiError{status: r.Status, kind: r.Type, code: r.Code, param: r.Param, message: r.Message, retryAfter: r.RetryAfter}
	if e.code == fmt.Sprintf("status_%d", r.Status) { // the miner gave none
		e.code = ""
	}
	return e
}

// tokenLimit is how many tokens of a choice are billed at most.
func (r chatRequest) tokenLimit(l Limits) uint64 {
	if r.maxTokens > 0 {
		return r.maxTokens
	}
	return l.MaxAnswerTokens
}

// endless is the length beyond which a choice is no answer to the request: tokenizers differ, but not fourfold.
func (r chatRequest) endless(l Limits) uint64 { return 4*r.tokenLimit(l) + 64 }

// whole asks for an answer in one piece.
func (a *attempt) whole(ctx context.Context, path string, req chatRequest) (answer, *failure) {
	ctx, cancel := context.WithTimeoutCause(ctx, a.limits.Whole, errSilent)
	defer cancel()
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotFirstResponseByte: a.arrived})
	reply, err := a.g.cfg.Client.Do(ctx, a.target(), http.MethodPost, path, http.Header{"Content-Type": {"application/json"}}, req.body)
	if err != nil {
		return answer{}, a.failed(ctx, err)
	}
	body, err := readReply(reply, a.limits.MaxAnswerBytes)
	if err != nil {
		return answer{}, a.failed(ctx, err)
	}
	a.arrived()
	a.status = reply.Status
	claimed, err := judgeWhole(body, &a.tally)
	if err == nil {
		_, longest := a.tally.tokens(req.tokenLimit(a.limits))
		if longest > req.endless(a.limits) {
			err = fmt.Errorf("%w: %d tokens where %d were asked for", errEndless, longest, req.tokenLimit(a.limits))
		}
	}
	if err != nil {
		f := a.failed(ctx, err)
		f.signed = true
		return answer{}, f
	}
	return answer{body: body, claimed: claimed, proof: reply.Signed}, nil
}

// readReply takes the verified body of an answer that is no stream.
func readReply(reply *neuron.Reply, most int64) ([]byte, error) {
	if reply.Stream {
		return nil, errors.Join(fmt.Errorf("%w: a stream where none was asked for", errKind), reply.Body.Close())
	}
	body, err := io.ReadAll(io.LimitReader(reply.Body, most+1))
	if err = errors.Join(err, reply.Body.Close()); err != nil {
		return nil, err
	}
	if int64(len(body)) > most {
		return nil, fmt.Errorf("%w: more than %d bytes", errEndless, most)
	}
	return body, nil
}
