package requestlog

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"strings"
	"sync"
	"time"
)

// Errors a caller may want to tell apart.
var (
	ErrNotFound  = errors.New("request not found")
	ErrAmbiguous = errors.New("several requests begin so")
	ErrClosed    = errors.New("request log is closed")
	ErrInUse     = errors.New("request log is in use by another process")
)

// MinPrefix is the fewest characters of an id that Get accepts in its place.
const MinPrefix = 4

// Options say where a log lives and how much it keeps. Only Dir is required.
type Options struct {
	Dir          string        // folder of the segments, created when missing
	SegmentBytes int64         // a new segment starts beyond this size; 16 MiB when zero
	Segments     int           // segments kept, the one being written included; 8 when zero
	Index        int           // newest records that Get and List can reach; 10,000 when zero
	SyncEvery    time.Duration // longest wait of a written record for fsync; 100 ms when zero
}

func (o Options) withDefaults() Options {
	if o.SegmentBytes <= 0 {
		o.SegmentBytes = 16 << 20
	}
	if o.Segments <= 0 {
		o.Segments = 8
	}
	if o.Index <= 0 {
		o.Index = 10_000
	}
	if o.SyncEvery <= 0 {
		o.SyncEvery = 100 * time.Millisecond
	}
	return o
}

// Log is an open request log. It is safe for concurrent use.
type Log struct {
	opts Options
	lock *os.File

	mu       sync.Mutex
	segments []*segment // oldest first; the last one is written
	entries  []entry    // oldest first, at most twice opts.Index
	totals   map[string]Totals
	dirty    bool
	broken   error // set when a write failed and could not be undone
	wake     chan struct{}
}

// entry is where a record lies.
type entry struct {
	id, key string
	segment *segment
	offset  int64
	length  int
}

// Append writes r and returns once the operating system has it.
func (l *Log) Append(r Record) error {
	line, err := encode(recordKind, r)
	if err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.broken != nil {
		return l.broken
	}
	if err := l.rotateFor(int64(len(line))); err != nil {
		return err
	}
	if err := l.write(line); err != nil {
		return err
	}
	l.note(r, l.active(), l.active().size-int64(len(line)), len(line))
	l.dirty = true
	select {
	case l.wake <- struct{}{}:
	default: // Run has been told already
	}
	return nil
}

// Err returns why the log takes no more records, or nil.
func (l *Log) Err() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.broken
}

// Get returns the record with the id, or the only one whose id begins with it.
func (l *Log) Get(id string) (Record, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	var found []entry
	for _, e := range l.indexed() {
		if e.id == id {
			return e.read()
		}
		if len(id) >= MinPrefix && strings.HasPrefix(e.id, id) {
			found = append(found, e)
		}
	}
	switch len(found) {
	case 0:
		return Record{}, fmt.Errorf("%w: %q is not among the newest %d", ErrNotFound, id, l.opts.Index)
	case 1:
		return found[0].read()
	}
	return Record{}, fmt.Errorf("%w: %q fits %d of them", ErrAmbiguous, id, len(found))
}

// Filter narrows a listing.
type Filter struct {
	Key    string // name of an API key; empty for all
	Before string // id of the record to list older ones than; empty to start with the newest
	Limit  int    // most records returned; 20 when zero
}

// List returns records, newest first, and whether older ones would follow.
func (l *Log) List(f Filter) (records []Record, more bool, err error) {
	if f.Limit <= 0 {
		f.Limit = 20
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	all := l.indexed()
	skipping := f.Before != ""
	for i := len(all) - 1; i >= 0; i-- {
		e := all[i]
		if skipping {
			skipping = e.id != f.Before
			continue
		}
		if f.Key != "" && e.key != f.Key {
			continue
		}
		if len(records) == f.Limit {
			return records, true, nil
		}
		r, err := e.read()
		if err != nil {
			return nil, false, err
		}
		records = append(records, r)
	}
	if skipping {
		return nil, false, fmt.Errorf("%w: %q is not among the newest %d", ErrNotFound, f.Before, l.opts.Index)
	}
	return records, false, nil
}

// Totals returns what every API key has used since the log began.
func (l *Log) Totals() map[string]Totals {
	l.mu.Lock()
	defer l.mu.Unlock()
	return maps.Clone(l.totals)
}

// Run keeps written records at most SyncEvery away from the disk until ctx ends.
func (l *Log) Run(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return l.Sync()
		case <-l.wake:
		}
		select {
		case <-ctx.Done():
		case <-time.After(l.opts.SyncEvery):
		}
		if err := l.Sync(); err != nil {
			return err
		}
	}
}

// Sync forces what has been written to the disk. After a failed fsync nothing is known about the disk, so the log
// takes no more records.
func (l *Log) Sync() error {
	l.mu.Lock()
	if len(l.segments) == 0 || !l.dirty {
		l.mu.Unlock()
		return nil
	}
	s := l.active()
	l.dirty = false
	l.mu.Unlock()
	err := s.file.Sync()
	if err == nil || errors.Is(err, os.ErrClosed) { // a rotation has synced and closed it
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.broken = fmt.Errorf("sync request log %s: %w", s.path, err)
	return l.broken
}

// Close syncs and lets go of the files. The log cannot be used afterwards.
func (l *Log) Close() error {
	err := l.Sync()
	l.mu.Lock()
	defer l.mu.Unlock()
	if errors.Is(l.broken, ErrClosed) {
		return nil
	}
	l.broken = ErrClosed
	for _, s := range l.segments {
		err = errors.Join(err, s.file.Close())
	}
	l.segments, l.entries = nil, nil
	return errors.Join(err, l.lock.Close())
}

// indexed returns the newest entries, oldest first.
func (l *Log) indexed() []entry { return l.entries[max(0, len(l.entries)-l.opts.Index):] }

// note counts and indexes a record that lies in s.
func (l *Log) note(r Record, s *segment, offset int64, length int) {
	l.totals[r.Key] = l.totals[r.Key].add(r)
	l.entries = append(l.entries, entry{id: r.ID, key: r.Key, segment: s, offset: offset, length: length})
	if len(l.entries) >= 2*l.opts.Index {
		l.entries = append([]entry(nil), l.indexed()...)
	}
}

// read fetches the record from its file and checks it again.
func (e entry) read() (Record, error) {
	line := make([]byte, e.length)
	if _, err := e.segment.file.ReadAt(line, e.offset); err != nil {
		return Record{}, fmt.Errorf("read request %s: %w", e.id, err)
	}
	var r Record
	_, body, err := decode(line)
	if err == nil {
		err = json.Unmarshal(body, &r)
	}
	if err != nil {
		return Record{}, fmt.Errorf("read request %s from %s at byte %d: %w", e.id, e.segment.path, e.offset, err)
	}
	return r, nil
}
