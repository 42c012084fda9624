package pretrain

import (
	"context"
	"fmt"
	"math"

	"github.com/dendra-net/dendra/nn"
)

// probe is a passage that every model must be able to price: words, figures and line ends as exams have them, and bytes
// that they do not have.
const probe = "The hour was late, and of the 1,204 lamps in the street not one was lit.\n\n\tfor i := range n { sum += x[i] }\n\x00\x7f\xff"

// Check refuses a file that validators would not measure, and says why: one that is too large, no model, computes too
// much, breaks down, or whose outputs are no finite numbers. The error is lm.ErrArtifact, ErrWork, nn.ErrNotFinite or
// that of ctx. It takes a few milliseconds.
func Check(ctx context.Context, artifact []byte) (err error) {
	defer func() {
		if fault := recover(); fault != nil {
			err = fmt.Errorf("%w: it breaks down: %v", nn.ErrNotFinite, fault)
		}
	}()
	model, err := open(artifact)
	if err != nil {
		return err
	}
	bits, err := model.Bits(ctx, []byte(probe))
	if err != nil {
		return err
	}
	for at, b := range bits {
		if b := float64(b); math.IsNaN(b) || math.IsInf(b, 0) {
			return fmt.Errorf("%w: byte %d of a text costs %v bits", nn.ErrNotFinite, at, b)
		}
	}
	return nil
}
