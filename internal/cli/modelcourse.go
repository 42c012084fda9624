package cli

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/dendra-net/dendra/internal/term"
	"github.com/dendra-net/dendra/nn"
)

// lesson is one run of the command over a course: from its start or a state to its end or the next state.
type lesson struct {
	app     *app
	course  course
	state   string // file
	trainer *nn.Trainer
	curve   lossCurve
	perStep int     // bytes
	bits    float64 // of late steps
	seen    int     // of them
}

// windows is how many pieces of text a step takes.
const windows = 4

// prepare takes up the training that is kept, or begins one.
func (l *lesson) prepare(ctx context.Context, text []byte) (err error) {
	l.perStep = windows * l.course.Model.Context
	if l.trainer, l.curve.points, err = loadState(l.state, l.course, text); err != nil {
		return err
	}
	if l.trainer != nil {
		l.app.say("goes on after step %d, from %s", l.trainer.Step(), l.state)
		return nil
	}
	steps := l.course.Steps
	if steps == 0 {
		if steps, err = stepsWithin(ctx, l.course, text); err != nil {
			return badPlan(err)
		}
	}
	m, err := nn.New(l.course.Model, l.course.Seed)
	if err != nil {
		return err
	}
	l.trainer, err = nn.NewTrainer(m, text, nn.Plan{Steps: steps, Batch: windows, Peak: float32(l.course.Rate), Seed: l.course.Seed})
	return badPlan(err)
}

// badPlan tells a plan that cannot be followed from other errors.
func badPlan(err error) error {
	if errors.Is(err, nn.ErrPlan) {
		return usagef("bad_value", "%v", err).withFix("choose a smaller --context, --layers or --dim")
	}
	return err
}

// train runs to the end of the course; it is kept from time to time, when it is stopped and when it is done.
func (l *lesson) train(ctx context.Context) error {
	line, began, first := term.NewLine(l.app.Stderr, term.Live(l.app.Stderr, l.app.Getenv)), time.Now(), l.trainer.Step()
	defer line.Clear()
	running, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	saved := began
	err := l.trainer.Run(running, func(p nn.Progress) {
		l.curve.add(p)
		l.follow(p)
		rate := float64(p.Step-first) / time.Since(began).Seconds()
		line.Show("step %d of %d, %.3f bits/byte, %sB/s, %s left", p.Step, p.Steps, l.bits, term.Rate(rate*float64(l.perStep)), term.ETA(float64(p.Steps-p.Step), rate))
		if time.Since(saved) > saveEvery {
			if err := l.save(); err != nil {
				stop(err)
			}
			saved = time.Now()
		}
	})
	line.Clear()
	if cause := context.Cause(running); cause != nil && ctx.Err() == nil {
		return cause
	}
	if err != nil && ctx.Err() == nil {
		return err
	}
	if saveErr := l.save(); saveErr != nil || err == nil {
		return saveErr
	}
	return &Error{Code: "cancelled", Message: fmt.Sprintf("stopped after step %d; the training is kept in %s", l.trainer.Step(), l.state),
		Fix: "give the same command again: it goes on from there", cause: err}
}

// follow averages the loss over about the last twenty steps.
func (l *lesson) follow(p nn.Progress) {
	l.seen = min(l.seen+1, 20)
	l.bits += (p.Bits - l.bits) / float64(l.seen)
}

func (l *lesson) save() error {
	if err := saveState(l.state, l.course, l.curve.points, l.trainer); err != nil {
		return fmt.Errorf("keep the training: %w", err)
	}
	return nil
}
