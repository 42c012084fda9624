// Package vision is the subnet of eyes: pictures of characters without end, whose text is known because it was drawn.
//
// Its one invariant: the truth of a question is made together with its pictures from the seed alone, in whole numbers, so
// a seed is all anyone needs to re-derive what was asked and what was right, on any machine.
//
//	task, err := vision.New(vision.Options{})
//	for _, q := range task.Questions(seed, 12) {
//		answer := ask(miner, q.Path, q.Body)
//		score := task.Grade(q, answer)
//	}
//
// A question is a plain OpenAI chat request with image parts, and asks for log-probabilities, so any OpenAI-compatible
// server that sees can mine. Whoever says how sure it is of each character earns most by saying so honestly, see Judge.
//
// Package picture draws, package eye reads; Open gives the models that ship with the program, and Handler serves them,
// or any Reader, as a chat server.
package vision

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/dendra-net/dendra/neuron"
	"github.com/dendra-net/dendra/subnets/vision/picture"
)

// ErrOptions marks options that no task can be made of.
var ErrOptions = errors.New("bad task options")

// Path is where miners are asked.
const Path = "/v1/chat/completions"

// Options choose what a task asks. The zero value asks everything.
type Options struct {
	// Name is the kind of the task and the model that requests name; empty means "vision".
	Name string
	// Families are the kinds of questions, of Families(); nil means all.
	Families []string
	// MaxLatency is how late an answer may come and still score; 0 means 30 seconds.
	MaxLatency time.Duration
}

// Task implements neuron.Task, neuron.Pacer and the validator's Floored. It is immutable and safe for concurrent use.
type Task struct {
	opts     Options
	families []family
}

var (
	_ neuron.Task  = (*Task)(nil)
	_ neuron.Pacer = (*Task)(nil)
)

// family is one kind of question.
type family struct {
	name string
	draw func(*draw) []picture.Picture
}

var families = []family{{"glyphs", glyphs}, {"line", lines}}

// Families lists every family by name: "glyphs" are pictures of one character each, "line" is one to four short lines.
func Families() []string {
	out := make([]string, len(families))
	for i, f := range families {
		out[i] = f.name
	}
	return out
}

// MaxPictures is the most pictures of a question.
const MaxPictures = 16

// MaxCharacters is the most characters of a question: four lines of eight.
const MaxCharacters = 32

func glyphs(d *draw) []picture.Picture {
	out := make([]picture.Picture, d.between(12, MaxPictures))
	for i := range out {
		out[i] = d.Glyph()
	}
	return out
}

func lines(d *draw) []picture.Picture {
	out := make([]picture.Picture, oneOf(d, 1, 3, 4, 4))
	for i := range out {
		out[i] = d.Line(d.between(3, 8))
	}
	return out
}

// New makes a task. It fails on unknown families or a negative latency.
func New(opts Options) (*Task, error) {
	if opts.Name == "" {
		opts.Name = "vision"
	}
	if opts.MaxLatency < 0 {
		return nil, fmt.Errorf("%w: latency limit %v is negative", ErrOptions, opts.MaxLatency)
	}
	if opts.MaxLatency == 0 {
		opts.MaxLatency = 30 * time.Second
	}
	t := &Task{opts: opts}
	known := Families()
	if opts.Families == nil {
		opts.Families = known
	}
	for _, name := range opts.Families {
		i := slices.Index(known, name)
		if i < 0 {
			return nil, fmt.Errorf("%w: unknown family %q; the families are %v", ErrOptions, name, known)
		}
		t.families = append(t.families, families[i])
	}
	if len(t.families) == 0 {
		return nil, fmt.Errorf("%w: no family chosen; the families are %v", ErrOptions, known)
	}
	return t, nil
}

// Name returns the kind of the task.
func (t *Task) Name() string { return t.opts.Name }

// Pace asks for questions of each miner's own only: then nobody else's answer is of any use.
func (t *Task) Pace() neuron.Pace { return neuron.Pace{Rounds: 2, Shared: -1, Own: 12} }

// Questions draws n questions. Question i depends on seed and i alone; the families take turns.
func (t *Task) Questions(seed [32]byte, n int) []neuron.Question {
	out := make([]neuron.Question, 0, max(n, 0))
	round := sha256.Sum256(append([]byte("dendra/vision/round"), seed[:]...))
	for i := range n {
		out = append(out, t.question(seed, round, i))
	}
	return out
}

func (t *Task) question(seed, round [32]byte, i int) neuron.Question {
	f, d := t.families[i%len(t.families)], newDraw(seed, i)
	pictures := f.draw(d)
	prompts := manyPrompts
	if len(pictures) == 1 {
		prompts = onePrompts
	}
	prompt := strings.TrimSpace(oneOf(d, prompts...) + oneOf(d, " ", "\n") + oneOf(d, rules...))
	texts, characters := make([]string, len(pictures)), 0
	for i, p := range pictures {
		texts[i] = p.Text
		characters += len(p.Text)
	}
	return neuron.Question{
		ID:         fmt.Sprintf("%s-%x-%d", t.opts.Name, round[:4], i),
		Family:     f.name,
		Path:       Path,
		Body:       envelope(d, t.opts.Name, prompt, pictures),
		Truth:      strings.Join(texts, " "),
		Difficulty: float64(characters), // so that every character weighs the same
	}
}
