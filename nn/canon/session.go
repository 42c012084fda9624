package canon

import (
	"fmt"

	"github.com/dendra-net/dendra/nn"
)

// Session feeds a model byte by byte and remembers what it has computed of the bytes before. It belongs to one goroutine.
type Session struct {
	m         *Model
	length    int
	memory    []memory // of each layer
	x, y      []int32
	qkv, wide []int32
	scores    []int64
	logits    []int32
	sums      []int64
	quantized quantized
	mixed     []int64
}

// memory holds keys and values, a row per byte.
type memory struct{ keys, values []int32 }

// Session starts a text. It takes 8 Dim Context Layers bytes of memory.
func (m *Model) Session() *Session {
	c := m.config
	s := &Session{m: m, memory: make([]memory, c.Layers)}
	for i := range s.memory {
		s.memory[i] = memory{make([]int32, c.Context*c.Dim), make([]int32, c.Context*c.Dim)}
	}
	s.x, s.y, s.qkv, s.wide = make([]int32, c.Dim), make([]int32, c.Dim), make([]int32, 3*c.Dim), make([]int32, 2*c.Hidden)
	s.scores, s.mixed, s.logits = make([]int64, c.Context), make([]int64, c.HeadSize()), make([]int32, nn.Vocabulary)
	s.sums, s.quantized = make([]int64, max(nn.Vocabulary, 3*c.Dim, 2*c.Hidden)), newQuantized(max(c.Dim, c.Hidden))
	return s
}

// Len is the number of bytes fed since the start or the last Reset.
func (s *Session) Len() int { return s.length }

// Reset forgets all bytes.
func (s *Session) Reset() { s.length = 0 }

// Feed appends b to the text and returns the logits of the byte after it, in units of 1/65536, valid until the next call.
// When the context is full it returns nn.ErrFull.
func (s *Session) Feed(b byte) ([]int32, error) {
	c := s.m.config
	if s.length == c.Context {
		return nil, fmt.Errorf("%w: %d bytes", nn.ErrFull, c.Context)
	}
	s.embed(b)
	for i := range s.m.layers {
		s.attend(&s.memory[i], &s.m.layers[i])
		s.feedForward(&s.m.layers[i])
	}
	s.length++
	norm(s.y, s.x, s.m.norm)
	s.multiply(s.logits, s.m.embed, s.y)
	return s.logits, nil
}

func (s *Session) embed(b byte) {
	e := s.m.embed
	f := e.factors[b]
	for i, w := range e.weights[int(b)*e.cols:][:e.cols] {
		s.x[i] = scale(int64(w)*topActivation<<point, f.by, f.down)
	}
}

func (s *Session) attend(past *memory, l *layer) {
	c, at := s.m.config, s.length
	norm(s.y, s.x, l.attention)
	s.multiply(s.qkv, l.qkv, s.y)
	s.turn(s.qkv[:2*c.Dim])
	copy(past.keys[at*c.Dim:], s.qkv[c.Dim:2*c.Dim])
	copy(past.values[at*c.Dim:], s.qkv[2*c.Dim:])
	for h := 0; h < c.Dim; h += c.HeadSize() {
		s.score(past.keys, h)
		s.mix(past.values, h)
	}
	s.multiply(s.qkv[:c.Dim], l.out, s.y)
	s.add(s.qkv[:c.Dim])
}

// turn turns the pairs of every head by the position.
func (s *Session) turn(x []int32) {
	t := s.m.turns
	from := s.length * t.Pairs
	for ; len(x) > 0; x = x[2*t.Pairs:] {
		for i := range t.Pairs {
			cos, sin := int64(t.Cos[from+i]), int64(t.Sin[from+i])
			p, q := int64(x[2*i]), int64(x[2*i+1])
			x[2*i], x[2*i+1] = clamp(shift(p*cos-q*sin, 30)), clamp(shift(p*sin+q*cos, 30))
		}
	}
}

// score sets scores to how much the head at h likes each byte so far, the likeliest certain.
func (s *Session) score(keys []int32, h int) {
	d, size := s.m.config.Dim, s.m.config.HeadSize()
	query := s.qkv[h : h+size]
	scores := s.scores[:s.length+1]
	most := int64(-limit)
	for i := range scores {
		key := keys[i*d+h:][:size]
		var sum int64
		for j, v := range query {
			sum += int64(v) * int64(key[j])
		}
		scores[i] = int64(scale(sum, s.m.headUnit, 32+point))
		most = max(most, scores[i])
	}
	for i, v := range scores {
		scores[i] = decay(most - v)
	}
}

// mix sets the head's part of y to the mean of the values, weighed by the scores.
func (s *Session) mix(values []int32, h int) {
	d := s.m.config.Dim
	const drop = 4 // bits of a chance, so that the sum fits
	clear(s.mixed)
	var sum int64
	for i, chance := range s.scores[:s.length+1] {
		chance >>= drop
		sum += chance
		for j, v := range values[i*d+h:][:len(s.mixed)] {
			s.mixed[j] += chance * int64(v)
		}
	}
	for j, v := range s.mixed {
		s.y[h+j] = clamp(over(v, sum))
	}
}

func (s *Session) feedForward(l *layer) {
	d, f := s.m.config.Dim, s.m.config.Hidden
	norm(s.y, s.x, l.feed)
	s.multiply(s.wide, l.gateUp, s.y)
	for i, g := range s.wide[:f] {
		open := shift(int64(g)*sigmoid(int64(g)), chanceBits)
		s.wide[i] = clamp(shift(open*int64(s.wide[f+i]), point))
	}
	s.multiply(s.qkv[:d], l.down, s.wide[:f])
	s.add(s.qkv[:d])
}

// add adds to the residual stream.
func (s *Session) add(v []int32) {
	for i, x := range s.x {
		s.x[i] = clamp(int64(x) + int64(v[i]))
	}
}
