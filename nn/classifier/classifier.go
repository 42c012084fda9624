// Package classifier recognises images: a linear map, a perceptron with one hidden layer or a small convolutional network,
// trained on examples as they are drawn.
//
// Its one invariant: what a classifier says depends on its parameters, the image and the kernel alone, not on the other
// images it is shown at the same time, and training with the same seed on the same examples gives the same bits.
//
//	c, _ := classifier.New(classifier.Shape{Kind: classifier.CNN, Width: 24, Height: 24, Classes: 35, Hidden: 64}, 1)
//	_ = c.Train(ctx, draw, classifier.Plan{Steps: 1000}, nil)
//	chances, _ := c.Chances(pixels)
package classifier

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/dendra-net/dendra/nn/kernel"
)

// Kind names an architecture.
type Kind string

// The architectures, each of which sees what the one before cannot.
const (
	Linear Kind = "linear" // weighs each pixel
	MLP    Kind = "mlp"    // weighs Hidden mixtures of pixels
	CNN    Kind = "cnn"    // looks for the same small shapes everywhere, twice, before it mixes
)

// Channels of the two convolutions.
const (
	firstChannels  = 8
	secondChannels = 16
)

// Bounds of a Shape.
const (
	MaxSide    = 128
	MaxClasses = 1024
	MaxHidden  = 2048
)

// Errors of this package.
var (
	ErrShape   = errors.New("no such classifier")
	ErrImage   = errors.New("not an image of the classifier's size")
	ErrOverrun = errors.New("the classifier's output is not finite")
)

// Shape says what a classifier looks at and how.
type Shape struct {
	Kind          Kind
	Width, Height int // in pixels, each one number
	Classes       int
	Hidden        int // of MLP and CNN
}

// Validate tells whether s describes a classifier.
func (s Shape) Validate() error {
	for _, b := range []struct {
		name           string
		have, min, max int
	}{{"width", s.Width, 1, MaxSide}, {"height", s.Height, 1, MaxSide}, {"classes", s.Classes, 2, MaxClasses}} {
		if b.have < b.min || b.have > b.max {
			return fmt.Errorf("%w: %s is %d, it must be %d to %d", ErrShape, b.name, b.have, b.min, b.max)
		}
	}
	switch s.Kind {
	case Linear:
		return nil
	case MLP, CNN:
		if s.Hidden < 1 || s.Hidden > MaxHidden {
			return fmt.Errorf("%w: hidden is %d, it must be 1 to %d", ErrShape, s.Hidden, MaxHidden)
		}
		if s.Kind == CNN && (s.Width < 4 || s.Height < 4) {
			return fmt.Errorf("%w: %d x %d pixels are too few to halve twice", ErrShape, s.Width, s.Height)
		}
		return nil
	default:
		return fmt.Errorf("%w: kind %q, it must be %s, %s or %s", ErrShape, s.Kind, Linear, MLP, CNN)
	}
}

// Pixels is how many numbers an image has, row by row from the top.
func (s Shape) Pixels() int { return s.Width * s.Height }

// layers of the network, in order.
func (s Shape) layers() []layer {
	switch s.Kind {
	case Linear:
		return []layer{&dense{in: s.Pixels(), out: s.Classes}}
	case MLP:
		return []layer{&dense{in: s.Pixels(), out: s.Hidden}, &relu{}, &dense{in: s.Hidden, out: s.Classes}}
	}
	first := area{s.Width, s.Height, 1}
	second := area{s.Width / 2, s.Height / 2, firstChannels}
	flat := (s.Width / 4) * (s.Height / 4) * secondChannels
	return []layer{
		&convolution{from: first, out: firstChannels}, &relu{}, &pool{from: area{s.Width, s.Height, firstChannels}},
		&convolution{from: second, out: secondChannels}, &relu{}, &pool{from: area{second.width, second.height, secondChannels}},
		&dense{in: flat, out: s.Hidden}, &relu{}, &dense{in: s.Hidden, out: s.Classes},
	}
}

// Parameters is how many numbers a classifier of this shape learns.
func (s Shape) Parameters() (n int) {
	for _, l := range s.layers() {
		n += l.parameters()
	}
	return n
}

// Classifier is a Shape with its parameters. Many goroutines may ask one classifier; none may while it is trained.
type Classifier struct {
	shape  Shape
	params []float32
	kernel kernel.Kernel
}

// New makes a classifier with random parameters drawn from seed.
func New(s Shape, seed uint64) (*Classifier, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	c, err := FromParameters(s, make([]float32, s.Parameters()))
	if err != nil {
		return nil, err
	}
	r, rest := rand.New(rand.NewPCG(seed, uint64(len(c.params)))), c.params
	for _, l := range s.layers() {
		weights, inputs := l.weights()
		for i := range rest[:weights] {
			rest[i] = float32(r.NormFloat64() * math.Sqrt(2/float64(max(inputs, 1))))
		}
		rest = rest[l.parameters():]
	}
	return c, nil
}

// FromParameters makes a classifier of another's Parameters, which it keeps.
func FromParameters(s Shape, params []float32) (*Classifier, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	if n := s.Parameters(); len(params) != n {
		return nil, fmt.Errorf("%w: it has %d parameters, %d are given", ErrShape, n, len(params))
	}
	return &Classifier{shape: s, params: params, kernel: kernel.Best()}, nil
}

// Use makes the classifier compute with k instead of the fastest kernel of this machine.
func (c *Classifier) Use(k kernel.Kernel) { c.kernel = k }

// Shape is the classifier's shape.
func (c *Classifier) Shape() Shape { return c.shape }

// Parameters are the classifier's own, not a copy.
func (c *Classifier) Parameters() []float32 { return c.params }

// Chances gives for each of the images, one after the other in pixels, the chance of every class.
func (c *Classifier) Chances(pixels []float32) ([]float32, error) {
	size := c.shape.Pixels()
	if len(pixels) == 0 || len(pixels)%size != 0 {
		return nil, fmt.Errorf("%w: %d pixels are no images of %d", ErrImage, len(pixels), size)
	}
	out := make([]float32, 0, len(pixels)/size*c.shape.Classes)
	const together = 32 // images, so that memory stays small however many there are
	for ; len(pixels) > 0; pixels = pixels[min(together*size, len(pixels)):] {
		now := pixels[:min(together*size, len(pixels))]
		chances := c.newRun(len(now) / size).forward(now)
		for i := 0; i < len(chances); i += c.shape.Classes {
			if _, err := softmax(c.kernel, chances[i:][:c.shape.Classes], 0); err != nil {
				return nil, err
			}
		}
		out = append(out, chances...)
	}
	return out, nil
}

// softmax turns scores into chances and returns the negative logarithm of the chance of the class that is right.
func softmax(k kernel.Kernel, scores []float32, right int) (float64, error) {
	most := scores[0]
	for _, v := range scores {
		most = max(most, v)
	}
	own := scores[right] - most
	for i := range scores {
		scores[i] -= most
	}
	k.Exp(scores)
	var sum float32
	for _, v := range scores {
		sum += v
	}
	for i := range scores {
		scores[i] /= sum
	}
	cost := math.Log(float64(sum)) - float64(own)
	if math.IsNaN(cost) || math.IsInf(cost, 0) {
		return 0, fmt.Errorf("%w: the right class costs %v", ErrOverrun, cost)
	}
	return cost, nil
}
