package audit

import (
	"bytes"
	"errors"
	"fmt"
	"sync"

	"github.com/dendra-net/dendra/evidence"
	"github.com/dendra-net/dendra/neuron"
)

// replay gives an exam what it was given when it was held: answers, the shelf and the validator's own text.
type replay struct {
	a        *auditor
	check    *Check
	examined map[neuron.Address]bool
	recorded map[request]int // place in the file's exchanges
	keys     map[int]request // the same the other way round
	text     []byte          // the validator's own; nil when it used none

	mu    sync.Mutex
	asked map[request]bool
	reads map[evidence.Digest]bool // what the shelf had been asked for: whether it was there
	own   map[evidence.Digest][]byte
	drew  bool // the text was asked for
}

func newReplay(a *auditor, c *Check, text []byte) *replay {
	r := &replay{
		a: a, check: c, examined: map[neuron.Address]bool{}, recorded: map[request]int{}, keys: map[int]request{}, asked: map[request]bool{},
		reads: map[evidence.Digest]bool{}, own: map[evidence.Digest][]byte{}, text: text,
	}
	for _, m := range a.file.Exam.Candidates {
		r.examined[m.Neuron.Hotkey] = true
	}
	for _, read := range a.file.Exam.Reads {
		r.reads[read.Digest] = read.Found
	}
	for i, x := range a.file.Exchanges {
		body, err := x.Request.Bytes(a.blob)
		if err != nil {
			c.wrong("exchange %d with %s: the request cannot be had: %v", i, x.Miner, err)
			continue
		}
		k := request{x.Miner, x.Method, x.Path, evidence.DigestOf(body)}
		if _, twice := r.recorded[k]; twice {
			c.wrong("%s %.128s to %s is recorded twice", x.Method, x.Path, x.Miner)
		}
		r.recorded[k], r.keys[i] = i, k
	}
	return r
}

// Get implements neuron.Shelf.
func (r *replay) Get(digest [32]byte) ([]byte, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if content, own := r.own[digest]; own {
		return content, true
	}
	found, recorded := r.reads[digest]
	if !recorded {
		r.check.wrong("the shelf is asked for %s again, and was not before", evidence.Digest(digest))
		return nil, false
	}
	if !found {
		return nil, false
	}
	content, err := r.a.blob(digest)
	if err != nil || evidence.DigestOf(content) != digest {
		r.check.wrong("what the shelf held is not to be had: %s: %v", evidence.Digest(digest), err)
		return nil, false
	}
	return content, true
}

// maxOwn bounds what an exam held again may put on its shelf.
const maxOwn = 1 << 30

// Put implements neuron.Shelf.
func (r *replay) Put(content []byte) ([32]byte, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	d := evidence.DigestOf(content)
	total := len(content)
	for _, c := range r.own {
		total += len(c)
	}
	if len(content) > evidence.MaxBlobBytes || total > maxOwn {
		return d, fmt.Errorf("%w: %d bytes do not fit", evidence.ErrShelf, len(content))
	}
	r.own[d] = append([]byte(nil), content...)
	return d, nil
}

var errNoText = errors.New("the evidence has nothing of the validator's own")

// draw returns the recorded text, however it was drawn.
func (r *replay) draw(from func() ([]byte, error)) ([]byte, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := evidence.CheckOwn(r.drew); err != nil {
		return nil, err
	}
	r.drew = true
	if r.text == nil && from != nil {
		r.check.wrong("the exam draws of things that only the validator had, and they were not recorded")
		return nil, errNoText
	}
	return bytes.Clone(r.text), nil
}

// finish counts what was recorded and is not asked again.
func (r *replay) finish() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.text != nil && !r.drew {
		r.check.wrong("%d bytes of the validator's own are recorded, and are not asked for again", len(r.text))
	}
	for i, x := range r.a.file.Exchanges {
		if k, known := r.keys[i]; known && !r.asked[k] {
			r.check.wrong("exchange %d, %s %.128s to %s, is recorded, and is not asked again", i, x.Method, x.Path, x.Miner)
		}
	}
}
