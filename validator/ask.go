package validator

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/dendra-net/dendra/neuron"
)

// Asker sends one signed request to a miner; *neuron.Client is one. A reply whose status is not 2xx is an error.
type Asker interface {
	Do(ctx context.Context, to neuron.Target, method, path string, header http.Header, body []byte) (*neuron.Reply, error)
}

// giveUpAfter is how many failures in a row spare a miner the rest of its round, which then counts as unanswered;
// one that has answered before is given twice as many. A miner that hangs thus costs one deadline, not one a question.
const giveUpAfter = 2

// perMiner is how many questions of one miner are under way at once.
const perMiner = 2

// round asks several miners and grades what comes back.
type round struct {
	task     neuron.Task
	asker    Asker
	netuid   uint16
	plans    map[neuron.Address][]put
	targets  []neuron.Neuron
	timeout  time.Duration // for one answer
	maxReply int64
	slots    chan struct{} // one per request under way
	now      func() time.Time
	log      *slog.Logger
}

// outcome is what a round brought.
type outcome struct {
	asked  []neuron.Asked // every question put, graded
	shared []neuron.Asked // those of them that all miners of the round got
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
	var whole outcome
	for _, talk := range talks {
		whole.asked = append(whole.asked, talk.out.asked...)
		whole.shared = append(whole.shared, talk.out.shared...)
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
	out      outcome
	failures int // in a row
	answered bool
}

// putOne asks one question, or counts it as unanswered when the miner has been given up.
func (r *round) putOne(ctx context.Context, target neuron.Neuron, p put, talk *interview) {
	select {
	case <-ctx.Done():
		return
	case talk.turns <- struct{}{}:
	}
	defer func() { <-talk.turns }()
	if talk.givenUp() {
		talk.add(p, neuron.Asked{Question: p.question, Miner: target.Hotkey, Answer: neuron.Answer{Err: errGivenUp}})
		return
	}
	select {
	case <-ctx.Done():
		return
	case r.slots <- struct{}{}:
	}
	answer := r.ask(ctx, target, p.question)
	<-r.slots
	if ctx.Err() != nil && answer.Err != nil && answer.Latency < r.timeout/2 {
		return
	}
	talk.add(p, neuron.Asked{Question: p.question, Miner: target.Hotkey, Answer: answer, Score: r.grade(p.question, answer)})
}

var errGivenUp = errors.New("not asked: the miner failed before")

func (r *round) ask(ctx context.Context, target neuron.Neuron, q neuron.Question) (a neuron.Answer) {
	ctx, cancel := context.WithTimeout(ctx, r.timeout)
	defer cancel()
	began := r.now()
	defer func() { a.Latency = r.now().Sub(began) }()
	to := neuron.Target{Netuid: r.netuid, Hotkey: target.Hotkey, Endpoint: target.Endpoint}
	header := http.Header{"Content-Type": {"application/json"}}
	reply, err := r.asker.Do(ctx, to, http.MethodPost, q.Path, header, q.Body)
	if err != nil {
		var refusal *neuron.Refusal
		if errors.As(err, &refusal) {
			a.Status = refusal.Status
		}
		a.Err = err
		return a
	}
	defer reply.Body.Close()
	a.Status = reply.Status
	a.Body, a.Err = io.ReadAll(io.LimitReader(reply.Body, r.maxReply+1))
	if a.Err == nil && int64(len(a.Body)) > r.maxReply {
		a.Err = fmt.Errorf("answer: %w: more than %d bytes", neuron.ErrTooLarge, r.maxReply)
	}
	if a.Err != nil {
		a.Body = nil // what is not whole and verified is no answer
	}
	return a
}

// grade scores an answer. A task that panics on what a miner wrote gives zero to that miner, and work to the task's
// author: the log says so.
func (r *round) grade(q neuron.Question, a neuron.Answer) (score float64) {
	if a.Err != nil {
		return 0
	}
	defer func() {
		if cause := recover(); cause != nil {
			r.log.Error("the task panicked while grading; the answer counts zero", "question", q.ID, "family", q.Family, "panic", cause)
			score = 0
		}
	}()
	return unit(r.task.Grade(q, a))
}

func (t *interview) givenUp() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.answered {
		return t.failures >= 2*giveUpAfter
	}
	return t.failures >= giveUpAfter
}

func (t *interview) add(p put, a neuron.Asked) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.failures++
	if a.Answer.Err == nil {
		t.failures, t.answered = 0, true
	}
	t.out.asked = append(t.out.asked, a)
	if p.shared {
		t.out.shared = append(t.out.shared, a)
	}
}

// originality asks the task, if it can tell, which miners copied. A panic counts as not telling.
func originality(task neuron.Task, history []neuron.Asked, log *slog.Logger) (factors map[neuron.Address]float64) {
	judge, can := task.(neuron.Originality)
	if !can || len(history) == 0 {
		return nil
	}
	defer func() {
		if cause := recover(); cause != nil {
			log.Error("the task panicked while judging originality; no factor is applied", "panic", cause)
			factors = nil
		}
	}()
	return judge.Originality(history)
}
