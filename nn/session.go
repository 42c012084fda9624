package nn

import (
	"context"
	"errors"
	"fmt"

	"github.com/dendra-net/dendra/nn/kernel"
)

// ErrFull says that a session has fed as many bytes as the model looks back on.
var ErrFull = errors.New("the model's context is full")

// Session feeds a model byte by byte and remembers what it has computed of the bytes before. It belongs to one goroutine.
type Session struct {
	m        *Model
	length   int
	wide     int      // Context, rounded up to whole lanes
	memory   []memory // of each layer
	x, y     []float32
	qkv      []float32
	gateUp   []float32
	open, up []float32
	chances  []float32
	logits   []float32
}

// lanes is how many numbers kernels take at once.
const lanes = 8

// memory holds keys a column per byte, of wide columns, and values a row per byte.
type memory struct{ keys, values []float32 }

// Session starts a text. It takes 8 Dim Context Layers bytes of memory, with Context as a multiple of eight.
func (m *Model) Session() *Session {
	c := m.config
	s := &Session{m: m, memory: make([]memory, c.Layers), wide: (c.Context + lanes - 1) &^ (lanes - 1)}
	for i := range s.memory {
		s.memory[i] = memory{make([]float32, s.wide*c.Dim), make([]float32, c.Context*c.Dim)}
	}
	s.x, s.y, s.qkv = make([]float32, c.Dim), make([]float32, c.Dim), make([]float32, 3*c.Dim)
	s.gateUp, s.open, s.up = make([]float32, 2*c.Hidden), make([]float32, c.Hidden), make([]float32, c.Hidden)
	s.chances, s.logits = make([]float32, s.wide), make([]float32, Vocabulary)
	return s
}

// Len is the number of bytes fed since the start or the last Reset.
func (s *Session) Len() int { return s.length }

// Reset forgets all bytes.
func (s *Session) Reset() { s.length = 0 }

// Feed appends b to the text and returns the logits of the byte after it, which are valid until the next call. When the
// context is full it returns ErrFull: Reset, and feed what of the text is to be remembered.
func (s *Session) Feed(b byte) ([]float32, error) {
	c := s.m.config
	if s.length == c.Context {
		return nil, fmt.Errorf("%w: %d bytes", ErrFull, c.Context)
	}
	w := s.m.weights
	copy(s.x, w.embed.Data[int(b)*c.Dim:][:c.Dim])
	for i, l := range w.layers {
		s.attend(&s.memory[i], l)
		s.feedForward(l)
	}
	s.length++
	normRow(s.m.kernel, s.y, s.x, w.norm)
	s.m.kernel.MulVec(s.logits, w.embed, s.y)
	return s.logits, nil
}

func (s *Session) attend(past *memory, w layer) {
	c, k, at := s.m.config, s.m.kernel, s.length
	normRow(k, s.y, s.x, w.attention)
	k.MulVec(s.qkv, w.qkv, s.y)
	s.m.angles.turn(k, s.qkv[:2*c.Dim], at)
	for i, v := range s.qkv[c.Dim : 2*c.Dim] {
		past.keys[i*s.wide+at] = v
	}
	copy(past.values[at*c.Dim:], s.qkv[2*c.Dim:])
	// Whole lanes of scores are computed; those beyond the byte at hand are of no byte and left out.
	seen := (at + lanes) &^ (lanes - 1)
	keys := kernel.Dense(past.keys, c.Dim, s.wide).Columns(0, seen)
	values := kernel.Dense(past.values, c.Context, c.Dim).RowsOf(0, at+1)
	size, chances := c.HeadSize(), s.chances[:at+1]
	for h := 0; h < c.Dim; h += size {
		k.VecMul(s.chances[:seen], s.qkv[h:h+size], keys.RowsOf(h, size))
		k.Softmax(chances, headScale(c))
		k.VecMul(s.y[h:h+size], chances, values.Columns(h, size))
	}
	s.addProduct(w.out, s.y)
}

func (s *Session) feedForward(w layer) {
	f, k := s.m.config.Hidden, s.m.kernel
	normRow(k, s.y, s.x, w.feed)
	k.MulVec(s.gateUp, w.gateUp, s.y)
	k.Gate(s.up, s.open, s.gateUp[:f], s.gateUp[f:])
	s.addProduct(w.down, s.up)
}

// addProduct adds w in to the residual stream.
func (s *Session) addProduct(w kernel.Matrix, in []float32) {
	s.m.kernel.MulVec(s.qkv[:w.Rows], w, in)
	s.m.kernel.Axpy(1, s.qkv[:w.Rows], s.x)
}

// Generate continues prompt by n bytes, handing each to emit. Beyond its context the model remembers the latest half of
// it. It stops early when ctx ends or emit fails.
func (m *Model) Generate(ctx context.Context, prompt []byte, n int, pick Sampler, emit func(byte) error) error {
	s := m.Session()
	text := append([]byte{First}, prompt...)
	text = text[max(0, len(text)-m.config.Context):]
	logits, err := s.feedAll(text)
	if err != nil {
		return err
	}
	for range n {
		if err := ctx.Err(); err != nil {
			return err
		}
		b, err := pick.Pick(logits)
		if err != nil {
			return err
		}
		if err := emit(b); err != nil {
			return err
		}
		text = append(text, b)
		next := text[len(text)-1:]
		if s.length == m.config.Context {
			next = text[len(text)-(m.config.Context+1)/2:]
			s.Reset()
		}
		if logits, err = s.feedAll(next); err != nil {
			return err
		}
	}
	return nil
}

func (s *Session) feedAll(text []byte) (logits []float32, err error) {
	for _, b := range text {
		if logits, err = s.Feed(b); err != nil {
			return nil, err
		}
	}
	return logits, nil
}
