package corpus

import (
	"crypto/sha256"
	_ "embed" // the texts
	"encoding/hex"
	"errors"
	"fmt"
	"sync"
)

//go:generate go run ./gen

// Kind is a kind of text.
type Kind string

// The kinds. Each is a domain of its own to a model: knowing one says little of the others.
const (
	Prose      Kind = "prose"      // novels, and Newton
	Code       Kind = "code"       // Go's standard library
	Reference  Kind = "reference"  // Python's documentation
	Dictionary Kind = "dictionary" // every fourth page of WordNet
)

// Kinds are all kinds, in the order of the manifest.
func Kinds() []Kind { return []Kind{Prose, Code, Reference, Dictionary} }

// Split is a part of the corpus.
type Split bool

// A document is held out of training when its hash begins with a byte under heldBelow: about one in ten.
const (
	Training Split = false
	HeldOut  Split = true

	heldBelow = 26
)

// DocumentBytes is the most that a document holds. Longer works are cut between paragraphs.
const DocumentBytes = 16 << 10

// ErrDamaged marks texts that are not those of the manifest: the program was built wrong, or the disk lies.
var ErrDamaged = errors.New("corpus is damaged")

// Document is a piece of text. Its name is its work, and its number in it if the work was cut.
type Document struct {
	Kind  Kind
	Name  string
	Bytes int
	Sum   [sha256.Size]byte

	at int // offset in the texts of its kind
}

// Split says whether the document is for training or held out.
func (d Document) Split() Split { return Split(d.Sum[0] < heldBelow) }

// Text is the document's text, decompressed with all of its kind on the first call. Do not change it.
func (d Document) Text() ([]byte, error) {
	all, err := open(d.Kind)
	if err != nil {
		return nil, err
	}
	if d.at < 0 || d.Bytes < 0 || d.at+d.Bytes > len(all) {
		return nil, fmt.Errorf("%w: %s wants bytes %d to %d of %d", ErrDamaged, d.Name, d.at, d.at+d.Bytes, len(all))
	}
	text := all[d.at : d.at+d.Bytes : d.at+d.Bytes]
	if sha256.Sum256(text) != d.Sum {
		return nil, fmt.Errorf("%w: %s does not hash to %x", ErrDamaged, d.Name, d.Sum)
	}
	return text, nil
}

//go:embed manifest.txt
var manifest []byte

var documents = sync.OnceValues(func() ([]Document, error) { return parse(manifest) })

// Documents lists all documents, by kind and then as they follow each other in their works. Do not change the list.
func Documents() ([]Document, error) { return documents() }

// Text joins the documents of a kind that are in a split, in their order.
func Text(kind Kind, split Split) ([]byte, error) {
	list, err := Documents()
	if err != nil {
		return nil, err
	}
	var all []byte
	for _, d := range list {
		if d.Kind != kind || d.Split() != split {
			continue
		}
		text, err := d.Text()
		if err != nil {
			return nil, err
		}
		all = append(all, text...)
	}
	if all == nil {
		return nil, fmt.Errorf("no text of kind %q", kind)
	}
	return all, nil
}

// Hash names the corpus: the SHA-256 of its manifest, in hexadecimal digits. A training log states it.
func Hash() string {
	sum := sha256.Sum256(manifest)
	return hex.EncodeToString(sum[:])
}

// Verify reads every document and says which one, if any, is not what the manifest says.
func Verify() error {
	list, err := Documents()
	if err != nil {
		return err
	}
	for _, d := range list {
		if _, err := d.Text(); err != nil {
			return err
		}
	}
	return nil
}
