package wordnet

import (
	"encoding/binary"
	"maps"
	"slices"
	"strings"

	"github.com/klauspost/compress/zstd"
)

const magic = "DWNET001"

// Source is what a file is built from. Synsets must lie at the index of their ID; Senses has every lemma in lower
// case with its meanings, the best first.
type Source struct {
	Synsets    []Synset
	Senses     map[string][]Sense
	Exceptions []Inflection
}

// Build returns the compressed file. Equal sources give equal bytes.
func Build(src Source) ([]byte, error) {
	sections := buildSections(src)
	out := []byte(magic)
	for _, s := range sections {
		out = binary.LittleEndian.AppendUint32(out, uint32(len(s)))
	}
	for _, s := range sections {
		out = append(out, s...)
	}
	enc, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedBestCompression), zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(8<<20))
	if err != nil {
		return nil, err
	}
	return enc.EncodeAll(out, nil), nil
}

func buildSections(src Source) [][]byte {
	names := slices.Sorted(maps.Keys(src.Senses))
	index := make(map[string]int, len(names))
	var lemmas, senses, records, glosses tableBuilder
	for i, name := range names {
		index[name] = i
		lemmas.add([]byte(name))
		senses.add(sensesEntry(src.Senses[name]))
	}
	for _, s := range src.Synsets {
		records.add(appendRecord(nil, s, func(lemma string) int { return index[lemma] }))
		glosses.add([]byte(s.Gloss))
	}
	var out [][]byte
	for _, t := range []tableBuilder{lemmas, senses, records, glosses, buildExceptions(src.Exceptions)} {
		out = append(out, t.lengths, t.data)
	}
	return out
}

func sensesEntry(senses []Sense) []byte {
	var b []byte
	for _, s := range senses {
		b = binary.AppendUvarint(b, uint64(s.ID))
		b = binary.AppendUvarint(b, uint64(s.Count))
	}
	return b
}

func buildExceptions(list []Inflection) tableBuilder {
	lines := make([]string, len(list))
	for i, e := range list {
		lines[i] = exceptionKey(e.Form, e.POS) + e.Base
	}
	slices.Sort(lines)
	var t tableBuilder
	for _, l := range slices.Compact(lines) {
		t.add([]byte(l))
	}
	return t
}

func exceptionKey(form string, pos POS) string {
	return strings.ToLower(form) + "\t" + posLetters[pos:pos+1] + "\t"
}
