package eye

import (
	"context"
	"fmt"
	"image"
	"strings"

	"github.com/dendra-net/dendra/nn/classifier"
	"github.com/dendra-net/dendra/subnets/vision/picture"
)

// Reading is what a picture says.
type Reading struct {
	Text string // lines and words parted by white space
	// Chances has for each character of Text that is no white space the chance of every class of picture.Classes; it is
	// empty where they are not known.
	Chances [][]float32
}

// Eye reads with a classifier. Many goroutines may use it at once.
type Eye struct{ net *classifier.Classifier }

// New makes an eye of a classifier, which must tell picture's classes apart in cells of picture's size.
func New(net *classifier.Classifier) (*Eye, error) {
	s := net.Shape()
	if s.Width != picture.Side || s.Height != picture.Side || s.Classes != len(picture.Classes) {
		return nil, fmt.Errorf("a classifier of %d classes in %d x %d pixels cannot read: it must have %d in %d x %d",
			s.Classes, s.Width, s.Height, len(picture.Classes), picture.Side, picture.Side)
	}
	return &Eye{net}, nil
}

// Read reads a picture. It fails with ErrCrowded when there are more than MaxCells characters in it.
func (e *Eye) Read(ctx context.Context, g *image.Gray) (Reading, error) {
	list, err := cells(g)
	if err != nil {
		return Reading{}, err
	}
	if err := ctx.Err(); err != nil {
		return Reading{}, err
	}
	inputs := make([]float32, 0, len(list)*Inputs)
	for _, c := range list {
		inputs = AppendInput(inputs, c.gray)
	}
	chances, err := e.net.Chances(inputs)
	if err != nil {
		return Reading{}, err
	}
	var r Reading
	var text strings.Builder
	for i, c := range list {
		own := chances[i*len(picture.Classes):][:len(picture.Classes)]
		text.WriteString(c.before)
		text.WriteByte(picture.Classes[likeliest(own)])
		r.Chances = append(r.Chances, own)
	}
	r.Text = text.String()
	return r, nil
}

func likeliest(chances []float32) (best int) {
	for i, c := range chances {
		if c > chances[best] {
			best = i
		}
	}
	return best
}
