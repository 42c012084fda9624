package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"time"

	"github.com/spf13/cobra"

	"github.com/dendra-net/dendra/corpus"
	"github.com/dendra-net/dendra/internal/term"
	"github.com/dendra-net/dendra/nn"
	"github.com/dendra-net/dendra/nn/canon"
	"github.com/dendra-net/dendra/nn/tlm"
	"github.com/dendra-net/dendra/subnets/lm"
)

// usualMeasured is how many bytes a figure is measured on unless told otherwise.
const usualMeasured = 128 << 10

// modelScore is how well a model predicts a text.
type modelScore struct {
	Model      string  `json:"model"`
	Kind       string  `json:"kind"`               // "llama" or "ngram"
	Parameters int     `json:"parameters"`         // of a network
	Contexts   int     `json:"contexts,omitempty"` // of a count model
	Text       string  `json:"text"`
	Canonical  bool    `json:"canonical"`
	Bytes      int     `json:"bytes"`
	Bits       float64 `json:"bits_per_byte"`
	Seconds    float64 `json:"seconds"`
}

func (a *app) modelEvalCommand() *cobra.Command {
	var text textFlags
	var whole bool
	var most int
	c := &cobra.Command{Use: "eval MODEL", Short: "Measure how well a model predicts a text, in bits per byte", Args: args(1, 1),
		Long: "Measure how well a model predicts a text, in bits per byte\n\n" +
			"MODEL is a tlm, n-gram or GGUF file, as a pretrain subnet takes.\n\n" +
			"Fewer bits are better; 8 are what knowing nothing costs. Of the shipped corpus only documents are measured that\n" +
			"are held out of training; of your files all is measured, so name some that the model was not trained on.",
		RunE: func(c *cobra.Command, given []string) error {
			if most < 0 {
				return usagef("bad_value", "%d bytes to measure on; want 1 or more, or 0 for all", most).withFix("leave --bytes out")
			}
			return a.evaluateModel(c.Context(), given[0], &text, whole, most)
		}}
	text.register(c, "measure on")
	c.Flags().BoolVar(&whole, "canonical", false, "compute in whole numbers: slower, and the same on every machine")
	c.Flags().IntVar(&most, "bytes", usualMeasured, "most bytes to measure on, in pieces spread over the text; 0 is all")
	return laboratory(c)
}

func (a *app) evaluateModel(ctx context.Context, name string, text *textFlags, whole bool, most int) error {
	file, err := loadModel(name)
	if err != nil {
		return err
	}
	list, err := text.read(corpus.HeldOut)
	if err != nil {
		return err
	}
	cost := costOf(ctx, file.Model)
	if whole {
		numbers, err := file.wholeNumbers(name)
		if err != nil {
			return err
		}
		cost = canonicalCostOf(ctx, numbers)
	}
	began := time.Now()
	bits, bytes, err := a.measure(cost, list, most)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	parameters, contexts := file.size()
	r := modelScore{name, file.Kind(), parameters, contexts, text.about(), whole, bytes, bits, time.Since(began).Seconds()}
	return a.emit(r, func(w io.Writer) error {
		t := term.Table{Columns: []term.Column{{Title: "MODEL"}, {Title: sizeTitle(contexts), Right: true}, {Title: "TEXT"}, {Title: "BYTES", Right: true}, {Title: "BITS/BYTE", Right: true}}}
		t.Add(term.Clean(r.Model), fmt.Sprint(r.Parameters+r.Contexts), term.Clean(r.Text), fmt.Sprint(r.Bytes), fmt.Sprintf("%.4f", r.Bits))
		return t.Write(w)
	})
}

// sizeTitle names what a model's size is counted in.
func sizeTitle(contexts int) string {
	if contexts > 0 {
		return "CONTEXTS"
	}
	return "PARAMETERS"
}

// costOf returns how many bits a model needs for a piece of text.
func costOf(ctx context.Context, m lm.Model) func([]byte) (float64, error) {
	return func(piece []byte) (sum float64, err error) {
		bits, err := m.Bits(ctx, piece)
		for _, b := range bits {
			sum += float64(b)
		}
		return sum, err
	}
}

// canonicalCostOf is the same in whole numbers.
func canonicalCostOf(ctx context.Context, file *tlm.File) func([]byte) (float64, error) {
	s := canon.New(file).Session()
	return func(piece []byte) (float64, error) { return canonicalCost(ctx, s, piece) }
}

// measure adds up what the pieces of a text cost and shows how far it is.
func (a *app) measure(cost func([]byte) (float64, error), list []document, most int) (bitsPerByte float64, bytes int, err error) {
	line, began := term.NewLine(a.Stderr, term.Live(a.Stderr, a.Getenv)), time.Now()
	defer line.Clear()
	pieces, total := spread(list, most)
	if total == 0 {
		return 0, 0, usagef("bad_text", "there is no text to measure on")
	}
	var bits float64
	for _, p := range pieces {
		more, err := cost(p)
		if err != nil {
			return 0, 0, err
		}
		bits, bytes = bits+more, bytes+len(p)
		rate := float64(bytes) / time.Since(began).Seconds()
		line.Show("measured %d of %d bytes, %.3f bits/byte, %sB/s, %s left", bytes, total, bits/float64(bytes), term.Rate(rate), term.ETA(float64(total-bytes), rate))
	}
	return bits / float64(total), total, nil
}

// canonicalCost prices each byte by what was before it, of which the model remembers half a context at least.
func canonicalCost(ctx context.Context, s *canon.Session, piece []byte) (bits float64, err error) {
	s.Reset()
	fed := append([]byte{nn.First}, piece...)
	for i, b := range piece {
		if i%256 == 0 && ctx.Err() != nil {
			return 0, ctx.Err()
		}
		logits, err := feedCanonical(s, fed[:i+1])
		if err != nil {
			return 0, err
		}
		chances := canon.Chances(logits)
		var sum int64
		for _, v := range chances {
			sum += v
		}
		bits += math.Log2(float64(sum) / float64(max(chances[b], 1))) // chances are rounded: none is taken for nothing
	}
	return bits, nil
}

// feedCanonical appends the last byte of text; of what is before it a full session keeps the latest half of a context.
func feedCanonical(s *canon.Session, text []byte) ([]int32, error) {
	logits, err := s.Feed(text[len(text)-1])
	if !errors.Is(err, nn.ErrFull) {
		return logits, err
	}
	kept := text[len(text)-(s.Len()+1)/2:]
	s.Reset()
	for _, b := range kept {
		if logits, err = s.Feed(b); err != nil {
			return nil, err
		}
	}
	return logits, nil
}
