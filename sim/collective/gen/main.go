// Command gen trains the small nets that play in the laboratory: one that is paused and taken up again, one tuned from
// it, and one of another seed. Each step is counted, none is timed, so it makes the same files on the same kind of CPU.
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
	dir := flag.String("dir", "nets", "folder to write to")
	flag.Parse()
	if err := run(context.Background(), *dir); err != nil {
		log.Fatal(err)
	}
}

var shape = nn.Config{Dim: 64, Layers: 2, Heads: 4, Hidden: 176, Context: 128}

func run(ctx context.Context, dir string) error {
	known, err := texts(0, 1<<20)
	if err != nil {
		return err
	}
	more, err := texts(1<<20, 3<<19)
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
		if err := train(ctx, course.model, course.text, course.plan); err != nil {
			return fmt.Errorf("train %s: %w", course.name, err)
		}
		if err := write(filepath.Join(dir, course.name+".tlm"), course.model); err != nil {
			return err
		}
	}
	return nil
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
