// Command gen trains the small nets that play in the laboratory: one that is paused and taken up again, one of another
// seed, and copies that were trained on. Each step is counted, none is timed, so it makes the same files on the same kind
// of CPU. With -curve it makes only those copies, from the shipped files as anyone could: 20 CPU-s, and nearly all of them
// only the table of the documentation needs.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/dendra-net/dendra/corpus"
	"github.com/dendra-net/dendra/nn"
	"github.com/dendra-net/dendra/nn/tlm"
)

func main() {
	dir := flag.String("dir", "nets", "folder of the shipped nets")
	curve := flag.String("curve", "", "folder to write trained copies to, and nothing else")
	flag.Parse()
	if err := run(context.Background(), *dir, *curve); err != nil {
		log.Fatal(err)
	}
}

var shape = nn.Config{Dim: 64, Layers: 2, Heads: 4, Hidden: 176, Context: 128}

// copies are trained on text that their victims never saw, as by one who wants to know something of its own. Names say
// for how many steps; of two rates the fast one is what a new net is trained with.
var copies = []struct {
	name, of string
	plan     nn.Plan
	shipped  bool
}{
	{"early-75", "early", nn.Plan{Steps: 75, Seed: 5, Peak: 0.001}, false},
	{"early-150", "early", nn.Plan{Steps: 150, Seed: 5, Peak: 0.001}, false},
	{"early-375", "early", nn.Plan{Steps: 375, Seed: 5, Peak: 0.001}, false},
	{"early-375-fast", "early", nn.Plan{Steps: 375, Seed: 5, Peak: 0.003}, true},
	{"early-750", "early", nn.Plan{Steps: 750, Seed: 5, Peak: 0.002}, false},
	{"early-1500", "early", nn.Plan{Steps: 1500, Seed: 5, Peak: 0.002}, false},
	{"late-200", "late", nn.Plan{Steps: 200, Seed: 5, Peak: 0.001}, false},
	{"late-1000", "late", nn.Plan{Steps: 1000, Seed: 5, Peak: 0.001}, false},
	{"late-1000-fast", "late", nn.Plan{Steps: 1000, Seed: 5, Peak: 0.002}, true},
}

func run(ctx context.Context, dir, curve string) error {
	more, err := texts(1<<20, 3<<19)
	if err != nil {
		return err
	}
	if curve == "" {
		err = grow(ctx, dir, more)
	} else {
		err = os.MkdirAll(curve, 0o755)
	}
	if err != nil {
		return err
	}
	for _, c := range copies {
		to := dir
		if curve != "" {
			to = curve
		} else if !c.shipped {
			continue
		}
		m, err := read(filepath.Join(dir, c.of+".tlm"))
		if err != nil {
			return err
		}
		if err := trainTo(ctx, to, c.name, m, more, c.plan); err != nil {
			return err
		}
	}
	return nil
}

// grow makes the nets that are no copies, and the one that goes on where another ended.
func grow(ctx context.Context, dir string, more []byte) error {
	known, err := texts(0, 1<<20)
	if err != nil {
		return err
	}
	first, err := nn.New(shape, 1)
	if err != nil {
		return err
	}
	twin, err := nn.New(shape, 2)
	if err != nil {
		return err
	}
	for _, course := range []struct {
		name  string
		model *nn.Model
		text  []byte
		plan  nn.Plan
	}{
		{"early", first, known, nn.Plan{Steps: 1500, Seed: 1}},
		{"late", first, known, nn.Plan{Steps: 2500, Seed: 2}},
		{"twin", twin, known, nn.Plan{Steps: 4000, Seed: 3}},
		{"tuned", first, more, nn.Plan{Steps: 400, Seed: 4, Peak: 0.0005}}, // the last: it changes what it began from
	} {
		if err := trainTo(ctx, dir, course.name, course.model, course.text, course.plan); err != nil {
			return err
		}
	}
	return nil
}

func trainTo(ctx context.Context, dir, name string, m *nn.Model, text []byte, plan nn.Plan) error {
	if err := train(ctx, m, text, plan); err != nil {
		return fmt.Errorf("train %s: %w", name, err)
	}
	return write(filepath.Join(dir, name+".tlm"), m)
}

func read(path string) (*nn.Model, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	file, err := tlm.Parse(raw)
	if err != nil {
		return nil, err
	}
	return file.Model()
}

// texts joins the same stretch of every kind's training text.
func texts(from, to int) ([]byte, error) {
	var all []byte
	for _, kind := range corpus.Kinds() {
		text, err := corpus.Text(kind, corpus.Training)
		if err != nil {
			return nil, err
		}
		all = append(all, text[from:min(to, len(text))]...)
	}
	return all, nil
}

func train(ctx context.Context, m *nn.Model, text []byte, plan nn.Plan) error {
	trainer, err := nn.NewTrainer(m, text, plan)
	if err != nil {
		return err
	}
	return trainer.Run(ctx, func(p nn.Progress) {
		if p.Step%500 == 0 {
			log.Printf("step %d of %d: %.3f bits per byte", p.Step, p.Steps, p.Bits)
		}
	})
}

func write(path string, m *nn.Model) error {
	file, err := tlm.Quantize(m)
	if err != nil {
		return err
	}
	return os.WriteFile(path, file.Marshal(), 0o644)
}
