package classifier

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/dendra-net/dendra/nn/optim"
)

// ErrPlan says that a Plan cannot be followed.
var ErrPlan = errors.New("no such plan")

// ErrDiverged says that training has left the numbers behind; a lower rate helps.
var ErrDiverged = errors.New("training diverged")

// Plan is a course of training. Zero fields take the values in brackets.
type Plan struct {
	Steps int
	Batch int     // images a step [32]
	Peak  float32 // highest rate [0.002]
	Decay float32 // of parameters, times the rate [0.01]
}

// Progress is where training stands after a step.
type Progress struct {
	Step, Steps int
	Loss        float64 // nats an image of this step's, before the step
}

// Draw makes n images, one after the other, and the class of each.
type Draw func(n int) (pixels []float32, classes []int)

// Train takes the plan's steps, each on fresh images, and calls report, unless nil, after each. It stops when ctx ends.
func (c *Classifier) Train(ctx context.Context, draw Draw, plan Plan, report func(Progress)) error {
	plan = plan.withDefaults()
	if plan.Steps < 1 || plan.Batch < 1 || plan.Batch > 1024 || !(plan.Peak > 0 && plan.Peak < 1) || !(plan.Decay >= 0) {
		return fmt.Errorf("%w: %+v", ErrPlan, plan)
	}
	adam := optim.New(len(c.params), len(c.params), plan.Decay)
	schedule := optim.Schedule{Peak: plan.Peak, Floor: plan.Peak / 20, Warmup: min(plan.Steps/20, 100), Steps: plan.Steps}
	for step := range plan.Steps {
		if err := ctx.Err(); err != nil {
			return err
		}
		pixels, classes := draw(plan.Batch)
		loss, grads, err := c.gradient(pixels, classes)
		if err != nil {
			return fmt.Errorf("step %d: %w", step, err)
		}
		if length := optim.Clip(c.kernel, grads, 1); !(length <= math.MaxFloat32) {
			return fmt.Errorf("%w at step %d: the gradient's length is %v", ErrDiverged, step, length)
		}
		adam.Step(c.kernel, c.params, grads, schedule.Rate(step))
		if report != nil {
			report(Progress{step + 1, plan.Steps, loss})
		}
	}
	return nil
}

func (p Plan) withDefaults() Plan {
	if p.Batch == 0 {
		p.Batch = 32
	}
	if p.Peak == 0 {
		p.Peak = 0.002
	}
	if p.Decay == 0 {
		p.Decay = 0.01
	}
	return p
}

// gradient is the mean loss in nats of the images and its slope by every parameter.
func (c *Classifier) gradient(pixels []float32, classes []int) (float64, []float32, error) {
	n := len(classes)
	if n == 0 || len(pixels) != n*c.shape.Pixels() {
		return 0, nil, fmt.Errorf("%w: %d pixels for %d images of %d", ErrImage, len(pixels), n, c.shape.Pixels())
	}
	r := c.newRun(n)
	scores := r.forward(pixels)
	var sum float64
	for i, class := range classes {
		if class < 0 || class >= c.shape.Classes {
			return 0, nil, fmt.Errorf("%w: class %d of %d", ErrImage, class, c.shape.Classes)
		}
		row := scores[i*c.shape.Classes:][:c.shape.Classes]
		cost, err := softmax(c.kernel, row, class)
		if err != nil {
			return 0, nil, err
		}
		sum += cost
		row[class]--
		for j := range row {
			row[j] /= float32(n)
		}
	}
	grads := make([]float32, len(c.params))
	r.backward(grads, scores)
	return sum / float64(n), grads, nil
}

// Loss is the mean loss in nats of the images, and how many of them the classifier gets right.
func (c *Classifier) Loss(pixels []float32, classes []int) (nats float64, right int, err error) {
	chances, err := c.Chances(pixels)
	if err != nil {
		return 0, 0, err
	}
	if len(chances) != len(classes)*c.shape.Classes {
		return 0, 0, fmt.Errorf("%w: %d pixels for %d images of %d", ErrImage, len(pixels), len(classes), c.shape.Pixels())
	}
	for i, class := range classes {
		if class < 0 || class >= c.shape.Classes {
			return 0, 0, fmt.Errorf("%w: class %d of %d", ErrImage, class, c.shape.Classes)
		}
		row := chances[i*c.shape.Classes:][:c.shape.Classes]
		nats -= math.Log(math.Max(float64(row[class]), math.SmallestNonzeroFloat32))
		right += won(row, class)
	}
	return nats / float64(len(classes)), right, nil
}

func won(chances []float32, class int) int {
	for i, c := range chances {
		if c > chances[class] || c == chances[class] && i < class {
			return 0
		}
	}
	return 1
}
