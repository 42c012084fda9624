package cli

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/dendra-net/dendra/internal/term"
	"github.com/dendra-net/dendra/mix"
	"github.com/dendra-net/dendra/subnets/lm"
)

const (
	countMemory = 256 << 20 // bytes of tables
	countPiece  = 64 << 10  // bytes counted between two looks at whether to stop
)

// networkFlags are those that a count model has no use for.
var networkFlags = []string{"dim", "layers", "heads", "hidden", "context", "seconds", "steps", "rate", "seed", "plot"}

// counted is what counting gave.
type counted struct {
	Out       string  `json:"out"`
	Order     int     `json:"order"`
	Contexts  int     `json:"contexts"` // that the file holds
	Text      string  `json:"text"`
	TextHash  string  `json:"training_text_sha256"`
	TextBytes int     `json:"training_text_bytes"`
	Seconds   float64 `json:"seconds"`
	HeldOut   int     `json:"held_out_bytes"`
	Bits      float64 `json:"held_out_bits_per_byte"`
	Bytes     int     `json:"file_bytes"`
	Hash      string  `json:"sha256"`
}

// countText makes a count model of a text, small enough to be published, and measures what is left of it.
func (a *app) countText(c *cobra.Command, order int, text *textFlags, out string) error {
	if err := checkCounting(c, order, out); err != nil {
		return err
	}
	began := time.Now()
	training, heldOut, err := text.split()
	if err != nil {
		return err
	}
	m, err := mix.NewNGram(mix.NGramConfig{Order: order, MaxBytes: countMemory})
	if err != nil {
		return err
	}
	if err := a.count(c.Context(), m, training); err != nil {
		return err
	}
	raw, err := m.Fit(lm.MaxArtifact)
	if err != nil {
		return err
	}
	if m, err = mix.Parse(raw, 0); err != nil {
		return err
	}
	r := counted{Out: out, Order: order, Contexts: m.Contexts(), Text: text.about(), TextHash: hashOf(training), TextBytes: len(training), Bytes: len(raw)}
	if r.Bits, r.HeldOut, err = a.measure(costOf(c.Context(), lm.FromNGram(m)), heldOut, usualMeasured); err != nil {
		return err
	}
	if r.Hash, err = createOutput(out, raw); err != nil {
		return err
	}
	r.Seconds = time.Since(began).Seconds()
	return a.emit(r, func(w io.Writer) error { return printCounted(w, r) })
}

func checkCounting(c *cobra.Command, order int, out string) error {
	for _, name := range networkFlags {
		if c.Flags().Changed(name) {
			return usagef("bad_flag", "--%s is of networks, and --ngram makes none", name).withFix("leave --%s out, or --ngram", name)
		}
	}
	switch {
	case out == "":
		return usagef("missing_flag", "the file to write is not named").withFix("add --out MODEL.ngram")
	case order < 1 || order > mix.MaxOrder:
		return usagef("bad_value", "--ngram is %d; want 1 to %d", order, mix.MaxOrder).withFix("--ngram 5")
	}
	return checkOutput(out)
}

// count shows the text to the model, and how far it is.
func (a *app) count(ctx context.Context, m *mix.NGram, text []byte) error {
	line, began := term.NewLine(a.Stderr, term.Live(a.Stderr, a.Getenv)), time.Now()
	defer line.Clear()
	for i, b := range text {
		if i%countPiece == 0 {
			if err := ctx.Err(); err != nil {
				return err
			}
			rate := float64(i) / time.Since(began).Seconds()
			line.Show("counted %d of %d bytes, %sB/s, %s left", i, len(text), term.Rate(rate), term.ETA(float64(len(text)-i), rate))
		}
		m.Learn(text[max(0, i-mix.MaxOrder):i], b)
	}
	return nil
}

func printCounted(w io.Writer, r counted) error {
	t := term.Table{Columns: []term.Column{{Title: "MODEL"}, {Title: "ORDER", Right: true}, {Title: "CONTEXTS", Right: true}, {Title: "BYTES COUNTED", Right: true},
		{Title: "HELD-OUT BITS/BYTE", Right: true}, {Title: "FILE BYTES", Right: true}}}
	t.Add(term.Clean(r.Out), fmt.Sprint(r.Order), fmt.Sprint(r.Contexts), fmt.Sprint(r.TextBytes), fmt.Sprintf("%.4f", r.Bits), fmt.Sprint(r.Bytes))
	if err := t.Write(w); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, "sha256 %s, %s, measured on %d bytes held out of %s\n", r.Hash, time.Duration(r.Seconds*float64(time.Second)).Round(time.Millisecond), r.HeldOut, term.Clean(r.Text))
	return err
}
