package cli

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/dendra-net/dendra/internal/durable"
	"github.com/dendra-net/dendra/mix"
	"github.com/dendra-net/dendra/nn"
	"github.com/dendra-net/dendra/nn/gguf"
	"github.com/dendra-net/dendra/nn/tlm"
	"github.com/dendra-net/dendra/subnets/lm"
)

// Most bytes of what these commands read. A model's bound is also that of what can be trained.
const (
	maxModelBytes = 64 << 20
	maxTextBytes  = 256 << 20
)

func (a *app) modelCommand() *cobra.Command {
	return a.noun("model", "Language models over bytes from your own text: train, eval, sample, export",
		a.modelTrainCommand(), a.modelEvalCommand(), a.modelSampleCommand(), a.modelExportCommand())
}

// modelFile is a model as its file has it.
type modelFile struct {
	lm.Model
	whole *tlm.File  // of a tlm file: what is computed in whole numbers
	net   *nn.Model  // of a tlm or GGUF file
	count *mix.NGram // of an n-gram file
}

// loadModel reads a file that anyone may have written: tlm, n-gram or GGUF.
func loadModel(name string) (*modelFile, error) {
	raw, err := readInput(name, maxModelBytes, "bad_model")
	if err != nil {
		return nil, err
	}
	f, err := parseModel(raw)
	if err != nil {
		return nil, usagef("bad_model", "%s: %v", name, err)
	}
	return f, nil
}

// parseModel reads what lm.Load does, and keeps what is special of a format.
func parseModel(raw []byte) (f *modelFile, err error) {
	f = &modelFile{}
	switch lm.FormatOf(raw) {
	case lm.FormatNGram:
		if f.count, err = mix.Parse(raw, 0); err != nil {
			return nil, err
		}
		f.Model = lm.FromNGram(f.count)
		return f, nil
	case lm.FormatTLM:
		if f.whole, err = tlm.Parse(raw); err == nil {
			f.net, err = f.whole.Model()
		}
	case lm.FormatGGUF:
		f.net, err = gguf.Parse(raw)
	default:
		_, err = lm.Load(raw) // says what there is
	}
	if err != nil {
		return nil, err
	}
	f.Model = lm.FromNN(f.net)
	return f, nil
}

// size is how many numbers a network has, or how many contexts a count model remembers.
func (f *modelFile) size() (parameters, contexts int) {
	if f.count != nil {
		return 0, f.count.Contexts()
	}
	return f.net.Config().Parameters(), 0
}

// wholeNumbers is what the canonical mode computes with.
func (f *modelFile) wholeNumbers(name string) (*tlm.File, error) {
	if f.whole == nil {
		return nil, usagef("bad_flag", "%s has no weights of whole numbers, which --canonical computes with; tlm files have", name).
			withFix("leave --canonical out, or train a tlm file: dendra model train --out MODEL.tlm")
	}
	return f.whole, nil
}

// readInput reads a regular file of at most limit bytes; whatever else it is gets the code.
func readInput(name string, limit int64, code string) ([]byte, error) {
	info, err := os.Stat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, usagef("no_such_file", "there is no file %q", name)
	case err != nil:
		return nil, usagef(code, "%v", err)
	case !info.Mode().IsRegular():
		return nil, usagef(code, "%s is not a regular file", name)
	case info.Size() > limit:
		return nil, usagef(code, "%s has %d bytes, the most is %d", name, info.Size(), limit)
	}
	raw, err := durable.Read(name, limit)
	if err != nil {
		return nil, usagef(code, "%v", err)
	}
	return raw, nil
}

// checkOutput refuses before the computation a file that createOutput could not make.
func checkOutput(name string) error {
	if dir, err := os.Stat(filepath.Dir(name)); err != nil || !dir.IsDir() {
		return usagef("bad_output", "%q is no directory to write %q into", filepath.Dir(name), filepath.Base(name))
	}
	if _, err := os.Lstat(name); !errors.Is(err, fs.ErrNotExist) {
		return outputTaken(name)
	}
	return nil
}

func outputTaken(name string) error {
	return usagef("bad_output", "%s is there already, and nothing is overwritten", name)
}

// createOutput writes a new file and returns its hash.
func createOutput(name string, content []byte) (string, error) {
	err := durable.Create(name, content, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return "", outputTaken(name)
	}
	if err != nil {
		return "", fmt.Errorf("write the model: %w", err)
	}
	return hashOf(content), nil
}

func hashOf(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}
