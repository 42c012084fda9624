package gguf

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"strconv"

	"github.com/dendra-net/dendra/nn"
)

// ErrFormat says that a file is no GGUF, or holds no model of this kind.
var ErrFormat = errors.New("no gguf model of bytes")

// Bounds of what a file may list.
const (
	maxValues  = 256
	maxTensors = 9*nn.MaxLayers + 2
	maxName    = 256
	maxText    = 1 << 16
	maxArray   = 1 << 16

	maxDimension = 1 << 16

	maxShown = 64 // bytes of a text, in an error
)

// Parse reads a file that anyone may have written.
func Parse(raw []byte) (*nn.Model, error) {
	r := &reader{raw: raw}
	if string(r.take(4)) != magic || r.u32() != version {
		return nil, fmt.Errorf("%w: it does not begin as one of version %d", ErrFormat, version)
	}
	tensors, values := r.u64(), r.u64()
	if r.err == nil && (tensors > maxTensors || values > maxValues) {
		return nil, fmt.Errorf("%w: %d tensors and %d values, the most are %d and %d", ErrFormat, tensors, values, maxTensors, maxValues)
	}
	found := map[string]any{}
	for range values {
		if r.err != nil {
			break
		}
		r.value(found)
	}
	heads := map[string]tensor{}
	for range tensors {
		if r.err != nil {
			break
		}
		r.tensor(heads)
	}
	if r.err != nil {
		return nil, r.err
	}
	c, err := shape(found)
	if err != nil {
		return nil, err
	}
	data := raw[min(padded(uint64(r.at)), uint64(len(raw))):]
	if have := uint64(len(data)); have < r.numbers || have > padded(r.numbers) {
		return nil, fmt.Errorf("%w: %d bytes of numbers, the tensors' heads make it %d", ErrFormat, have, r.numbers)
	}
	return build(c, heads, data)
}

// shape reads what kind of model it is, and refuses one that this engine would run differently.
func shape(v map[string]any) (nn.Config, error) {
	var c nn.Config
	for _, want := range []struct {
		key  string
		want any
		why  string
	}{{keyArchitecture, architecture, "no other is run here"}, {keyTokenizer, tokenizer, "models are of bytes here, with a token for each"},
		{keyEpsilon, epsilon, "norms are computed with it here"}} {
		if have, ok := v[want.key]; !ok || have != want.want {
			return c, fmt.Errorf("%w: %s is %v, it must be %v: %s", ErrFormat, want.key, shown(have), want.want, want.why)
		}
	}
	for _, size := range []struct {
		key   string
		field *int
	}{{keyDim, &c.Dim}, {keyLayers, &c.Layers}, {keyHeads, &c.Heads}, {keyHidden, &c.Hidden}, {keyContext, &c.Context}} {
		n, ok := v[size.key].(uint32)
		if !ok {
			return c, fmt.Errorf("%w: there is no %s", ErrFormat, size.key)
		}
		*size.field = int(n)
	}
	if err := c.Validate(); err != nil {
		return c, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	for _, may := range []struct {
		key  string
		want any
	}{{keyKeyHeads, uint32(c.Heads)}, {keyTurned, uint32(c.HeadSize())}, {keyBase, base}, {keyAlignment, uint32(alignment)}} {
		if have, ok := v[may.key]; ok && have != may.want {
			return c, fmt.Errorf("%w: %s is %v, it must be %v", ErrFormat, may.key, have, may.want)
		}
	}
	return c, tokens(v[keyTokens])
}

// shown is a value as an error shows it.
func shown(v any) any {
	switch v := v.(type) {
	case nil:
		return "missing or of another type"
	case string:
		return strconv.QuoteToASCII(v[:min(len(v), maxShown)])
	}
	return v
}

// tokens refuses every vocabulary but the bytes in their order.
func tokens(list any) error {
	names, ok := list.([]string)
	if !ok || len(names) != nn.Vocabulary {
		return fmt.Errorf("%w: %d tokens, it must be the %d bytes and no others", ErrFormat, len(names), nn.Vocabulary)
	}
	for b, have := range names {
		if want, _ := token(byte(b)); have != want {
			return fmt.Errorf("%w: token %d is %q, it must be %q", ErrFormat, b, have, want)
		}
	}
	return nil
}

// build fills a model from the tensors, each of which is there once, whole and finite.
func build(c nn.Config, heads map[string]tensor, data []byte) (*nn.Model, error) {
	if least := c.Parameters() / blockNumbers * blockBytes; least > len(data) {
		return nil, fmt.Errorf("%w: %d bytes for %d parameters, which take %d at least", ErrFormat, len(data), c.Parameters(), least)
	}
	m, err := nn.FromParameters(c, make([]float32, c.Parameters()))
	if err != nil {
		return nil, err
	}
	list := parts(m)
	if len(list) != len(heads) {
		return nil, fmt.Errorf("%w: %d tensors, its shape makes it %d", ErrFormat, len(heads), len(list))
	}
	for _, p := range list {
		if err := p.fill(heads, data); err != nil {
			return nil, err
		}
	}
	return m, nil
}

func (p part) fill(heads map[string]tensor, data []byte) error {
	head, ok := heads[p.name]
	if want := p.dims(); !ok || head.dims != [2]uint64{want[0], uint64(max(p.rows, 1))} {
		return fmt.Errorf("%w: %s has dimensions %v, they must be %v", ErrFormat, p.name, head.dims, want)
	}
	n, _ := size(head.kind, head.dims[1], head.dims[0]) // whole blocks, as the head was read
	raw := data[head.offset:][:n]
	if head.kind == tensorQ8 {
		if err := readBlocks(p.data, raw); err != nil {
			return fmt.Errorf("%w: %s: %w", ErrFormat, p.name, err)
		}
		return nil
	}
	for i := range p.data {
		v := math.Float32frombits(binary.LittleEndian.Uint32(raw[4*i:]))
		if v != v || math.IsInf(float64(v), 0) {
			return fmt.Errorf("%w: number %d of %s is %v", ErrFormat, i, p.name, v)
		}
		p.data[i] = v
	}
	return nil
}

// tensor is a tensor's head; what has one dimension has 1 in the second.
type tensor struct {
	dims   [2]uint64
	kind   uint32
	offset uint64
}

// reader takes a file apart. After the first fault it yields nothing.
type reader struct {
	raw     []byte
	at      int
	numbers uint64 // bytes of the tensors whose heads were read
	err     error
}

func (r *reader) fail(format string, args ...any) {
	if r.err == nil {
		r.err = fmt.Errorf("%w: at byte %d: %s", ErrFormat, r.at, fmt.Sprintf(format, args...))
	}
}

func (r *reader) take(n uint64) []byte {
	if r.err != nil || n > uint64(len(r.raw)-r.at) {
		r.fail("it ends before %d more bytes", n)
		return make([]byte, min(n, 8))
	}
	part := r.raw[r.at : r.at+int(n)]
	r.at += int(n)
	return part
}

func (r *reader) u32() uint32 { return binary.LittleEndian.Uint32(r.take(4)) }
func (r *reader) u64() uint64 { return binary.LittleEndian.Uint64(r.take(8)) }

func (r *reader) text(most uint64) string {
	n := r.u64()
	if n > most {
		r.fail("a text of %d bytes, the most is %d", n, most)
		return ""
	}
	if r.err != nil {
		return ""
	}
	return string(r.take(n))
}

func (r *reader) value(found map[string]any) {
	key := r.text(maxName)
	if _, twice := found[key]; twice {
		r.fail("%s is there twice", key)
	}
	switch kind := r.u32(); kind {
	case typeUint32:
		found[key] = r.u32()
	case typeFloat32:
		found[key] = math.Float32frombits(r.u32())
	case typeString:
		found[key] = r.text(maxText)
	case typeArray:
		found[key] = r.array()
	default:
		r.take(width(kind))
		if width(kind) == 0 {
			r.fail("%s is of unknown type %d", key, kind)
		}
		found[key] = nil
	}
}

// width is the bytes of a value of plain type.
func width(kind uint32) uint64 {
	widths := [...]uint64{1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8}
	if kind >= uint32(len(widths)) {
		return 0
	}
	return widths[kind]
}

// array returns texts and passes over what else there may be.
func (r *reader) array() any {
	kind, n := r.u32(), r.u64()
	if n > maxArray {
		r.fail("an array of %d, the most is %d", n, maxArray)
		return nil
	}
	if kind != typeString {
		if width(kind) == 0 {
			r.fail("an array of type %d", kind)
		}
		r.take(n * width(kind))
		return nil
	}
	var list []string
	for i := uint64(0); i < n && r.err == nil; i++ {
		list = append(list, r.text(maxName))
	}
	return list
}

func (r *reader) tensor(heads map[string]tensor) {
	name := r.text(maxName)
	if _, twice := heads[name]; twice {
		r.fail("tensor %s is there twice", name)
	}
	dims := r.u32()
	if dims != 1 && dims != 2 {
		r.fail("tensor %s has %d dimensions", name, dims)
		return
	}
	t := tensor{dims: [2]uint64{0, 1}}
	for i := range dims {
		if t.dims[i] = r.u64(); t.dims[i] > maxDimension {
			r.fail("tensor %s has a dimension of %d, the most is %d", name, t.dims[i], maxDimension)
			return
		}
	}
	if t.kind = r.u32(); t.kind != tensorFloat32 && t.kind != tensorQ8 {
		r.fail("tensor %s is of type %d; only %d (float32) and %d (Q8_0) are read", name, t.kind, tensorFloat32, tensorQ8)
	}
	n, whole := size(t.kind, t.dims[1], t.dims[0])
	if !whole {
		r.fail("tensor %s has rows of %d numbers, which are not whole blocks of %d", name, t.dims[0], blockNumbers)
	}
	if t.offset = r.u64(); t.offset != padded(r.numbers) {
		r.fail("tensor %s lies at %d, after the one before it comes %d", name, t.offset, padded(r.numbers))
		return
	}
	r.numbers = t.offset + n
	heads[name] = t
}
