package cli

import (
	"context"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"strings"

	"github.com/spf13/cobra"

	"github.com/dendra-net/dendra/internal/term"
	"github.com/dendra-net/dendra/nn"
	"github.com/dendra-net/dendra/nn/canon"
	"github.com/dendra-net/dendra/nn/tlm"
)

// Bounds of a sample.
const (
	maxSampleBytes = 1 << 20
	maxTemperature = 100
)

// drawing is how a text is continued.
type drawing struct {
	prompt      string
	bytes       int
	temperature float64
	topK        int
	topP        float64
	seed        uint64
	whole       bool
}

// modelSample is a text that a model went on with.
type modelSample struct {
	Model     string `json:"model"`
	Prompt    string `json:"prompt"`
	Text      string `json:"text"`
	Raw       []byte `json:"base64"` // the same where it is no UTF-8
	Seed      uint64 `json:"seed"`
	Canonical bool   `json:"canonical"`
}

func (a *app) modelSampleCommand() *cobra.Command {
	var d drawing
	c := &cobra.Command{Use: "sample MODEL", Short: "Let a model go on with a text", Args: args(1, 1),
		Long: "Let a model go on with a text\n\nMODEL is a tlm, n-gram or GGUF file.\n\nThe same model, prompt, flags and kind of machine give the same bytes; with --canonical every machine does.",
		RunE: func(c *cobra.Command, given []string) error {
			if err := d.check(); err != nil {
				return err
			}
			return a.sampleModel(c.Context(), given[0], d)
		}}
	f := c.Flags()
	f.StringVar(&d.prompt, "prompt", "", "text to go on with")
	f.IntVar(&d.bytes, "bytes", 256, fmt.Sprintf("bytes to write, 1 to %d", maxSampleBytes))
	f.Float64Var(&d.temperature, "temperature", 0.8, fmt.Sprintf("0 takes the likeliest byte, 1 draws as the model believes; at most %d", maxTemperature))
	f.IntVar(&d.topK, "top-k", 0, "draw among the K likeliest bytes; 0 is all")
	f.Float64Var(&d.topP, "top-p", 0, "draw among the fewest bytes whose chances sum to P; 0 is all")
	f.Uint64Var(&d.seed, "seed", 1, "of the draws")
	f.BoolVar(&d.whole, "canonical", false, "compute in whole numbers: the same on every machine")
	return laboratory(c)
}

func (d drawing) check() error {
	var what string
	switch {
	case d.bytes < 1 || d.bytes > maxSampleBytes:
		what = fmt.Sprintf("--bytes is %d; want 1 to %d", d.bytes, maxSampleBytes)
	case !(d.temperature >= 0 && d.temperature <= maxTemperature):
		what = fmt.Sprintf("--temperature is %v; want 0 to %d", d.temperature, maxTemperature)
	case d.topK < 0 || d.topK > nn.Vocabulary:
		what = fmt.Sprintf("--top-k is %d; want 0 to %d", d.topK, nn.Vocabulary)
	case !(d.topP >= 0 && d.topP <= 1):
		what = fmt.Sprintf("--top-p is %v; want 0 to 1", d.topP)
	case d.whole && (d.topK > 0 || d.topP > 0):
		what = "the canonical mode draws by temperature alone, without --top-k and --top-p"
	default:
		return nil
	}
	return usagef("bad_value", "%s", what).withFix("dendra model sample --help")
}

func (a *app) sampleModel(ctx context.Context, name string, d drawing) error {
	file, err := loadModel(name)
	if err != nil {
		return err
	}
	generate, err := d.generator(name, file)
	if err != nil {
		return err
	}
	line := term.NewLine(a.Stderr, term.Live(a.Stderr, a.Getenv))
	defer line.Clear()
	var out []byte
	err = generate(ctx, func(b byte) error {
		if out = append(out, b); len(out)%256 == 0 {
			line.Show("%d of %d bytes", len(out), d.bytes)
		}
		return nil
	})
	line.Clear()
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	r := modelSample{name, d.prompt, strings.ToValidUTF8(string(out), "\uFFFD"), out, d.seed, d.whole}
	return a.emit(r, func(w io.Writer) error {
		text := d.prompt + string(out)
		if term.IsTerminal(a.Stdout) { // a model may have learned control codes
			text = printable(text)
		}
		_, err := fmt.Fprintln(w, text)
		return err
	})
}

// generator goes on with the prompt and hands each byte to emit.
func (d drawing) generator(name string, file *modelFile) (func(ctx context.Context, emit func(byte) error) error, error) {
	source := rand.New(rand.NewPCG(d.seed, 0))
	if !d.whole {
		pick := nn.Sampler{Temperature: float32(d.temperature), TopK: d.topK, TopP: float32(d.topP), Draw: source.Float64}
		return func(ctx context.Context, emit func(byte) error) error {
			return file.Generate(ctx, []byte(d.prompt), d.bytes, pick, emit)
		}, nil
	}
	numbers, err := file.wholeNumbers(name)
	return func(ctx context.Context, emit func(byte) error) error {
		return d.generateWhole(ctx, numbers, source, emit)
	}, err
}

func (d drawing) generateWhole(ctx context.Context, file *tlm.File, source *rand.Rand, emit func(byte) error) error {
	const unit = 1 << 16 // of temperatures
	temperature := uint32(math.Round(d.temperature * unit))
	s := canon.New(file).Session()
	text := append([]byte{nn.First}, d.prompt...)
	text = text[max(0, len(text)-file.Config.Context):]
	var logits []int32
	var err error
	for i := range text {
		if logits, err = feedCanonical(s, text[:i+1]); err != nil {
			return err
		}
	}
	for range d.bytes {
		if err := ctx.Err(); err != nil {
			return err
		}
		b := canon.Pick(logits, temperature, source.Uint64())
		if err := emit(b); err != nil {
			return err
		}
		text = append(text, b)
		if logits, err = feedCanonical(s, text); err != nil {
			return err
		}
	}
	return nil
}
