// Package text is the first reference subnet: chat questions without end whose answers are known by construction.
//
// Its one invariant: the truth of a question is made together with the question and never looked up afterwards, so a
// seed is all anyone needs to re-derive what was asked and what was right.
//
//	task, err := text.New(text.Options{})
//	for _, q := range task.Questions(seed, 16) {
//		answer := ask(miner, q.Path, q.Body)
//		score := task.Grade(q, answer)
//	}
//
// A question's body is a plain OpenAI chat request, so any OpenAI-compatible server can mine, and a validator's
// questions look like a user's. Families of questions are listed by Families; the subnet "calc" is this task with
// CalcFamilies. Task also tells copies from originals, see Task.Originality.
package text

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/dendra-net/dendra/neuron"
	"github.com/dendra-net/dendra/subnets/text/lexi"
	"github.com/dendra-net/dendra/subnets/text/lexi/wordnet"
)

// ErrOptions marks options that no task can be made of.
var ErrOptions = errors.New("bad task options")

// Path is where miners are asked.
const Path = "/v1/chat/completions"

// Options choose what a task asks. The zero value asks everything at difficulty 2.
type Options struct {
	// Name is the kind of the task and the model that requests name; empty means "text".
	Name string
	// Families are the kinds of questions, of Families(); nil means all.
	Families []string
	// Difficulty is 1 (a child's) to 5 (hard); 0 means 2. Each question draws its own level at most one away.
	Difficulty int
	// MaxLatency is how late an answer may come and still score; 0 means 30 seconds.
	MaxLatency time.Duration
}

// Task implements neuron.Task and neuron.Originality. It is immutable and safe for concurrent use.
type Task struct {
	opts  Options
	deck  []family // every family as often as its weight
	words *wordnet.DB
}

var (
	_ neuron.Task        = (*Task)(nil)
	_ neuron.Originality = (*Task)(nil)
)

// New makes a task. It fails on unknown families, a difficulty outside 1..5 or a negative latency.
func New(opts Options) (*Task, error) {
	if opts.Name == "" {
		opts.Name = "text"
	}
	if opts.Difficulty == 0 {
		opts.Difficulty = 2
	}
	if opts.Difficulty < 1 || opts.Difficulty > maxLevel {
		return nil, fmt.Errorf("%w: difficulty %d is outside 1..%d", ErrOptions, opts.Difficulty, maxLevel)
	}
	if opts.MaxLatency < 0 {
		return nil, fmt.Errorf("%w: latency limit %v is negative", ErrOptions, opts.MaxLatency)
	}
	if opts.MaxLatency == 0 {
		opts.MaxLatency = 30 * time.Second
	}
	t := &Task{opts: opts}
	if err := t.deal(); err != nil {
		return nil, err
	}
	var err error
	t.words, err = lexi.Words()
	return t, err
}

func (t *Task) deal() error {
	known := Families()
	names := t.opts.Families
	if names == nil {
		names = known
	}
	for _, name := range names {
		i := slices.Index(known, name)
		if i < 0 {
			return fmt.Errorf("%w: unknown family %q; the families are %v", ErrOptions, name, known)
		}
		for range families[i].weight {
			t.deck = append(t.deck, families[i])
		}
	}
	if len(t.deck) == 0 {
		return fmt.Errorf("%w: no family chosen; the families are %v", ErrOptions, known)
	}
	return nil
}

// Name returns the kind of the task.
func (t *Task) Name() string { return t.opts.Name }

// Questions draws n questions. Question i depends on seed and i alone; any len(deck) neighbours hold every family.
func (t *Task) Questions(seed [32]byte, n int) []neuron.Question {
	out := make([]neuron.Question, 0, max(n, 0))
	round := sha256.Sum256(append([]byte("dendra/text/round"), seed[:]...))
	for i := range n {
		out = append(out, t.question(seed, round, i))
	}
	return out
}

func (t *Task) question(seed, round [32]byte, i int) neuron.Question {
	order := slices.Clone(t.deck)
	shuffle(newDraw(seed, "deck", i/len(order)), order)
	f := order[i%len(order)]
	d := newDraw(seed, "question", i)
	d.words = t.words
	d.level = min(maxLevel, max(1, t.opts.Difficulty-1+d.intn(3)))
	it := f.make(d)
	return neuron.Question{
		ID:         fmt.Sprintf("%s-%x-%d", t.opts.Name, round[:4], i),
		Family:     f.name,
		Path:       Path,
		Body:       envelope(d, t.opts.Name, it),
		Truth:      it.truth.String(),
		Difficulty: 1 + 0.25*float64(d.level-1),
	}
}

// newDraw makes the randomness of one purpose.
func newDraw(seed [32]byte, purpose string, i int) *draw {
	b := append([]byte("dendra/text/"+purpose+"/"), seed[:]...)
	return &draw{src: newSource(sha256.Sum256(binary.BigEndian.AppendUint64(b, uint64(i))))}
}
