package fresh

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"strings"
	"unicode/utf8"
)

// Own is the kind of passages of a validator's own files.
const Own = "own"

// Bounds of a folder of own files.
const (
	MaxDirBytes = 64 << 20 // all files together
	MinDirBytes = 4 << 10
	maxDirNames = 20_000 // files and folders
)

// files draws from texts as they are.
type files [][]byte

// Dir reads all files of a folder and of those in it, in the order of their names: texts that nobody else has seen, all
// of which is new. It takes regular files of UTF-8 text only: names that begin with a dot and symbolic links are passed
// over, so nothing outside the folder is read. Together the files have at most maxBytes, or MaxDirBytes when that is 0 or
// more, and at least MinDirBytes. It fails with ErrTexts and the reason; what it read does not change with the files.
func Dir(path string, maxBytes int) (Source, error) {
	if maxBytes <= 0 || maxBytes > MaxDirBytes {
		maxBytes = MaxDirBytes
	}
	if info, err := os.Stat(path); err == nil && !info.IsDir() { // to open a pipe that nobody writes to takes for ever
		return nil, fmt.Errorf("%w: %s is no folder", ErrTexts, path)
	}
	root, err := os.OpenRoot(path)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrTexts, err)
	}
	defer root.Close()
	r := reader{root: root, folder: path, left: maxBytes, most: maxBytes}
	if err := fs.WalkDir(root.FS(), ".", r.visit); err != nil {
		if errors.Is(err, ErrTexts) {
			return nil, err
		}
		return nil, fmt.Errorf("%w: %s: %w", ErrTexts, path, err)
	}
	if total := maxBytes - r.left; total < MinDirBytes {
		return nil, fmt.Errorf("%w: the %d files in %s have %d bytes, it must be %d at least", ErrTexts, len(r.texts), path, total, MinDirBytes)
	}
	return r.texts, nil
}

// reader gathers the texts of a folder.
type reader struct {
	root       *os.Root
	folder     string
	texts      files
	left, most int // bytes
	names      int
}

func (r *reader) visit(name string, d fs.DirEntry, err error) error {
	if err != nil {
		return err
	}
	if r.names++; r.names > maxDirNames {
		return fmt.Errorf("%w: %s has more than %d files and folders", ErrTexts, r.folder, maxDirNames)
	}
	switch {
	case name != "." && strings.HasPrefix(d.Name(), "."):
		if d.IsDir() {
			return fs.SkipDir
		}
		return nil
	case !d.Type().IsRegular():
		return nil
	}
	text, err := r.read(name)
	if err != nil {
		return err
	}
	if !utf8.Valid(text) {
		return fmt.Errorf("%w: %s in %s is no UTF-8 text", ErrTexts, name, r.folder)
	}
	if len(text) > 0 {
		r.texts = append(r.texts, text)
	}
	return nil
}

// read reads one file, no further than the bound on all.
func (r *reader) read(name string) ([]byte, error) {
	f, err := r.root.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil {
		return nil, err
	} else if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%w: %s in %s is no regular file any more", ErrTexts, name, r.folder)
	}
	text, err := io.ReadAll(io.LimitReader(f, int64(r.left)+1))
	if err != nil {
		return nil, err
	}
	if len(text) > r.left {
		return nil, fmt.Errorf("%w: the files in %s have more than %d bytes together", ErrTexts, r.folder, r.most)
	}
	r.left -= len(text)
	return text, nil
}

// Draw implements Source. Each passage lies within one file, and passages lie apart where there is room.
func (s files) Draw(seed [32]byte, passages, bytes int) ([]Passage, error) {
	if err := checkAsked(passages, bytes); err != nil {
		return nil, err
	}
	places, longest := 0, 0
	for _, text := range s {
		places += max(0, len(text)-bytes+1)
		longest = max(longest, len(text))
	}
	if places < passages {
		return nil, fmt.Errorf("%w: %d passages of %d bytes do not fit into %d files, the longest of %d bytes", ErrTexts, passages, bytes, len(s), longest)
	}
	r := rand.New(rand.NewChaCha8(seed))
	list := make([]Passage, passages)
	for i := range list {
		begin := places * i / passages
		text := s.at(begin+r.IntN(places*(i+1)/passages-begin), bytes)
		list[i] = Passage{Kind: Own, Text: text, New: []Span{{0, bytes}}}
	}
	return list, nil
}

// at copies the passage at a place, where only places count at which one begins.
func (s files) at(place, bytes int) []byte {
	for _, text := range s {
		if here := max(0, len(text)-bytes+1); place >= here {
			place -= here
			continue
		}
		return append([]byte(nil), text[place:place+bytes]...)
	}
	panic("fresh: a place beyond the texts")
}
