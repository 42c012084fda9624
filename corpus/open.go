package corpus

import (
	_ "embed" // the texts
	"fmt"
	"strings"
	"sync"

	"github.com/klauspost/compress/zstd"

	"github.com/dendra-net/dendra/subnets/text/lexi"
)

//go:embed prose.zst
var prose []byte

//go:embed code.zst
var code []byte

//go:embed reference.zst
var reference []byte

// kindBytes bounds the texts of one kind.
const kindBytes = 32 << 20

var openers = map[Kind]func() ([]byte, error){
	Prose:      sync.OnceValues(func() ([]byte, error) { return decompress(prose) }),
	Code:       sync.OnceValues(func() ([]byte, error) { return decompress(code) }),
	Reference:  sync.OnceValues(func() ([]byte, error) { return decompress(reference) }),
	Dictionary: sync.OnceValues(dictionaryText),
}

// open returns all texts of a kind, joined.
func open(kind Kind) ([]byte, error) {
	opener, ok := openers[kind]
	if !ok {
		return nil, fmt.Errorf("%w: no text of kind %q", ErrDamaged, kind)
	}
	return opener()
}

func decompress(file []byte) ([]byte, error) {
	d, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(kindBytes))
	if err != nil {
		return nil, fmt.Errorf("open corpus: %w", err)
	}
	defer d.Close()
	text, err := d.DecodeAll(file, nil)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return text, nil
}

func dictionaryText() ([]byte, error) {
	pages, err := dictionary()
	if err != nil {
		return nil, err
	}
	var all strings.Builder
	for _, p := range pages {
		all.Write(p.Body)
	}
	return []byte(all.String()), nil
}

// Every pageStride-th page of pageSynsets synsets is part of the corpus: as much text as the other kinds have.
const (
	pageSynsets = 128
	pageStride  = 4
)

// dictionary makes the documents of its kind from the words that package lexi ships, so that nothing is shipped twice.
func dictionary() ([]Work, error) {
	words, err := lexi.Words()
	if err != nil {
		return nil, fmt.Errorf("open the dictionary: %w", err)
	}
	var pages []Work
	for first := 0; first < words.Len(); first += pageSynsets * pageStride {
		var b strings.Builder
		for id := first; id < min(first+pageSynsets, words.Len()); id++ {
			entry(&b, words, id)
		}
		pages = append(pages, Work{Kind: Dictionary, Name: fmt.Sprintf("wordnet/%06d", first), Body: []byte(b.String())})
	}
	return pages, nil
}
