package validator

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/dendra-net/dendra/evidence"
	"github.com/dendra-net/dendra/neuron"
)

// examBytes bounds what one exam moves, requests and answers together.
const examBytes = 512 << 20

var errOver = errors.New("the exam is over")

// recorder puts an exam's requests to its miners and writes down what came back.
type recorder struct {
	asking
	netuid  uint16
	targets map[neuron.Address]neuron.Target
	slots   chan struct{}
	shelf   *recordingShelf

	mu     sync.Mutex
	asked  map[requestKey]bool
	bytes  int64
	done   []evidence.Exchange
	own    evidence.Body // what was drawn of things that only this validator has
	drew   bool          // was asked for them
	err    error         // why the record is not whole
	closed bool
}

// requestKey tells requests of an exam apart.
type requestKey struct {
	miner        neuron.Address
	method, path string
	body         [32]byte
}

func newRecorder(how asking, netuid uint16, miners []neuron.Candidate, slots chan struct{}, shelf *recordingShelf) *recorder {
	r := &recorder{
		asking: how, netuid: netuid, slots: slots, shelf: shelf, asked: map[requestKey]bool{}, targets: map[neuron.Address]neuron.Target{},
	}
	for _, m := range miners {
		r.targets[m.Hotkey] = neuron.Target{Netuid: netuid, Hotkey: m.Hotkey, Endpoint: m.Endpoint}
	}
	return r
}

// bind returns the Ask of an exam that lives as long as ctx.
func (r *recorder) bind(exam context.Context) func(context.Context, neuron.Address, string, string, []byte) neuron.Answer {
	return func(ctx context.Context, miner neuron.Address, method, path string, body []byte) neuron.Answer {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		defer context.AfterFunc(exam, cancel)()
		return r.put(ctx, miner, method, path, body)
	}
}

func (r *recorder) put(ctx context.Context, miner neuron.Address, method, path string, body []byte) neuron.Answer {
	to, err := r.admit(miner, method, path, body)
	if err != nil {
		return neuron.Answer{Err: err}
	}
	var answer neuron.Answer
	var proof neuron.Proof
	select {
	case <-ctx.Done():
		answer.Err = errors.New(ctx.Err().Error())
	case r.slots <- struct{}{}:
		answer, proof = r.ask(ctx, to, method, path, body)
		<-r.slots
	}
	r.note(to.Hotkey, method, path, body, answer, proof)
	return answer
}

// admit checks a request before it is put. What it refuses depends on the examiner alone, not on the miner, and is
// refused in the same words when the exam is run again.
func (r *recorder) admit(miner neuron.Address, method, path string, body []byte) (neuron.Target, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	to, known := r.targets[miner]
	key := requestKey{miner, method, path, sha256.Sum256(body)}
	if err := evidence.CheckRequest(known, r.asked[key], len(r.asked), path, body); err != nil {
		return to, err
	}
	switch {
	case r.closed:
		return to, errOver
	case r.bytes > examBytes:
		return to, fmt.Errorf("the exam has moved more than %d bytes", int64(examBytes))
	}
	r.asked[key] = true
	r.bytes += int64(len(body))
	return to, nil
}

// note writes an exchange down. Large bodies go to the shelf at once.
func (r *recorder) note(miner neuron.Address, method, path string, body []byte, a neuron.Answer, proof neuron.Proof) {
	request, err := r.shelf.shelf.Body(body)
	answer, errAnswer := r.shelf.shelf.Body(a.Body)
	x := evidence.Exchange{Miner: miner, Method: method, Path: path, Request: request, Status: a.Status, Answer: answer, Latency: a.Latency}
	if a.Err != nil {
		x.Error = a.Err.Error()
	}
	if !proof.IsZero() {
		x.Proof = &proof
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.bytes += int64(len(a.Body))
	r.err = cmp.Or(r.err, err, errAnswer)
	if !r.closed {
		r.done = append(r.done, x)
	}
}

// draw keeps what an exam draws of things that only this validator has, for auditors to get the same.
func (r *recorder) draw(from func() ([]byte, error)) ([]byte, error) {
	if err := r.admitDraw(); err != nil || from == nil {
		return nil, err
	}
	content, err := from()
	if err == nil {
		err = evidence.CheckOwnBytes(len(content))
	}
	if err != nil {
		return nil, fmt.Errorf("draw what only this validator has: %w", err)
	}
	own, err := r.shelf.shelf.Body(content)
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return nil, errOver
	}
	r.own, r.err = own, cmp.Or(r.err, err)
	return content, nil
}

func (r *recorder) admitDraw() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return errOver
	}
	err := evidence.CheckOwn(r.drew)
	r.drew = true
	return err
}

// close ends the record: what an examiner left under way is not part of it.
func (r *recorder) close() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.closed = true
}

// result is what was recorded: the exchanges in an order that does not depend on who was quicker, and the validator's own.
func (r *recorder) result() ([]evidence.Exchange, evidence.Body, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	slices.SortFunc(r.done, func(a, b evidence.Exchange) int {
		return cmp.Or(cmp.Compare(a.Miner, b.Miner), cmp.Compare(a.Method, b.Method), cmp.Compare(a.Path, b.Path), strings.Compare(bodyKey(a.Request), bodyKey(b.Request)))
	})
	return r.done, r.own, r.err
}

func bodyKey(b evidence.Body) string {
	if b.Blob != nil {
		return b.Blob.String()
	}
	return b.Text + string(b.Data)
}

// recordingShelf shows an exam what the last one left for it and what it puts there itself, and notes what it looked
// for. Whatever else lies there, blobs of evidence for one, is not shown: another validator would not have it.
type recordingShelf struct {
	shelf *evidence.Shelf
	left  map[evidence.Digest]bool
	mu    sync.Mutex
	reads map[evidence.Digest]bool
	own   map[evidence.Digest]bool
}

func newRecordingShelf(shelf *evidence.Shelf, left []evidence.Digest) *recordingShelf {
	s := &recordingShelf{shelf: shelf, left: map[evidence.Digest]bool{}, reads: map[evidence.Digest]bool{}, own: map[evidence.Digest]bool{}}
	for _, d := range left {
		s.left[d] = true
	}
	return s
}

func (s *recordingShelf) Get(digest [32]byte) ([]byte, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.own[digest] {
		return s.shelf.Get(digest)
	}
	if found, read := s.reads[digest]; !s.left[digest] || read && !found {
		s.reads[digest] = false
		return nil, false
	}
	content, found := s.shelf.Get(digest)
	s.reads[digest] = found
	return content, found
}

func (s *recordingShelf) Put(content []byte) ([32]byte, error) {
	digest, err := s.shelf.Put(content)
	s.mu.Lock()
	defer s.mu.Unlock()
	if err == nil {
		s.own[digest] = true
	}
	return digest, err
}

func (s *recordingShelf) list() []evidence.Read {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []evidence.Read
	for d, found := range s.reads {
		out = append(out, evidence.Read{Digest: d, Found: found})
	}
	slices.SortFunc(out, func(a, b evidence.Read) int { return slices.Compare(a.Digest[:], b.Digest[:]) })
	return out
}
