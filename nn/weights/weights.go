// Package weights is the language model that is shipped with the program: 0.84 million parameters of eight bits over
// bytes, trained on the four kinds of text in package corpus.
//
// Its one invariant: the file, its card and the log of its training belong together, and its figures are what a test finds.
// `make weights` trains it again.
package weights

import (
	_ "embed" // the model
	"encoding/json"
	"fmt"

	"github.com/dendra-net/dendra/nn"
	"github.com/dendra-net/dendra/nn/tlm"
)

//go:embed default.tlm
var file []byte

//go:embed default.json
var card []byte

// How much held-out text of each kind the figures of a card are of. A test can afford to find PartBytes again.
const (
	HeldOutBytes = 128 << 10
	PartBytes    = 16 << 10
)

// Card says what the model is and how well it predicts text that it was not trained on.
type Card struct {
	SHA256       string             `json:"sha256"`        // of File
	Corpus       string             `json:"corpus_sha256"` // as package corpus names what it was trained on
	Steps        int                `json:"steps"`
	TrainedBytes int64              `json:"trained_bytes"`
	HeldOut      map[string]float64 `json:"held_out_bits_per_byte"` // by kind, on HeldOutBytes
	Part         map[string]float64 `json:"part_bits_per_byte"`     // by kind, on PartBytes of it
}

// Default returns a model that is the caller's own, to train further for one. It is of eight bits, as a miner that
// publishes it would serve it.
func Default() (*nn.Model, error) {
	f, err := tlm.Parse(file)
	if err != nil {
		return nil, fmt.Errorf("open the shipped model: %w", err)
	}
	return f.Model()
}

// File is the model as a tlm file of less than a mebibyte. Do not change it.
func File() []byte { return file }

// Describe returns the model's card.
func Describe() (c Card, err error) {
	if err := json.Unmarshal(card, &c); err != nil {
		return c, fmt.Errorf("read the shipped model's card: %w", err)
	}
	return c, nil
}
