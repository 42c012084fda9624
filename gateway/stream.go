package gateway

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/dendra-net/dendra/gateway/requestlog"
	"github.com/dendra-net/dendra/neuron"
)

// maxHeld bounds the bytes of a stream that wait for its first token. As long as nothing has been released, another
// miner can be asked.
const maxHeld = 64 << 10

var done = []byte("[DONE]")

// source is the stream of one miner while it is being forwarded.
type source struct {
	x       *exchange
	at      *attempt
	out     *eventWriter // nil until the answer has begun to reach the client
	held    [][]byte     // events before the first token
	heldLen int
	claimed *requestlog.Claim
}

// stream asks for an answer in events and forwards them as they come, but for [DONE]: that is released when the
// answer has been billed.
func (x *exchange) stream(ctx context.Context, at *attempt) (answer, *failure) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	watch := time.AfterFunc(at.limits.FirstByte, func() { cancel(errSilent) })
	defer watch.Stop()
	src := &source{x: x, at: at}
	fail := func(err error) (answer, *failure) {
		f := at.failed(ctx, err)
		f.final = f.final || src.out != nil
		return answer{}, f
	}
	header := http.Header{"Content-Type": {"application/json"}, "Accept": {"text/event-stream"}}
	reply, err := x.g.cfg.Client.Do(ctx, at.target(), http.MethodPost, x.path, header, x.req.body)
	if err != nil {
		return fail(err)
	}
	at.status = reply.Status
	err = src.forward(reply, func() { watch.Reset(at.limits.Idle) })
	cancel(nil) // before Close, which would otherwise read on
	if closing := reply.Body.Close(); err == nil && closing != nil && !errors.Is(closing, context.Canceled) {
		x.g.cfg.Logger.Debug("closing a finished stream", "request", x.record.ID, "err", closing)
	}
	if err != nil {
		return fail(err)
	}
	return answer{claimed: src.claimed, proof: reply.Signed}, nil
}

// forward reads the stream to its verified end. It calls alive with every event once the answer has begun.
func (s *source) forward(reply *neuron.Reply, alive func()) error {
	if !reply.Stream {
		return fmt.Errorf("%w: no stream where one was asked for", errKind)
	}
	events := newEventReader(reply.Body, s.at.limits.MaxEventBytes, s.at.limits.MaxAnswerBytes)
	for ended := false; ; {
		data, err := events.next()
		if errors.Is(err, io.EOF) {
			return s.atEnd(ended)
		}
		if err != nil {
			return err
		}
		if ended {
			return errMore
		}
		if s.out != nil { // until then the limit on the first byte holds
			alive()
		}
		if ended = bytes.Equal(data, done); ended {
			continue
		}
		if err := s.take(data); err != nil {
			return err
		}
	}
}

// atEnd decides whether a stream whose signature held is a whole answer.
func (s *source) atEnd(ended bool) error {
	if !ended {
		return errUncut
	}
	if !s.at.tally.finished() {
		return fmt.Errorf("%w: a choice has no finish_reason", errUncut)
	}
	return s.release()
}

// take judges one event and passes it on.
func (s *source) take(data []byte) error {
	req := s.x.req
	c, err := judgeChunk(data, &s.at.tally)
	if err != nil {
		return err
	}
	limit := req.tokenLimit(s.at.limits)
	if _, longest := s.at.tally.tokens(limit); longest > req.endless(s.at.limits) {
		return fmt.Errorf("%w: %d tokens where %d were asked for", errEndless, longest, limit)
	}
	if c.claimed != nil {
		s.claimed = c.claimed
	}
	out := c.data
	if !req.usage {
		if c.usageOnly() {
			return nil
		}
		out = c.withoutUsage()
	}
	if s.at.like.id == nil {
		s.at.like = chunk{id: bytes.Clone(c.id), model: bytes.Clone(c.model), created: bytes.Clone(c.created)}
	}
	if s.out != nil {
		return s.out.event(out)
	}
	s.held = append(s.held, bytes.Clone(out))
	s.heldLen += len(out)
	if c.progress || s.heldLen > maxHeld {
		return s.release()
	}
	return nil
}

// release begins the client's stream with what was held back, unless another miner was first.
func (s *source) release() error {
	if s.out == nil {
		s.at.arrived()
		out, mine := s.x.claim(s.at)
		if !mine {
			return errLost
		}
		s.out = out
		out.begin()
	}
	for _, data := range s.held {
		if err := s.out.event(data); err != nil {
			return err
		}
	}
	s.held = nil
	return nil
}

// endStream releases the end of a stream that has been billed: the usage if it was asked for and the miner gave none,
// the cost, and [DONE].
func (x *exchange) endStream(at *attempt) error {
	r := x.record
	var end []byte
	if x.req.usage && r.Claimed == nil {
		end = frame(end, at.like.usageChunk(r.PromptTokens, r.CompletionTokens))
	}
	end = fmt.Appendf(end, ": dendra cost=%s prompt_tokens=%d completion_tokens=%d\n\n", r.CostTAO, r.PromptTokens, r.CompletionTokens)
	x.w.Header().Set(headerCost, r.CostTAO)
	return x.out.finish(frame(end, done))
}
