package gguf

import (
	"encoding/binary"
	"math"

	"github.com/dendra-net/dendra/nn"
)

// Marshal writes a model; name is what programs show of it.
func Marshal(m *nn.Model, name string) []byte {
	list := parts(m)
	var w writer
	w.values(m.Config(), name)
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
		w.u32(tensorFloat32)
		w.u64(offset)
		offset += padded(uint64(4 * len(p.data)))
	}
	for _, p := range list {
		w.pad()
		for _, v := range p.data {
			w.f32(v)
		}
	}
	w.pad()
	return w.out
}

func padded(n uint64) uint64 { return (n + alignment - 1) / alignment * alignment }

type writer struct {
	out   []byte
	wrote uint64 // values
}

func (w *writer) u32(v uint32)  { w.out = binary.LittleEndian.AppendUint32(w.out, v) }
func (w *writer) u64(v uint64)  { w.out = binary.LittleEndian.AppendUint64(w.out, v) }
func (w *writer) f32(v float32) { w.u32(math.Float32bits(v)) }

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

func (w *writer) values(c nn.Config, name string) {
	w.string(keyArchitecture, architecture)
	w.string("general.name", name)
	w.number("general.file_type", 0)
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
