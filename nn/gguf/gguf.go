// Package gguf carries models of package nn to and from the file that llama.cpp, Ollama and their kin load: GGUF, version
// 3, architecture llama, weights of 32 bits (F32) or of eight (Q8_0: whole numbers, and a scale for each block of 32).
//
// Its one invariant: what Parse accepts is a whole model of bytes, and it takes no memory for what a file only claims.
// Weights of 32 bits pass unchanged in both directions. MarshalQ8 rounds; what Parse reads of Q8_0 is exactly what the
// file says, scale times whole number.
package gguf

import (
	"fmt"

	"github.com/dendra-net/dendra/nn"
)

// A file, little endian:
//
//	"GGUF" | version 3 (uint32) | tensors (uint64) | values (uint64) | values | tensors' heads | padding | tensors' numbers
//	value:  name | type (uint32) | what the type says; a string is its length (uint64) and bytes
//	tensor: name | dimensions (uint32) | the shortest-stepping dimension first (uint64 each) | type (uint32) | offset (uint64)
const (
	magic     = "GGUF"
	version   = 3
	alignment = 32
)

// Tensors follow each other in the order of their heads, each at the next multiple of the alignment.

// Types of values.
const (
	typeUint32  = 4
	typeInt32   = 5
	typeFloat32 = 6
	typeBool    = 7
	typeString  = 8
	typeArray   = 9
)

// Types of tensors.
const (
	tensorFloat32 = 0
	tensorQ8      = 8
)

// size is how many bytes so many numbers of a type take, or false where they do not fit its blocks.
func size(kind uint32, rows, cols uint64) (uint64, bool) {
	if kind == tensorQ8 {
		return rows * (cols / blockNumbers) * blockBytes, cols%blockNumbers == 0
	}
	return 4 * rows * cols, true
}

// Keys of the values that a model's shape is read from.
const (
	keyArchitecture = "general.architecture"
	keyContext      = "llama.context_length"
	keyDim          = "llama.embedding_length"
	keyLayers       = "llama.block_count"
	keyHidden       = "llama.feed_forward_length"
	keyHeads        = "llama.attention.head_count"
	keyKeyHeads     = "llama.attention.head_count_kv"
	keyEpsilon      = "llama.attention.layer_norm_rms_epsilon"
	keyTurned       = "llama.rope.dimension_count"
	keyBase         = "llama.rope.freq_base"
	keyTokens       = "tokenizer.ggml.tokens"
	keyTokenizer    = "tokenizer.ggml.model"
	keyAlignment    = "general.alignment"
	keyFileType     = "general.file_type"
)

// What every model of package nn has.
const (
	architecture = "llama"
	tokenizer    = "llama"
	epsilon      = float32(1e-5)
	base         = float32(10000)
)

// Kinds of tokens.
const (
	kindNormal = 1
	kindByte   = 6
)

// token names a byte as the tokenizer does. It writes spaces as U+2581 before it looks for tokens, so that is the name of
// the space.
func token(b byte) (name string, kind int32) {
	if b == ' ' {
		return "\u2581", kindNormal
	}
	return fmt.Sprintf("<0x%02X>", b), kindByte
}

// part is a tensor of a file and the place of its numbers in a model.
type part struct {
	name       string
	rows, cols int // a row of gains has rows 0
	data       []float32
}

// parts of a model, in the order they are written.
func parts(m *nn.Model) []part {
	c, t := m.Config(), m.Tensors()
	gains := t[1+4*c.Layers:]
	list := []part{{"token_embd.weight", nn.Vocabulary, c.Dim, t[0].Data}}
	for i := range c.Layers {
		own, d, f := t[1+4*i:], c.Dim, c.Hidden
		qkv, gateUp := own[0].Data, own[2].Data
		add := func(name string, rows, cols int, data []float32) {
			list = append(list, part{fmt.Sprintf("blk.%d.%s.weight", i, name), rows, cols, data})
		}
		add("attn_norm", 0, d, gains[2*i].Data)
		add("attn_q", d, d, qkv[:d*d])
		add("attn_k", d, d, qkv[d*d:2*d*d])
		add("attn_v", d, d, qkv[2*d*d:])
		add("attn_output", d, d, own[1].Data)
		add("ffn_norm", 0, d, gains[2*i+1].Data)
		add("ffn_gate", f, d, gateUp[:f*d])
		add("ffn_up", f, d, gateUp[f*d:])
		add("ffn_down", d, f, own[3].Data)
	}
	return append(list, part{"output_norm.weight", 0, c.Dim, gains[2*c.Layers].Data})
}

// dims are a part's dimensions as a file has them.
func (p part) dims() []uint64 {
	if p.rows == 0 {
		return []uint64{uint64(p.cols)}
	}
	return []uint64{uint64(p.cols), uint64(p.rows)}
}
