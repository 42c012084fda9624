package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/dendra-net/dendra/internal/plot"
	"github.com/dendra-net/dendra/internal/term"
	"github.com/dendra-net/dendra/mix"
	"github.com/dendra-net/dendra/nn"
	"github.com/dendra-net/dendra/nn/tlm"
	"github.com/dendra-net/dendra/subnets/lm"
)

const (
	usualSeconds = 300
	maxSeconds   = 30 * 24 * 3600
	trialSteps   = 4                // tell how long a step takes
	saveEvery    = 30 * time.Second // and when stopped
)

// modelShape is a shape for programs.
type modelShape struct {
	Dim     int `json:"dim"`
	Layers  int `json:"layers"`
	Heads   int `json:"heads"`
	Hidden  int `json:"hidden"`
	Context int `json:"context"`
}

// trained is what a training gave.
type trained struct {
	Out        string     `json:"out"`
	Model      modelShape `json:"model"`
	Parameters int        `json:"parameters"`
	Text       string     `json:"text"`
	TextHash   string     `json:"training_text_sha256"`
	TextBytes  int        `json:"training_text_bytes"`
	Steps      int        `json:"steps"`
	Trained    int64      `json:"bytes_trained"`
	Seconds    float64    `json:"seconds"` // of this run of the command
	HeldOut    int        `json:"held_out_bytes"`
	Bits       float64    `json:"held_out_bits_per_byte"`
	Bytes      int        `json:"file_bytes"`
	Hash       string     `json:"sha256"`
}

func (a *app) modelTrainCommand() *cobra.Command {
	var text textFlags
	want := course{Model: nn.Config{Dim: 128, Layers: 4, Heads: 4, Hidden: 352, Context: 128}}
	var out, picture string
	var order int
	c := &cobra.Command{Use: "train --out MODEL --text FILE...", Short: "Train a language model on your own text, or on what is shipped", Args: args(0, -1),
		Long: "Train a language model on your own text, or on what is shipped\n\n" +
			"The last tenth of each file is held out of training, and the model is measured on it. A training that is stopped\n" +
			"goes on where it was when the same command is given again: it is kept in MODEL.state. With --ngram a count model\n" +
			"is made instead of a network: in one pass, of contexts of up to so many bytes, cut to the 1 MiB that can be published.",
		RunE: func(c *cobra.Command, given []string) error {
			text.files = append(text.files, given...)
			if c.Flags().Changed("ngram") {
				return a.countText(c, order, &text, out)
			}
			if err := checkGiven(c); err != nil {
				return err
			}
			if err := checkTraining(want, out, picture); err != nil {
				return err
			}
			if want.Steps == 0 && want.Seconds == 0 {
				want.Seconds = usualSeconds
			}
			return a.trainModel(c.Context(), want, &text, out, picture)
		}}
	text.register(c, "train on")
	f := c.Flags()
	f.StringVar(&out, "out", "", "file to write the model to, with weights of eight bits")
	f.IntVar(&order, "ngram", 0, fmt.Sprintf("instead of a network, count what follows contexts of up to so many bytes, 1 to %d", mix.MaxOrder))
	f.IntVar(&want.Model.Dim, "dim", want.Model.Dim, "numbers that stand for a byte in its context")
	f.IntVar(&want.Model.Layers, "layers", want.Model.Layers, "layers")
	f.IntVar(&want.Model.Heads, "heads", want.Model.Heads, "heads of attention; they divide dim into even parts")
	f.IntVar(&want.Model.Hidden, "hidden", want.Model.Hidden, "width between the halves of a layer's second part")
	f.IntVar(&want.Model.Context, "context", want.Model.Context, "bytes that the model looks back on")
	f.Float64Var(&want.Seconds, "seconds", 0, fmt.Sprintf("about how long to train on one free core; %d if --steps is not given either", usualSeconds))
	f.IntVar(&want.Steps, "steps", 0, "steps to train, instead of --seconds")
	f.Float64Var(&want.Rate, "rate", 0.003, "highest learning rate")
	f.Uint64Var(&want.Seed, "seed", 1, "of the first weights and the places in the text")
	f.StringVar(&picture, "plot", "", "draw the loss into this file, .svg or .png")
	return laboratory(c)
}

// checkGiven refuses zeros that were given: they would be taken for flags left out.
func checkGiven(c *cobra.Command) error {
	for _, of := range []struct{ name, want string }{
		{"steps", fmt.Sprintf("1 to %d", nn.MaxSteps)}, {"seconds", fmt.Sprintf("more than 0, at most %d", maxSeconds)},
	} {
		if f := c.Flags().Lookup(of.name); f.Changed && f.Value.String() == "0" {
			return usagef("bad_value", "--%s is 0; want %s", of.name, of.want).withFix("leave --%s out, or give more", of.name)
		}
	}
	return nil
}

// checkTraining refuses what would be found wrong only after reading or computing.
func checkTraining(want course, out, picture string) error {
	if out == "" {
		return usagef("missing_flag", "the file to write is not named").withFix("add --out MODEL.tlm")
	}
	if err := want.check(); err != nil {
		return usagef("bad_value", "%v", err).withFix("dendra model train --help shows usual values")
	}
	if err := checkPicture(picture); err != nil {
		return err
	}
	return checkOutput(out)
}

func (c course) check() error {
	if err := c.Model.Validate(); err != nil {
		return err
	}
	switch {
	case tlm.Size(c.Model) > maxModelBytes:
		return fmt.Errorf("a model of this shape takes %d bytes, the most is %d", tlm.Size(c.Model), maxModelBytes)
	case !(c.Seconds >= 0 && c.Seconds <= maxSeconds):
		return fmt.Errorf("--seconds is %v; want more than 0, at most %d", c.Seconds, maxSeconds)
	case c.Steps < 0 || c.Steps > nn.MaxSteps:
		return fmt.Errorf("--steps is %d; want 1 to %d", c.Steps, nn.MaxSteps)
	case c.Steps > 0 && c.Seconds > 0:
		return errors.New("--steps and --seconds exclude each other")
	case !(c.Rate > 0 && c.Rate <= 1):
		return fmt.Errorf("--rate is %v; want more than 0, at most 1", c.Rate)
	}
	return nil
}

func (a *app) trainModel(ctx context.Context, want course, text *textFlags, out, picture string) error {
	began := time.Now()
	training, heldOut, err := text.split()
	if err != nil {
		return err
	}
	if _, total := spread(heldOut, 0); total == 0 || len(training) < want.Model.Context {
		return usagef("bad_text", "%d bytes to train on and %d to measure on; a context of %d needs that many and 1", len(training), total, want.Model.Context)
	}
	want.Text = hashOf(training)
	run := &lesson{app: a, course: want, state: out + stateSuffix}
	if err := run.prepare(ctx, training); err != nil {
		return err
	}
	if err := run.train(ctx); err != nil {
		return err
	}
	if picture != "" {
		if err := run.curve.chart().Write(picture); err != nil {
			return err
		}
	}
	r := trained{Out: out, Model: modelShape(want.Model), Parameters: want.Model.Parameters(), Text: text.about(), TextHash: want.Text, TextBytes: len(training),
		Steps: run.trainer.Step(), Trained: int64(run.trainer.Step()) * int64(run.perStep)}
	if err := a.publishModel(ctx, run.trainer.Model(), heldOut, &r); err != nil {
		return err
	}
	if err := os.Remove(run.state); err != nil {
		return fmt.Errorf("remove the finished training: %w", err)
	}
	r.Seconds = time.Since(began).Seconds()
	return a.emit(r, func(w io.Writer) error { return printTrained(w, r) })
}

// publishModel rounds the model to eight bits, measures what is left of it and writes it.
func (a *app) publishModel(ctx context.Context, m *nn.Model, heldOut []document, r *trained) error {
	file, err := tlm.Quantize(m)
	if err != nil {
		return usagef("bad_value", "%v", err).withFix("train again with a lower --rate")
	}
	rounded, err := file.Model()
	if err != nil {
		return err
	}
	if r.Bits, r.HeldOut, err = a.measure(costOf(ctx, lm.FromNN(rounded)), heldOut, usualMeasured); err != nil {
		return err
	}
	raw := file.Marshal()
	r.Bytes = len(raw)
	r.Hash, err = createOutput(r.Out, raw)
	return err
}

func printTrained(w io.Writer, r trained) error {
	t := term.Table{Columns: []term.Column{{Title: "MODEL"}, {Title: "PARAMETERS", Right: true}, {Title: "STEPS", Right: true}, {Title: "BYTES TRAINED", Right: true},
		{Title: "HELD-OUT BITS/BYTE", Right: true}, {Title: "FILE BYTES", Right: true}}}
	t.Add(term.Clean(r.Out), fmt.Sprint(r.Parameters), fmt.Sprint(r.Steps), fmt.Sprint(r.Trained), fmt.Sprintf("%.4f", r.Bits), fmt.Sprint(r.Bytes))
	if err := t.Write(w); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, "sha256 %s, %s, measured on %d bytes held out of %s\n", r.Hash, time.Duration(r.Seconds*float64(time.Second)).Round(time.Second), r.HeldOut, term.Clean(r.Text))
	return err
}

// stepsWithin tells by a trial how many steps a core takes in so many seconds. The trial's model is thrown away.
func stepsWithin(ctx context.Context, c course, text []byte) (int, error) {
	m, err := nn.New(c.Model, c.Seed)
	if err != nil {
		return 0, err
	}
	t, err := nn.NewTrainer(m, text, nn.Plan{Steps: trialSteps, Peak: float32(c.Rate), Seed: c.Seed})
	if err != nil {
		return 0, err
	}
	least, last := math.Inf(1), time.Now()
	err = t.Run(ctx, func(nn.Progress) {
		least, last = min(least, time.Since(last).Seconds()), time.Now()
	})
	return int(min(max(c.Seconds/max(least, 1e-9), 1), nn.MaxSteps)), err
}

// lossCurve gathers the loss in at most maxPoints points.
type lossCurve struct {
	points []plot.Point
	sum    float64
	count  int
}

func (l *lossCurve) add(p nn.Progress) {
	l.sum, l.count = l.sum+p.Bits, l.count+1
	if every := max((p.Steps+maxPoints-1)/maxPoints, 1); p.Step%every == 0 || p.Step == p.Steps {
		l.points = append(l.points, plot.Point{X: float64(p.Step), Y: l.sum / float64(l.count)})
		l.sum, l.count = 0, 0
	}
}

func (l *lossCurve) chart() plot.Chart {
	return plot.Chart{Title: "Training", X: plot.Axis{Label: "step"}, Y: plot.Axis{Label: "loss (bits per byte)"}, Series: []plot.Series{{Points: l.points}}}
}
