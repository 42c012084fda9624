package cli

import (
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/dendra-net/dendra/internal/term"
	"github.com/dendra-net/dendra/nn/gguf"
)

// exportedModel is a file that other programs load.
type exportedModel struct {
	Model      string `json:"model"`
	GGUF       string `json:"gguf"`
	Name       string `json:"name"`
	Quant      string `json:"quant"`
	Parameters int    `json:"parameters"`
	Bytes      int    `json:"bytes"`
	Hash       string `json:"sha256"`
}

func (a *app) modelExportCommand() *cobra.Command {
	var out, name, quant string
	c := &cobra.Command{Use: "export MODEL --gguf FILE", Short: "Write a model as GGUF, for llama.cpp, Ollama and their kin", Args: args(1, 1),
		Long: "Write a model as GGUF, for llama.cpp, Ollama and their kin\n\nMODEL is a network: a tlm file, or a GGUF file to be written with other weights.",
		RunE: func(_ *cobra.Command, given []string) error {
			if out == "" {
				return usagef("missing_flag", "the file to write is not named").withFix("add --gguf FILE")
			}
			if len(name) > maxModelName {
				return usagef("bad_value", "--name has %d bytes, the most is %d", len(name), maxModelName).withFix("choose a shorter --name")
			}
			if quant != quantF32 && quant != quantQ8 {
				return usagef("bad_value", "--quant is %q; want %s or %s", quant, quantF32, quantQ8).withFix("leave --quant out, or give --quant " + quantQ8)
			}
			return a.exportModel(given[0], out, name, quant)
		}}
	c.Flags().StringVar(&out, "gguf", "", "file to write")
	c.Flags().StringVar(&name, "name", "", "what programs call the model; default its file's name")
	c.Flags().StringVar(&quant, "quant", quantF32, "weights of 32 bits (f32), or of eight, which take a quarter of the room (q8_0)")
	return laboratory(c)
}

// Weights that a GGUF file can have.
const (
	quantF32 = "f32"
	quantQ8  = "q8_0"
)

// maxModelName bounds what programs have to show, in bytes.
const maxModelName = 256

func (a *app) exportModel(from, out, name, quant string) error {
	if err := checkOutput(out); err != nil {
		return err
	}
	file, err := loadModel(from)
	if err != nil {
		return err
	}
	m := file.net
	if m == nil {
		return usagef("bad_model", "%s counts bytes (%s) and has no weights; GGUF files hold networks", from, file.Kind()).
			withFix("name a tlm file; an n-gram file is published as it is: dendra miner run --subnet N --task pretrain --artifact %s", from)
	}
	if name == "" {
		name = strings.TrimSuffix(filepath.Base(from), filepath.Ext(from))
	}
	raw := gguf.Marshal(m, name)
	if quant == quantQ8 {
		if raw, err = gguf.MarshalQ8(m, name); err != nil {
			return fmt.Errorf("%s: %w", from, err)
		}
	}
	hash, err := createOutput(out, raw)
	if err != nil {
		return err
	}
	r := exportedModel{from, out, name, quant, m.Config().Parameters(), len(raw), hash}
	return a.emit(r, func(w io.Writer) error {
		t := term.Table{Columns: []term.Column{{Title: "GGUF"}, {Title: "PARAMETERS", Right: true}, {Title: "BYTES", Right: true}, {Title: "SHA-256"}}}
		t.Add(term.Clean(r.GGUF), fmt.Sprint(r.Parameters), fmt.Sprint(r.Bytes), r.Hash)
		return t.Write(w)
	})
}
