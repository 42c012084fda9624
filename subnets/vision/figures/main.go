// Command figures measures the models of the subnet "vision", and prints what docs/intelligence-vision.md shows.
//
// Its one invariant: the figures follow from its flags and the models, and none is of a picture any model was trained on.
//
//	go run ./subnets/vision/figures
//	go run ./subnets/vision/figures -tesseract /usr/bin/tesseract -epochs 2
package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"flag"
	"fmt"
	"io"
	"math"
	"net/http/httptest"
	"os"
	"os/signal"
	"slices"
	"strings"

	"github.com/dendra-net/dendra/neuron"
	"github.com/dendra-net/dendra/subnets/vision"
	"github.com/dendra-net/dendra/subnets/vision/picture"
)

type flags struct {
	characters, epochs int
	tesseract          string
}

func main() {
	var f flags
	flag.IntVar(&f.characters, "characters", 20000, "to test each model on")
	flag.IntVar(&f.epochs, "epochs", 20, "to play, each model getting questions of its own")
	flag.StringVar(&f.tesseract, "tesseract", "", "an OCR program to play the epochs too")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, f, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "figures:", err)
		os.Exit(1)
	}
}

// contender is a reader with its name.
type contender struct {
	name   string
	reader vision.Reader
}

func run(ctx context.Context, f flags, out io.Writer) error {
	fmt.Fprintf(out, "| model | characters | right | right, alone | right, in lines | mean log-likelihood, nats |\n|---|---|---|---|---|---|\n")
	var list []contender
	for _, name := range vision.Models() {
		e, err := vision.Open(name)
		if err != nil {
			return err
		}
		list = append(list, contender{name, e})
		if err := accuracy(ctx, contender{name, e}, f.characters, out); err != nil {
			return err
		}
	}
	if f.tesseract != "" {
		list = append(list, contender{"tesseract", vision.Tesseract{Path: f.tesseract}})
	}
	fmt.Fprintf(out, "\n| model | epochs | score | least, most | standard error within an epoch | no answer | weight |\n|---|---|---|---|---|---|---|\n")
	for i, c := range list {
		if err := epochs(ctx, c, i, f.epochs, out); err != nil {
			return err
		}
	}
	return nil
}

// tally adds up one kind of figure.
type tally struct{ n, sum, squares float64 }

func (t *tally) add(v float64) { t.n, t.sum, t.squares = t.n+1, t.sum+v, t.squares+v*v }

func (t tally) mean() float64 { return t.sum / max(t.n, 1) }

func (t tally) spread() float64 { return math.Sqrt(max(t.squares/max(t.n, 1)-t.mean()*t.mean(), 0)) }

func (t tally) String() string {
	return fmt.Sprintf("%.4f ± %.4f", t.mean(), t.spread()/math.Sqrt(max(t.n, 1)))
}

// accuracy measures one model on pictures of single characters and on lines, as many characters of each.
func accuracy(ctx context.Context, c contender, n int, out io.Writer) error {
	dice := picture.NewDice(sha256.Sum256([]byte("dendra/vision/figures")))
	var all, alone, inLines, nats tally
	missed := map[string]int{}
	for all.n < float64(n) {
		p, kind := dice.Glyph(), &alone
		if inLines.n < alone.n {
			p, kind = dice.Line(4), &inLines
		}
		r, err := c.reader.Read(ctx, p.Gray)
		if err != nil {
			return err
		}
		for i, want := range p.Text {
			class, _ := picture.Class(want)
			right := 0.0
			if r.Text[i] == p.Text[i] {
				right = 1
			} else {
				missed[p.Text[i:i+1]+" as "+r.Text[i:i+1]]++
			}
			all.add(right)
			kind.add(right)
			nats.add(math.Log(math.Max(float64(r.Chances[i][class]), math.SmallestNonzeroFloat32)))
		}
	}
	fmt.Fprintf(out, "| %s | %.0f | %v | %v | %v | %v |\n", c.name, all.n, all, alone, inLines, nats)
	fmt.Fprintf(os.Stderr, "%s reads most often wrongly: %s\n", c.name, worst(missed))
	return nil
}

func worst(missed map[string]int) string {
	var list []string
	for what, n := range missed {
		list = append(list, fmt.Sprintf("%5d %s", n, what))
	}
	slices.Sort(list)
	slices.Reverse(list)
	return strings.Join(list[:min(len(list), 8)], ",")
}

// epochs plays epochs as a validator does, through the handler and the grades.
func epochs(ctx context.Context, c contender, seat, n int, out io.Writer) error {
	task, err := vision.New(vision.Options{})
	if err != nil {
		return err
	}
	handler := vision.Handler(c.reader, task.Name())
	var means, errs, refused tally
	least, most := 1.0, 0.0
	for e := range n {
		pace := task.Pace()
		questions := task.Questions(sha256.Sum256(fmt.Appendf(nil, "figures %d %d", seat, e)), pace.Rounds*pace.Own)
		var sum, weight float64
		scores := make([]float64, len(questions))
		for i, q := range questions {
			rec := httptest.NewRecorder()
			handler.ServeHTTP(rec, httptest.NewRequestWithContext(ctx, "POST", q.Path, bytes.NewReader(q.Body)))
			if scores[i], err = task.Judge(q, neuron.Answer{Status: rec.Code, Body: rec.Body.Bytes()}); err != nil {
				refused.add(1)
			} else {
				refused.add(0)
			}
			sum, weight = sum+q.Difficulty*scores[i], weight+q.Difficulty
		}
		variance := 0.0
		for i, q := range questions {
			variance += math.Pow(q.Difficulty*(scores[i]-sum/weight)/weight, 2)
		}
		means.add(sum / weight)
		errs.add(math.Sqrt(variance))
		least, most = min(least, sum/weight), max(most, sum/weight)
	}
	above := max(means.mean()-task.Floor(), 0) / (1 - task.Floor())
	fmt.Fprintf(out, "| %s | %d | %v | %.3f, %.3f | %.3f | %.0f %% | %.3f |\n", c.name, n, means, least, most, errs.mean(), 100*refused.mean(), above*above)
	return ctx.Err()
}
