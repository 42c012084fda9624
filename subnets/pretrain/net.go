package pretrain

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/dendra-net/dendra/nn"
	"github.com/dendra-net/dendra/nn/tlm"
)

// The shapes of the nets that come with the program. The medium one is the largest of its kind in MaxArtifact.
var (
	small  = nn.Config{Dim: 64, Layers: 2, Heads: 4, Hidden: 176, Context: 128}
	medium = nn.Config{Dim: 128, Layers: 4, Heads: 4, Hidden: 352, Context: 128}
)

const (
	trialSteps = 4    // before the first course, to see how long a step takes
	inTime     = 0.92 // of the work is planned, so that the rate has come down before the artifact is due
)

// net trains a llama: in each course the rate rises, and falls to almost nothing before the artifact is due.
type net struct {
	shape nn.Config
	seed  uint64
	start []byte // a tlm file to begin with; nil begins with random weights

	trainer *nn.Trainer
	courses uint64
	perStep time.Duration
}

// TrainFrom trains a net on from given weights, those of a tlm file.
func TrainFrom(file []byte, seed uint64) Trainer { return &net{seed: seed, start: file} }

func (t *net) First(_ context.Context, c Course) ([]byte, error) {
	if t.trainer == nil {
		if err := t.begin(c.Base); err != nil {
			return nil, err
		}
	}
	return t.publish()
}

func (t *net) begin(text []byte) error {
	m, err := t.model()
	if err != nil {
		return err
	}
	t.trainer, err = nn.NewTrainer(m, text, nn.Plan{Steps: trialSteps, Seed: t.seed})
	return err
}

func (t *net) model() (*nn.Model, error) {
	if t.start == nil {
		return nn.New(t.shape, t.seed)
	}
	f, err := tlm.Parse(t.start)
	if err != nil {
		return nil, fmt.Errorf("begin with given weights: %w", err)
	}
	t.shape = f.Config
	return f.Model()
}

func (t *net) Train(ctx context.Context, c Course) ([]byte, error) {
	text := c.text()
	if t.trainer == nil {
		if err := t.begin(text); err != nil {
			return nil, err
		}
	}
	err := t.course(ctx, c, text)
	if errors.Is(err, nn.ErrDiverged) {
		t.trainer = nil // the numbers are lost: the next course begins anew
	}
	if err != nil {
		return nil, err
	}
	return t.publish()
}

func (t *net) course(ctx context.Context, c Course, text []byte) error {
	work := c.Work
	if t.perStep == 0 {
		before := c.Pace.Worked()
		if err := t.run(ctx, c, text, t.plan(trialSteps, trialRate)); err != nil {
			return err
		}
		work -= c.Pace.Worked() - before
	}
	steps := int(inTime * float64(work) / float64(t.perStep))
	if steps < 1 {
		return nil
	}
	err := t.run(ctx, c, text, t.plan(steps, t.peak()))
	t.courses++
	return err
}

const (
	firstRate = 0.003
	trialRate = 0.0005
)

// peak is the highest rate of a course. It falls from course to course: what has been learned must not be shaken loose each
// time.
func (t *net) peak() float32 {
	first := float32(firstRate)
	if t.start != nil {
		first /= 10
	}
	return first / float32(1+float64(min(t.courses, 50))/8)
}

func (t *net) plan(steps int, peak float32) nn.Plan {
	return nn.Plan{Steps: min(steps, nn.MaxSteps), Peak: peak, Seed: t.seed + 1000*(t.courses+1)}
}

// run takes the steps of a plan, with rests, until they are done or the artifact is due.
func (t *net) run(ctx context.Context, c Course, text []byte, plan nn.Plan) error {
	if err := t.trainer.Continue(text, plan); err != nil {
		return err
	}
	steps, stop := context.WithCancel(ctx)
	defer stop()
	last := c.Pace.now()
	err := t.trainer.Run(steps, func(nn.Progress) {
		took := c.Pace.now().Sub(last)
		t.time(took)
		if c.due() || c.Pace.Rest(ctx, took) != nil {
			stop()
		}
		last = c.Pace.now()
	})
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil && steps.Err() == nil {
		return err
	}
	return nil
}

// time averages what steps take.
func (t *net) time(took time.Duration) {
	if t.perStep == 0 {
		t.perStep = max(took, time.Microsecond)
		return
	}
	t.perStep = max(t.perStep+(took-t.perStep)/16, time.Microsecond)
}

func (t *net) publish() ([]byte, error) {
	f, err := tlm.Quantize(t.trainer.Model())
	if err != nil {
		return nil, fmt.Errorf("publish the net: %w", err)
	}
	return f.Marshal(), nil
}

// Save writes how many courses there have been, 8 bytes, and the training's state.
func (t *net) Save(w io.Writer) error {
	if t.trainer == nil {
		return nil
	}
	if err := binary.Write(w, binary.LittleEndian, t.courses); err != nil {
		return fmt.Errorf("save training: %w", err)
	}
	return t.trainer.Save(w)
}

// Load takes up what Save wrote.
func (t *net) Load(r io.Reader) error {
	var courses uint64
	if err := binary.Read(r, binary.LittleEndian, &courses); err != nil {
		return fmt.Errorf("%w: %w", nn.ErrState, err)
	}
	base, err := Base()
	if err != nil {
		return err
	}
	trainer, err := nn.Resume(r, base)
	if err != nil {
		return err
	}
	if have := trainer.Model().Config(); t.start == nil && have != t.shape {
		return fmt.Errorf("%w: of a model of shape %+v, want %+v", nn.ErrState, have, t.shape)
	}
	t.trainer, t.courses = trainer, courses
	return nil
}
