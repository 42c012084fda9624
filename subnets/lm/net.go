package lm

import (
	"fmt"

	"github.com/dendra-net/dendra/mix"
	"github.com/dendra-net/dendra/nn"
)

type net struct{ *nn.Model }

// FromNN makes a Model of a transformer, which must not be trained any more.
func FromNN(m *nn.Model) Model { return net{m} }

func (n net) Kind() string { return "llama" }

func (n net) Predict(prefixes [][]byte, out []mix.Dist) error {
	if len(prefixes) != len(out) {
		return errCounts(len(prefixes), len(out))
	}
	for i, p := range prefixes {
		chances, err := n.Model.Predict(p)
		if err != nil {
			return fmt.Errorf("prefix %d: %w", i, err)
		}
		lift(chances, &out[i])
	}
	return nil
}

// lift makes a distribution of chances: none below mix.Floor, the sum one.
func lift(chances []float32, d *mix.Dist) {
	sum := 0.0
	for _, p := range chances {
		sum += float64(p)
	}
	scale := (1 - 256*mix.Floor) / sum
	for b, p := range chances {
		d[b] = float32(mix.Floor + float64(p)*scale)
	}
}
