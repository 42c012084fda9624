// Command train makes the model that is shipped with the program: its file, its card and the log of its training. It takes
// half an hour of one core; when it is stopped, the same command goes on where it was.
//
//	go run ./corpus/train
package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"flag"
	"log"
	"os"
	"os/signal"
	"path/filepath"

	"github.com/dendra-net/dendra/corpus"
	"github.com/dendra-net/dendra/corpus/course"
	"github.com/dendra-net/dendra/internal/durable"
	"github.com/dendra-net/dendra/nn"
	"github.com/dendra-net/dendra/nn/tlm"
	"github.com/dendra-net/dendra/nn/weights"
)

func main() {
	log.SetFlags(0)
	out := flag.String("out", filepath.FromSlash("nn/weights"), "folder to write to")
	state := flag.String("state", "", "file that keeps a training that was stopped; default.tlm.state in the folder unless given")
	flag.Parse()
	if *state == "" {
		*state = filepath.Join(*out, "default.tlm.state")
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := train(ctx, *out, *state); err != nil {
		log.Fatal(err)
	}
}

func train(ctx context.Context, out, state string) error {
	run := course.Run{Course: course.Shipped, State: state, Log: filepath.Join(out, "default.tsv"), CPU: cpuSeconds, Say: func(l course.Line) {
		log.Printf("step %d of %d, %.3f bits/byte, held out %.3f, %.0f CPU-seconds", l.Step, course.Shipped.Steps, l.Bits, l.HeldOut, l.CPUSeconds)
	}}
	m, err := run.Train(ctx)
	if err != nil {
		return err
	}
	file, err := tlm.Quantize(m)
	if err != nil {
		return err
	}
	card, err := describe(ctx, file)
	if err != nil {
		return err
	}
	if err := durable.Replace(filepath.Join(out, "default.tlm"), file.Marshal(), 0o644); err != nil {
		return err
	}
	if err := durable.Replace(filepath.Join(out, "default.json"), append(card, '\n'), 0o644); err != nil {
		return err
	}
	return os.Remove(state)
}

// describe measures what is left of the model in eight bits and writes its card.
func describe(ctx context.Context, file *tlm.File) ([]byte, error) {
	m, err := file.Model()
	if err != nil {
		return nil, err
	}
	whole, err := measure(ctx, m, weights.HeldOutBytes)
	if err != nil {
		return nil, err
	}
	part, err := measure(ctx, m, weights.PartBytes)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(file.Marshal())
	return json.MarshalIndent(weights.Card{
		SHA256: hex.EncodeToString(sum[:]), Corpus: corpus.Hash(), Steps: course.Shipped.Steps,
		TrainedBytes: course.Shipped.Bytes(course.Shipped.Steps), HeldOut: whole, Part: part,
	}, "", "  ")
}

func measure(ctx context.Context, m *nn.Model, bytes int) (map[string]float64, error) {
	costs, err := course.Measure(ctx, m, bytes)
	named := map[string]float64{}
	for kind, bits := range costs {
		named[string(kind)] = bits
	}
	return named, err
}
