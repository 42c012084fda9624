package pretrain

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/dendra-net/dendra/internal/durable"
	"github.com/dendra-net/dendra/neuron"
)

// keptArtifacts is how many artifacts a miner hands out: the newest, and those that validators may still ask for.
const keptArtifacts = 4

// rack keeps a miner's latest artifacts in a folder, each under its digest, and in memory. What is not known to be committed
// is held back. It is safe for concurrent use.
type rack struct {
	dir    string
	hotkey neuron.Address

	mu   sync.RWMutex
	list []shelved // oldest first
}

type shelved struct {
	digest     [32]byte
	commitment [32]byte
	content    []byte
	held       bool // not known to be committed
}

// heldSuffix marks the file of what is held back.
const heldSuffix = ".held"

// openRack reads what a folder holds. Files that are not what their name says are left alone and not handed out.
func openRack(dir string, hotkey neuron.Address) (*rack, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("open the folder of artifacts: %w", err)
	}
	names, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("open the folder of artifacts: %w", err)
	}
	type found struct {
		shelved
		at time.Time
	}
	var all []found
	for _, n := range names {
		digits, held := strings.CutSuffix(n.Name(), heldSuffix)
		want, ok := parsePath(artifactPath + digits)
		info, err := n.Info()
		if !ok || err != nil {
			continue
		}
		content, err := durable.Read(filepath.Join(dir, n.Name()), MaxArtifact)
		if err != nil || digestOf(content) != want {
			continue
		}
		all = append(all, found{shelved{want, Commitment(hotkey, want), content, held}, info.ModTime()})
	}
	slices.SortFunc(all, func(a, b found) int { return a.at.Compare(b.at) })
	r := &rack{dir: dir, hotkey: hotkey}
	for _, f := range all {
		r.list = append(r.list, f.shelved)
	}
	return r, r.trim()
}

// put makes an artifact the newest, and holds it back unless it was released before.
func (r *rack) put(content []byte) error {
	d := digestOf(content)
	s := shelved{d, Commitment(r.hotkey, d), content, true}
	r.mu.Lock()
	defer r.mu.Unlock()
	if i := r.find(s.commitment); i >= 0 {
		s.held = r.list[i].held
	}
	if err := durable.Replace(r.file(s), content, 0o600); err != nil {
		return fmt.Errorf("keep an artifact: %w", err)
	}
	r.list = append(slices.DeleteFunc(r.list, func(o shelved) bool { return o.digest == d }), s)
	return r.trim()
}

// release hands an artifact out from now on.
func (r *rack) release(commitment [32]byte) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	i := r.find(commitment)
	if i < 0 || !r.list[i].held {
		return nil
	}
	free := r.list[i]
	free.held = false
	if err := os.Rename(r.file(r.list[i]), r.file(free)); err != nil {
		return fmt.Errorf("release an artifact: %w", err)
	}
	r.list[i] = free
	return nil
}

// trim takes the oldest away. The lock is held, or nobody else has the rack yet.
func (r *rack) trim() error {
	old := slices.Clone(r.list[:max(0, len(r.list)-keptArtifacts)])
	r.list = r.list[len(old):]
	for _, s := range old {
		if err := os.Remove(r.file(s)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("drop an old artifact: %w", err)
		}
	}
	return nil
}

func (r *rack) file(s shelved) string {
	name := hex.EncodeToString(s.digest[:])
	if s.held {
		name += heldSuffix
	}
	return filepath.Join(r.dir, name)
}

// find is the place of a commitment in the list, or -1. The lock is held.
func (r *rack) find(commitment [32]byte) int {
	return slices.IndexFunc(r.list, func(s shelved) bool { return s.commitment == commitment })
}

func (r *rack) get(commitment [32]byte) (s shelved, ok bool) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if i := r.find(commitment); i >= 0 {
		return r.list[i], true
	}
	return s, false
}

// newest is the artifact put last.
func (r *rack) newest() ([]byte, bool) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if len(r.list) == 0 {
		return nil, false
	}
	return r.list[len(r.list)-1].content, true
}
