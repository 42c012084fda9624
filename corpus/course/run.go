package course

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math"

	"github.com/dendra-net/dendra/internal/durable"
	"github.com/dendra-net/dendra/nn"
)

const (
	glanceBytes = 2 * pieceBytes // of held-out text of each kind, measured for a line of the log
	maxState    = 32 << 20
)

// The parts of the course, as the first line of a state names them. What follows is what nn's Trainer saves.
const (
	holding = "hold\n"
	falling = "fall\n"
)

// ErrState says that the training that is kept is not of this course.
var ErrState = errors.New("kept training is of another course")

// Run is one run of the course.
type Run struct {
	Course Course
	State  string         // file that keeps the training
	Log    string         // file of the log
	CPU    func() float64 // seconds that this process has used
	Say    func(Line)     // told what is written down

	part    string
	trainer *nn.Trainer
	lines   []Line
	before  float64 // CPU-seconds of earlier runs
}

// Train goes through the course, from the state where one is kept, and returns its model. When ctx ends first, the next
// call goes on where the training was last kept.
func (r *Run) Train(ctx context.Context) (*nn.Model, error) {
	text, err := Text()
	if err != nil {
		return nil, err
	}
	if err := r.open(text); err != nil {
		return nil, err
	}
	if r.part == holding {
		if err := r.until(ctx, r.Course.Hold); err != nil {
			return nil, err
		}
		if err := r.trainer.Continue(text, r.Course.fall()); err != nil {
			return nil, err
		}
		r.part = falling
	}
	return r.trainer.Model(), r.until(ctx, r.Course.Steps-r.Course.Hold)
}

// open takes up what is kept, or begins.
func (r *Run) open(text []byte) error {
	r.part = holding
	raw, err := durable.Read(r.State, maxState)
	if errors.Is(err, fs.ErrNotExist) {
		m, err := nn.New(r.Course.Shape, seed)
		if err != nil {
			return err
		}
		r.trainer, err = nn.NewTrainer(m, text, r.Course.hold())
		return err
	}
	if err != nil {
		return err
	}
	switch {
	case bytes.HasPrefix(raw, []byte(falling)):
		r.part = falling
	case !bytes.HasPrefix(raw, []byte(holding)):
		return fmt.Errorf("%w: %s names no part of it", ErrState, r.State)
	}
	if r.trainer, err = nn.Resume(bytes.NewReader(raw[len(r.part):]), text); err != nil {
		return fmt.Errorf("%s: %w", r.State, err)
	}
	last := r.Course.Hold
	if r.part == falling {
		last = r.Course.Steps - r.Course.Hold
	}
	if c, step := r.trainer.Model().Config(), r.trainer.Step(); c != r.Course.Shape || step > last {
		return fmt.Errorf("%w: %s stands at step %d of a model of shape %v", ErrState, r.State, step, c)
	}
	return r.reopenLog()
}

// reopenLog drops the lines that were written after the state was kept.
func (r *Run) reopenLog() error {
	lines, err := ReadLog(r.Log)
	if err != nil {
		return err
	}
	for _, l := range lines {
		if l.Step <= r.step() {
			r.lines, r.before = append(r.lines, l), l.CPUSeconds
		}
	}
	return nil
}

// step is how far the course is.
func (r *Run) step() int {
	if r.part == falling {
		return r.Course.Hold + r.trainer.Step()
	}
	return r.trainer.Step()
}

// until trains to a step of the present part.
func (r *Run) until(ctx context.Context, last int) error {
	if r.trainer.Step() >= last {
		return nil
	}
	running, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	done := errors.New("done")
	var bits float64
	err := r.trainer.Run(running, func(p nn.Progress) {
		bits += p.Bits
		if p.Step%r.Course.Every == 0 {
			if err := r.keep(ctx, bits/float64(r.Course.Every), p.Rate); err != nil {
				stop(err)
			}
			bits = 0
		}
		if p.Step == last {
			stop(done)
		}
	})
	if cause := context.Cause(running); cause != nil && !errors.Is(cause, done) {
		return cause
	}
	if r.trainer.Step() == last {
		return nil
	}
	return err
}

// keep writes a line of the log, and the state.
func (r *Run) keep(ctx context.Context, bits float64, rate float32) error {
	held, err := Measure(ctx, r.trainer.Model(), glanceBytes)
	if err != nil {
		return err
	}
	l := Line{Step: r.step(), Bytes: r.Course.Bytes(r.step()), CPUSeconds: math.Round(10*(r.before+r.CPU())) / 10,
		Rate: rate, Bits: bits, HeldOut: Mean(held)}
	r.lines = append(r.lines, l)
	if err := writeLog(r.Log, r.lines); err != nil {
		return err
	}
	state := bytes.NewBufferString(r.part)
	if err := r.trainer.Save(state); err != nil {
		return err
	}
	r.Say(l)
	return durable.Replace(r.State, state.Bytes(), 0o644)
}
