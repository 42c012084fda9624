package evidence

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"unicode/utf8"

	"github.com/dendra-net/dendra/internal/durable"
	"github.com/dendra-net/dendra/neuron"
)

// Limits of a shelf.
const (
	MaxBlobBytes  = 16 << 20
	maxShelfBytes = 1 << 30
)

// ErrShelf says that something cannot be put on a shelf: too large, or no room.
var ErrShelf = errors.New("shelf")

// Shelf keeps large things by their digest in a folder. What it returns has the digest it was asked by: a file that
// was damaged is removed and counts as missing. It is safe for concurrent use.
type Shelf struct{ dir string }

var _ neuron.Shelf = (*Shelf)(nil)

// shelfDir is where the blobs of a subnet lie.
func shelfDir(dir string, netuid uint16) string {
	return filepath.Join(dir, "shelf", strconv.Itoa(int(netuid)))
}

func openShelf(dir string) (*Shelf, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the shelf: %w", err)
	}
	return &Shelf{dir}, nil
}

func (s *Shelf) path(d Digest) string { return filepath.Join(s.dir, d.String()) }

// Get returns what has that digest, or false.
func (s *Shelf) Get(digest [32]byte) ([]byte, bool) {
	content, err := durable.Read(s.path(digest), MaxBlobBytes)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, false
	}
	if err == nil && DigestOf(content) == digest {
		return content, true
	}
	_ = os.Remove(s.path(digest)) // whatever it is, it is not what its name says; Put replaces it as well
	return nil, false
}

// Put keeps content and returns its digest.
func (s *Shelf) Put(content []byte) ([32]byte, error) {
	d := DigestOf(content)
	if len(content) > MaxBlobBytes {
		return d, fmt.Errorf("%w: %d bytes, at most %d fit", ErrShelf, len(content), MaxBlobBytes)
	}
	if _, there := s.Get(d); there {
		return d, nil
	}
	sizes, err := s.List()
	if err != nil {
		return d, err
	}
	total := int64(len(content))
	for _, size := range sizes {
		total += size
	}
	if total > maxShelfBytes {
		return d, fmt.Errorf("%w: %s is full, at most %d bytes fit", ErrShelf, s.dir, maxShelfBytes)
	}
	if err := durable.Replace(s.path(d), content, 0o600); err != nil {
		return d, fmt.Errorf("%w: %w", ErrShelf, err)
	}
	return d, nil
}

// List returns the sizes of all blobs.
func (s *Shelf) List() (map[Digest]int64, error) {
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrShelf, err)
	}
	sizes := make(map[Digest]int64, len(entries))
	for _, e := range entries {
		d, ok := parseDigest(e.Name())
		if info, err := e.Info(); ok && err == nil { // one that has just gone has no size
			sizes[d] = info.Size()
		}
	}
	return sizes, nil
}

// sweep removes everything but what keep names, leftovers of broken writes too.
func (s *Shelf) sweep(keep map[Digest]bool) error {
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		return fmt.Errorf("sweep the shelf: %w", err)
	}
	var failed []error
	for _, e := range entries {
		if d, ok := parseDigest(e.Name()); ok && keep[d] {
			continue
		}
		if err := os.Remove(filepath.Join(s.dir, e.Name())); err != nil && !errors.Is(err, fs.ErrNotExist) {
			failed = append(failed, err)
		}
	}
	return errors.Join(failed...)
}

// Body makes the form in which a file holds content, putting it on the shelf when it is large.
func (s *Shelf) Body(content []byte) (Body, error) {
	switch {
	case len(content) > InlineBytes:
		d, err := s.Put(content)
		blob := Digest(d)
		return Body{Blob: &blob, Size: len(content)}, err
	case utf8.Valid(content):
		return Body{Text: string(content)}, nil
	}
	return Body{Data: content}, nil
}
