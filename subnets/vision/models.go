package vision

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"image"
	"slices"

	"github.com/dendra-net/dendra/nn/classifier"
	"github.com/dendra-net/dendra/subnets/vision/eye"
)

//go:embed models/*.vnet
var files embed.FS

// ErrModel says that no model of that name ships with the program.
var ErrModel = errors.New("no such model")

// Models names the models that ship with the program, from the one that sees least to the one that sees most. They were
// made by the command in train; beside each file lies the log of its training.
func Models() []string { return []string{"linear", "mlp", "cnn"} }

// Reader reads pictures of text: an *eye.Eye, a Tesseract or anybody's own. Many goroutines use it at once.
type Reader interface {
	// Read returns what a picture says. It returns soon after ctx ends.
	Read(ctx context.Context, picture *image.Gray) (eye.Reading, error)
}

// Open loads one of Models, in about a millisecond.
func Open(name string) (*eye.Eye, error) {
	if !slices.Contains(Models(), name) {
		return nil, fmt.Errorf("%w as %.40q; there are %v", ErrModel, name, Models())
	}
	raw, err := files.ReadFile("models/" + name + ".vnet")
	if err != nil {
		return nil, err
	}
	net, err := classifier.Parse(raw)
	if err != nil {
		return nil, fmt.Errorf("model %s: %w", name, err)
	}
	return eye.New(net)
}
