// Command train makes the models that miners of the subnet "vision" use by default: a linear map, a perceptron and a
// convolutional network, each trained on pictures drawn as they are needed, so that none is ever seen twice.
//
// Its one invariant: what it writes follows from its flags and this machine's kernel alone.
//
//	go run ./subnets/vision/train -dir subnets/vision/models
//
// It writes NAME.vnet for each model and NAME.log, how training went and what the file, read back, achieves on
// characters that it was not trained on.
package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/dendra-net/dendra/nn/classifier"
	"github.com/dendra-net/dendra/subnets/vision/eye"
	"github.com/dendra-net/dendra/subnets/vision/picture"
)

// lesson is a model and how it is trained.
type lesson struct {
	name  string
	shape classifier.Shape
	plan  classifier.Plan
}

func lessons() []lesson {
	shape := func(kind classifier.Kind, hidden int) classifier.Shape {
		return classifier.Shape{Kind: kind, Width: picture.Side, Height: picture.Side, Classes: len(picture.Classes), Hidden: hidden}
	}
	return []lesson{
		{"linear", shape(classifier.Linear, 0), classifier.Plan{Steps: 5000, Batch: 64, Peak: 0.002}},
		{"mlp", shape(classifier.MLP, 128), classifier.Plan{Steps: 12000, Batch: 64, Peak: 0.002}},
		{"cnn", shape(classifier.CNN, 128), classifier.Plan{Steps: 9000, Batch: 32, Peak: 0.004}},
	}
}

type flags struct {
	dir, only string
	seed      uint64
	steps     int
	test      int
}

func main() {
	var f flags
	flag.StringVar(&f.dir, "dir", "subnets/vision/models", "where the files go")
	flag.StringVar(&f.only, "only", "", "train this model alone")
	flag.Uint64Var(&f.seed, "seed", 1, "of parameters and pictures")
	flag.IntVar(&f.steps, "steps", 0, "steps of training; 0: as many as each model is meant to have")
	flag.IntVar(&f.test, "test", 20000, "characters to test on")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, f, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "train:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, f flags, out io.Writer) error {
	done := 0
	for _, l := range lessons() {
		if f.only != "" && f.only != l.name {
			continue
		}
		if f.steps > 0 {
			l.plan.Steps = f.steps
		}
		var log bytes.Buffer
		file, err := l.learn(ctx, f, io.MultiWriter(out, &log))
		if err != nil {
			return fmt.Errorf("model %s: %w", l.name, err)
		}
		for name, content := range map[string][]byte{l.name + ".vnet": file, l.name + ".log": log.Bytes()} {
			if err := os.WriteFile(filepath.Join(f.dir, name), content, 0o644); err != nil {
				return err
			}
		}
		done++
	}
	if done == 0 {
		return fmt.Errorf("there is no model %q; there are linear, mlp and cnn", f.only)
	}
	return nil
}

// Seeds of dice differ by purpose, so that no picture to learn from is one to be tested on.
func dice(purpose string, seed uint64) *picture.Dice {
	return picture.NewDice(sha256.Sum256(binary.BigEndian.AppendUint64([]byte("dendra/vision/"+purpose+"/"), seed)))
}

func (l lesson) learn(ctx context.Context, f flags, out io.Writer) ([]byte, error) {
	model, err := classifier.New(l.shape, f.seed)
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(out, "model %s: %d parameters, %d hidden, seed %d\n", l.name, l.shape.Parameters(), l.shape.Hidden, f.seed)
	fmt.Fprintf(out, "plan: %d steps of %d characters, rate %g\n", l.plan.Steps, l.plan.Batch, l.plan.Peak)
	started, used := time.Now(), cpu()
	draw := dice("train", f.seed)
	report := l.reporter(out, started)
	err = model.Train(ctx, func(n int) ([]float32, []int) { return eye.Examples(draw, n) }, l.plan, report)
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(out, "trained in %.0f CPU-s\n", (cpu() - used).Seconds())
	file, err := model.Marshal()
	if err != nil {
		return nil, err
	}
	return file, test(out, file, f)
}

// reporter prints the mean loss of each twentieth of the steps, with the time left.
func (l lesson) reporter(out io.Writer, started time.Time) func(classifier.Progress) {
	var sum float64
	every, n := max(l.plan.Steps/20, 1), 0
	return func(p classifier.Progress) {
		sum, n = sum+p.Loss, n+1
		if p.Step%every != 0 && p.Step != p.Steps {
			return
		}
		left := time.Since(started) * time.Duration(p.Steps-p.Step) / time.Duration(p.Step)
		fmt.Fprintf(out, "step %5d of %d: %.3f nats a character, %v left\n", p.Step, p.Steps, sum/float64(n), left.Round(time.Second))
		sum, n = 0, 0
	}
}

// test says what the file achieves.
func test(out io.Writer, file []byte, f flags) error {
	model, err := classifier.Parse(file)
	if err != nil {
		return err
	}
	nats, right, err := model.Loss(eye.Examples(dice("test", f.seed), f.test))
	if err != nil {
		return err
	}
	share := float64(right) / float64(f.test)
	fmt.Fprintf(out, "file: %d bytes, sha256 %x\n", len(file), sha256.Sum256(file))
	fmt.Fprintf(out, "test: %.4f right (standard error %.4f), mean log-likelihood %.4f nats, %d characters\n",
		share, math.Sqrt(share*(1-share)/float64(f.test)), -nats, f.test)
	return nil
}

// cpu is the time that this process has computed.
func cpu() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0 // a figure for the log only
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
