package pretrain

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/dendra-net/dendra/internal/durable"
)

// keptArtifacts is how many artifacts a miner hands out: the newest, and those that validators may still ask for.
const keptArtifacts = 4

// rack keeps a miner's latest artifacts in a folder, each under its digest, and in memory. It is safe for concurrent use.
type rack struct {
	dir string

	mu   sync.RWMutex
	list []shelved // oldest first
}

type shelved struct {
	digest  [32]byte
	content []byte
}

// openRack reads what a folder holds. Files that are not what their name says are left alone and not handed out.
func openRack(dir string) (*rack, error) {
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
		want, ok := parsePath(artifactPath + n.Name())
		info, err := n.Info()
		if !ok || err != nil {
			continue
		}
		content, err := durable.Read(filepath.Join(dir, n.Name()), MaxArtifact)
		if err != nil || digestOf(content) != want {
			continue
		}
		all = append(all, found{shelved{want, content}, info.ModTime()})
	}
	slices.SortFunc(all, func(a, b found) int { return a.at.Compare(b.at) })
	r := &rack{dir: dir}
	for _, f := range all {
		r.list = append(r.list, f.shelved)
	}
	return r, r.trim()
}

// put makes an artifact the newest.
func (r *rack) put(content []byte) ([32]byte, error) {
	s := shelved{digestOf(content), content}
	if err := durable.Replace(r.file(s.digest), content, 0o600); err != nil {
		return s.digest, fmt.Errorf("keep an artifact: %w", err)
	}
	r.mu.Lock()
	r.list = slices.DeleteFunc(r.list, func(o shelved) bool { return o.digest == s.digest })
	r.list = append(r.list, s)
	r.mu.Unlock()
	return s.digest, r.trim()
}

// trim takes the oldest away.
func (r *rack) trim() error {
	r.mu.Lock()
	old := slices.Clone(r.list[:max(0, len(r.list)-keptArtifacts)])
	r.list = r.list[len(old):]
	r.mu.Unlock()
	for _, s := range old {
		if err := os.Remove(r.file(s.digest)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("drop an old artifact: %w", err)
		}
	}
	return nil
}

func (r *rack) file(digest [32]byte) string {
	return filepath.Join(r.dir, hex.EncodeToString(digest[:]))
}

func (r *rack) get(digest [32]byte) ([]byte, bool) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	for _, s := range r.list {
		if s.digest == digest {
			return s.content, true
		}
	}
	return nil, false
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
