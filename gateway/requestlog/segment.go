package requestlog

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
)

// segment is one open file of the log.
type segment struct {
	number uint32
	path   string
	file   *os.File
	size   int64
}

func segmentPath(dir string, number uint32) string {
	return filepath.Join(dir, fmt.Sprintf("requests-%08d.log", number))
}

func (l *Log) active() *segment { return l.segments[len(l.segments)-1] }

// write appends line to the active segment, or leaves the segment as it was.
func (l *Log) write(line []byte) error {
	s := l.active()
	n, err := s.file.WriteAt(line, s.size)
	if err == nil {
		s.size += int64(len(line))
		return nil
	}
	err = fmt.Errorf("write request log %s: %w", s.path, err)
	if n == 0 {
		return err
	}
	if undo := s.file.Truncate(s.size); undo != nil {
		l.broken = errors.Join(err, undo)
		return l.broken
	}
	return err
}

// rotateFor starts a new segment when length more bytes would not fit the active one.
func (l *Log) rotateFor(length int64) error {
	s := l.active()
	if s.size+length <= l.opts.SegmentBytes {
		return nil
	}
	if err := s.file.Sync(); err != nil {
		l.broken = fmt.Errorf("sync request log %s: %w", s.path, err)
		return l.broken
	}
	if err := l.begin(s.number + 1); err != nil {
		return err
	}
	return l.dropOldest()
}

// begin creates segment number with the running totals at its head and makes it the active one. The file appears
// under its name only when its head is on the disk, so that a crash cannot leave a segment without totals.
func (l *Log) begin(number uint32) error {
	line, err := encode(headKind, head{Segment: number, Totals: l.totals})
	if err != nil {
		return err
	}
	path := segmentPath(l.opts.Dir, number)
	file, err := os.OpenFile(path+".new", os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return fmt.Errorf("start log segment: %w", err)
	}
	_, err = file.Write(line)
	if err == nil {
		err = file.Sync()
	}
	if err == nil {
		err = os.Rename(path+".new", path)
	}
	if err == nil {
		err = syncDir(l.opts.Dir)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("start log segment %s: %w", path, err), file.Close())
	}
	l.segments = append(l.segments, &segment{number: number, path: path, file: file, size: int64(len(line))})
	return nil
}

// dropOldest deletes the segments beyond the number to keep. A file that cannot be deleted is kept and tried again
// at the next rotation.
func (l *Log) dropOldest() error {
	for len(l.segments) > l.opts.Segments {
		s := l.segments[0]
		if err := os.Remove(s.path); err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("drop old log segment: %w", err)
		}
		l.segments = l.segments[1:]
		l.entries = slices.DeleteFunc(l.entries, func(e entry) bool { return e.segment == s })
		if err := s.file.Close(); err != nil {
			return fmt.Errorf("close old log segment: %w", err)
		}
	}
	return nil
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
