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
	Parameters int    `json:"parameters"`
	Bytes      int    `json:"bytes"`
	Hash       string `json:"sha256"`
}

func (a *app) modelExportCommand() *cobra.Command {
	var out, name string
	c := &cobra.Command{Use: "export MODEL.tlm --gguf FILE", Short: "Write a model as GGUF, for llama.cpp, Ollama and their kin", Args: args(1, 1),
		RunE: func(_ *cobra.Command, given []string) error {
			if out == "" {
				return usagef("missing_flag", "the file to write is not named").withFix("add --gguf FILE")
			}
			if len(name) > maxModelName {
				return usagef("bad_value", "--name has %d bytes, the most is %d", len(name), maxModelName).withFix("choose a shorter --name")
			}
			return a.exportModel(given[0], out, name)
		}}
	c.Flags().StringVar(&out, "gguf", "", "file to write")
	c.Flags().StringVar(&name, "name", "", "what programs call the model; default its file's name")
	return laboratory(c)
}

// maxModelName bounds what programs have to show, in bytes.
const maxModelName = 256

func (a *app) exportModel(from, out, name string) error {
	if err := checkOutput(out); err != nil {
		return err
	}
	file, err := loadModel(from)
	if err != nil {
		return err
	}
	m, err := file.Model()
	if err != nil {
		return fmt.Errorf("%s: %w", from, err)
	}
	if name == "" {
		name = strings.TrimSuffix(filepath.Base(from), filepath.Ext(from))
	}
	raw := gguf.Marshal(m, name)
	hash, err := createOutput(out, raw)
	if err != nil {
		return err
	}
	r := exportedModel{from, out, name, file.Config.Parameters(), len(raw), hash}
	return a.emit(r, func(w io.Writer) error {
		t := term.Table{Columns: []term.Column{{Title: "GGUF"}, {Title: "PARAMETERS", Right: true}, {Title: "BYTES", Right: true}, {Title: "SHA-256"}}}
		t.Add(term.Clean(r.GGUF), fmt.Sprint(r.Parameters), fmt.Sprint(r.Bytes), r.Hash)
		return t.Write(w)
	})
}
