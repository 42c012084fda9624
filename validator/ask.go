package validator

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/dendra-net/dendra/neuron"
	"github.com/dendra-net/dendra/validator/scoring"
)

// Asker sends one signed request to a miner; *neuron.Client is one. A reply whose status is not 2xx is an error.
type Asker interface {
	Do(ctx context.Context, to neuron.Target, method, path string, header http.Header, body []byte) (*neuron.Reply, error)
}

// asking is how one request is put.
type asking struct {
	asker    Asker
	timeout  time.Duration // for one answer
	maxReply int64
	now      func() time.Time
}

// ask puts one request. The answer's error is plain text, so that it is the same to whoever reads it in the evidence.
func (c asking) ask(ctx context.Context, to neuron.Target, method, path string, body []byte) (a neuron.Answer, proof neuron.Proof) {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	began := c.now()
	a.Body, a.Status, proof, a.Err = c.exchange(ctx, to, method, path, body)
	a.Latency = c.now().Sub(began)
	if a.Err != nil {
		a.Err = errors.New(scoring.Printable(a.Err.Error(), maxErrorText))
	}
	return a, proof
}

// maxErrorText bounds what is kept of a failure, in characters.
const maxErrorText = 300

func (c asking) exchange(ctx context.Context, to neuron.Target, method, path string, body []byte) ([]byte, int, neuron.Proof, error) {
	reply, err := c.asker.Do(ctx, to, method, path, http.Header{"Content-Type": {"application/json"}}, body)
	var refusal *neuron.Refusal
	if errors.As(err, &refusal) {
		return nil, refusal.Status, refusal.Signed, err
	}
	if err != nil {
		return nil, 0, neuron.Proof{}, err
	}
	answer, err := reply.Whole(c.maxReply)
	if err != nil {
		return nil, reply.Status, neuron.Proof{}, err
	}
	return answer, reply.Status, reply.Signed, nil
}

// giveUpAfter is how many failures in a row spare a miner the rest of its round, which then counts as unanswered;
// one that has answered before is given twice as many. A miner that hangs thus costs one deadline, not one a question.
const giveUpAfter = 2

// perMiner is how many questions of one miner are under way at once.
const perMiner = 2

// round asks several miners and grades what comes back.
type round struct {
	asking
	task    neuron.Task
	netuid  uint16
	plans   map[neuron.Address][]scoring.Put
	targets []neuron.Neuron
	slots   chan struct{} // one per request under way
	log     *slog.Logger
}

// exchange is one question put to one miner, graded, with what both sides signed.
type exchange struct {
	neuron.Asked
	shared bool // all miners of the round got it
	proof  neuron.Proof
}

// outcome is what a round brought.
type outcome struct {
	exchanges []exchange // by miner, in the order of their ends
	cut       bool       // it was ended before everybody had been asked
}

// run asks everyone step by step and returns when all have answered, failed or run out of time, or soon after ctx
// ends. A step begins when everybody has answered the one before, or after patience: whoever is slower then is asked
// on by itself and holds nobody up. A question that ctx cut short counts only if the miner had had half of its time;
// else it was never put.
func (r *round) run(ctx context.Context) outcome {
	talks := make([]*interview, len(r.targets))
	steps := 0
	for i, target := range r.targets {
		talks[i] = &interview{turns: make(chan struct{}, perMiner)}
		steps = max(steps, len(r.plans[target.Hotkey]))
	}
	var all sync.WaitGroup
	for step := 0; step < steps && ctx.Err() == nil; step++ {
		var group sync.WaitGroup
		for i, target := range r.targets {
			if plan := r.plans[target.Hotkey]; step < len(plan) {
				group.Add(1)
				all.Go(func() {
					defer group.Done()
					r.putOne(ctx, target, plan[step], talks[i])
				})
			}
		}
		waitFor(&group, patience)
	}
	all.Wait()
	whole := outcome{cut: ctx.Err() != nil}
	for _, talk := range talks {
		whole.exchanges = append(whole.exchanges, talk.out...)
	}
	return whole
}

// patience is how long a step waits for its last miner.
const patience = 500 * time.Millisecond

// waitFor waits until the group is done, or for a while.
func waitFor(group *sync.WaitGroup, atMost time.Duration) {
	done := make(chan struct{})
	go func() { group.Wait(); close(done) }() // ends with the group, for which run waits
	timer := time.NewTimer(atMost)
	defer timer.Stop()
	select {
	case <-done:
	case <-timer.C:
	}
}

// interview is one miner's part of a round.
type interview struct {
	turns    chan struct{} // one per question under way
	mu       sync.Mutex
	out      []exchange
	failures int // in a row
	answered bool
}

// putOne asks one question, or counts it as unanswered when the miner has been given up.
func (r *round) putOne(ctx context.Context, target neuron.Neuron, p scoring.Put, talk *interview) {
	select {
	case <-ctx.Done():
		return
	case talk.turns <- struct{}{}:
	}
	defer func() { <-talk.turns }()
	if talk.givenUp() {
		talk.add(exchange{Asked: neuron.Asked{Question: p.Question, Miner: target.Hotkey, Answer: neuron.Answer{Err: errGivenUp}}, shared: p.Shared})
		return
	}
	select {
	case <-ctx.Done():
		return
	case r.slots <- struct{}{}:
	}
	to := neuron.Target{Netuid: r.netuid, Hotkey: target.Hotkey, Endpoint: target.Endpoint}
	answer, proof := r.ask(ctx, to, http.MethodPost, p.Question.Path, p.Question.Body)
	<-r.slots
	if ctx.Err() != nil && answer.Err != nil && answer.Latency < r.timeout/2 {
		return
	}
	asked := neuron.Asked{Question: p.Question, Miner: target.Hotkey, Answer: answer, Score: r.grade(p.Question, answer)}
	talk.add(exchange{asked, p.Shared, proof})
}

var errGivenUp = errors.New("not asked: the miner failed before")

// grade scores an answer; the log tells of a task that panics.
func (r *round) grade(q neuron.Question, a neuron.Answer) float64 {
	score, err := scoring.Grade(r.task, q, a)
	if err != nil {
		r.log.Error("the task panicked while grading; the answer counts zero", "question", q.ID, "family", q.Family, "error", err)
	}
	return score
}

func (t *interview) givenUp() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.answered {
		return t.failures >= 2*giveUpAfter
	}
	return t.failures >= giveUpAfter
}

func (t *interview) add(x exchange) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.failures++
	if x.Answer.Err == nil {
		t.failures, t.answered = 0, true
	}
	t.out = append(t.out, x)
}
