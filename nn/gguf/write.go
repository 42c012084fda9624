package gguf

import (
	"encoding/binary"
	"fmt"
	"math"

	"github.com/dendra-net/dendra/nn"
)

// Kinds of files, as programs show them.
const (
	fileFloat32 = 0
	fileQ8      = 7
)

// Marshal writes a model with weights of 32 bits; name is what programs show of it.
func Marshal(m *nn.Model, name string) []byte {
	w := begin(m, name, tensorFloat32)
	for _, p := range parts(m) {
		w.pad()
		w.floats(p.data)
	}
	w.pad()
	return w.out
}

// MarshalQ8 writes a model with weights rounded to eight bits, where rows are of whole blocks of 32: about a byte a
// parameter. It fails on a model whose numbers have outgrown the format.
func MarshalQ8(m *nn.Model, name string) ([]byte, error) {
	w := begin(m, name, tensorQ8)
	for _, p := range parts(m) {
		w.pad()
		if p.kind(tensorQ8) == tensorFloat32 {
			w.floats(p.data)
			continue
		}
		var err error
		if w.out, err = appendBlocks(w.out, p.data); err != nil {
			return nil, fmt.Errorf("round %s: %w", p.name, err)
		}
	}
	w.pad()
	return w.out, nil
}

// kind is the type a tensor is written in when matrices are asked for in another: gains, and rows that are not of whole
// blocks, stay as they are.
func (p part) kind(asked uint32) uint32 {
	if p.rows == 0 || p.cols%blockNumbers != 0 {
		return tensorFloat32
	}
	return asked
}

// begin writes all that comes before the numbers.
func begin(m *nn.Model, name string, asked uint32) *writer {
	list := parts(m)
	var w writer
	w.values(m.Config(), name, asked)
	values, wrote := w.out, w.wrote
	w = writer{out: []byte(magic)}
	w.u32(version)
	w.u64(uint64(len(list)))
	w.u64(wrote)
	w.out = append(w.out, values...)
	var offset uint64
	for _, p := range list {
		w.text(p.name)
		w.u32(uint32(len(p.dims())))
		for _, d := range p.dims() {
			w.u64(d)
		}
		w.u32(p.kind(asked))
		w.u64(offset)
		n, _ := size(p.kind(asked), uint64(max(p.rows, 1)), uint64(p.cols)) // kind sees to whole blocks
		offset += padded(n)
	}
	return &w
}

func padded(n uint64) uint64 { return (n + alignment - 1) / alignment * alignment }

type writer struct {
	out   []byte
	wrote uint64 // values
}

func (w *writer) u32(v uint32)  { w.out = binary.LittleEndian.AppendUint32(w.out, v) }
func (w *writer) u64(v uint64)  { w.out = binary.LittleEndian.AppendUint64(w.out, v) }
func (w *writer) f32(v float32) { w.u32(math.Float32bits(v)) }

func (w *writer) floats(list []float32) {
	for _, v := range list {
		w.f32(v)
	}
}

func (w *writer) pad() {
	w.out = append(w.out, make([]byte, padded(uint64(len(w.out)))-uint64(len(w.out)))...)
}

func (w *writer) text(s string) {
	w.u64(uint64(len(s)))
	w.out = append(w.out, s...)
}

func (w *writer) head(key string, kind uint32) {
	w.wrote++
	w.text(key)
	w.u32(kind)
}

func (w *writer) string(key, v string) {
	w.head(key, typeString)
	w.text(v)
}

func (w *writer) number(key string, v int) {
	w.head(key, typeUint32)
	w.u32(uint32(v))
}

func (w *writer) float(key string, v float32) {
	w.head(key, typeFloat32)
	w.f32(v)
}

func (w *writer) bool(key string, v byte) {
	w.head(key, typeBool)
	w.out = append(w.out, v)
}

func (w *writer) array(key string, kind uint32) {
	w.head(key, typeArray)
	w.u32(kind)
	w.u64(nn.Vocabulary)
}

func (w *writer) values(c nn.Config, name string, asked uint32) {
	w.string(keyArchitecture, architecture)
	w.string("general.name", name)
	w.number(keyFileType, map[uint32]int{tensorFloat32: fileFloat32, tensorQ8: fileQ8}[asked])
	w.number(keyContext, c.Context)
	w.number(keyDim, c.Dim)
	w.number(keyLayers, c.Layers)
	w.number(keyHidden, c.Hidden)
	w.number(keyHeads, c.Heads)
	w.number(keyKeyHeads, c.Heads)
	w.number(keyTurned, c.HeadSize())
	w.number("llama.vocab_size", nn.Vocabulary)
	w.float(keyBase, base)
	w.float(keyEpsilon, epsilon)
	w.string(keyTokenizer, tokenizer)
	w.tokens()
}

// tokens are the bytes. A text begins with the byte that nn begins with, and ends with none: 0 is only said to end it
// because programs want to be told something.
func (w *writer) tokens() {
	w.array(keyTokens, typeString)
	for b := range nn.Vocabulary {
		name, _ := token(byte(b))
		w.text(name)
	}
	w.array("tokenizer.ggml.scores", typeFloat32)
	for range nn.Vocabulary {
		w.f32(0)
	}
	w.array("tokenizer.ggml.token_type", typeInt32)
	for b := range nn.Vocabulary {
		_, kind := token(byte(b))
		w.u32(uint32(kind))
	}
	w.number("tokenizer.ggml.bos_token_id", nn.First)
	w.number("tokenizer.ggml.eos_token_id", 0)
	w.number("tokenizer.ggml.unknown_token_id", 0)
	w.bool("tokenizer.ggml.add_bos_token", 1)
	w.bool("tokenizer.ggml.add_eos_token", 0)
	w.bool("tokenizer.ggml.add_space_prefix", 0)
}
