package nn

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/dendra-net/dendra/nn/optim"
)

// ErrDiverged says that training has left the numbers behind; a lower rate helps.
var ErrDiverged = errors.New("training diverged")

// Plan is one course of training: the rate rises, falls, and what it ends with is worth publishing. Zero fields take the
// values in brackets.
type Plan struct {
	Steps  int
	Batch  int     // windows a step [4]
	Warmup int     // steps until the rate has risen [Steps/20, at most 100]
	Peak   float32 // highest rate [0.003]
	Floor  float32 // last rate [Peak/20]
	Decay  float32 // of weights, times the rate [0.1]
	Clip   float32 // longest gradient [1]
	Seed   uint64  // of the windows' places
}

// Bounds of a Plan.
const (
	MaxSteps = 1 << 30
	MaxBatch = 256
	maxTape  = 1 << 28 // numbers a step keeps, 1 GiB of them
)

// ErrPlan says that a Plan cannot be followed.
var ErrPlan = errors.New("no such plan")

func (p Plan) withDefaults() Plan {
	if p.Batch == 0 {
		p.Batch = 4
	}
	if p.Warmup == 0 {
		p.Warmup = min(p.Steps/20, 100)
	}
	for _, f := range []struct {
		field *float32
		value float32
	}{{&p.Peak, 0.003}, {&p.Decay, 0.1}, {&p.Clip, 1}} {
		if *f.field == 0 {
			*f.field = f.value
		}
	}
	if p.Floor == 0 {
		p.Floor = p.Peak / 20
	}
	return p
}

func (p Plan) validate() error {
	switch {
	case p.Steps < 1 || p.Steps > MaxSteps:
		return fmt.Errorf("%w: %d steps, it must be 1 to %d", ErrPlan, p.Steps, MaxSteps)
	case p.Batch < 1 || p.Batch > MaxBatch:
		return fmt.Errorf("%w: %d windows a step, it must be 1 to %d", ErrPlan, p.Batch, MaxBatch)
	case p.Warmup < 0 || p.Warmup > p.Steps:
		return fmt.Errorf("%w: %d of %d steps to warm up", ErrPlan, p.Warmup, p.Steps)
	}
	for i, v := range []float32{p.Peak, p.Floor, p.Decay, p.Clip} {
		if !(v >= 0 && v <= math.MaxFloat32) {
			return fmt.Errorf("%w: the %s is %v", ErrPlan, []string{"peak", "floor", "decay", "clip"}[i], v)
		}
	}
	return nil
}

// Progress is where training stands after a step.
type Progress struct {
	Step, Steps int
	Bits        float64 // per byte of this step's windows, before the step
	Bytes       int64   // trained on in this course
	Length      float32 // of the gradient before it was clipped
	Rate        float32
}

// Trainer trains a model on a text.
type Trainer struct {
	model *Model
	text  []byte
	plan  Plan
	adam  *optim.AdamW
	step  int
	pass  *pass
}

// NewTrainer prepares to train m, which is m's only use until Run has returned.
func NewTrainer(m *Model, text []byte, plan Plan) (*Trainer, error) {
	plan = plan.withDefaults()
	t := &Trainer{model: m, adam: optim.New(len(m.params), m.config.matrices(), plan.Decay)}
	return t, t.Continue(text, plan)
}

// Continue begins a new course on another text, or the same; the optimizer's moments stay.
func (t *Trainer) Continue(text []byte, plan Plan) error {
	plan = plan.withDefaults()
	if err := plan.validate(); err != nil {
		return err
	}
	if len(text) < t.model.config.Context {
		return fmt.Errorf("%w: %d bytes for windows of %d", ErrText, len(text), t.model.config.Context)
	}
	if n := t.model.config.tape(plan.Batch); n > maxTape {
		return fmt.Errorf("%w: %d windows of %d bytes keep %d numbers at once, the most is %d", ErrPlan, plan.Batch, t.model.config.Context, n, maxTape)
	}
	t.text, t.plan, t.step = text, plan, 0
	t.adam.Decay = plan.Decay
	if t.pass == nil || t.pass.windows != plan.Batch {
		t.pass = t.model.newPass(plan.Batch, t.model.config.Context, true)
	}
	return nil
}

// tape is about how many numbers training on so many windows keeps.
func (c Config) tape(windows int) int {
	perByte := c.Layers*(8*c.Dim+4*c.Hidden+c.Heads*c.Context) + 7*c.Dim + 3*c.Hidden + Vocabulary
	return windows * c.Context * perByte
}

// Model is the model being trained.
func (t *Trainer) Model() *Model { return t.model }

// Step is how many steps of the course are done.
func (t *Trainer) Step() int { return t.step }

// Run trains until the plan is done or ctx ends, in which case it returns ctx's error and may be called again. It calls
// report, unless nil, after each step. Two runs that differ by stops alone make the same model.
func (t *Trainer) Run(ctx context.Context, report func(Progress)) error {
	for t.step < t.plan.Steps {
		if err := ctx.Err(); err != nil {
			return err
		}
		p, err := t.take()
		if err != nil {
			return err
		}
		if report != nil {
			report(p)
		}
	}
	return nil
}

// take takes one step.
func (t *Trainer) take() (Progress, error) {
	schedule := optim.Schedule{Peak: t.plan.Peak, Floor: t.plan.Floor, Warmup: t.plan.Warmup, Steps: t.plan.Steps}
	rate := schedule.Rate(t.step)
	input, targets := t.draw()
	t.pass.forward(input)
	nats := t.pass.loss(targets)
	t.pass.backward()
	length := optim.Clip(t.model.kernel, t.pass.back.params, t.plan.Clip)
	if !(length <= math.MaxFloat32) || math.IsNaN(nats) {
		return Progress{}, fmt.Errorf("%w at step %d: the gradient's length is %v at a rate of %v", ErrDiverged, t.step, length, rate)
	}
	t.adam.Step(t.model.kernel, t.model.params, t.pass.back.params, rate)
	t.step++
	return Progress{
		Step: t.step, Steps: t.plan.Steps, Bits: nats / math.Ln2,
		Bytes: int64(t.step) * int64(len(input)), Length: length, Rate: rate,
	}, nil
}

// draw picks windows at places that depend on the seed and the step alone.
func (t *Trainer) draw() (input, targets []byte) {
	r := rand.New(rand.NewPCG(t.plan.Seed, uint64(t.step)))
	length := t.model.config.Context
	for range t.plan.Batch {
		at := r.IntN(len(t.text) - length + 1)
		first := byte(First)
		if at > 0 {
			first = t.text[at-1]
		}
		input = append(append(input, first), t.text[at:at+length-1]...)
		targets = append(targets, t.text[at:at+length]...)
	}
	return input, targets
}
