package gateway

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/dendra-net/dendra/gateway/requestlog"
	"github.com/dendra-net/dendra/neuron"
)

// statusClientGone is what the log says of a request whose client left.
const statusClientGone = 499

// exchange is one question on its way to an answer.
type exchange struct {
	g        *Gateway
	w        http.ResponseWriter
	client   context.Context // ends when the client leaves
	path     string
	req      chatRequest
	record   requestlog.Record
	patience time.Duration // with a silent miner, until another is asked as well

	claimed chan struct{} // closed when a stream begins to reach the client
	mu      sync.Mutex
	winner  *attempt     // whose stream that is
	out     *eventWriter // set with winner
}

// answer is a sound answer of a miner of which the end, or all of it, has not been released yet.
type answer struct {
	body    []byte // nil for a stream
	claimed *requestlog.Claim
	proof   neuron.Proof
}

// run asks miners until one answers, and releases the answer or the error.
func (x *exchange) run(miners []neuron.Neuron) error {
	x.g.hedges.earn()
	ctx, cancel := context.WithTimeout(x.client, x.g.cfg.Limits.Total)
	defer cancel()
	r := race{x: x, ctx: ctx, left: miners, results: make(chan result, len(miners))}
	if won, ok := r.run(); ok {
		return x.conclude(won.at, won.answer)
	}
	return x.giveUp(r.failures)
}

// claim begins the client's stream for at unless another attempt was first.
func (x *exchange) claim(at *attempt) (*eventWriter, bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.winner == nil {
		x.winner = at
		x.credit(at)
		x.out = newEventWriter(x.w, x.g.cfg.Limits)
		close(x.claimed)
	}
	return x.out, x.winner == at
}

// winning returns the attempt whose stream has begun, or nil.
func (x *exchange) winning() *attempt {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.winner
}

// begun returns the stream that has begun, or nil.
func (x *exchange) begun() *eventWriter {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.out
}

// note adds the attempt to the record.
func (x *exchange) note(at *attempt, f *failure) {
	n := at.neuron
	a := requestlog.Attempt{
		UID: n.UID, Generation: n.Generation, Hotkey: string(n.Hotkey), Outcome: requestlog.Answered, Status: at.status,
		Signature: f == nil, Start: x.since(at.start), End: x.since(at.end),
	}
	if first := at.first.Load(); first != nil {
		a.FirstByte = x.since(*first)
	}
	if f != nil {
		a.Outcome, a.Error, a.Signature = f.outcome, shortenError(f.err), f.signed
		if f.refusal != nil {
			a.Status = f.refusal.Status
		}
		x.g.cfg.Logger.Info("miner did not answer", "request", x.record.ID, "netuid", x.record.Netuid, "uid", n.UID, "outcome", a.Outcome, "err", f.err)
	}
	x.record.Attempts = append(x.record.Attempts, a)
}

func (x *exchange) since(t time.Time) int64 { return t.Sub(x.record.Time).Microseconds() }

// conclude bills an answer, logs it and releases it, in this order.
func (x *exchange) conclude(at *attempt, a answer) error {
	r := &x.record
	r.Status, r.Outcome = http.StatusOK, requestlog.Answered
	x.credit(at)
	x.bill(at)
	if a.claimed != nil {
		r.Claimed = a.claimed
		r.UsageDiffers = *a.claimed != requestlog.Claim{PromptTokens: r.PromptTokens, CompletionTokens: r.CompletionTokens}
	}
	if !a.proof.IsZero() {
		r.Proof = &a.proof
	}
	if a.body != nil {
		sum := sha256.Sum256(a.body)
		r.ResponseSHA256, r.ResponseBytes = hex.EncodeToString(sum[:]), int64(len(a.body))
	}
	if !x.log() {
		return x.refuse(unavailable(http.StatusServiceUnavailable, "log_unavailable",
			"the gateway cannot write its request log, so it releases no answer: its operator finds the cause in GET /health"))
	}
	if x.req.stream {
		return x.endStream(at)
	}
	h := x.w.Header()
	h.Set("Content-Type", "application/json")
	h.Set(headerCost, r.CostTAO)
	deadline(http.NewResponseController(x.w).SetWriteDeadline, x.g.cfg.Limits.ClientIO)
	x.w.WriteHeader(http.StatusOK)
	_, err := x.w.Write(a.body)
	return err
}

// credit names the neuron that answers in the record and, before the answer has begun, in the headers.
func (x *exchange) credit(at *attempt) {
	uid := at.neuron.UID
	x.record.Neuron, x.record.Hotkey = &uid, string(at.neuron.Hotkey)
	x.w.Header().Set(headerNeuron, strconv.FormatUint(uint64(uid), 10))
}

// gone reports whether the client has left or takes no more.
func (x *exchange) gone() bool {
	out := x.begun()
	return x.client.Err() != nil || out != nil && out.broken()
}

// bill counts and prices what at has answered so far.
func (x *exchange) bill(at *attempt) {
	r := &x.record
	r.PromptTokens = x.req.prompt
	r.CompletionTokens, _ = at.tally.tokens(x.req.tokenLimit(x.g.cfg.Limits))
	r.CostRao = costRao(r.Price, r.PromptTokens, r.CompletionTokens)
}

// log completes the record and writes it; false when it could not, which the operator is told.
func (x *exchange) log() bool {
	r := &x.record
	r.CostTAO = formatTAO(r.CostRao)
	r.Micros = x.since(x.g.cfg.Now())
	slices.SortStableFunc(r.Attempts, func(a, b requestlog.Attempt) int { return cmp.Compare(a.Start, b.Start) })
	if x.out != nil {
		r.ResponseSHA256, r.ResponseBytes = hex.EncodeToString(x.out.digest.Sum(nil)), x.out.size
	}
	err := x.g.cfg.Log.Append(*r)
	if err != nil {
		x.g.cfg.Logger.Error("request log cannot be written", "request", r.ID, "cost_rao", r.CostRao, "err", err)
	}
	return err == nil
}

// giveUp logs that no answer was to be had and tells the client. No attempt runs any more.
func (x *exchange) giveUp(failures []*failure) error {
	e := verdict(x.record.Netuid, x.record.Attempts, failures)
	last := failures[len(failures)-1]
	r := &x.record
	r.Status, r.Outcome, r.Error = e.status, requestlog.Failed, shortenError(e)
	switch {
	case x.gone():
		r.Status, r.Outcome, r.Error = statusClientGone, requestlog.Cancelled, "the client left"
		if x.winner != nil {
			x.bill(x.winner)
		}
	case x.out != nil:
		r.Status = http.StatusOK // it had been sent
	case last.outcome == requestlog.Refused:
		r.Outcome = last.outcome
		x.credit(last.at)
	case last.outcome == requestlog.Busy:
		r.Outcome = last.outcome
	}
	x.log() // if that fails too, the client still hears of its own trouble
	if r.Outcome == requestlog.Cancelled {
		if x.out != nil {
			x.out.abandon()
		}
		return nil
	}
	return x.refuse(e)
}

// refuse tells the client about e, within the stream when one has begun.
func (x *exchange) refuse(e *apiError) error {
	if x.out == nil {
		return e
	}
	x.w.Header().Set(headerCost, "0")
	return x.out.finish(frame(nil, e.body()))
}

// verdict makes one error of all that happened.
func verdict(netuid uint16, attempts []requestlog.Attempt, failures []*failure) *apiError {
	last := failures[len(failures)-1]
	if last.outcome == requestlog.Refused {
		return passOn(last.refusal)
	}
	var busy *failure
	for _, f := range failures {
		if f.outcome == requestlog.Busy && (busy == nil || f.wait() < busy.wait()) {
			busy = f
		}
	}
	if busy != nil && !last.final {
		return passOn(busy.refusal)
	}
	var told []string
	for _, a := range attempts {
		told = append(told, fmt.Sprintf("neuron %d %s after %d ms", a.UID, a.Outcome, (a.End-a.Start)/1000))
	}
	code, what := "miner_failed", "no miner answered"
	if last.final {
		code, what = "answer_cut", "the answer broke off and is not billed"
	}
	return unavailable(http.StatusBadGateway, code, "%s (subnet %d: %s): try again", what, netuid, strings.Join(told, ", "))
}

// shortenError keeps what strangers write within the bounds of the log.
func shortenError(err error) string {
	const most = 300
	s := strings.ToValidUTF8(err.Error(), "?")
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "..."
}
