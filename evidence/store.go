package evidence

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/dendra-net/dendra/internal/durable"
	"github.com/dendra-net/dendra/internal/jsonbound"
	"github.com/dendra-net/dendra/neuron"
)

// What a store keeps: the newest epochs, and of them as many as fit, but always the newest two.
const (
	keepEpochs   = 8
	keepAlways   = 2
	keepBytes    = 64 << 20
	maxIndexSize = 32 << 20
)

// indexLimits bound what an index takes in memory.
var indexLimits = jsonbound.Limits{Bytes: maxIndexSize, Objects: maxObjects, Elements: 2 * maxObjects}

// ErrStore marks a folder that cannot be this validator's store.
var ErrStore = errors.New("bad evidence store")

// Store is a validator's evidence of one subnet on disk. Only one process may write it; any may serve it.
type Store struct {
	dir   string
	shelf *Shelf
	index index
}

// index says what lies in a store. It is written after the files it names and before those it no longer names go.
type index struct {
	ChainID   string         `json:"chain_id"`
	Netuid    uint16         `json:"netuid"`
	Validator neuron.Address `json:"validator"`
	Entries   []entry        `json:"entries"` // by epoch
}

// entry is one epoch in the index.
type entry struct {
	Epoch     uint64   `json:"epoch"`
	Digest    Digest   `json:"digest"`
	Bytes     int64    `json:"bytes"` // of the file
	Blobs     []blob   `json:"blobs,omitempty"`
	Released  bool     `json:"released"`  // may be shown
	Published bool     `json:"published"` // noted on the chain
	Voting    bool     `json:"voting"`    // there was a vote; the chain takes no note of evidence without one
	Point     *Point   `json:"point"`     // for the curve; nil once it is there
	Pruning   *pruning `json:"pruning,omitempty"`
}

type blob struct {
	Digest Digest `json:"digest"`
	Bytes  int64  `json:"bytes"`
}

// pruning is what the note on the chain says of who could be left out.
type pruning struct {
	UIDs        []uint16 `json:"uids"`
	Generations []uint32 `json:"generations"`
	Scores      []uint32 `json:"scores"` // millionths of a bit per byte
}

// storeDir is where the files of a subnet lie under a validator's directory.
func storeDir(dir string, netuid uint16) string {
	return filepath.Join(dir, "evidence", strconv.Itoa(int(netuid)))
}

func indexPath(dir string) string { return filepath.Join(dir, "index.json") }

func filePath(dir string, epoch uint64) string {
	return filepath.Join(dir, strconv.FormatUint(epoch, 10)+".json.gz")
}

// Path is where a file is found below a server's address.
func Path(netuid uint16, epoch uint64) string {
	return fmt.Sprintf("/evidence/%d/%d.json.gz", netuid, epoch)
}

// BlobPath is where a blob is found below a server's address.
func BlobPath(netuid uint16, d Digest) string { return fmt.Sprintf("/evidence/%d/blob/%s", netuid, d) }

// Open opens the store of a validator under its directory, or begins one. The error is ErrStore when the folder holds
// somebody else's.
func Open(dir, chainID string, netuid uint16, hotkey neuron.Address) (*Store, error) {
	s := &Store{dir: storeDir(dir, netuid)}
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the evidence store: %w", err)
	}
	var err error
	if s.shelf, err = openShelf(shelfDir(dir, netuid)); err != nil {
		return nil, err
	}
	s.index, err = readIndex(s.dir)
	if errors.Is(err, fs.ErrNotExist) {
		s.index = index{ChainID: chainID, Netuid: netuid, Validator: hotkey}
		return s, nil
	}
	if err != nil {
		return nil, err
	}
	if i := s.index; i.ChainID != chainID || i.Netuid != netuid || i.Validator != hotkey {
		return nil, fmt.Errorf("%w: %s belongs to hotkey %s on subnet %d of chain %s, not to %s on subnet %d of %s; move it aside to begin anew",
			ErrStore, s.dir, i.Validator, i.Netuid, i.ChainID, hotkey, netuid, chainID)
	}
	return s, nil
}

func readIndex(dir string) (index, error) {
	text, err := durable.Read(indexPath(dir), maxIndexSize)
	if err != nil {
		return index{}, fmt.Errorf("read evidence index: %w", err)
	}
	i, err := parseIndex(text)
	if err != nil {
		return index{}, fmt.Errorf("%w: %s: %w; move it aside to begin anew", ErrStore, indexPath(dir), err)
	}
	return i, nil
}

func parseIndex(text []byte) (index, error) {
	if err := indexLimits.Check(text); err != nil {
		return index{}, err
	}
	var i index
	if err := json.Unmarshal(text, &i); err != nil {
		return index{}, err
	}
	return i, i.check()
}

// check refuses what Save never writes.
func (i *index) check() error {
	if len(i.Entries) > keepEpochs {
		return fmt.Errorf("%d epochs, at most %d are kept", len(i.Entries), keepEpochs)
	}
	for n, e := range i.Entries {
		if n > 0 && e.Epoch <= i.Entries[n-1].Epoch {
			return fmt.Errorf("epoch %d follows epoch %d", e.Epoch, i.Entries[n-1].Epoch)
		}
		if err := e.check(); err != nil {
			return fmt.Errorf("epoch %d: %w", e.Epoch, err)
		}
	}
	return nil
}

func (e *entry) check() error {
	if e.Bytes < 0 || e.Bytes > MaxFileBytes {
		return fmt.Errorf("a file of %d bytes, at most %d are allowed", e.Bytes, MaxFileBytes)
	}
	for _, b := range e.Blobs {
		if b.Bytes < 0 || b.Bytes > MaxBlobBytes {
			return fmt.Errorf("a blob of %d bytes, at most %d are allowed", b.Bytes, MaxBlobBytes)
		}
	}
	if p := e.Pruning; p != nil && (len(p.UIDs) != len(p.Generations) || len(p.UIDs) != len(p.Scores)) {
		return fmt.Errorf("the pruning scores are uneven: %d uids, %d generations, %d scores", len(p.UIDs), len(p.Generations), len(p.Scores))
	}
	return nil
}

// Shelf is where the store's blobs lie, and what an exam keeps between epochs.
func (s *Store) Shelf() *Shelf { return s.shelf }

// Save writes the evidence of an epoch, in place of what it may have written of the same epoch before, and drops what
// is too old. It shows it to nobody.
func (s *Store) Save(f *File) error {
	packed, err := Encode(f)
	if err != nil {
		return err
	}
	e := entry{Epoch: f.Epoch, Digest: DigestOf(packed), Bytes: int64(len(packed)), Voting: f.Voting, Point: pointOf(f), Pruning: pruningOf(f)}
	sizes, err := s.shelf.List()
	if err != nil {
		return err
	}
	for _, d := range f.Blobs() {
		if _, there := sizes[d]; !there {
			return fmt.Errorf("%w: it names blob %s, which is not on the shelf", ErrFile, d)
		}
		e.Blobs = append(e.Blobs, blob{d, sizes[d]})
	}
	if err := durable.Replace(filePath(s.dir, f.Epoch), packed, 0o600); err != nil {
		return fmt.Errorf("write evidence: %w", err)
	}
	next := s.index
	next.Entries = slices.DeleteFunc(slices.Clone(next.Entries), func(old entry) bool { return old.Epoch >= f.Epoch })
	next.Entries = append(next.Entries, e)
	next.trim()
	if err := s.write(next); err != nil {
		return err
	}
	return s.tidy()
}

// trim cuts the oldest entries beyond the limits.
func (i *index) trim() {
	counted := map[Digest]bool{}
	var total int64
	for n := len(i.Entries) - 1; n >= 0; n-- {
		e := i.Entries[n]
		total += e.Bytes
		for _, b := range e.Blobs {
			if !counted[b.Digest] {
				counted[b.Digest] = true
				total += b.Bytes
			}
		}
		kept := len(i.Entries) - 1 - n
		if kept >= keepEpochs || kept >= keepAlways && total > keepBytes {
			i.Entries = slices.Clone(i.Entries[n+1:])
			return
		}
	}
}

func (s *Store) write(next index) error {
	text, err := json.Marshal(next)
	if err == nil {
		err = durable.Replace(indexPath(s.dir), text, 0o600)
	}
	if err != nil {
		return fmt.Errorf("write evidence index: %w", err)
	}
	s.index = next
	return nil
}

// tidy deletes what the index does not name: old evidence, and what a crash left.
func (s *Store) tidy() error {
	named := map[string]bool{indexPath(s.dir): true, curvePath(s.dir): true}
	for _, e := range s.index.Entries {
		named[filePath(s.dir, e.Epoch)] = true
	}
	files, err := os.ReadDir(s.dir)
	if err != nil {
		return fmt.Errorf("drop old evidence: %w", err)
	}
	var failed []error
	for _, f := range files {
		path := filepath.Join(s.dir, f.Name())
		if f.IsDir() || named[path] {
			continue
		}
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			failed = append(failed, fmt.Errorf("drop old evidence: %w", err))
		}
	}
	return errors.Join(failed...)
}

// Sweep drops every blob that is neither kept for the next exam nor part of evidence that is still here.
func (s *Store) Sweep(keep []Digest) error {
	wanted := map[Digest]bool{}
	for _, d := range keep {
		wanted[d] = true
	}
	for _, e := range s.index.Entries {
		for _, b := range e.Blobs {
			wanted[b.Digest] = true
		}
	}
	return s.shelf.sweep(wanted)
}

// Release lets the evidence of all epochs below one be shown, and adds them to the curve.
func (s *Store) Release(below uint64) error {
	next := s.index
	next.Entries = slices.Clone(next.Entries)
	var points []Point
	changed := false
	for i := range next.Entries {
		e := &next.Entries[i]
		if e.Released || e.Epoch >= below {
			continue
		}
		changed, e.Released = true, true
		if e.Point != nil {
			points, e.Point = append(points, *e.Point), nil
		}
	}
	if !changed {
		return nil
	}
	if err := s.extendCurve(points); err != nil {
		return err
	}
	return s.write(next)
}

// Unpublished returns the newest evidence of a vote that may be shown, as the note for the chain, unless it is noted there. The
// address of the server is put before the path.
func (s *Store) Unpublished(server string) (neuron.Evidence, bool) {
	for _, e := range slices.Backward(s.index.Entries) {
		if !e.Released || !e.Voting {
			continue
		}
		if e.Published {
			break
		}
		note := neuron.Evidence{Epoch: e.Epoch, Digest: e.Digest, URL: server + Path(s.index.Netuid, e.Epoch)}
		if e.Pruning != nil {
			note.UIDs, note.Generations, note.Pruning = e.Pruning.UIDs, e.Pruning.Generations, e.Pruning.Scores
		}
		return note, true
	}
	return neuron.Evidence{}, false
}

// Published notes that the chain has the note of an epoch.
func (s *Store) Published(epoch uint64) error {
	next := s.index
	next.Entries = slices.Clone(next.Entries)
	for i := range next.Entries {
		if next.Entries[i].Epoch == epoch {
			next.Entries[i].Published = true
		}
	}
	return s.write(next)
}
