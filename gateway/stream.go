package gateway

import (
	"bytes"
	"context"
	"crypto/sha256"
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
	held    [][]byte // events before the first token
	heldLen int
	claimed *requestlog.Claim
}

// stream asks for an answer in events and forwards them as they come, but for [DONE]: that is released when the
// answer has been billed.
func (x *exchange) stream(ctx context.Context, to neuron.Target, at *attempt) (answer, *failure) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	watch := time.AfterFunc(at.limits.FirstByte, func() { cancel(errSilent) })
	defer watch.Stop()
	fail := func(err error) (answer, *failure) {
		f := failed(ctx, err)
		f.final = f.final || x.out != nil
		return answer{}, f
	}
	header := http.Header{"Content-Type": {"application/json"}, "Accept": {"text/event-stream"}}
	reply, err := x.g.cfg.Client.Do(ctx, to, http.MethodPost, x.path, header, x.req.body)
	if err != nil {
		return fail(err)
	}
	at.status = reply.Status
	src := &source{x: x, at: at}
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
		if s.x.out != nil { // until then the limit on the first byte holds
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
	if !s.x.tally.finished() {
		return fmt.Errorf("%w: a choice has no finish_reason", errUncut)
	}
	return s.release()
}

// take judges one event and passes it on.
func (s *source) take(data []byte) error {
	x := s.x
	c, err := judgeChunk(data, &x.tally)
	if err != nil {
		return err
	}
	limit := x.req.tokenLimit(s.at.limits)
	if _, longest := x.tally.tokens(limit); longest > x.req.endless(s.at.limits) {
		return fmt.Errorf("%w: %d tokens where %d were asked for", errEndless, longest, limit)
	}
	if c.claimed != nil {
		s.claimed = c.claimed
	}
	out := c.data
	if !x.req.usage {
		if c.usageOnly() {
			return nil
		}
		out = c.withoutUsage()
	}
	x.last = chunk{id: bytes.Clone(c.id), model: bytes.Clone(c.model), created: bytes.Clone(c.created)}
	if x.out != nil {
		return x.out.event(out)
	}
	s.held = append(s.held, bytes.Clone(out))
	s.heldLen += len(out)
	if c.progress || s.heldLen > maxHeld {
		return s.release()
	}
	return nil
}

// release begins the client's stream with what was held back.
func (s *source) release() error {
	x := s.x
	if x.out == nil {
		s.at.arrived()
		x.beginStream()
	}
	for _, data := range s.held {
		if err := x.out.event(data); err != nil {
			return err
		}
	}
	s.held = nil
	return nil
}

func (x *exchange) beginStream() {
	x.credit()
	x.out = &eventWriter{
		w: x.w, control: http.NewResponseController(x.w), digest: sha256.New(),
		silence: x.g.cfg.Limits.KeepAlive, limit: x.g.cfg.Limits.ClientIO,
	}
	x.out.begin()
}

// endStream releases the end of a stream that has been billed: the usage if it was asked for and the miner gave none,
// the cost, and [DONE].
func (x *exchange) endStream() error {
	r := x.record
	var end []byte
	if x.req.usage && r.Claimed == nil {
		end = frame(end, x.last.usageChunk(r.PromptTokens, r.CompletionTokens))
	}
	end = fmt.Appendf(end, ": dendra cost=%s prompt_tokens=%d completion_tokens=%d\n\n", r.CostTAO, r.PromptTokens, r.CompletionTokens)
	x.w.Header().Set(headerCost, r.CostTAO)
	return x.out.finish(frame(end, done))
}
