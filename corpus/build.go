package corpus

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/klauspost/compress/zstd"

	"github.com/dendra-net/dendra/subnets/text/lexi/wordnet"
)

// Work is a text before it is cut into documents. Its name has no space in it.
type Work struct {
	Kind Kind
	Name string
	Body []byte
}

// Build makes the files of the corpus, by name, from works. The dictionary is added to them. The same works give the
// same files.
func Build(works []Work) (map[string][]byte, error) {
	pages, err := dictionary()
	if err != nil {
		return nil, err
	}
	var lines bytes.Buffer
	texts := map[Kind][]byte{}
	for _, kind := range Kinds() {
		for _, w := range append(works[:len(works):len(works)], pages...) {
			if w.Kind != kind {
				continue
			}
			if err := w.check(); err != nil {
				return nil, err
			}
			for _, d := range w.documents() {
				lines.WriteString(d.line())
			}
			texts[kind] = append(texts[kind], w.Body...)
		}
	}
	return files(lines.Bytes(), texts)
}

func (w Work) check() error {
	switch {
	case w.Name == "" || strings.ContainsAny(w.Name, " \n"):
		return fmt.Errorf("work %q: a name is not empty and has no space", w.Name)
	case len(w.Body) == 0:
		return fmt.Errorf("work %s is empty", w.Name)
	case !utf8.Valid(w.Body) || bytes.ContainsAny(w.Body, "\r\x00"):
		return fmt.Errorf("work %s is not UTF-8 with plain line ends", w.Name)
	}
	return nil
}

func files(lines []byte, texts map[Kind][]byte) (map[string][]byte, error) {
	enc, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedBestCompression), zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(8<<20))
	if err != nil {
		return nil, err
	}
	defer enc.Close()
	out := map[string][]byte{"manifest.txt": lines}
	for _, kind := range Kinds() {
		if kind != Dictionary {
			out[string(kind)+".zst"] = enc.EncodeAll(texts[kind], nil)
		}
	}
	return out, nil
}

// documents cuts a work. Its pieces are named by number when there are several.
func (w Work) documents() []Document {
	pieces := cut(w.Body)
	list := make([]Document, len(pieces))
	for i, p := range pieces {
		list[i] = Document{Kind: w.Kind, Name: w.Name, Bytes: len(p), Sum: sha256.Sum256(p)}
		if len(pieces) > 1 {
			list[i].Name = fmt.Sprintf("%s/%03d", w.Name, i)
		}
	}
	return list
}

// cut divides a text into pieces of at most DocumentBytes: after an empty line, or a line, or where it must.
func cut(text []byte) (pieces [][]byte) {
	for len(text) > DocumentBytes {
		n := DocumentBytes
		for _, end := range []string{"\n\n", "\n"} {
			if at := bytes.LastIndex(text[:DocumentBytes], []byte(end)); at > DocumentBytes/2 {
				n = at + len(end)
				break
			}
		}
		pieces, text = append(pieces, text[:n]), text[n:]
	}
	return append(pieces, text)
}

// entry writes a synset as a dictionary would print it.
func entry(b *strings.Builder, words *wordnet.DB, id int) {
	s := words.Synset(wordnet.ID(id))
	fmt.Fprintf(b, "%s (%s): %s\n", strings.Join(s.Words, ", "), s.POS, s.Gloss)
}
